import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { AtomicPosition } from '../../../client/memory/atomic-position.ts'
import {
  COUNTER_KEY_LENGTH_MAX,
  COUNTER_LABEL_LENGTH_MAX,
  NULL_COUNTER_ID,
  counterMetadataOffset,
  countersMetadataLength,
} from '../../../client/memory/counter-records.ts'
import { CountersManager } from '../../../client/memory/counters-manager.ts'
import { CountersReader } from '../../../client/memory/counters-reader.ts'
import {
  CounterMetadataDecoder,
  CounterMetadataMeta,
  CounterState,
} from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { throwsCode } from './errors.ts'

const test = suite('memory/counters')

const COUNTERS = 4
const REUSE_TIMEOUT_MS = 1000
const TYPE = 1001
const METADATA = CounterMetadataMeta.fields

class Fixture {
  nowMs: number = 5000
  readonly values: AtomicBuffer = AtomicBuffer.allocate(COUNTERS * 128)
  readonly metadata: AtomicBuffer = AtomicBuffer.allocate(countersMetadataLength(COUNTERS * 128))
  readonly manager: CountersManager =
    new CountersManager(this.metadata, this.values, () => this.nowMs, REUSE_TIMEOUT_MS)
  readonly reader: CountersReader = new CountersReader(this.metadata, this.values)

  listed(): string[] {
    const lines: string[] = []
    this.reader.forEach((id, typeId, _key, label) => void lines.push(`${id} ${typeId} ${label}`))
    return lines
  }
}

test('a new counter has what it was given', () => {
  const { manager, reader } = new Fixture()
  const counter = manager.allocate(TYPE, 'one: a label', Uint8Array.of(1, 2, 3), 71, 72, 73)
  assert.is(counter.id, 0)
  assert.is(counter.get(), 0)
  assert.is(reader.state(0), CounterState.ALLOCATED)
  assert.is(reader.typeId(0), TYPE)
  assert.is(reader.label(0), 'one: a label')
  assert.equal([reader.registrationId(0), reader.ownerId(0), reader.referenceId(0)], [71, 72, 73])
  reader.forEach((id, typeId, key, label) => {
    assert.equal([id, typeId, label], [0, TYPE, 'one: a label'])
    assert.is(key.length, COUNTER_KEY_LENGTH_MAX)
    assert.equal([...key.subarray(0, 4)], [1, 2, 3, 0])
  })
})

test('the record is as the layout says', () => {
  const { manager, metadata } = new Fixture()
  manager.allocate(TYPE, 'zero')
  manager.allocate(-7, 'label', Uint8Array.of(9))
  const { BLOCK_LENGTH } = CounterMetadataDecoder
  const record = new CounterMetadataDecoder().wrap(metadata, counterMetadataOffset(1), BLOCK_LENGTH, 0)
  assert.is(record.state(), 1)
  assert.is(record.typeId(), -7)
  assert.is(record.freeForReuseDeadlineMs(), 0x7fff_ffff_ffff_ffffn)
  assert.is(record.keyAt(0), 9)
  assert.is(record.labelLength(), 5)
  assert.is(counterMetadataOffset(1), 512)
})

test('ids and references are 0 unless given', () => {
  const { manager, reader } = new Fixture()
  manager.allocate(TYPE, '')
  assert.equal([reader.registrationId(0), reader.ownerId(0), reader.referenceId(0)], [0, 0, 0])
  manager.setReferenceId(0, 99)
  assert.is(reader.referenceId(0), 99)
})

test('a freed counter is not used again before its deadline', () => {
  const fixture = new Fixture()
  const { manager, reader } = fixture
  const counter = manager.allocate(TYPE, 'old', Uint8Array.of(5), 1, 2, 3)
  counter.set(17)
  manager.free(counter.id)
  assert.is(reader.state(0), CounterState.RECLAIMED)
  assert.is(reader.value(0), 17, 'still readable')
  fixture.nowMs += REUSE_TIMEOUT_MS - 1
  assert.is(manager.allocate(TYPE, 'other').id, 1)
  fixture.nowMs += 1
  const reused = manager.allocate(TYPE + 1, 'new')
  assert.is(reused.id, 0)
  assert.is(reused.get(), 0)
  assert.equal([reader.registrationId(0), reader.ownerId(0), reader.referenceId(0)], [0, 0, 0])
  assert.equal(fixture.listed(), ['0 1002 new', '1 1001 other'])
  reader.forEach((id, _typeId, key) => assert.ok(id !== 0 || key.every((byte) => byte === 0)))
})

