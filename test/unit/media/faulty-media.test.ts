import * as assert from 'uvu/assert'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { DatagramBatch } from '../../../driver/core/media.ts'
import type { UdpTransport } from '../../../driver/core/media.ts'
import { FAULT_HELD_CAPACITY, FAULT_HOLD_MAX_NS } from '../../../driver/media/fault-direction.ts'
import { FaultyMedia } from '../../../driver/media/faulty-media.ts'
import type { FaultOptions } from '../../../driver/media/faulty-media.ts'
import { MemoryNetwork } from '../../../driver/media/memory-network.ts'
import { FrameHeaderMeta, FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import { suite } from '../../support/suite.ts'
import { addConformanceTests, loopback, open } from './transport-conformance.ts'

const LENGTH = 64
const TYPE_OFFSET = FrameHeaderMeta.fields.frameType.offset
const NUMBER_OFFSET = 32

let nowNs = 0
const turn = async (): Promise<void> => void nowNs++
const makeNetwork = (): MemoryNetwork => new MemoryNetwork({ nowNs: () => nowNs })

const test = suite('faulty media')

addConformanceTests(test, [4], () => new FaultyMedia(makeNetwork().media(), { send: { loss: 0 } }, () => nowNs), turn)

interface Run {
  /** Numbers of the datagrams in the order in which they came. */
  readonly numbers: readonly number[]
  readonly datagrams: readonly Uint8Array[]
  readonly media: FaultyMedia
}

interface Stream {
  readonly count: number
  readonly batch?: number
  readonly frameType?: FrameType
  readonly pollBatch?: number
}

/** Sends numbered datagrams from one transport to another of the same faulty media. */
async function run(options: FaultOptions, { count, batch = 1, frameType = FrameType.DATA }: Stream): Promise<Run> {
  const media = new FaultyMedia(makeNetwork().media(), options, () => nowNs)
  const a = await open(media, { local: loopback(4) })
  const b = await open(media, { local: loopback(4) })
  const buffer = new DirectBuffer(new SharedArrayBuffer(LENGTH * batch))
  const datagrams: Uint8Array[] = []
  for (let sent = 0; sent < count; sent += batch) {
    for (let i = 0; i < batch; i++) {
      buffer.view.setUint16(i * LENGTH + TYPE_OFFSET, frameType, true)
      buffer.view.setInt32(i * LENGTH + NUMBER_OFFSET, sent + i, true)
    }
    sendFrom(a, buffer, batch, b)
    b.poll((from, offset, length) => datagrams.push(from.bytes.slice(offset, offset + length)), Infinity)
  }
  a.close()
  b.close()
  return { numbers: datagrams.map(numberOf), datagrams, media }
}

function sendFrom(a: UdpTransport, buffer: DirectBuffer, batch: number, b: UdpTransport): void {
  if (batch === 1) return void assert.is(a.send(buffer, 0, LENGTH, b.localAddress), LENGTH)
  const datagrams = new DatagramBatch()
  datagrams.start(buffer)
  for (let i = 0; i < batch; i++) datagrams.add(i * LENGTH, LENGTH)
  assert.is(a.sendBatch(datagrams, b.localAddress), batch)
}

function numberOf(bytes: Uint8Array): number {
  return bytes.length < NUMBER_OFFSET + 4 ? -1 : new DataView(bytes.buffer).getInt32(NUMBER_OFFSET, true)
}

/** Four standard deviations around the mean of that many draws. */
function expectRate(count: number, rate: number, actual: number): void {
  const deviation = 4 * Math.sqrt(count * rate * (1 - rate))
  assert.ok(Math.abs(actual - count * rate) <= deviation, `${actual} of ${count} at a rate of ${rate}`)
}

const EVERYTHING = { loss: 0.05, duplicate: 0.04, reorder: 0.03, delay: 0.02, corrupt: 0.02, truncate: 0.01 }

test('the same seed gives the same faults, another seed others', async () => {
  const stream = { count: 2000, batch: 8 }
  const options = { seed: 4711, send: EVERYTHING, receive: EVERYTHING }
  const [first, second] = [await run(options, stream), await run(options, stream)]
  assert.equal(first.datagrams, second.datagrams)
  assert.equal(first.media.counts(), second.media.counts())
  const other = await run({ ...options, seed: 4712 }, stream)
  assert.not.equal(first.numbers, other.numbers)
})

test('faults are the same whether datagrams are sent one by one or in batches', async () => {
  const options = { seed: 7, send: EVERYTHING }
  const single = await run(options, { count: 1920 })
  const batched = await run(options, { count: 1920, batch: 64 })
  assert.equal(single.datagrams, batched.datagrams)
})

for (const direction of ['send', 'receive'] as const) {
  test(`${direction}: rates are kept, and the counts say what was done`, async () => {
    const count = 20_000
    const { numbers, media } = await run({ seed: 1, [direction]: EVERYTHING }, { count, batch: 16 })
    const counts = media.counts()[direction]
    assert.is(counts.datagrams, count)
    expectRate(count, EVERYTHING.loss, counts.lost)
    expectRate(count, EVERYTHING.duplicate, counts.duplicated)
    expectRate(count, EVERYTHING.reorder, counts.reordered)
    expectRate(count, EVERYTHING.delay, counts.delayed)
    expectRate(count, EVERYTHING.corrupt, counts.corrupted)
    expectRate(count, EVERYTHING.truncate, counts.truncated)
    assert.is(numbers.length, count - counts.lost + counts.duplicated - counts.abandoned)
    const opposite = media.counts()[direction === 'send' ? 'receive' : 'send']
    assert.is(opposite.lost + opposite.corrupted + opposite.delayed, 0)
  })
}

test('a reordered datagram comes behind the next one, a delayed one after as many as was asked', async () => {
  const reordered = await run({ seed: 3, send: { reorder: 0.1 } }, { count: 1000 })
  const swaps = reordered.numbers.filter((number, i) => number !== i)
  assert.ok(swaps.length > 50)
  assert.ok(reordered.numbers.every((number, i) => Math.abs(number - i) <= 5))
  assert.equal([...reordered.numbers].sort((a, b) => a - b).slice(0, 990), Array.from({ length: 990 }, (_, i) => i))
  const { numbers } = await run({ seed: 3, send: { delay: 0.01, delayDatagrams: 5 } }, { count: 1000 })
  const late = numbers.flatMap((number, i) => (i > 0 && number < (numbers[i - 1] ?? 0) ? [i] : []))
  assert.ok(late.length > 2)
  for (const at of late) assert.is(numbers.slice(0, at).filter((other) => other > (numbers[at] ?? 0)).length, 5)
})

test('corruption flips few bits and keeps the length, truncation keeps the beginning', async () => {
  const { datagrams, media } = await run({ seed: 9, receive: { corrupt: 0.5, truncate: 0.5 } }, { count: 500 })
  const whole = new Uint8Array(LENGTH)
  whole[TYPE_OFFSET] = FrameType.DATA
  let corrupted = 0
  for (const [number, bytes] of datagrams.entries()) {
    new DataView(whole.buffer).setInt32(NUMBER_OFFSET, number, true)
    const wrongBits = bytes.reduce((sum, byte, i) => sum + bitCount(byte ^ (whole[i] ?? 0)), 0)
    if (bytes.length === LENGTH) corrupted++
    assert.ok(bytes.length === LENGTH ? wrongBits <= 8 : bytes.length > 0 && wrongBits === 0)
  }
  assert.is(corrupted, media.counts().receive.corrupted)
})

test('a filter by frame type spares all other frames', async () => {
  const options = { send: { loss: 1, frameTypes: [FrameType.NAK, FrameType.SM] } }
  assert.is((await run(options, { count: 50, frameType: FrameType.DATA })).numbers.length, 50)
  assert.is((await run(options, { count: 50, frameType: FrameType.SM })).numbers.length, 0)
})

test('holds a bounded number of datagrams back, and counts those that never go out', async () => {
  const options = { send: { delay: 1, delayDatagrams: 100_000 } }
  const { numbers, media } = await run(options, { count: FAULT_HELD_CAPACITY + 40 })
  assert.is(numbers.length, 40)
  assert.is(media.counts().send.abandoned, FAULT_HELD_CAPACITY)
})

for (const direction of ['send', 'receive'] as const) {
  test(`${direction}: a datagram that is held back comes in time although no other one passes`, async () => {
    const media = new FaultyMedia(makeNetwork().media(), { [direction]: { delay: 1 } }, () => nowNs)
    const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
    let received = 0
    const poll = (): void => {
      a.poll(() => undefined, 16)
      b.poll(() => received++, 16)
    }
    a.send(new DirectBuffer(new ArrayBuffer(LENGTH)), 0, LENGTH, b.localAddress)
    poll()
    const dueNs = nowNs + FAULT_HOLD_MAX_NS
    assert.is(media.nextArrivalNs(), dueNs)
    nowNs = dueNs - 1
    poll()
    assert.is(received, 0)
    nowNs = dueNs
    poll()
    assert.is(received, 1)
    assert.is(media.nextArrivalNs(), Infinity)
    assert.is(media.counts()[direction].abandoned, 0)
    a.send(new DirectBuffer(new ArrayBuffer(LENGTH)), 0, LENGTH, b.localAddress)
    poll()
    a.close()
    b.close()
    assert.is(media.counts()[direction].abandoned, 1)
    assert.is(media.nextArrivalNs(), Infinity)
  })
}

test('nothing befalls a datagram without bytes', async () => {
  for (const fault of ['corrupt', 'truncate', 'loss'] as const) {
    const media = new FaultyMedia(makeNetwork().media(), { receive: { [fault]: 1 } }, () => nowNs)
    const a = await open(media, { local: loopback(4) })
    a.send(new DirectBuffer(new ArrayBuffer(8)), 0, 0, a.localAddress)
    const lengths: number[] = []
    a.poll((_buffer, _offset, length) => lengths.push(length), 16)
    assert.equal(lengths, [0])
    a.close()
  }
})

test('the buffer of the sender stays as it was', async () => {
  const media = new FaultyMedia(makeNetwork().media(), { send: { corrupt: 1 } }, () => nowNs)
  const a = await open(media, { local: loopback(4) })
  const buffer = new DirectBuffer(new ArrayBuffer(LENGTH))
  for (let i = 0; i < 20; i++) a.send(buffer, 0, LENGTH, a.localAddress)
  assert.ok(buffer.bytes.every((byte) => byte === 0))
})

test('rates out of range are refused', () => {
  const inner = makeNetwork().media()
  const bad: FaultOptions[] = [
    { send: { loss: 1.5 } },
    { send: { loss: -0.1 } },
    { receive: { loss: Number.NaN } },
    { receive: { loss: 0.6, corrupt: 0.6 } },
    { receive: { delay: 0.1, delayDatagrams: 0 } },
  ]
  for (const options of bad) {
    assert.throws(
      () => new FaultyMedia(inner, options, () => nowNs),
      (error: unknown) => error instanceof GodwitError && error.code === 'ERR_GODWIT_FAULTS',
    )
  }
})

function bitCount(value: number): number {
  return value === 0 ? 0 : (value & 1) + bitCount(value >> 1)
}

test.run()
