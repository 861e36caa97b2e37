import * as assert from 'uvu/assert'
import { CountersReader } from '../../../client/memory/counters-reader.ts'
import { decodeCounterKey } from '../../../driver/tools/counter-key.ts'
import type { CounterKey } from '../../../driver/tools/counter-key.ts'
import { COUNTER_TYPE_NAMES, counterTypeOfName, nameOfCounterType } from '../../../driver/tools/counter-types.ts'
import { PUBLISHER_LIMIT } from '../../../driver/core/conductor/stream-counters.ts'
import { CounterType } from '../../../schemas/generated/aeron.memory/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { identity, SmallDriver } from './small-driver.ts'

const test = suite('tools: keys of counters')

function keysOf(driver: SmallDriver): readonly (CounterKey | undefined)[] {
  const keys: (CounterKey | undefined)[] = []
  new CountersReader(driver.cnc.countersMetadata, driver.cnc.countersValues)
    .forEach((_id, typeId, key, label) => keys.push(decodeCounterKey(typeId, key, label)))
  return keys
}

test('keys are read as the driver writes them', () => {
  const driver = new SmallDriver()
  const { streamCounters } = driver
  driver.counters.allocate(CounterType.SYSTEM, 'Errors', Uint8Array.of(15, 0, 0, 0))
  streamCounters.allocateAll(identity(12, -3, 'aeron:ipc'), [PUBLISHER_LIMIT])
  streamCounters.allocateChannelStatus(true, 'aeron:udp?endpoint=localhost:1', 4)
  streamCounters.allocateLocalAddress(false, 2, '127.0.0.1:99', 4)
  streamCounters.allocateClientHeartbeat(77)
  driver.counters.allocate(1001, 'of a user', new Uint8Array(112))
  assert.equal(keysOf(driver), [
    { kind: 'system', systemCounterId: 15 },
    { kind: 'stream', registrationId: 12, sessionId: -3, streamId: 1001, channel: 'aeron:ipc' },
    { kind: 'channel', channel: 'aeron:udp?endpoint=localhost:1' },
    { kind: 'address', channelStatusId: 2, address: '127.0.0.1:99' },
    { kind: 'client', clientId: 77 },
    undefined,
  ])
})

test('a channel that is too long for the key comes from the label', () => {
  const channel = `aeron:udp?endpoint=127.0.0.1:40123|alias=${'x'.repeat(150)}`
  const driver = new SmallDriver()
  driver.streamCounters.allocateSubscriberPosition(identity(2, 3, channel), 9, 4096)
  const [key] = keysOf(driver)
  assert.is(key?.kind === 'stream' && key.channel, channel)
  const other = decodeCounterKey(CounterType.SUBSCRIBER_POSITION, keyBytes(driver), 'sub-pos: 2 3 1001 aeron:ipc @4096')
  assert.is(other?.kind === 'stream' && other.channel, channel.slice(0, 92))
})

function keyBytes(driver: SmallDriver): Uint8Array {
  return driver.cnc.countersMetadata.bytes.slice(16, 16 + 112)
}

test('a key with a text that does not fit is none', () => {
  const stream = new Uint8Array(112)
  new DataView(stream.buffer).setInt32(16, 93, true)
  assert.is(decodeCounterKey(CounterType.PUBLISHER_LIMIT, stream, ''), undefined)
  new DataView(stream.buffer).setInt32(16, -1, true)
  assert.is(decodeCounterKey(CounterType.PUBLISHER_LIMIT, stream, ''), undefined)
  const long = new Uint8Array(112).fill(0x7f)
  for (const typeId of [CounterType.SEND_CHANNEL_STATUS, CounterType.LOCAL_SOCKET_ADDRESS]) {
    assert.is(decodeCounterKey(typeId, long, ''), undefined)
  }
})

test('random keys are read or are none', async () => {
  await withSeed('random counter keys', (random) => {
    for (let i = 0; i < 5000; i++) {
      const key = decodeCounterKey(random.int(25), random.bytes(112), 'x: 1 2 3 y')
      if (key?.kind === 'stream') assert.ok(key.channel.length <= 92)
    }
  })
})

test('every type of Aeron has one name, by which it is found', () => {
  const types = Object.values(CounterType).filter((typeId) => typeId >= 0)
  assert.is(COUNTER_TYPE_NAMES.length, types.length)
  for (const typeId of types) assert.is(counterTypeOfName(nameOfCounterType(typeId) ?? ''), typeId)
  assert.is(nameOfCounterType(1001), undefined)
  assert.is(counterTypeOfName('constructor'), undefined)
})

test.run()
