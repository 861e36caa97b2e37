import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { BroadcastReceiver } from '../../../client/memory/broadcast-receiver.ts'
import { BROADCAST_BUFFER_TRAILER_LENGTH, BroadcastTransmitter } from '../../../client/memory/broadcast-transmitter.ts'
import { PADDING_TYPE, RECORD_LENGTH_OFFSET, RECORD_TYPE_OFFSET } from '../../../client/memory/record-buffer.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { BroadcastBufferTrailerMeta } from '../../../schemas/generated/aeron.memory/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { throwsCode } from './errors.ts'

const test = suite('memory/broadcast')

const CAPACITY = 1024
const TYPE = 3
const TRAILER = BroadcastBufferTrailerMeta.fields
const INTENT_OFFSET = CAPACITY + TRAILER.tailIntentCounter.offset
const TAIL_OFFSET = CAPACITY + TRAILER.tailCounter.offset
const LATEST_OFFSET = CAPACITY + TRAILER.latestCounter.offset

const source = new DirectBuffer(Uint8Array.from({ length: 65_536 }, (_, index) => index * 31))

interface Fixture {
  readonly buffer: AtomicBuffer
  readonly transmitter: BroadcastTransmitter
  readonly receiver: BroadcastReceiver
}

/** A buffer in which the next record comes at that position. */
function broadcastAt(position: number, capacity: number = CAPACITY): Fixture {
  const buffer = AtomicBuffer.allocate(capacity + BROADCAST_BUFFER_TRAILER_LENGTH)
  for (const field of [TRAILER.tailIntentCounter, TRAILER.tailCounter, TRAILER.latestCounter]) {
    buffer.storeInt64(capacity + field.offset, position)
  }
  return { buffer, transmitter: new BroadcastTransmitter(buffer), receiver: new BroadcastReceiver(buffer) }
}

function receiveAll(receiver: BroadcastReceiver): number[] {
  const lengths: number[] = []
  for (;;) {
    const count = receiver.receive((_typeId, _buffer, _offset, length) => void lengths.push(length))
    if (count === 0) return lengths
  }
}

test('a message comes out as it went in', () => {
  const { transmitter, receiver, buffer } = broadcastAt(0)
  assert.is(receiver.receive(() => assert.unreachable()), 0)
  transmitter.transmit(TYPE, source, 5, 13)
  assert.is(buffer.loadInt64(INTENT_OFFSET), 24)
  assert.is(buffer.loadInt64(TAIL_OFFSET), 24)
  assert.is(buffer.loadInt64(LATEST_OFFSET), 0)
  assert.is(receiver.receive((typeId, from, offset, length) => {
    assert.is(typeId, TYPE)
    assert.equal(from.bytes.slice(offset, offset + length), source.bytes.slice(5, 18))
  }), 1)
  assert.is(receiver.receive(() => assert.unreachable()), 0)
})

test('every receiver gets every message', () => {
  const { transmitter, receiver, buffer } = broadcastAt(0)
  const other = new BroadcastReceiver(buffer)
  for (const length of [0, 1, 2]) transmitter.transmit(TYPE, source, 0, length)
  assert.equal(receiveAll(receiver), [0, 1, 2])
  assert.equal(receiveAll(other), [0, 1, 2])
})

test('a receiver begins with the newest message', () => {
  const { transmitter, buffer } = broadcastAt(0)
  for (const length of [1, 2, 3]) transmitter.transmit(TYPE, source, 0, length)
  assert.equal(receiveAll(new BroadcastReceiver(buffer)), [3])
})

