import * as assert from 'uvu/assert'
import { ManyToOneRingBuffer } from '../../../client/memory/many-to-one-ring-buffer.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { ConductorHarness, MS, SECOND, only } from '../../support/conductor-harness.ts'
import { suite } from '../../support/suite.ts'
import { readVector, withVectors } from '../../support/vectors.ts'

const test = suite('conductor: start and end')

const ENDPOINT = '127.0.0.1:20121'
const CHANNEL = `aeron:udp?endpoint=${ENDPOINT}`

/** A line of the dump of a real driver. */
interface DumpedCounter {
  readonly id: number
  readonly type: number
  readonly registrationId: number
  readonly ownerId: number
  readonly referenceId: number
  readonly label: string
}

function dumpedCounters(): readonly DumpedCounter[] {
  const line = /^ *(\d+) state=-?\d+ type=(\d+) value=-?\d+ reg=(\d+) owner=(-?\d+) ref=(\d+) \| (.*)$/
  return readVector('aeron/cnc.txt').split('\n').flatMap((text) => {
    const match = line.exec(text)
    if (match === null) return []
    const [id = 0, type = 0, registrationId = 0, ownerId = 0, referenceId = 0] = match.slice(1, 6).map(Number)
    return [{ id, type, registrationId, ownerId, referenceId, label: match[6] ?? '' }]
  })
}

function counterOf(harness: ConductorHarness, id: number): DumpedCounter {
  const { counters } = harness
  return {
    id,
    type: counters.typeId(id),
    registrationId: counters.registrationId(id),
    ownerId: counters.ownerId(id),
    referenceId: counters.referenceId(id),
    label: counters.label(id),
  }
}

/** What differs between drivers: their version. */
function neutral(counter: DumpedCounter): DumpedCounter {
  return { ...counter, label: counter.label.replace(/version=.*$/, 'version=') }
}

test('counters, heartbeat and version are there before the first cycle, and the first id of a client is 1', () => {
  const harness = new ConductorHarness()
  const ring = new ManyToOneRingBuffer(harness.cnc.toDriver)
  assert.is(harness.cnc.version(), 0x000200)
  assert.is(ring.consumerHeartbeatMs(), harness.epochMs())
  assert.is(ring.nextCorrelationId(), 1)
  assert.is(harness.systemCounters.get(SystemCounterId.AERON_VERSION), 79104)
  assert.is(harness.systemCounters.get(SystemCounterId.CONTROL_PROTOCOL_VERSION), 65536)
  assert.is(harness.systemCounters.get(SystemCounterId.BYTES_CURRENTLY_MAPPED), 0)
})

withVectors(test)('the counters of the driver are those of a real one: ids, types, registration ids, labels', () => {
  const harness = new ConductorHarness()
  const expected = dumpedCounters().slice(0, 46)
  assert.is(expected.length, 46)
  assert.is(harness.liveCounters(), 46)
  for (const counter of expected) assert.equal(neutral(counterOf(harness, counter.id)), neutral(counter))
})

withVectors(test)('counters of streams are those of a real driver, in its order', () => {
  const harness = new ConductorHarness()
  const subscriber = harness.client()
  subscriber.addSubscription(CHANNEL, 1001)
  harness.run()
  const publisher = harness.client()
  publisher.addPublication(`${CHANNEL}`, 1001)
  harness.run()
  const sessionId = only(publisher.responses(), 'ON_PUBLICATION_READY').sessionId ?? 0
  harness.createImage(sessionId, 1001)
  harness.run()

  const isOfStream = ({ type }: DumpedCounter): boolean => type !== CounterType.CLIENT_HEARTBEAT
  const withoutChance = (counter: DumpedCounter): Omit<DumpedCounter, 'id'> => ({
    type: counter.type,
    registrationId: counter.registrationId,
    ownerId: counter.ownerId,
    referenceId: counter.referenceId,
    // Session ids, ports that the system chose, and the ids of channels, which heartbeats shift.
    label: counter.label
      .replace(/(sockaddr:) \d+/, '$1')
      .replace(/(snd-.* )127.0.0.1:\d+$/, '$1')
      .replaceAll(String(sessionId), '-515719300'),
  })
  const expected = dumpedCounters().slice(46).filter(isOfStream).map(withoutChance)
  const ids = Array.from({ length: harness.liveCounters() - 46 }, (_, i) => 46 + i)
  const actual = ids.map((id) => counterOf(harness, id)).filter(isOfStream).map(withoutChance)
  assert.is(expected.length, 14)
  assert.equal(actual, expected)
})

test('the heartbeat is written on every tick of the timer, and says that the driver is gone after a clean end', () => {
  const harness = new ConductorHarness()
  const { ring } = harness.client()
  harness.run()
  const first = ring.consumerHeartbeatMs()
  harness.nowNs += 500 * MS
  harness.run()
  assert.is(ring.consumerHeartbeatMs(), first)
  assert.is(harness.conductor.nextDeadlineNs(), 6 * SECOND)
  harness.nowNs = harness.conductor.nextDeadlineNs()
  harness.run()
  assert.is(ring.consumerHeartbeatMs(), first + 1000)
  harness.conductor.close()
  assert.is(ring.consumerHeartbeatMs(), -1)
})

test('at the end all logs are freed', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addPublication('aeron:ipc', 1)
  client.addPublication(CHANNEL, 1)
  client.addSubscription(CHANNEL, 1)
  harness.run()
  harness.createImage(5, 1)
  harness.run()
  assert.is(harness.logs.regions.size, 3)
  assert.is(harness.systemCounters.get(SystemCounterId.BYTES_CURRENTLY_MAPPED), harness.logs.bytesMapped())
  harness.conductor.close()
  assert.is(harness.logs.regions.size, 0)
})

test('an idle conductor has nothing to do', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addPublication('aeron:ipc', 1)
  client.addPublication(CHANNEL, 1)
  client.addSubscription(CHANNEL, 1)
  harness.run()
  harness.createImage(5, 1)
  harness.run()
  assert.is(harness.conductor.doWork(harness.nowNs), 0)
  assert.is(harness.conductor.doWork(harness.nowNs + MS), 0)
})

test.run()
