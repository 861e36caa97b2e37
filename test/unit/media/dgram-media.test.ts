import * as assert from 'uvu/assert'
import {
  DGRAM_RECEIVE_QUEUE_CAPACITY,
  DGRAM_RECEIVE_QUEUE_LENGTH,
  DGRAM_SENDS_IN_FLIGHT_MAX,
  DgramMedia,
} from '../../../driver/media/dgram-media.ts'
import { suite } from '../../support/suite.ts'
import { addConformanceTests, loopback, open, patterned, receive, turnOfEventLoop } from './transport-conformance.ts'

const unexpected = (message: string): void => {
  throw new Error(message)
}

const test = suite('transports of node:dgram')

addConformanceTests(test, [4, 6], () => new DgramMedia({ warn: unexpected }), turnOfEventLoop)

test('takes a bounded number of datagrams between turns of the event loop', async () => {
  const media = new DgramMedia({ warn: unexpected })
  const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
  try {
    const buffer = patterned(8)
    for (let i = 0; i < DGRAM_SENDS_IN_FLIGHT_MAX; i++) assert.is(a.send(buffer, 0, 8, b.localAddress), 8)
    assert.is(a.send(buffer, 0, 8, b.localAddress), 0)
    await receive(b, DGRAM_SENDS_IN_FLIGHT_MAX, turnOfEventLoop, 1024)
    assert.is(a.send(buffer, 0, 8, b.localAddress), 8)
  } finally {
    a.close()
    b.close()
  }
})

test('keeps a bounded number of datagrams for the next poll, and warns once when it loses some', async () => {
  const warnings: string[] = []
  let readable = 0
  let lost = 0
  const media = new DgramMedia({
    warn: (message) => warnings.push(message),
    onReadable: () => readable++,
    countLost: () => lost++,
  })
  const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
  try {
    const buffer = patterned(8)
    for (let turns = 0; lost < 40 && turns < 10_000; turns++) {
      for (let i = 0; i < 30; i++) a.send(buffer, 0, 8, b.localAddress)
      await turnOfEventLoop()
    }
    assert.ok(lost >= 40)
    assert.is(b.poll(() => undefined, Infinity), 8 * DGRAM_RECEIVE_QUEUE_CAPACITY)
    assert.is(warnings.length, 1)
    assert.match(warnings[0] ?? '', String(DGRAM_RECEIVE_QUEUE_CAPACITY))
    assert.is(readable, 1)
  } finally {
    a.close()
    b.close()
  }
})

test('keeps a bounded number of bytes for the next poll, and has room again afterwards', async () => {
  let lost = 0
  const media = new DgramMedia({ warn: () => undefined, countLost: () => lost++ })
  const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
  try {
    const buffer = patterned(60_000)
    const mostDatagrams = Math.floor(DGRAM_RECEIVE_QUEUE_LENGTH / 60_000)
    for (let round = 0; round < 2; round++) {
      lost = 0
      for (let turns = 0; lost < 3 && turns < 10_000; turns++) {
        a.send(buffer, 0, 60_000, b.localAddress)
        await turnOfEventLoop()
      }
      assert.is(b.poll(() => undefined, Infinity), 60_000 * mostDatagrams)
    }
  } finally {
    a.close()
    b.close()
  }
})

test.run()
