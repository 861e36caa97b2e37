import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { Header } from '../../../client/log/header.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { UsageError } from '../../../codegen/cli/command.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { readMessages } from '../../../perf/job/messages.ts'
import { JobState, Phase } from '../../../perf/job/job-state.ts'
import { jobOptions } from '../../../perf/job/options.ts'
import { differenceOf, progressLine } from '../../../perf/job/report.ts'
import { Stamp, nowTicks } from '../../../perf/job/stamp.ts'
import { StreamDigest } from '../../../perf/job/stream-digest.ts'
import { Subscriber } from '../../../perf/job/subscriber.ts'
import { MarketDataEncoder } from '../../../perf/market-data/encode.ts'
import { FRAME_ALIGNMENT, align } from '../../../schemas/descriptors.ts'
import { DataHeaderDecoder, DataHeaderEncoder } from '../../../schemas/generated/aeron.wire/index.ts'
import { MessageHeaderDecoder, QuoteUpdateMeta } from '../../../schemas/generated/marketdata/index.ts'
import { suite } from '../../support/suite.ts'

const test = suite('parts of the main job')

const HEADER_LENGTH = DataHeaderDecoder.BLOCK_LENGTH
const messages = readMessages()

/** A subscriber, and a way to hand it messages as a poll would. */
function subscriber(): (index: number, number?: number, damage?: (bytes: Uint8Array) => void) => void {
  const { onFragment } = new Subscriber(messages)
  return (index, number = index, damage = () => undefined) => {
    const { record, length } = messages[index]!
    const buffer = new AtomicBuffer(new SharedArrayBuffer(align(HEADER_LENGTH + length, FRAME_ALIGNMENT)))
    const frame = new DataHeaderEncoder().wrap(buffer, 0)
    frame.frameLength(HEADER_LENGTH + length).reservedValue(new Stamp().pack(number, nowTicks()))
    new MarketDataEncoder().encode(record, buffer, HEADER_LENGTH)
    damage(buffer.bytes)
    const header = new Header(0, 16, undefined)
    header.wrap(buffer, 0)
    onFragment(buffer, HEADER_LENGTH, length, header)
  }
}

test('a subscriber takes messages in order', () => {
  const receive = subscriber()
  messages.forEach((_message, index) => receive(index))
  receive(0, messages.length)
})

test('a subscriber notices messages that are missing', () => {
  const receive = subscriber()
  receive(0)
  assert.throws(() => receive(2), /message 1 is missing: message 2 arrived instead/)
  assert.throws(() => receive(7), /messages 1 to 6 are missing: message 7 arrived instead/)
  assert.throws(() => receive(1, messages.length + 1), /messages 1 to 632 are missing/)
})

test('a subscriber notices messages that come again', () => {
  const receive = subscriber()
  receive(0)
  receive(1)
  assert.throws(() => receive(1), /message 1 arrived again, or late, where 2 was due/)
  assert.throws(() => receive(0), /message 0 arrived again, or late, where 2 was due/)
})

test('a subscriber notices every byte of a field that is different', () => {
  const index = messages.findIndex(({ record }) => record.kind === 'quote')
  // The message's block is longer than its fields.
  const { offset, encodedLength } = QuoteUpdateMeta.fields.matchEvent
  const receive = subscriber()
  for (let i = 0; i < index; i++) receive(i)
  const blockBegin = HEADER_LENGTH + MessageHeaderDecoder.ENCODED_LENGTH
  for (let at = blockBegin; at < blockBegin + offset + encodedLength; at++) {
    const flip = (bytes: Uint8Array): void => void (bytes[at]! ^= 0x01)
    assert.throws(() => receive(index, index, flip), new RegExp(`message ${index}`), `byte ${at}`)
  }
  receive(index)
})

test('a subscriber says when a message is none of the schema', () => {
  const receive = subscriber()
  const damage = (bytes: Uint8Array): void => void (bytes[HEADER_LENGTH + 2] = 0xff)
  assert.throws(() => receive(0, 0, damage), /message 0 cannot be decoded/)
})

test('stamps keep number and time, each modulo 2^32', () => {
  const stamp = new Stamp()
  stamp.unpack(stamp.pack(2 ** 32 + 5, 3 * 2 ** 32 - 10.5))
  assert.is(stamp.number, 5)
  assert.is(stamp.ticksUntil(3 * 2 ** 32 + 20), 31)
  stamp.unpack(stamp.pack(0xffff_ffff, 0xffff_ffff))
  assert.is(stamp.number, 0xffff_ffff)
  assert.is(stamp.ticksUntil(0xffff_fffe), -1)
})

test('a digest is SHA-256 over numbers and bytes, also of more than it collects at a time', () => {
  const buffer = new DirectBuffer(Uint8Array.from({ length: 4100 }, (_value, i) => 7 * i))
  const digest = new StreamDigest()
  const hash = createHash('sha256')
  for (let number = 0; number < 200; number++) {
    const length = (number * 37) % 4097
    digest.add(number, buffer, 3, length)
    const head = Buffer.alloc(4)
    head.writeUInt32BE(number)
    hash.update(head).update(buffer.bytes.subarray(3, 3 + length))
  }
  assert.is(digest.end(), hash.digest('hex'))
  assert.throws(() => new StreamDigest().add(0, buffer, 0, 4097), /too long/)
})

test('both sides of a stream must agree in everything', () => {
  const totals = { messages: 3, bytes: 300, digest: 'abc', position: 480 }
  assert.is(differenceOf(totals, { ...totals }), undefined)
  assert.match(differenceOf(totals, { ...totals, messages: 2 })!, '3 messages were sent, 2 arrived')
  assert.match(differenceOf(totals, { ...totals, bytes: 299 })!, '300 bytes were sent, 299 arrived')
  assert.match(differenceOf(totals, { ...totals, digest: 'abd' })!, 'abd')
  assert.match(differenceOf(totals, { ...totals, position: 512 })!, '512')
})

test('the live rates fit into a line of a terminal', () => {
  const repairs = { datagrams: 5e6, dropped: 99_999, naks: 99_999, retransmits: 99_999, retransmittedBytes: 1e8 }
  const rates = { messagesPerSecond: 9_999_999, bytesPerSecond: 999.9e6 }
  assert.ok(progressLine({ phase: Phase.FULL_SPEED, seconds: 59.9, ...rates, repairs }).length < 80)
})

test('what the publisher sent counts only when it rests in the phase that is asked for', () => {
  const state = new JobState()
  state.rest(Phase.PREPARE, 0)
  assert.is(state.publishedUntil(Phase.PAUSE), undefined)
  state.rest(Phase.PAUSE, 17)
  assert.is(state.publishedUntil(Phase.PAUSE), 17)
  assert.is(state.publishedUntil(Phase.LAST_PAUSE), undefined)
})

test('options have defaults, and limits', () => {
  assert.equal(jobOptions([]), {
    seconds: 3, rate: 10_000, loss: 0.02, seed: 1, media: 'auto', subscription: undefined,
  })
  assert.is(jobOptions(['--loss', '0', '-h']), undefined)
  for (const args of [
    ['--seconds', '0'], ['--seconds', '1s'], ['--rate', '0'], ['--loss', '21'], ['--loss=-1'], ['--seed', '1.5'],
    ['--media', 'carrier-pigeon'], ['--seconds'], ['now'],
  ]) {
    assert.throws(() => jobOptions(args), (error: unknown) => error instanceof UsageError, args.join(' '))
  }
})

test.run()
