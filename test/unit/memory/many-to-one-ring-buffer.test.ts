import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { ControlledAction } from '../../../client/memory/controlled-action.ts'
import { ManyToOneRingBuffer, RING_BUFFER_TRAILER_LENGTH } from '../../../client/memory/many-to-one-ring-buffer.ts'
import { PADDING_TYPE, RECORD_LENGTH_OFFSET, RECORD_TYPE_OFFSET } from '../../../client/memory/record-buffer.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { RingBufferTrailerMeta } from '../../../schemas/generated/aeron.memory/index.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { throwsCode } from './errors.ts'

const test = suite('memory/many-to-one-ring-buffer')

const CAPACITY = 1024
const HEADER_LENGTH = 8
const TYPE = 7
const ALL = Number.MAX_SAFE_INTEGER
const TAIL_OFFSET = CAPACITY + RingBufferTrailerMeta.fields.tailPosition.offset
const HEAD_CACHE_OFFSET = CAPACITY + RingBufferTrailerMeta.fields.headCachePosition.offset
const HEAD_OFFSET = CAPACITY + RingBufferTrailerMeta.fields.headPosition.offset

const source = new DirectBuffer(Uint8Array.from({ length: CAPACITY }, (_, index) => index * 31))

interface Fixture {
  readonly buffer: AtomicBuffer
  readonly ring: ManyToOneRingBuffer
}

/** A ring whose head and tail are at that position. */
function ringAt(position: number): Fixture {
  const buffer = AtomicBuffer.allocate(CAPACITY + RING_BUFFER_TRAILER_LENGTH)
  for (const offset of [TAIL_OFFSET, HEAD_CACHE_OFFSET, HEAD_OFFSET]) buffer.storeInt64(offset, position)
  return { buffer, ring: new ManyToOneRingBuffer(buffer) }
}

/** What a producer does that dies before it writes a byte. */
function claimAndDie({ buffer }: Fixture, alignedLength: number): void {
  buffer.addInt64(TAIL_OFFSET, alignedLength)
}

function readAll(ring: ManyToOneRingBuffer, limit: number = ALL): number[] {
  const lengths: number[] = []
  ring.read((_typeId, _buffer, _offset, length) => void lengths.push(length), limit)
  return lengths
}

function assertZeroed({ buffer }: Fixture): void {
  assert.ok(buffer.bytes.subarray(0, CAPACITY).every((byte) => byte === 0))
}

test('a message comes out as it went in, and its bytes are zeroed', () => {
  const fixture = ringAt(0)
  const { ring, buffer } = fixture
  assert.ok(ring.write(TYPE, source, 5, 13))
  assert.is(ring.size(), 24)
  assert.is(buffer.loadInt32(RECORD_LENGTH_OFFSET), 21)
  const count = ring.read((typeId, from, offset, length) => {
    assert.is(typeId, TYPE)
    assert.equal(from.bytes.slice(offset, offset + length), source.bytes.slice(5, 18))
  }, ALL)
  assert.is(count, 1)
  assert.is(ring.consumerPosition(), 24)
  assert.is(ring.producerPosition(), 24)
  assert.is(ring.size(), 0)
  assertZeroed(fixture)
})

test('an empty ring gives nothing', () => {
  assert.equal(readAll(ringAt(0).ring), [])
  assert.equal(readAll(ringAt(2 ** 40).ring), [])
})

test('messages without a byte pass', () => {
  const { ring } = ringAt(0)
  assert.ok(ring.write(TYPE, source, 0, 0))
  assert.equal(readAll(ring), [0])
  assert.is(ring.consumerPosition(), HEADER_LENGTH)
})

test('at most the limit is read, and the rest later', () => {
  const { ring } = ringAt(0)
  for (const length of [1, 2, 3]) ring.write(TYPE, source, 0, length)
  assert.equal(readAll(ring, 2), [1, 2])
  assert.equal(readAll(ring, 2), [3])
})

