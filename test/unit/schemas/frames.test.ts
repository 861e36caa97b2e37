import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  DataHeaderDecoder,
  DataHeaderEncoder,
  DataHeaderMeta,
  ErrorCode,
  ErrorFrameDecoder,
  ErrorFrameEncoder,
  ErrorFrameMeta,
  FrameHeaderDecoder,
  FrameHeaderEncoder,
  FrameHeaderMeta,
  FrameType,
  NakDecoder,
  NakEncoder,
  NakMeta,
  ResolutionEntryIpv4Decoder,
  ResolutionEntryIpv4Encoder,
  ResolutionEntryIpv4Meta,
  ResolutionEntryIpv6Decoder,
  ResolutionEntryIpv6Encoder,
  ResolutionEntryIpv6Meta,
  ResolutionFrameDecoder,
  ResolutionFrameEncoder,
  ResolutionFrameMeta,
  ResolutionType,
  ResponseSetupDecoder,
  ResponseSetupEncoder,
  ResponseSetupMeta,
  RttMeasurementDecoder,
  RttMeasurementEncoder,
  RttMeasurementMeta,
  SetupDecoder,
  SetupEncoder,
  SetupMeta,
  StatusMessageDecoder,
  StatusMessageEncoder,
  StatusMessageMeta,
} from '../../../schemas/generated/aeron.wire/index.ts'
import * as descriptors from '../../../schemas/descriptors.ts'
import { checkLayout, decoderAt, layout, readAt, readField, reencode } from '../../support/layout.ts'
import type { Layout } from '../../support/layout.ts'
import { suite } from '../../support/suite.ts'
import { readVector, withVectors } from '../../support/vectors.ts'

const test = suite('wire frames')
const testWithVectors = withVectors(test)

const COMMON = '0 i32 frameLength · 4 u8 version'

const FRAME_HEADER = layout(
  FrameHeaderDecoder, FrameHeaderEncoder, FrameHeaderMeta, 8,
  `${COMMON} · 5 u8 flags · 6 u16 frameType`,
)
const DATA = layout(
  DataHeaderDecoder, DataHeaderEncoder, DataHeaderMeta, 32,
  `${COMMON} · 5 u8 flagsRaw · 6 u16 frameType · 8 i32 termOffset · 12 i32 sessionId · 16 i32 streamId ·
  20 i32 termId · 24 i64 reservedValue`,
)
const NAK = layout(
  NakDecoder, NakEncoder, NakMeta, 28,
  `${COMMON} · 5 u8 flags · 6 u16 frameType · 8 i32 sessionId · 12 i32 streamId · 16 i32 termId ·
  20 i32 termOffset · 24 i32 length`,
)
const SM_FIELDS = `${COMMON} · 5 u8 flagsRaw · 6 u16 frameType · 8 i32 sessionId · 12 i32 streamId ·
  16 i32 consumptionTermId · 20 i32 consumptionTermOffset · 24 i32 receiverWindow · 28 i64 receiverId`
const SM = layout(StatusMessageDecoder, StatusMessageEncoder, StatusMessageMeta, 44, `${SM_FIELDS} · 36 i64 groupTag`)
const SM_WITHOUT_TAG = layout(StatusMessageDecoder, StatusMessageEncoder, StatusMessageMeta, 36, SM_FIELDS)
const ERR = layout(
  ErrorFrameDecoder, ErrorFrameEncoder, ErrorFrameMeta, 40,
  `${COMMON} · 5 u8 flagsRaw · 6 u16 frameType · 8 i32 sessionId · 12 i32 streamId · 16 i64 receiverId ·
  24 i64 groupTag · 32 i32 errorCode · 36 i32 textLength`,
)
const SETUP = layout(
  SetupDecoder, SetupEncoder, SetupMeta, 40,
  `${COMMON} · 5 u8 flagsRaw · 6 u16 frameType · 8 i32 termOffset · 12 i32 sessionId · 16 i32 streamId ·
  20 i32 initialTermId · 24 i32 activeTermId · 28 i32 termLength · 32 i32 mtu · 36 i32 ttl`,
)
const RTTM = layout(
  RttMeasurementDecoder, RttMeasurementEncoder, RttMeasurementMeta, 40,
  `${COMMON} · 5 u8 flagsRaw · 6 u16 frameType · 8 i32 sessionId · 12 i32 streamId · 16 i64 echoTimestamp ·
  24 i64 receptionDelta · 32 i64 receiverId`,
)
const RES = layout(
  ResolutionFrameDecoder, ResolutionFrameEncoder, ResolutionFrameMeta, 8,
  `${COMMON} · 5 u8 flags · 6 u16 frameType`,
)
const RSP_SETUP = layout(
  ResponseSetupDecoder, ResponseSetupEncoder, ResponseSetupMeta, 20,
  `${COMMON} · 5 u8 flags · 6 u16 frameType · 8 i32 sessionId · 12 i32 streamId · 16 i32 responseSessionId`,
)
const RES_ENTRY_IPV4 = layout(
  ResolutionEntryIpv4Decoder, ResolutionEntryIpv4Encoder, ResolutionEntryIpv4Meta, 14,
  '0 i8 resolutionType · 1 u8 flagsRaw · 2 u16 udpPort · 4 i32 ageInMs · 8 u8[4] address · 12 i16 nameLength',
)
const RES_ENTRY_IPV6 = layout(
  ResolutionEntryIpv6Decoder, ResolutionEntryIpv6Encoder, ResolutionEntryIpv6Meta, 26,
  '0 i8 resolutionType · 1 u8 flagsRaw · 2 u16 udpPort · 4 i32 ageInMs · 8 u8[16] address · 24 i16 nameLength',
)

