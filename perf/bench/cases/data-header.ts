/** The header of Aeron's DATA frames: 32 bytes without an SBE header, what the driver reads and writes all the time. */
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { DataHeaderDecoder, DataHeaderEncoder, FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import type { BenchCase } from '../bench-case.ts'
import { DataHeaderReader, DataHeaderWriter } from '../hand-written/data-header.ts'

const LENGTH = 32
/** Few enough to stay in the nearest cache. */
const MESSAGES_PER_RUN = 512
const STRIDE = 36
const SESSION_ID = -559_038_737
const STREAM_ID = 1001
const TERM_ID = 7
const UNFRAGMENTED = 0xc0
const RESERVED = -5_000_000_000

const memory = (): DirectBuffer => new DirectBuffer(new ArrayBuffer(MESSAGES_PER_RUN * STRIDE))
const generatedBuffer = memory()
const handWrittenBuffer = memory()
const handWrittenView = handWrittenBuffer.view

const encoder = new DataHeaderEncoder()
const writer = new DataHeaderWriter()

function encodeGenerated(): number {
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    encoder.wrap(generatedBuffer, i * STRIDE, STRIDE)
    encoder.frameLength(LENGTH + i).version(0).flagsRaw(UNFRAGMENTED).frameType(FrameType.DATA).termOffset(i * STRIDE)
    encoder.sessionId(SESSION_ID).streamId(STREAM_ID).termId(TERM_ID).reservedValueAsNumber(RESERVED + i)
  }
  return MESSAGES_PER_RUN
}

function encodeHandWritten(): number {
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    writer.wrap(handWrittenView, i * STRIDE, STRIDE)
    writer.frameLength(LENGTH + i).version(0).flags(UNFRAGMENTED).frameType(FrameType.DATA).termOffset(i * STRIDE)
    writer.sessionId(SESSION_ID).streamId(STREAM_ID).termId(TERM_ID).reservedValueAsNumber(RESERVED + i)
  }
  return MESSAGES_PER_RUN
}

const input = memory()
for (let i = 0; i < MESSAGES_PER_RUN; i++) {
  encoder.wrap(input, i * STRIDE, STRIDE).frameLength(LENGTH + i).version(0).flagsRaw(UNFRAGMENTED)
  encoder.frameType(FrameType.DATA).termOffset(i * STRIDE).sessionId(SESSION_ID).streamId(STREAM_ID).termId(TERM_ID)
  encoder.reservedValueAsNumber(RESERVED + i)
}
const inputView = input.view
const { BLOCK_LENGTH, SCHEMA_VERSION } = DataHeaderDecoder
const decoder = new DataHeaderDecoder()
const reader = new DataHeaderReader()

function decodeGenerated(): number {
  let sum = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    decoder.wrap(input, i * STRIDE, BLOCK_LENGTH, SCHEMA_VERSION, STRIDE)
    sum += decoder.frameLength() + decoder.version() + decoder.flagsRaw() + decoder.frameType() + decoder.termOffset()
    sum += decoder.sessionId() + decoder.streamId() + decoder.termId() + decoder.reservedValueAsNumber()
  }
  return sum | 0
}

function decodeHandWritten(): number {
  let sum = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    reader.wrap(inputView, i * STRIDE, BLOCK_LENGTH, SCHEMA_VERSION, STRIDE)
    sum += reader.frameLength() + reader.protocolVersion() + reader.flags() + reader.frameType() + reader.termOffset()
    sum += reader.sessionId() + reader.streamId() + reader.termId() + reader.reservedValueAsNumber()
  }
  return sum | 0
}

const common = { messagesPerRun: MESSAGES_PER_RUN, messageBytes: LENGTH, allocationFree: true }

export const dataHeaderCases: readonly BenchCase[] = [
  {
    ...common,
    name: 'data-header encode number',
    generated: encodeGenerated,
    handWritten: encodeHandWritten,
    written: { generated: generatedBuffer.bytes, handWritten: handWrittenBuffer.bytes },
  },
  { ...common, name: 'data-header decode number', generated: decodeGenerated, handWritten: decodeHandWritten },
]