test('a full ring takes nothing until the consumer has read', () => {
  const { ring } = ringAt(0)
  for (let i = 0; i < 8; i++) assert.ok(ring.write(TYPE, source, 0, 120))
  assert.is(ring.size(), CAPACITY)
  assert.not(ring.write(TYPE, source, 0, 0))
  assert.equal(readAll(ring, 1), [120])
  assert.ok(ring.write(TYPE, source, 0, 120))
  assert.not(ring.write(TYPE, source, 0, 0))
  assert.is(readAll(ring).length, 7)
  assert.is(readAll(ring).length, 1)
})

test('a record that does not fit before the end goes to the start, behind padding', () => {
  const { ring, buffer } = ringAt(3 * CAPACITY - 16)
  assert.ok(ring.write(TYPE, source, 0, 40))
  assert.is(ring.producerPosition(), 3 * CAPACITY + 48)
  assert.is(buffer.loadInt32(CAPACITY - 16 + RECORD_LENGTH_OFFSET), 16)
  assert.is(buffer.loadInt32(CAPACITY - 16 + RECORD_TYPE_OFFSET), PADDING_TYPE)
  assert.equal(readAll(ring), [], 'not beyond the end, and padding is no message')
  assert.is(ring.consumerPosition(), 3 * CAPACITY)
  assert.equal(readAll(ring), [40])
})

test('padding does not count against the limit', () => {
  const { ring } = ringAt(CAPACITY - 32)
  ring.write(TYPE, source, 0, 8)
  ring.write(TYPE, source, 0, 20)
  assert.equal(readAll(ring, 1), [8])
  assert.equal(readAll(ring, 1), [])
  assert.equal(readAll(ring, 1), [20])
})

test('a record fits exactly before the end without padding', () => {
  const { ring } = ringAt(CAPACITY - 32)
  assert.ok(ring.write(TYPE, source, 0, 24))
  assert.is(ring.producerPosition(), CAPACITY)
  assert.equal(readAll(ring), [24])
})

test('no record goes to the start while the head is not far enough', () => {
  const { ring } = ringAt(16)
  while (ring.producerPosition() < CAPACITY - 16) assert.ok(ring.write(TYPE, source, 0, 0))
  assert.equal(readAll(ring, 1), [0])
  assert.is(ring.consumerPosition(), 24)
  assert.not(ring.write(TYPE, source, 0, 24), 'would take the padding of 16 and 32 bytes of the 24 at the start')
  assert.is(ring.producerPosition(), CAPACITY - 16)
  assert.equal(readAll(ring, 1), [0])
  assert.ok(ring.write(TYPE, source, 0, 24))
})

test('messages that no ring takes are refused', () => {
  const { ring } = ringAt(0)
  assert.is(ring.maxMessageLength, CAPACITY / 8)
  assert.ok(ring.write(TYPE, source, 0, ring.maxMessageLength))
  throwsCode(() => ring.write(TYPE, source, 0, ring.maxMessageLength + 1), 'ERR_GODWIT_MESSAGE_LENGTH')
  throwsCode(() => ring.write(TYPE, source, 0, -1), 'ERR_GODWIT_MESSAGE_LENGTH')
  throwsCode(() => ring.write(TYPE, source, CAPACITY - 3, 4), 'ERR_GODWIT_MESSAGE_LENGTH')
  for (const typeId of [0, PADDING_TYPE, 1.5, NaN]) {
    throwsCode(() => ring.write(typeId, source, 0, 4), 'ERR_GODWIT_MESSAGE_TYPE')
  }
  assert.equal(readAll(ring), [ring.maxMessageLength])
})

test('a capacity is a power of two', () => {
  for (const capacity of [0, 8, 1000, 1032]) {
    const buffer = AtomicBuffer.allocate(capacity + RING_BUFFER_TRAILER_LENGTH)
    throwsCode(() => new ManyToOneRingBuffer(buffer), 'ERR_GODWIT_BUFFER_CAPACITY')
  }
  throwsCode(() => new ManyToOneRingBuffer(AtomicBuffer.allocate(64)), 'ERR_GODWIT_BUFFER_CAPACITY')
})

