import * as assert from 'uvu/assert'
import { MEMORY_NETWORK_CAPACITY, MemoryNetwork } from '../../../driver/media/memory-network.ts'
import { suite } from '../../support/suite.ts'
import { addConformanceTests, loopback, open, patterned } from './transport-conformance.ts'

const LATENCY_NS = 50_000

let nowNs = 0
const clock = (): number => nowNs
const turn = async (): Promise<void> => void (nowNs += LATENCY_NS)

const test = suite('transports of the memory network')

addConformanceTests(test, [4, 6], () => new MemoryNetwork({ nowNs: clock, latencyNs: LATENCY_NS }).media(), turn)

test('a datagram arrives when the latency has passed, and the clock can be told when', async () => {
  const network = new MemoryNetwork({ nowNs: clock, latencyNs: LATENCY_NS })
  const [here, there] = [network.media(['10.0.0.1']), network.media(['10.0.0.2'])]
  const a = await open(here, { local: { family: 4, address: '10.0.0.1', port: 0 } })
  const b = await open(there, { local: { family: 4, address: '0.0.0.0', port: 20121 } })
  const sentNs = nowNs
  assert.is(there.nextArrivalNs(), Infinity)
  a.send(patterned(8), 0, 8, { family: 4, address: '10.0.0.2', port: 20121 })
  assert.is(there.nextArrivalNs(), sentNs + LATENCY_NS)
  nowNs = sentNs + LATENCY_NS - 1
  assert.is(b.poll(() => undefined, 1), 0)
  nowNs++
  assert.is(there.nextArrivalNs(), nowNs)
  assert.is(b.poll((_buffer, _offset, _length, source) => assert.is(source.address, '10.0.0.1'), 1), 8)
  assert.is(there.nextArrivalNs(), Infinity)
  assert.equal(network.counts, { sent: 1, delivered: 1, refused: 0, overflowed: 0 })
})

test('hosts can use the same port, and the wildcard of one does not hear the other', async () => {
  const network = new MemoryNetwork({ nowNs: clock })
  const [one, two] = [network.media(['10.0.0.1']), network.media(['10.0.0.2'])]
  const wildcard = { family: 4, address: '0.0.0.0', port: 40123 } as const
  const a = await open(one, { local: wildcard })
  const b = await open(two, { local: wildcard })
  a.send(patterned(4), 0, 4, { ...wildcard, address: '10.0.0.2' })
  assert.is(a.poll(() => undefined, 1), 0)
  assert.is(b.poll(() => undefined, 1), 4)
})

test('what a receive buffer or the network cannot hold is lost and counted', async () => {
  const network = new MemoryNetwork({ nowNs: clock, latencyNs: LATENCY_NS })
  const media = network.media()
  const a = await open(media, { local: loopback(4) })
  const b = await open(media, { local: loopback(4), receiveBufferLength: 10 * (64 + 100) })
  const buffer = patterned(100)
  for (let i = 0; i < 11; i++) a.send(buffer, 0, 100, b.localAddress)
  await turn()
  assert.is(b.poll(() => undefined, Infinity), 1000)
  assert.is(network.counts.overflowed, 1)
  for (let i = 0; i < MEMORY_NETWORK_CAPACITY + 5; i++) a.send(buffer, 0, 1, loopback(4, 1))
  assert.is(network.counts.overflowed, 6)
  await turn()
  assert.is(network.nextArrivalNs(), Infinity)
  assert.is(network.counts.refused, MEMORY_NETWORK_CAPACITY)
})

test('a poll ends although each datagram is answered at once', async () => {
  const media = new MemoryNetwork({ nowNs: clock }).media()
  const a = await open(media, { local: loopback(4) })
  let handled = 0
  a.send(patterned(8), 0, 8, a.localAddress)
  const bytes = a.poll((buffer, offset, length, source) => {
    handled++
    a.send(buffer, offset, length, source)
  }, Infinity)
  assert.is(handled, 1)
  assert.is(bytes, 8)
})

test.run()