test('a record that does not fit before the end goes to the start, behind padding', () => {
  const { transmitter, receiver, buffer } = broadcastAt(5 * CAPACITY - 16)
  transmitter.transmit(TYPE, source, 0, 40)
  assert.is(buffer.loadInt32(CAPACITY - 16 + RECORD_LENGTH_OFFSET), 16)
  assert.is(buffer.loadInt32(CAPACITY - 16 + RECORD_TYPE_OFFSET), PADDING_TYPE)
  assert.is(buffer.loadInt64(INTENT_OFFSET), 5 * CAPACITY + 48)
  assert.is(buffer.loadInt64(LATEST_OFFSET), 5 * CAPACITY)
  transmitter.transmit(TYPE, source, 0, 2)
  assert.equal(receiveAll(receiver), [40, 2])
  assert.is(receiver.lappedCount, 0)
})

test('a record fits exactly before the end without padding', () => {
  const { transmitter, receiver, buffer } = broadcastAt(CAPACITY - 48)
  transmitter.transmit(TYPE, source, 0, 40)
  assert.is(buffer.loadInt64(TAIL_OFFSET), CAPACITY)
  transmitter.transmit(TYPE, source, 0, 8)
  assert.equal(receiveAll(receiver), [40, 8])
})

test('a receiver just not a lap behind loses nothing', () => {
  const { transmitter, receiver } = broadcastAt(0)
  for (let i = 0; i < 8; i++) transmitter.transmit(TYPE, source, 0, 112)
  assert.is(receiveAll(receiver).length, 8)
  for (let i = 0; i < 7; i++) transmitter.transmit(TYPE, source, 0, 112)
  transmitter.transmit(TYPE, source, 0, 104)
  assert.is(receiveAll(receiver).length, 8)
})

test('a lapped receiver is told so, and goes on with the newest message', () => {
  const { transmitter, receiver } = broadcastAt(0)
  for (let i = 0; i < 9; i++) transmitter.transmit(TYPE, source, 0, 112 + i)
  throwsCode(() => receiver.receive(() => assert.unreachable()), 'ERR_GODWIT_BROADCAST_LAPPED')
  assert.is(receiver.lappedCount, 1)
  assert.equal(receiveAll(receiver), [120])
  assert.is(receiver.lappedCount, 1)
})

test('a receiver is lapped exactly when what it reads is about to be overwritten', () => {
  const { transmitter, receiver, buffer } = broadcastAt(64)
  transmitter.transmit(TYPE, source, 0, 8)
  transmitter.transmit(TYPE, source, 0, 9)
  buffer.storeInt64(INTENT_OFFSET, 64 + CAPACITY)
  throwsCode(() => receiver.receive(() => assert.unreachable()), 'ERR_GODWIT_BROADCAST_LAPPED')
  assert.equal(receiveAll(receiver), [9])

  const inTime = broadcastAt(64)
  inTime.transmitter.transmit(TYPE, source, 0, 8)
  inTime.buffer.storeInt64(INTENT_OFFSET, 64 + CAPACITY - 8)
  assert.equal(receiveAll(inTime.receiver), [8])
})

test('messages longer than the first scratch buffer pass', () => {
  const { transmitter, receiver } = broadcastAt(0, 65_536)
  for (const length of [4095, 4096, 4097, 8192]) {
    transmitter.transmit(TYPE, source, 100, length)
    assert.is(receiver.receive((_typeId, from, offset, received) => {
      assert.is(received, length)
      assert.equal(from.bytes.slice(offset, offset + received), source.bytes.slice(100, 100 + length))
    }), 1)
  }
})

test('what is handed out is a copy', () => {
  const { transmitter, receiver, buffer } = broadcastAt(0)
  transmitter.transmit(TYPE, source, 1, 8)
  receiver.receive((_typeId, from, offset) => {
    buffer.bytes.fill(0xff, 0, CAPACITY)
    assert.is(from.bytes[offset], source.bytes[1])
  })
})

test('messages that no buffer takes are refused', () => {
  const { transmitter, receiver } = broadcastAt(0)
  assert.is(transmitter.maxMessageLength, CAPACITY / 8)
  throwsCode(() => transmitter.transmit(TYPE, source, 0, CAPACITY / 8 + 1), 'ERR_GODWIT_MESSAGE_LENGTH')
  throwsCode(() => transmitter.transmit(TYPE, source, source.byteLength, 1), 'ERR_GODWIT_MESSAGE_LENGTH')
  throwsCode(() => transmitter.transmit(0, source, 0, 1), 'ERR_GODWIT_MESSAGE_TYPE')
  transmitter.transmit(TYPE, source, 0, CAPACITY / 8)
  assert.equal(receiveAll(receiver), [CAPACITY / 8])
})