test('a handler that throws has consumed its message', () => {
  const { ring } = ringAt(0)
  ring.write(TYPE, source, 0, 1)
  ring.write(TYPE, source, 0, 2)
  assert.throws(() => ring.read(() => {
    throw new Error('handler')
  }, ALL), 'handler')
  assert.equal(readAll(ring), [2])
})

test('what a handler of read returns has no meaning', () => {
  const { ring } = ringAt(0)
  ring.write(TYPE, source, 0, 1)
  ring.write(TYPE, source, 0, 2)
  assert.is(ring.read(() => ControlledAction.ABORT, ALL), 2)
})

test('a controlled handler says how to go on', () => {
  const { ring } = ringAt(0)
  for (const length of [1, 2, 3, 4, 5]) ring.write(TYPE, source, 0, length)
  const actions = [ControlledAction.CONTINUE, ControlledAction.COMMIT, ControlledAction.ABORT]
  const seen: number[] = []
  const positions: number[] = []
  const handler = (_typeId: number, _buffer: AtomicBuffer, _offset: number, length: number): ControlledAction => {
    seen.push(length)
    positions.push(ring.consumerPosition())
    return actions.shift() ?? ControlledAction.BREAK
  }
  assert.is(ring.controlledRead(handler, ALL), 2)
  assert.equal(seen, [1, 2, 3])
  assert.equal(positions, [0, 0, 32])
  assert.is(ring.controlledRead(handler, ALL), 1, 'the aborted one again')
  assert.equal(seen, [1, 2, 3, 3])
  assert.equal(readAll(ring), [4, 5])
})

test('correlation ids are consecutive from 0 and the heartbeat is kept', () => {
  const { ring } = ringAt(0)
  assert.equal([ring.nextCorrelationId(), ring.nextCorrelationId(), ring.nextCorrelationId()], [0, 1, 2])
  assert.is(ring.consumerHeartbeatMs(), 0)
  ring.setConsumerHeartbeatMs(1_795_195_747_463)
  assert.is(ring.consumerHeartbeatMs(), 1_795_195_747_463)
  ring.setConsumerHeartbeatMs(-1)
  assert.is(ring.consumerHeartbeatMs(), -1)
})

test('an empty ring, and one whose head is readable, are not unblocked', () => {
  const { ring } = ringAt(CAPACITY)
  assert.not(ring.unblock())
  ring.write(TYPE, source, 0, 8)
  assert.not(ring.unblock())
  assert.equal(readAll(ring), [8])
})

test('a producer that died while writing is unblocked', () => {
  const fixture = ringAt(0)
  const { ring, buffer } = fixture
  claimAndDie(fixture, 32)
  buffer.storeInt32(RECORD_LENGTH_OFFSET, -25)
  ring.write(TYPE, source, 0, 8)
  assert.equal(readAll(ring), [])
  assert.ok(ring.unblock())
  assert.equal(readAll(ring), [8])
  assertZeroed(fixture)
})

test('a producer that died after its claim is unblocked once something was written behind it', () => {
  const fixture = ringAt(0)
  claimAndDie(fixture, 32)
  assert.not(fixture.ring.unblock(), 'nobody waits yet')
  fixture.ring.write(TYPE, source, 0, 8)
  assert.ok(fixture.ring.unblock())
  assert.equal(readAll(fixture.ring), [8])
})

test('unblocking stops where a live producer has begun', () => {
  const fixture = ringAt(0)
  const { ring, buffer } = fixture
  claimAndDie(fixture, 32)
  claimAndDie(fixture, 16)
  buffer.storeInt32(32 + RECORD_LENGTH_OFFSET, -16)
  assert.ok(ring.unblock())
  assert.equal(readAll(ring), [])
  assert.is(ring.consumerPosition(), 32)
})

/** Runs `action` when the record at that index is looked at. */
class WatchedBuffer extends AtomicBuffer {
  action: () => void = () => undefined
  index: number = 0

  override loadInt32(offset: number): number {
    const value = super.loadInt32(offset)
    if (offset === this.index) this.action()
    return value
  }
}

