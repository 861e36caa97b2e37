import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FrameType, ResolutionType } from '../../../schemas/generated/aeron.wire/index.ts'
import * as descriptors from '../../../schemas/descriptors.ts'
import { suite } from '../../support/suite.ts'

const { MALFORMED } = descriptors
const test = suite('layout descriptors')

test('aligning rounds up to the next multiple and leaves multiples alone', () => {
  const cases = [[0, 0], [1, 8], [7, 8], [8, 8], [9, 16], [2 ** 31 - 1, 2 ** 31], [2 ** 40 + 1, 2 ** 40 + 8]]
  for (const [value = 0, aligned = 0] of cases) assert.is(descriptors.align(value, 8), aligned, String(value))
})

test('a second text follows its length at the next multiple of 4', () => {
  const offsets = [0, 1, 3, 4, 5].map((firstLength) => descriptors.secondTextOffset(24, firstLength))
  assert.equal(offsets, [28, 32, 32, 32, 36])
  assert.is(descriptors.lengthWithTexts(32, 5, 9), 32 + 8 + 4 + 9)
})

test('a second text that was written is found again', () => {
  for (let firstLength = 0; firstLength < 9; firstLength++) {
    const total = descriptors.lengthWithTexts(24, firstLength, 6)
    const buffer = new DirectBuffer(new Uint8Array(8 + total + 8).fill(0xff))
    const textOffset = descriptors.putSecondTextLength(buffer, 8, 24, firstLength, 6)
    assert.is(textOffset, 8 + total - 6)
    assert.is(descriptors.secondTextLength(buffer, 8, total, 24, firstLength), 6)
    const written = [...buffer.bytes].map((byte, index) => (byte === 0xff ? -1 : index)).filter((index) => index >= 0)
    const first = 8 + 24 + firstLength
    assert.equal(written, Array.from({ length: textOffset - first }, (_, index) => first + index))
  }
})

test('a text beyond its message is malformed', () => {
  assert.is(descriptors.firstTextFits(30, 24, 6), true)
  assert.is(descriptors.firstTextFits(30, 24, 7), false)
  assert.is(descriptors.firstTextFits(30, 24, -1), false)
  assert.is(descriptors.firstTextFits(30, 24, 2 ** 31 - 1), false)
  assert.is(descriptors.firstTextFits(20, 24, 0), false)

  const buffer = new DirectBuffer(new Uint8Array(64))
  const second = (total: number, firstLength: number): number =>
    descriptors.secondTextLength(buffer, 0, total, 24, firstLength)
  buffer.view.setInt32(24, 3, true)
  assert.is(second(31, 0), 3)
  assert.is(second(30, 0), MALFORMED, 'the second text is cut')
  assert.is(second(27, 0), MALFORMED, 'the second length is cut')
  assert.is(second(31, -5), MALFORMED, 'the first length is negative')
  assert.is(second(31, 2 ** 31 - 1), MALFORMED, 'the first length is huge')
  buffer.view.setInt32(24, -1, true)
  assert.is(second(64, 0), MALFORMED, 'the second length is negative')
  buffer.view.setInt32(24, 2 ** 31 - 1, true)
  assert.is(second(64, 0), MALFORMED, 'the second length is huge')
})

test('the second length is not read beyond the message', () => {
  const buffer = new DirectBuffer(new Uint8Array(26))
  assert.is(descriptors.secondTextLength(buffer, 0, 26, 24, 1), MALFORMED)
  assert.is(descriptors.secondTextLength(buffer, 0, 26, 24, 2), MALFORMED)
})

test('a heartbeat is one header with frame length 0', () => {
  assert.is(descriptors.isHeartbeat(32, 0), true)
  assert.is(descriptors.isHeartbeat(64, 0), false)
  assert.is(descriptors.isHeartbeat(32, 32), false)
})

test('only the header of a PAD frame is in a datagram', () => {
  assert.is(descriptors.datagramFrameLength(FrameType.DATA, 46), 64)
  assert.is(descriptors.datagramFrameLength(FrameType.DATA, 64), 64)
  assert.is(descriptors.datagramFrameLength(FrameType.PAD, 96), 32)
  assert.is(descriptors.alignedFrameLength(33), 64)
  assert.is(descriptors.alignedFrameLength(2 ** 31 - 1), 2 ** 31)
  assert.is(descriptors.UNFRAGMENTED, 0xc0)
})

test('a status message has a group tag when it is 44 bytes long', () => {
  assert.equal([36, 44, 40, 0].map((length) => descriptors.statusMessageVersion(length)), [0, 1, 0, 0])
})

test('commands of older clients and of short reasons keep their lengths', () => {
  assert.is(descriptors.REMOVE_PUBLICATION_LENGTH_V0, 24)
  assert.is(descriptors.REJECT_IMAGE_LENGTH_MIN, 40)
})

test('a resolution entry is a multiple of 8 long', () => {
  const { NAME_TO_IP4, NAME_TO_IP6 } = ResolutionType
  assert.equal([1, 2, 3, 10, 11].map((length) => descriptors.resolutionEntryLength(NAME_TO_IP4, length)), [
    16, 16, 24, 24, 32,
  ])
  assert.equal([1, 6, 7].map((length) => descriptors.resolutionEntryLength(NAME_TO_IP6, length)), [32, 32, 40])
  assert.equal([0, 1, 2, 3, -1].map((type) => descriptors.resolutionEntryBlockLength(type)), [0, 14, 26, 0, 0])
})

test('a resolution entry must have a known type and a name, and lie within the bytes left', () => {
  const { NAME_TO_IP4, NAME_TO_IP6 } = ResolutionType
  assert.is(descriptors.resolutionEntryFits(16, NAME_TO_IP4, 2), true)
  assert.is(descriptors.resolutionEntryFits(15, NAME_TO_IP4, 1), false)
  assert.is(descriptors.resolutionEntryFits(32, NAME_TO_IP6, 6), true)
  assert.is(descriptors.resolutionEntryFits(32, NAME_TO_IP6, 7), false)
  assert.is(descriptors.resolutionEntryFits(1000, 3, 4), false)
  assert.is(descriptors.resolutionEntryFits(1000, NAME_TO_IP4, 0), false)
  assert.is(descriptors.resolutionEntryFits(1000, NAME_TO_IP4, -1), false)
  assert.is(descriptors.resolutionEntryFits(1000, NAME_TO_IP4, 512), true)
  assert.is(descriptors.resolutionEntryFits(1000, NAME_TO_IP4, 513), false)
})

test.run()