for (const frame of [
  FRAME_HEADER, DATA, NAK, SM, ERR, SETUP, RTTM, RES, RSP_SETUP, RES_ENTRY_IPV4, RES_ENTRY_IPV6,
]) {
  test(`${frame.meta.name} has the offsets of the protocol`, () => checkLayout(frame))
}

test('the ids of frames are their types', () => {
  const types = [DATA, NAK, SM, ERR, SETUP, RTTM, RES, RSP_SETUP].map((frame) => frame.meta.templateId)
  assert.equal(types, [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0b])
  assert.equal(
    [FrameType.PAD, FrameType.DATA, FrameType.NAK, FrameType.SM, FrameType.ERR, FrameType.SETUP, FrameType.RTTM],
    [0, 1, 2, 3, 4, 5, 6],
  )
  assert.equal([FrameType.RES, FrameType.ATS_DATA, FrameType.RSP_SETUP], [7, 8, 11])
})

function bytesOf(hex: string): Uint8Array {
  const digits = hex.replace(/\s/g, '').match(/../g) ?? []
  return Uint8Array.from(digits, (pair) => parseInt(pair, 16))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function assertBytes(actual: Uint8Array, expected: string | Uint8Array, what: string): void {
  assert.is(hexOf(actual), hexOf(typeof expected === 'string' ? bytesOf(expected) : expected), what)
}

interface CapturedFrame {
  readonly line: number
  readonly datagramLength: number
  readonly kind: string
  readonly frameLength: number
  readonly version: number
  readonly flags: number
  /** The datagram, or the start of it. */
  readonly bytes: Uint8Array
  readonly isWhole: boolean
}

const SUMMARY = /^ {2}[\d.]+s \d+->\d+ len=(\d+) (\w+) frame_length=(\d+) ver=(\d+) flags=0x([0-9a-f]{2})$/
const HEX = /^ {4}((?:[0-9a-f]{2,8} ?)+)(\.\.\.)?$/

function parseCapture(text: string): CapturedFrame[] {
  const frames: CapturedFrame[] = []
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const summary = SUMMARY.exec(line)
    if (summary === null) continue
    const hex = HEX.exec(lines[index + 1] ?? '')
    if (hex === null) throw new Error(`line ${index + 2} has no bytes: ${lines[index + 1]}`)
    frames.push({
      line: index + 1,
      datagramLength: Number(summary[1]),
      kind: String(summary[2]),
      frameLength: Number(summary[3]),
      version: Number(summary[4]),
      flags: parseInt(String(summary[5]), 16),
      bytes: bytesOf(String(hex[1])),
      isWhole: hex[2] === undefined,
    })
  }
  return frames
}

interface Kind {
  readonly layout: Layout
  readonly type: number
}