test('a capacity is a power of two', () => {
  const buffer = AtomicBuffer.allocate(1000 + BROADCAST_BUFFER_TRAILER_LENGTH)
  throwsCode(() => new BroadcastTransmitter(buffer), 'ERR_GODWIT_BUFFER_CAPACITY')
  throwsCode(() => new BroadcastReceiver(buffer), 'ERR_GODWIT_BUFFER_CAPACITY')
})

test('receivers cannot make the transmitter write elsewhere', () => {
  const { transmitter, buffer } = broadcastAt(0)
  transmitter.transmit(TYPE, source, 0, 8)
  for (const offset of [INTENT_OFFSET, TAIL_OFFSET, LATEST_OFFSET]) buffer.storeInt64(offset, -12_345)
  transmitter.transmit(TYPE, source, 0, 8)
  assert.is(buffer.loadInt64(TAIL_OFFSET), 32)
  assert.equal(receiveAll(new BroadcastReceiver(buffer)), [8])
})

for (const length of [0, 7, -8, 8 + CAPACITY / 8 + 1, CAPACITY, 0x7fff_ffff]) {
  test(`a record of ${length} bytes that cannot be is an error, and what comes next is received`, () => {
    const { transmitter, receiver, buffer } = broadcastAt(64)
    transmitter.transmit(TYPE, source, 0, 8)
    buffer.storeInt32(64 + RECORD_LENGTH_OFFSET, length)
    throwsCode(() => receiver.receive(() => assert.unreachable()), 'ERR_GODWIT_BROADCAST_CORRUPT')
    transmitter.transmit(TYPE, source, 0, 5)
    assert.equal(receiveAll(receiver), [5])
  })
}

test('a record that would go over the end is an error', () => {
  const { transmitter, receiver, buffer } = broadcastAt(CAPACITY - 16)
  transmitter.transmit(TYPE, source, 0, 8)
  buffer.storeInt32(CAPACITY - 16 + RECORD_LENGTH_OFFSET, 17)
  throwsCode(() => receiver.receive(() => assert.unreachable()), 'ERR_GODWIT_BROADCAST_CORRUPT')
})

test('padding behind padding is an error', () => {
  const { transmitter, receiver, buffer } = broadcastAt(CAPACITY - 16)
  transmitter.transmit(TYPE, source, 0, 40)
  buffer.storeInt32(RECORD_TYPE_OFFSET, PADDING_TYPE)
  throwsCode(() => receiver.receive(() => assert.unreachable()), 'ERR_GODWIT_BROADCAST_CORRUPT')
})

test('whatever is written to it, a receiver stays inside and ends', () => withSeed('broadcast', (random) => {
  for (let round = 0; round < 300; round++) {
    const { transmitter, receiver, buffer } = broadcastAt(8 * random.int(1000))
    for (let step = 0; step < 30; step++) {
      transmitter.transmit(TYPE, source, 0, random.int(transmitter.maxMessageLength))
      const value = random.pick([random.bigint(64), BigInt(random.int(4 * CAPACITY))])
      if (random.bool(0.2)) buffer.storeBigInt64(8 * random.int(buffer.byteLength / 8), BigInt.asIntN(64, value))
      for (let reads = 0; reads < random.int(4); reads++) {
        try {
          receiver.receive((_typeId, from, offset, length) => {
            assert.ok(length <= CAPACITY / 8 && offset + length <= from.byteLength)
          })
        } catch (error) {
          assert.match((error as { code?: string }).code ?? String(error), /^ERR_GODWIT_BROADCAST_/)
        }
      }
    }
  }
}))

test.run()