test('counters are used again in the order in which they were freed', () => {
  const fixture = new Fixture()
  const { manager } = fixture
  for (let i = 0; i < COUNTERS; i++) manager.allocate(TYPE, '')
  manager.free(2)
  fixture.nowMs += 10
  manager.free(0)
  fixture.nowMs += REUSE_TIMEOUT_MS - 10
  assert.is(manager.allocate(TYPE, '').id, 2)
  throwsCode(() => manager.allocate(TYPE, ''), 'ERR_GODWIT_COUNTERS_FULL')
  fixture.nowMs += 10
  assert.is(manager.allocate(TYPE, '').id, 0)
})

test('there are as many counters as there is room for', () => {
  const { manager, reader } = new Fixture()
  assert.is(reader.maxCounterId, COUNTERS - 1)
  for (let i = 0; i < COUNTERS; i++) assert.is(manager.allocate(TYPE, `${i}`).id, i)
  throwsCode(() => manager.allocate(TYPE, ''), 'ERR_GODWIT_COUNTERS_FULL')
  manager.free(3)
  throwsCode(() => manager.allocate(TYPE, ''), 'ERR_GODWIT_COUNTERS_FULL')
})

test('the smaller region says how many there are', () => {
  const values = AtomicBuffer.allocate(10 * 128)
  assert.is(new CountersReader(AtomicBuffer.allocate(3 * 512), values).maxCounterId, 2)
  assert.is(new CountersReader(AtomicBuffer.allocate(0), values).maxCounterId, -1)
})

test('readers skip freed counters and stop at the first that was never used', () => {
  const fixture = new Fixture()
  for (const label of ['a', 'b', 'c']) fixture.manager.allocate(TYPE, label)
  fixture.manager.free(1)
  assert.equal(fixture.listed(), ['0 1001 a', '2 1001 c'])
  fixture.metadata.storeInt32(counterMetadataOffset(0) + METADATA.state.offset, CounterState.UNUSED)
  assert.equal(fixture.listed(), [])
})

test('labels and keys are cut to their maximum', () => {
  const { manager, reader } = new Fixture()
  assert.is(COUNTER_LABEL_LENGTH_MAX, 380)
  assert.is(COUNTER_KEY_LENGTH_MAX, 112)
  manager.allocate(TYPE, 'x'.repeat(380), new Uint8Array(112).fill(1))
  manager.allocate(TYPE, 'y'.repeat(1000), new Uint8Array(500).fill(2))
  assert.is(reader.label(0), 'x'.repeat(380))
  assert.is(reader.label(1), 'y'.repeat(380))
  assert.is(reader.state(2), CounterState.UNUSED, 'nothing was written behind the record')
  assert.equal([...new Set(keyOf(reader, 1))], [2])
})

function keyOf(reader: CountersReader, counterId: number): readonly number[] {
  const keys = new Map<number, readonly number[]>()
  reader.forEach((id, _typeId, key) => void keys.set(id, [...key]))
  return keys.get(counterId) ?? []
}

test('text is appended to a label as far as there is room', () => {
  const { manager, reader } = new Fixture()
  manager.allocate(TYPE, 'snd-channel: aeron:ipc')
  manager.allocate(TYPE, 'next')
  manager.appendToLabel(0, ' 127.0.0.1:4000')
  assert.is(reader.label(0), 'snd-channel: aeron:ipc 127.0.0.1:4000')
  manager.appendToLabel(0, 'z'.repeat(500))
  assert.is(reader.label(0).length, 380)
  manager.appendToLabel(0, 'more')
  assert.is(reader.label(0).length, 380)
  assert.is(reader.label(1), 'next')
})

test('labels are US-ASCII', () => {
  const { manager, reader } = new Fixture()
  manager.allocate(TYPE, 'caf\u00e9')
  assert.is(reader.label(0), 'caf?')
})

test('what clients write to the state of a counter does not confuse the manager', () => {
  const fixture = new Fixture()
  const { manager, metadata } = fixture
  manager.allocate(TYPE, 'a')
  metadata.storeInt32(counterMetadataOffset(0) + METADATA.state.offset, CounterState.RECLAIMED)
  metadata.storeInt64(counterMetadataOffset(0) + METADATA.freeForReuseDeadlineMs.offset, 0)
  assert.is(manager.allocate(TYPE, 'b').id, 1)
  manager.free(0)
  metadata.storeInt64(counterMetadataOffset(0) + METADATA.freeForReuseDeadlineMs.offset, 0)
  assert.is(manager.allocate(TYPE, 'c').id, 2)
})