function kindOf(frame: CapturedFrame): Kind {
  switch (frame.kind) {
    case 'DATA':
    case 'HEARTBEAT':
      return { layout: DATA, type: 0x01 }
    case 'PAD':
      return { layout: DATA, type: 0x00 }
    case 'NAK':
      return { layout: NAK, type: 0x02 }
    case 'SM':
      return { layout: frame.datagramLength === 36 ? SM_WITHOUT_TAG : SM, type: 0x03 }
    case 'ERR':
      return { layout: ERR, type: 0x04 }
    case 'SETUP':
      return { layout: SETUP, type: 0x05 }
    case 'RTTM':
      return { layout: RTTM, type: 0x06 }
    case 'RSP_SETUP':
      return { layout: RSP_SETUP, type: 0x0b }
    default:
      throw new Error(`line ${frame.line}: unknown kind of frame ${frame.kind}`)
  }
}

function checkCaptured(frame: CapturedFrame): void {
  const { layout: codec, type } = kindOf(frame)
  const what = `line ${frame.line}, ${frame.kind}`
  const margin = 3
  const buffer = new DirectBuffer(new Uint8Array(margin + frame.bytes.length))
  buffer.bytes.set(frame.bytes, margin)

  const decoder = decoderAt(codec, buffer, margin, codec.length)
  for (const field of codec.fields) {
    assert.equal(readField(decoder, field), readAt(buffer.view, margin, field), `${what}: ${field.name}`)
  }
  const header = new FrameHeaderDecoder()
  header.wrap(buffer, margin, FrameHeaderDecoder.BLOCK_LENGTH, FrameHeaderDecoder.SCHEMA_VERSION)
  assert.is(header.frameLength(), frame.frameLength, `${what}: frame length`)
  assert.is(header.version(), frame.version, `${what}: version`)
  assert.is(header.flags(), frame.flags, `${what}: flags`)
  assert.is(header.frameType(), type, `${what}: type`)

  // The encoder of a status message wants room for the tag, which is then not sent.
  const copy = new DirectBuffer(new Uint8Array(Math.max(frame.bytes.length, codec.Encoder.BLOCK_LENGTH)).fill(0xa5))
  reencode(codec, decoder, copy, 0)
  copy.bytes.set(frame.bytes.subarray(codec.length), codec.length)
  assertBytes(copy.bytes.subarray(0, frame.bytes.length), frame.bytes, what)

  const isHeartbeat = descriptors.isHeartbeat(frame.datagramLength, header.frameLength())
  assert.is(isHeartbeat, frame.kind === 'HEARTBEAT', `${what}: heartbeat`)
  if (frame.kind === 'HEARTBEAT') return
  if (codec !== DATA) assert.is(header.frameLength(), frame.datagramLength, `${what}: one frame in the datagram`)
  else if (frame.isWhole) {
    const length = descriptors.datagramFrameLength(header.frameType(), header.frameLength())
    assert.is(length, frame.datagramLength, `${what}: length of the datagram`)
  }
}

testWithVectors('captured frames decode to what the capture says and encode to the same bytes', () => {
  const frames = parseCapture(readVector('aeron/frames.txt'))
  assert.is(frames.length > 100, true, `only ${frames.length} frames were read`)
  for (const frame of frames) checkCaptured(frame)
  const kinds = [...new Set(frames.map((frame) => frame.kind))].sort()
  assert.equal(kinds, ['DATA', 'ERR', 'HEARTBEAT', 'NAK', 'PAD', 'RSP_SETUP', 'RTTM', 'SETUP', 'SM'])
})

testWithVectors('the text of captured error frames lies behind the block', () => {
  const errors = parseCapture(readVector('aeron/frames.txt')).filter((frame) => frame.kind === 'ERR')
  assert.is(errors.length, 3)
  for (const { bytes } of errors) {
    const decoder = new ErrorFrameDecoder()
    decoder.wrap(new DirectBuffer(bytes), 0, ErrorFrameDecoder.BLOCK_LENGTH, ErrorFrameDecoder.SCHEMA_VERSION)
    assert.is(decoder.errorCode(), ErrorCode.IMAGE_REJECTED)
    const text = bytes.subarray(ErrorFrameDecoder.BLOCK_LENGTH)
    assert.is(text.length, decoder.textLength())
    assert.is(new TextDecoder().decode(text), 'No longer valid')
  }
})

function bufferOf(length: number): DirectBuffer {
  return new DirectBuffer(new Uint8Array(length).fill(0xa5))
}

