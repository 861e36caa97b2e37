import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { BroadcastReceiver } from '../../../client/memory/broadcast-receiver.ts'
import { BROADCAST_BUFFER_TRAILER_LENGTH } from '../../../client/memory/broadcast-transmitter.ts'
import type { CncLengths } from '../../../client/memory/cnc.ts'
import { CNC_VERSION, Cnc, cncLength } from '../../../client/memory/cnc.ts'
import { countersMetadataLength } from '../../../client/memory/counter-records.ts'
import { CountersManager } from '../../../client/memory/counters-manager.ts'
import { CountersReader } from '../../../client/memory/counters-reader.ts'
import { ManyToOneRingBuffer, RING_BUFFER_TRAILER_LENGTH } from '../../../client/memory/many-to-one-ring-buffer.ts'
import { CncHeaderDecoder, CncHeaderMeta, CounterState } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { readVector, withVectors } from '../../support/vectors.ts'
import { throwsCode } from './errors.ts'

const test = suite('memory/cnc')

const HEADER = CncHeaderMeta.fields
const META = { clientLivenessTimeoutNs: 10_000_000_000, startTimestampMs: 1_795_195_747_463, pid: 29_893 }
const MIB = 1024 * 1024

const DEFAULTS: CncLengths = {
  toDriver: MIB + RING_BUFFER_TRAILER_LENGTH,
  toClients: MIB + BROADCAST_BUFFER_TRAILER_LENGTH,
  countersMetadata: countersMetadataLength(8 * MIB),
  countersValues: 8 * MIB,
  errorLog: 4 * MIB,
  pageSize: 4096,
}

const SMALL: CncLengths = {
  toDriver: 1024 + RING_BUFFER_TRAILER_LENGTH,
  toClients: 1024 + BROADCAST_BUFFER_TRAILER_LENGTH,
  countersMetadata: countersMetadataLength(1024),
  countersValues: 1024,
  errorLog: 512,
  pageSize: 4096,
}

interface Fixture {
  readonly memory: AtomicBuffer
  readonly cnc: Cnc
}

function create(lengths: CncLengths = SMALL): Fixture {
  const memory = AtomicBuffer.allocate(cncLength(lengths))
  return { memory, cnc: Cnc.create(memory, lengths, META) }
}

function sectionsOf(cnc: Cnc): readonly AtomicBuffer[] {
  return [cnc.toDriver, cnc.toClients, cnc.countersMetadata, cnc.countersValues, cnc.errorLog]
}

test('a client sees what the driver made', () => {
  const { memory, cnc } = create()
  assert.is(cnc.version(), 0)
  throwsCode(() => Cnc.attach(memory), 'ERR_GODWIT_CNC_NOT_READY')
  cnc.signalReady()
  const attached = Cnc.attach(memory)
  assert.is(attached.version(), CNC_VERSION)
  assert.is(attached.clientLivenessTimeoutNs(), META.clientLivenessTimeoutNs)
  assert.is(attached.startTimestampMs(), META.startTimestampMs)
  assert.is(attached.pid(), META.pid)
  assert.equal(attached.lengths, SMALL)
  sectionsOf(cnc).forEach((section, index) => {
    section.storeInt64(section.byteLength - 8, 100 + index)
    const other = sectionsOf(attached)[index]
    assert.is(other?.loadInt64(section.byteLength - 8), 100 + index)
    assert.is(other?.byteLength, section.byteLength)
  })
})

test('sections lie one behind the other in memory that begins anywhere', () => {
  const whole = new SharedArrayBuffer(cncLength(SMALL) + 64)
  const cnc = Cnc.create(new AtomicBuffer(whole, 64), SMALL, META)
  let offset = 64 + CncHeaderDecoder.BLOCK_LENGTH
  for (const section of sectionsOf(cnc)) {
    assert.is(section.bytes.byteOffset, offset)
    offset += section.byteLength
  }
})

test('the header is complete before the version says so', () => {
  const { memory } = create()
  const header = new CncHeaderDecoder().wrap(memory, 0, CncHeaderDecoder.BLOCK_LENGTH, 0)
  assert.is(header.cncVersion(), 0)
  assert.is(header.toDriverBufferLength(), SMALL.toDriver)
  assert.is(header.errorLogBufferLength(), SMALL.errorLog)
  assert.is(header.clientLivenessTimeoutNs(), 10_000_000_000n)
  assert.is(header.pid(), 29_893n)
  assert.is(header.filePageSize(), 4096)
})

test('a patch or minor version more is accepted, another major version is not', () => {
  const { memory } = create()
  for (const version of [0x000200, 0x000001, 0x0003ff]) {
    memory.storeInt32(HEADER.cncVersion.offset, version)
    assert.is(Cnc.attach(memory).version(), version)
  }
  for (const version of [0x010000, 0x7f0200, -1]) {
    memory.storeInt32(HEADER.cncVersion.offset, version)
    throwsCode(() => Cnc.attach(memory), 'ERR_GODWIT_CNC_VERSION')
  }
})