for (const length of [-1, 381, 0x7fff_ffff, -0x8000_0000]) {
  test(`a label of ${length} bytes is read within its field`, () => {
    const { manager, metadata, reader } = new Fixture()
    manager.allocate(TYPE, 'abc')
    metadata.storeInt32(counterMetadataOffset(0) + METADATA.labelLength.offset, length)
    assert.is(reader.label(0).length, length < 0 ? 0 : 380)
    manager.appendToLabel(0, 'def')
    assert.is(reader.label(0).length, length < 0 ? 3 : 380)
  })
}

test('only allocated counters are freed or changed', () => {
  const { manager } = new Fixture()
  manager.allocate(TYPE, '')
  manager.free(0)
  for (const id of [0, 1, COUNTERS, -1, 0.5, NaN]) {
    throwsCode(() => manager.free(id), 'ERR_GODWIT_COUNTER_ID')
    throwsCode(() => manager.appendToLabel(id, 'x'), 'ERR_GODWIT_COUNTER_ID')
    throwsCode(() => manager.setReferenceId(id, 1), 'ERR_GODWIT_COUNTER_ID')
  }
})

test('ids that there is no room for are refused', () => {
  const { reader, values } = new Fixture()
  for (const id of [-1, COUNTERS, 2 ** 31, 0.5, NaN]) {
    throwsCode(() => reader.value(id), 'ERR_GODWIT_COUNTER_ID')
    throwsCode(() => reader.bigintValue(id), 'ERR_GODWIT_COUNTER_ID')
    throwsCode(() => reader.state(id), 'ERR_GODWIT_COUNTER_ID')
    throwsCode(() => reader.label(id), 'ERR_GODWIT_COUNTER_ID')
    throwsCode(() => new AtomicCounter(values, id), 'ERR_GODWIT_COUNTER_ID')
  }
})

test('a counter is found by type and registration id', () => {
  const { manager, reader } = new Fixture()
  manager.allocate(TYPE, '', undefined, 5)
  manager.allocate(TYPE + 1, '', undefined, 6)
  manager.allocate(TYPE, '', undefined, 6)
  assert.is(reader.findByTypeAndRegistrationId(TYPE, 6), 2)
  assert.is(reader.findByTypeAndRegistrationId(TYPE, 7), NULL_COUNTER_ID)
  manager.free(2)
  assert.is(reader.findByTypeAndRegistrationId(TYPE, 6), NULL_COUNTER_ID)
})

test('values are counted', () => {
  const { values, reader } = new Fixture()
  const counter = new AtomicCounter(values, 2)
  counter.increment()
  assert.is(counter.add(2 ** 40), 1)
  assert.is(counter.get(), 2 ** 40 + 1)
  assert.is(reader.value(2), 2 ** 40 + 1)
  counter.set(-3)
  assert.not(counter.proposeMax(-3))
  assert.not(counter.proposeMax(-4))
  assert.ok(counter.proposeMax(2))
  assert.is(counter.get(), 2)
  counter.setBigInt(-(2n ** 63n) + 1n)
  assert.is(counter.getBigInt(), -(2n ** 63n) + 1n)
  assert.is(reader.bigintValue(2), -(2n ** 63n) + 1n)
  assert.is(reader.value(1), 0)
  assert.is(reader.value(3), 0)
})

test('positions are what counters see, across the halves of their values', () => {
  const values = AtomicBuffer.allocate(3 * 128)
  const counter = new AtomicCounter(values, 1)
  const [writer, reader] = [new AtomicPosition(values, 1), new AtomicPosition(values, 1)]
  assert.is(reader.id, 1)
  const far = [2 ** 32, 2 ** 33 + 2 ** 31 + 64, 2 ** 53 + 32, 2 ** 58 - 32]
  for (const position of [0, 32, 2 ** 31, 2 ** 32 - 32, ...far, 96]) {
    writer.set(position)
    assert.is(counter.getBigInt(), BigInt(position))
    assert.is(reader.get(), position)
    counter.set(position + 32)
    assert.is(reader.get(), position + 32)
    assert.is(writer.get(), position + 32)
  }
  counter.set(-1)
  assert.is(reader.get(), -1)
  assert.throws(() => new AtomicPosition(values, 3), (error: { readonly code?: string }) => {
    return error.code === 'ERR_GODWIT_COUNTER_ID'
  })
})

test.run()