test('a SETUP frame encodes to the bytes of the protocol', () => {
  const buffer = bufferOf(40)
  const encoder = new SetupEncoder()
  encoder.wrap(buffer, 0)
  encoder.frameLength(40).version(0).flagsRaw(0).frameType(FrameType.SETUP).termOffset(0).sessionId(-0x1ebd4084)
  encoder.streamId(1001).initialTermId(0x4a89d5c0).activeTermId(0x4a89d5c0).termLength(16 * 1024 * 1024)
  encoder.mtu(1408).ttl(0)
  assertBytes(
    buffer.bytes,
    '28000000 00000500 00000000 7cbf42e1 e9030000 c0d5894a c0d5894a 00000001 80050000 00000000',
    'SETUP',
  )
})

test('a PAD frame at the end of a term encodes to the bytes of the protocol', () => {
  const buffer = bufferOf(32)
  const encoder = new DataHeaderEncoder()
  encoder.wrap(buffer, 0)
  encoder.frameLength(96).version(0).flagsRaw(descriptors.UNFRAGMENTED).frameType(FrameType.PAD).termOffset(0xffa0)
  encoder.sessionId(0x2bc9603b).streamId(1001).termId(-0x09a1cd3d).reservedValue(0n)
  assertBytes(
    buffer.bytes, '60000000 00c00000 a0ff0000 3b60c92b e9030000 c3325ef6 00000000 00000000', 'PAD',
  )
})

test('the flags of every frame have the bits of the protocol', () => {
  const buffer = bufferOf(44)
  const flags = (): number => buffer.view.getUint8(5)
  const data = new DataHeaderEncoder()
  data.wrap(buffer, 0)
  data.flags().clear().begin(true)
  assert.is(flags(), 0x80)
  data.flags().clear().end(true)
  assert.is(flags(), 0x40)
  data.flags().clear().endOfStream(true)
  assert.is(flags(), 0x20)
  data.flags().clear().revoked(true)
  assert.is(flags(), 0x10)
  const status = new StatusMessageEncoder()
  status.wrap(buffer, 0)
  status.flags().clear().sendSetup(true)
  assert.is(flags(), 0x80)
  status.flags().clear().endOfStream(true)
  assert.is(flags(), 0x40)
  const setup = new SetupEncoder()
  setup.wrap(buffer, 0)
  setup.flags().clear().sendResponse(true)
  assert.is(flags(), 0x80)
  setup.flags().clear().group(true)
  assert.is(flags(), 0x40)
  const rtt = new RttMeasurementEncoder()
  rtt.wrap(buffer, 0)
  rtt.flags().clear().reply(true)
  assert.is(flags(), 0x80)
  const error = new ErrorFrameEncoder()
  error.wrap(buffer, 0)
  error.flags().clear().hasGroupTag(true)
  assert.is(flags(), 0x08)
  const entry = new ResolutionEntryIpv4Encoder()
  entry.wrap(buffer, 4)
  entry.flags().clear().self(true)
  assert.is(flags(), 0x80)
})

test('a status message has a group tag only when it is long enough', () => {
  const buffer = bufferOf(44)
  const encoder = new StatusMessageEncoder()
  encoder.wrap(buffer, 0)
  encoder.frameLength(44).version(0).flagsRaw(0x80).frameType(FrameType.SM).sessionId(-2).streamId(1001)
  encoder.consumptionTermId(7).consumptionTermOffset(64).receiverWindow(131072)
  encoder.receiverId(0x0123456789abcdefn).groupTag(-3n)
  assertBytes(
    buffer.bytes,
    `2c000000 00800300 feffffff e9030000 07000000 40000000 00000200 efcdab89 67452301 fdffffff ffffffff`,
    'SM with a group tag',
  )
  const decoder = new StatusMessageDecoder()
  decoder.wrap(buffer, 0, 44, descriptors.statusMessageVersion(44))
  assert.is(decoder.groupTag(), -3n)
  assert.is(decoder.groupTagIsNull(), false)
  decoder.wrap(buffer, 0, 36, descriptors.statusMessageVersion(36), 36)
  assert.is(decoder.groupTagIsNull(), true)
  assert.is(decoder.receiverId(), 0x0123456789abcdefn)
  assert.is(descriptors.STATUS_MESSAGE_LENGTH, 36)
  assert.is(descriptors.STATUS_MESSAGE_LENGTH_WITH_GROUP_TAG, 44)
})

