import * as assert from 'uvu/assert'
import { CountersReader } from '../../../client/memory/counters-reader.ts'
import { joinStreams } from '../../../driver/tools/streams.ts'
import type { StreamState } from '../../../driver/tools/streams.ts'
import {
  PUBLISHER_LIMIT,
  PUBLISHER_POSITION_EXCLUSIVE,
  RECEIVER_HWM,
} from '../../../driver/core/conductor/stream-counters.ts'
import { suite } from '../../support/suite.ts'
import { identity, SmallDriver, UDP_CHANNEL } from './small-driver.ts'

const test = suite('tools: streams')

function streamsOf({ cnc }: SmallDriver): readonly StreamState[] {
  return joinStreams(new CountersReader(cnc.countersMetadata, cnc.countersValues), () => true)
}

test('the counters of a stream are joined, and say who is how far behind', () => {
  assert.equal(streamsOf(SmallDriver.withStreams()), [{
    sessionId: -77,
    streamId: 1001,
    channel: UDP_CHANNEL,
    publications: [{
      registrationId: 5,
      position: 10_000,
      limit: 70_000,
      senderPosition: 9_000,
      senderLimit: 9_600,
      backPressureEvents: 3,
      naksReceived: 4,
      bytesToSend: 1_000,
    }],
    images: [{ registrationId: 7, position: 8_000, highestPosition: 8_960, naksSent: 2, bytesToReceive: 960 }],
    subscriptions: [{ registrationId: 2, sourceId: 7, position: 7_040, bytesToConsume: 1_920 }],
  }])
})

test('over IPC subscribers are behind the publisher, also when they named the channel in another way', () => {
  const driver = new SmallDriver()
  const kinds = [PUBLISHER_POSITION_EXCLUSIVE, PUBLISHER_LIMIT]
  const [position] = driver.streamCounters.allocateAll(identity(5, 1, 'aeron:ipc?term-length=64k'), kinds)
  position?.set(4096)
  driver.streamCounters.allocateSubscriberPosition(identity(6, 1, 'aeron:ipc'), 5, 1024)
  const [first, second] = streamsOf(driver)
  assert.is(first?.publications[0]?.bytesToSend, undefined)
  assert.is(second?.subscriptions[0]?.bytesToConsume, 3072)
})

test('without the source of a subscription the only image of the stream is taken for it', () => {
  const driver = new SmallDriver()
  driver.streamCounters.allocateAll(identity(5, 1), [RECEIVER_HWM])[0]?.set(640)
  driver.streamCounters.allocateSubscriberPosition(identity(6, 1), 0, 64)
  driver.streamCounters.allocateSubscriberPosition(identity(6, 1), 99, 64)
  const subscriptions = streamsOf(driver)[0]?.subscriptions
  assert.equal(subscriptions?.map(({ bytesToConsume }) => bytesToConsume), [576, undefined])
})

test('counters that are not read at the same instant give no negative backlog', () => {
  const driver = new SmallDriver()
  driver.streamCounters.allocateAll(identity(5, 1), [RECEIVER_HWM])
  driver.streamCounters.allocateSubscriberPosition(identity(6, 1), 5, 64)
  assert.is(streamsOf(driver)[0]?.subscriptions[0]?.bytesToConsume, 0)
})

test('streams come by stream and session', () => {
  const driver = new SmallDriver()
  for (const sessionId of [9, -9, 0]) driver.publish(identity(100 + sessionId, sessionId))
  assert.equal(streamsOf(driver).map(({ sessionId }) => sessionId), [-9, 0, 9])
})

test.run()