test('a producer that begins while unblock looks for it is not overwritten', () => {
  const buffer = new WatchedBuffer(new SharedArrayBuffer(CAPACITY + RING_BUFFER_TRAILER_LENGTH))
  const ring = new ManyToOneRingBuffer(buffer)
  claimAndDie({ buffer, ring }, 32)
  ring.write(TYPE, source, 0, 8)
  buffer.index = 32
  buffer.action = () => buffer.storeInt32(RECORD_LENGTH_OFFSET, -30)
  assert.not(ring.unblock())
  assert.is(buffer.loadInt32(RECORD_LENGTH_OFFSET), -30)
  assert.is(buffer.loadInt32(RECORD_TYPE_OFFSET), 0)
})

test('a claim up to the end of the buffer is unblocked when the next record is at its start', () => {
  const fixture = ringAt(CAPACITY - 32)
  claimAndDie(fixture, 32)
  fixture.ring.write(TYPE, source, 0, 8)
  assert.ok(fixture.ring.unblock())
  assert.equal(readAll(fixture.ring), [])
  assert.is(fixture.ring.consumerPosition(), CAPACITY)
  assert.equal(readAll(fixture.ring), [8])
})

test('a claim with padding that was not written is unblocked in two steps', () => {
  const fixture = ringAt(CAPACITY - 32)
  claimAndDie(fixture, 32 + 48)
  fixture.ring.write(TYPE, source, 0, 8)
  assert.ok(fixture.ring.unblock())
  assert.equal(readAll(fixture.ring), [])
  assert.ok(fixture.ring.unblock())
  assert.equal(readAll(fixture.ring), [8])
})

test('a full ring that is only claimed is not unblocked by itself, and stays whole', () => {
  const fixture = ringAt(64)
  claimAndDie(fixture, CAPACITY)
  assert.not(fixture.ring.unblock())
  assert.is(fixture.ring.consumerPosition(), 64)
})

for (const length of [1, 7, CAPACITY - 64 + 1, CAPACITY, 0x7fff_fff8, 0x7fff_ffff, 48]) {
  test(`a record of ${length} bytes that cannot be is dropped with all up to the tail`, () => {
    const fixture = ringAt(64)
    const { ring, buffer } = fixture
    for (let i = 0; i < 2; i++) ring.write(TYPE, source, 0, 8)
    buffer.storeInt32(64 + RECORD_LENGTH_OFFSET, length)
    assert.equal(readAll(ring), [])
    assert.is(ring.corruptionCount, 1)
    assert.is(ring.size(), 0)
    assertZeroed(fixture)
    ring.write(TYPE, source, 0, 5)
    assert.equal(readAll(ring), [5])
    assert.is(ring.corruptionCount, 1)
  })
}

test('what was read in front of a record that cannot be is handed out once', () => {
  const { ring, buffer } = ringAt(0)
  for (const length of [1, 2, 3]) ring.write(TYPE, source, 0, length)
  buffer.storeInt32(16 + RECORD_LENGTH_OFFSET, 3)
  assert.equal(readAll(ring), [1])
  assert.equal(readAll(ring), [])
  assert.is(ring.corruptionCount, 1)
})

test('dropping goes over the end of the buffer and spares what is claimed behind the tail', () => {
  const fixture = ringAt(CAPACITY - 32)
  const { ring, buffer } = fixture
  ring.write(TYPE, source, 0, 8)
  ring.write(TYPE, source, 0, 40)
  buffer.storeInt32(CAPACITY - 32 + RECORD_LENGTH_OFFSET, 2)
  const tail = ring.producerPosition()
  assert.equal(readAll(ring), [])
  assert.is(ring.consumerPosition(), tail)
  assertZeroed(fixture)
})

test('a record that would go over the end is dropped', () => {
  const { ring, buffer } = ringAt(CAPACITY - 32)
  ring.write(TYPE, source, 0, 24)
  ring.write(TYPE, source, 0, 24)
  buffer.storeInt32(CAPACITY - 32 + RECORD_LENGTH_OFFSET, 40)
  assert.equal(readAll(ring), [])
  assert.is(ring.corruptionCount, 1)
  assert.is(ring.consumerPosition(), CAPACITY + 32)
})