test('an ERR frame with a group tag and a text encodes to the bytes of the protocol', () => {
  const text = new TextEncoder().encode('too slow')
  const buffer = bufferOf(48)
  const encoder = new ErrorFrameEncoder()
  encoder.wrap(buffer, 0)
  encoder.frameLength(48).version(0).frameType(FrameType.ERR).sessionId(1).streamId(2).receiverId(3n).groupTag(100n)
  encoder.flags().clear().hasGroupTag(true)
  encoder.errorCode(ErrorCode.IMAGE_REJECTED).textLength(text.length)
  buffer.bytes.set(text, ErrorFrameEncoder.BLOCK_LENGTH)
  assertBytes(
    buffer.bytes,
    `30000000 00080400 01000000 02000000 03000000 00000000 64000000 00000000 0d000000 08000000
    746f6f20 736c6f77`,
    'ERR',
  )
})

test('an RTTM request and its answer encode to the bytes of the protocol', () => {
  const buffer = bufferOf(40)
  const encoder = new RttMeasurementEncoder()
  encoder.wrap(buffer, 0)
  encoder.frameLength(40).version(0).frameType(FrameType.RTTM).sessionId(-1).streamId(1001)
  encoder.echoTimestamp(1_000_000_007n).receptionDelta(0n).receiverId(0n)
  encoder.flags().clear().reply(true)
  const request = '28000000 00800600 ffffffff e9030000 07ca9a3b 00000000 00000000 00000000 00000000 00000000'
  assertBytes(buffer.bytes, request, 'request')
  encoder.receptionDelta(255n).flags().clear()
  const answer = '28000000 00000600 ffffffff e9030000 07ca9a3b 00000000 ff000000 00000000 00000000 00000000'
  assertBytes(buffer.bytes, answer, 'answer')
})

test('an RSP_SETUP frame encodes to the bytes of the protocol', () => {
  const buffer = bufferOf(20)
  const encoder = new ResponseSetupEncoder()
  encoder.wrap(buffer, 0)
  encoder.frameLength(20).version(0).flags(0).frameType(FrameType.RSP_SETUP)
  encoder.sessionId(0x11223344).streamId(10_000).responseSessionId(-2)
  assertBytes(buffer.bytes, '14000000 00000b00 44332211 10270000 feffffff', 'RSP_SETUP')
})

test('a RES frame with an IPv4 and an IPv6 entry encodes to the bytes of the protocol', () => {
  const names = ['md1', 'md-two'].map((name) => new TextEncoder().encode(name))
  const [first = new Uint8Array(), second = new Uint8Array()] = names
  const firstLength = descriptors.resolutionEntryLength(ResolutionType.NAME_TO_IP4, first.length)
  const secondLength = descriptors.resolutionEntryLength(ResolutionType.NAME_TO_IP6, second.length)
  assert.is(firstLength, 24)
  assert.is(secondLength, 32)
  const buffer = new DirectBuffer(new Uint8Array(8 + firstLength + secondLength))

  const frame = new ResolutionFrameEncoder()
  frame.wrap(buffer, 0)
  frame.frameLength(buffer.byteLength).version(0).flags(0).frameType(FrameType.RES)
  const ipv4 = new ResolutionEntryIpv4Encoder()
  ipv4.wrap(buffer, 8)
  ipv4.resolutionType(ResolutionType.NAME_TO_IP4).udpPort(7951).ageInMs(1000).nameLength(first.length)
  ipv4.flags().clear().self(true)
  ipv4.putAddress(Uint8Array.of(192, 168, 0, 1), 0, 4)
  buffer.bytes.set(first, 8 + ResolutionEntryIpv4Encoder.BLOCK_LENGTH)
  const ipv6 = new ResolutionEntryIpv6Encoder()
  ipv6.wrap(buffer, 8 + firstLength)
  ipv6.resolutionType(ResolutionType.NAME_TO_IP6).udpPort(8050).ageInMs(0).nameLength(second.length)
  ipv6.flags().clear()
  ipv6.putAddress(bytesOf('20010db8 00000000 00000000 00000001'), 0, 16)
  buffer.bytes.set(second, 8 + firstLength + ResolutionEntryIpv6Encoder.BLOCK_LENGTH)

  assertBytes(
    buffer.bytes,
    `40000000 00000700
    01 80 0f1f e8030000 c0a80001 0300 6d6431 00000000000000
    02 00 721f 00000000 20010db8000000000000000000000001 0600 6d642d74776f`,
    'RES',
  )
})

test.run()