test('sections that lie are refused', () => {
  const fields = [
    HEADER.toDriverBufferLength,
    HEADER.toClientsBufferLength,
    HEADER.countersMetadataBufferLength,
    HEADER.countersValuesBufferLength,
    HEADER.errorLogBufferLength,
  ]
  for (const field of fields) {
    for (const length of [0, -8, 12, 0x7fff_fff8, -0x8000_0000]) {
      const { memory, cnc } = create()
      cnc.signalReady()
      memory.view.setInt32(field.offset, length, true)
      throwsCode(() => Cnc.attach(memory), 'ERR_GODWIT_CNC_LENGTH')
    }
  }
})

test('a file that has not its full length is refused', () => {
  const { memory, cnc } = create()
  cnc.signalReady()
  const end = cnc.errorLog.bytes.byteOffset + cnc.errorLog.byteLength
  assert.ok(Cnc.attach(new AtomicBuffer(memory.bytes.buffer, 0, end)))
  throwsCode(() => Cnc.attach(new AtomicBuffer(memory.bytes.buffer, 0, end - 8)), 'ERR_GODWIT_CNC_LENGTH')
  throwsCode(() => Cnc.attach(new AtomicBuffer(memory.bytes.buffer, 0, 120)), 'ERR_GODWIT_CNC_LENGTH')
  throwsCode(() => Cnc.attach(AtomicBuffer.allocate(0)), 'ERR_GODWIT_CNC_LENGTH')
})

test('lengths that no file has are refused', () => {
  const bad: readonly Partial<CncLengths>[] = [
    { pageSize: 0 }, { pageSize: 5000 }, { pageSize: -4096 }, { errorLog: 0 }, { toDriver: 12 }, { toClients: NaN },
    { countersValues: 2 ** 31 }, { countersMetadata: 2 ** 31 - 4096 },
  ]
  for (const change of bad) throwsCode(() => cncLength({ ...SMALL, ...change }), 'ERR_GODWIT_CNC_LENGTH')
  throwsCode(() => Cnc.create(AtomicBuffer.allocate(4096), SMALL, META), 'ERR_GODWIT_CNC_LENGTH')
})

interface CounterLine {
  readonly id: number
  readonly state: number
  readonly type: number
  readonly value: number
  readonly registrationId: number
  readonly ownerId: number
  readonly referenceId: number
  readonly label: string
}

const COUNTER_LINE = /^ *(\d+) state=(-?\d+) type=(\d+) value=(\d+) reg=(\d+) owner=(-?\d+) ref=(\d+) \| (.*)$/

function counterLines(): readonly CounterLine[] {
  return readVector('aeron/cnc.txt').split('\n').flatMap((line) => {
    const match = COUNTER_LINE.exec(line)
    if (match === null) return []
    const [id, state, type, value, registrationId, ownerId, referenceId] = match.slice(1, 8).map(Number) as
      [number, number, number, number, number, number, number]
    return [{ id, state, type, value, registrationId, ownerId, referenceId, label: match[8] ?? '' }]
  })
}

withVectors(test)('the default layout is that of a running C driver', () => {
  const { memory, cnc } = create(DEFAULTS)
  cnc.signalReady()
  const version = `0x${cnc.version().toString(16)}`
  const { toDriver, toClients, countersMetadata, countersValues, errorLog, pageSize } = cnc.lengths
  const offsets = sectionsOf(cnc).map(({ bytes }) => bytes.byteOffset).join(' ')
  const end = cnc.errorLog.bytes.byteOffset + cnc.errorLog.byteLength
  const lines = readVector('aeron/cnc.txt').split('\n')
  assert.is(
    `file ${memory.byteLength} ver ${version} toDriver ${toDriver} toClients ${toClients} meta ${countersMetadata} ` +
      `vals ${countersValues} err ${errorLog} liveness ${cnc.clientLivenessTimeoutNs()} pid ${cnc.pid()} ` +
      `page ${pageSize}`,
    lines[0],
  )
  assert.is(`offsets ${offsets} end ${end}`, lines[1])
  assert.is(new ManyToOneRingBuffer(cnc.toDriver).capacity, MIB)
  assert.is(new BroadcastReceiver(cnc.toClients).lappedCount, 0)
  assert.is(new CountersReader(cnc.countersMetadata, cnc.countersValues).maxCounterId, 65_535)
})

withVectors(test)('the counters of a running C driver can be made and read', () => {
  const { cnc } = create(DEFAULTS)
  const manager = new CountersManager(cnc.countersMetadata, cnc.countersValues, () => 0, 1000)
  const lines = counterLines()
  assert.ok(lines.length > 46)
  for (const { id, type, value, registrationId, ownerId, referenceId, label } of lines) {
    const counter = manager.allocate(type, label, undefined, registrationId, ownerId, referenceId)
    assert.is(counter.id, id)
    counter.set(value)
  }
  for (const { id, state } of lines) if (state === CounterState.RECLAIMED) manager.free(id)
  const reader = new CountersReader(cnc.countersMetadata, cnc.countersValues)
  const read = lines.map(({ id }) => ({
    id,
    state: reader.state(id),
    type: reader.typeId(id),
    value: reader.value(id),
    registrationId: reader.registrationId(id),
    ownerId: reader.ownerId(id),
    referenceId: reader.referenceId(id),
    label: reader.label(id),
  }))
  assert.equal(read, lines)
  const live: number[] = []
  reader.forEach((id) => void live.push(id))
  assert.equal(live, lines.filter(({ state }) => state === CounterState.ALLOCATED).map(({ id }) => id))
})

test.run()