test('a tail that no Number holds does not keep producers in a loop', () => {
  const { ring, buffer } = ringAt(2 ** 60)
  buffer.storeBigInt64(TAIL_OFFSET, 2n ** 60n + 1n)
  assert.not(ring.write(TYPE, source, 0, 8))
  assert.ok(ring.unblock())
  assert.ok(ring.write(TYPE, source, 0, 8))
  assert.equal(readAll(ring), [8])
})

for (const length of [-1, -7, -CAPACITY, -0x8000_0000]) {
  test(`an unfinished record of ${length} is dropped by unblock`, () => {
    const fixture = ringAt(64)
    claimAndDie(fixture, 32)
    fixture.buffer.storeInt32(64 + RECORD_LENGTH_OFFSET, length)
    assert.equal(readAll(fixture.ring), [])
    assert.ok(fixture.ring.unblock())
    assert.is(fixture.ring.corruptionCount, 1)
    assert.is(fixture.ring.size(), 0)
    assertZeroed(fixture)
  })
}

const POSITIONS = [-1, -8, 5, 2 ** 31 + 3, 2 ** 53 + 2, 2 ** 62, -(2 ** 63)]

for (const [name, offset] of [['tail', TAIL_OFFSET], ['head', HEAD_OFFSET]] as const) {
  for (const position of POSITIONS) {
    test(`a ${name} of ${position} is put right by unblock`, () => {
      const { ring, buffer } = ringAt(64)
      ring.write(TYPE, source, 0, 8)
      buffer.storeInt64(offset, position)
      ring.write(TYPE, source, 0, 8)
      readAll(ring)
      ring.unblock()
      assert.ok(ring.corruptionCount > 0)
      assert.is(ring.size(), 0)
      assert.ok(ring.write(TYPE, source, 0, 5))
      assert.equal(readAll(ring), [5])
    })
  }
}

test('a tail further ahead than the capacity is put right', () => {
  const { ring, buffer } = ringAt(64)
  buffer.storeInt64(TAIL_OFFSET, 64 + CAPACITY + 8)
  assert.not(ring.write(TYPE, source, 0, 8))
  assert.ok(ring.unblock())
  assert.ok(ring.write(TYPE, source, 0, 8))
  assert.equal(readAll(ring), [8])
})

function scribble(random: Random, buffer: AtomicBuffer): void {
  const offset = 8 * random.int(buffer.byteLength / 8)
  const value = random.pick([random.bigint(64), BigInt(random.int(2 * CAPACITY)), 8n * BigInt(random.int(200))])
  if (random.bool()) buffer.storeBigInt64(offset, BigInt.asIntN(64, value))
  else buffer.view.setInt32(offset, Number(BigInt.asIntN(32, value)), true)
}

test('whatever is written to it, the consumer stays inside and goes on', () => withSeed('ring', (random) => {
  for (let round = 0; round < 300; round++) {
    const { ring, buffer } = ringAt(8 * random.int(1000))
    for (let step = 0; step < 30; step++) {
      if (random.bool(0.6)) ring.write(random.between(1, 100), source, 0, random.int(ring.maxMessageLength))
      if (random.bool(0.2)) scribble(random, buffer)
      if (random.bool(0.1)) ring.unblock()
      ring.read((_typeId, from, offset, length) => {
        assert.ok(offset >= HEADER_LENGTH && length >= 0 && offset + length <= CAPACITY)
        assert.is(from.bytes.subarray(offset, offset + length).length, length)
      }, random.between(1, 5))
    }
    for (let i = 0; i < 300 && ring.size() > 0; i++) {
      readAll(ring)
      ring.unblock()
    }
    ring.unblock()
    while (!ring.write(TYPE, source, 0, 3)) {
      readAll(ring)
      assert.ok(ring.unblock())
    }
    let last: number[] = []
    for (let i = 0; i < 4 && last.at(-1) !== 3; i++) {
      last = readAll(ring)
      if (last.length === 0) ring.unblock()
    }
    assert.is(last.at(-1), 3)
  }
}))

test.run()
