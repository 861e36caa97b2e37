import * as assert from 'uvu/assert'
import { ChannelStatus } from '../../../client/channel-status.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { CounterType, SocketAddressCounterKeyEncoder } from '../../../schemas/generated/aeron.memory/index.ts'
import { FakeDriver, closeClients } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'

const test = suite('client/channel-status')

function addAddress(driver: FakeDriver, channelStatusId: number, address: string, lengthLie: number = 0): void {
  const key = new DirectBuffer(new ArrayBuffer(112))
  new SocketAddressCounterKeyEncoder().wrap(key, 0)
    .channelStatusId(channelStatusId)
    .addressLength(address.length + lengthLie)
  for (let i = 0; i < address.length; i++) {
    key.bytes[SocketAddressCounterKeyEncoder.BLOCK_LENGTH + i] = address.charCodeAt(i)
  }
  driver.counters.allocate(CounterType.LOCAL_SOCKET_ADDRESS, 'rcv-local-sockaddr', key.bytes).set(ChannelStatus.ACTIVE)
}

test('a subscription on port 0 knows where it was bound once its channel is active', async () => {
  const driver = new FakeDriver()
  const status = driver.counters.allocate(CounterType.RECEIVE_CHANNEL_STATUS, 'rcv-channel')
  driver.channelStatusId = status.id
  const client = driver.connect()
  const subscription = await client.addSubscription('aeron:udp?endpoint=127.0.0.1:0|mtu=1408', 10)
  const publication = await client.addPublication('aeron:udp?endpoint=127.0.0.1:9', 10)
  addAddress(driver, status.id + 1, '127.0.0.1:1')
  addAddress(driver, status.id, '127.0.0.1:40123')
  addAddress(driver, status.id, '127.0.0.1:2', 1000)
  addAddress(driver, status.id, '127.0.0.1:2', -1000)
  assert.is(subscription.channelStatus, ChannelStatus.INITIALIZING)
  assert.equal(subscription.localSocketAddresses(), [])
  assert.is(subscription.tryResolveChannelEndpointPort(), undefined)
  status.set(ChannelStatus.ACTIVE)
  assert.is(publication.channelStatus, ChannelStatus.ACTIVE)
  assert.equal(publication.localSocketAddresses(), ['127.0.0.1:40123'])
  assert.is(subscription.resolvedEndpoint, '127.0.0.1:40123')
  assert.is(subscription.tryResolveChannelEndpointPort(), 'aeron:udp?endpoint=127.0.0.1:40123|mtu=1408')
})

test('channels without sockets are active and have no addresses', async () => {
  const client = new FakeDriver().connect()
  const subscription = await client.addSubscription('aeron:ipc', 10)
  assert.is(subscription.channelStatus, ChannelStatus.ACTIVE)
  assert.equal(subscription.localSocketAddresses(), [])
  assert.is(subscription.tryResolveChannelEndpointPort(), 'aeron:ipc')
})

test.after(closeClients)

test.run()
