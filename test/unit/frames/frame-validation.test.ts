import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  frameTypeAt,
  isErrorFrameValid,
  isFrameValid,
  isNakValid,
  isStatusMessageValid,
} from '../../../driver/core/frames/frame-validation.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { errorFrame, nakFrame, statusMessage } from '../sender/receiver-frames.ts'

const test = suite('frame validation')

const TERM_LENGTH = 65_536

/** A datagram that begins with a frame header, in the middle of a buffer. */
function isValid(type: number, length: number, frameLength: number = length, version: number = 0): boolean {
  const margin = 3
  const buffer = new DirectBuffer(new Uint8Array(margin + length))
  const header = new DataView(new ArrayBuffer(8))
  header.setInt32(0, frameLength, true)
  header.setUint8(4, version)
  header.setUint16(6, type, true)
  buffer.bytes.set(new Uint8Array(header.buffer).subarray(0, length), margin)
  return isFrameValid(buffer, margin, length)
}

/** Shortest datagram of each type of frame. */
const LENGTHS: readonly (readonly [string, number, number])[] = [
  ['NAK', 2, 28],
  ['SM', 3, 36],
  ['ERR', 4, 40],
  ['SETUP', 5, 40],
  ['RTTM', 6, 40],
  ['RES', 7, 22],
  ['RSP_SETUP', 11, 20],
]

for (const [name, type, lengthMin] of LENGTHS) {
  test(`${name} has its length, and its frame lies within the datagram`, () => {
    assert.is(isValid(type, lengthMin), true)
    assert.is(isValid(type, lengthMin + 1), true)
    assert.is(isValid(type, lengthMin - 1), false)
    assert.is(isValid(type, lengthMin, lengthMin + 1), false)
    assert.is(isValid(type, lengthMin, 0), true)
    assert.is(isValid(type, lengthMin, -1), false)
    assert.is(isValid(type, lengthMin, -0x8000_0000), false)
    assert.is(isValid(type, lengthMin, lengthMin, 1), false)
  })
}

test('DATA and PAD fill multiples of 32 bytes, whatever their frame lengths say', () => {
  for (const type of [0, 1]) {
    assert.is(isValid(type, 32, 0), true)
    assert.is(isValid(type, 32, 96), true)
    assert.is(isValid(type, 1408), true)
    for (const length of [0, 8, 31, 33, 48]) assert.is(isValid(type, length, 8), false)
    assert.is(isValid(type, 64, -64), false)
    assert.is(isValid(type, 64, 64, 255), false)
  }
})

test('nothing else is a frame', () => {
  for (const type of [8, 9, 10, 12, 0x0101, 0x8001, 0xffff]) assert.is(isValid(type, 1024), false)
  for (let length = 0; length < 8; length++) assert.is(isValid(3, length), false)
})

test('only types with a rule are valid, for random headers of random datagrams', () =>
  withSeed('frame validation', (random) => {
    const lengths = new Map(LENGTHS.map(([, type, length]) => [type, length]))
    for (let i = 0; i < 20_000; i++) {
      const length = random.int(80)
      const type = random.bool(0.9) ? random.int(13) : random.int(65_536)
      const frameLength = random.bool(0.9) ? random.int(90) : random.u32() | 0
      const version = random.bool(0.9) ? 0 : random.int(256)
      const isTyped = type < 2
        ? length >= 32 && length % 32 === 0
        : length >= (lengths.get(type) ?? Infinity) && frameLength <= length
      const expected = isTyped && frameLength >= 0 && version === 0
      assert.is(isValid(type, length, frameLength, version), expected, `${type} ${length} ${frameLength} ${version}`)
    }
  }))

test('the type of a frame is read from where the frame is', () => {
  const buffer = new DirectBuffer(new Uint8Array(50))
  buffer.bytes.set(nakFrame({}), 9)
  assert.is(frameTypeAt(buffer, 9), 2)
})

test('the range of a NAK lies within a term', () => {
  const isRange = (termOffset: number, length: number): boolean =>
    isNakValid(new DirectBuffer(nakFrame({ termOffset, length })), 0, TERM_LENGTH)
  for (const [offset, length] of [[0, 0], [0, TERM_LENGTH], [TERM_LENGTH - 32, 32], [64, 1]] as const) {
    assert.is(isRange(offset, length), true, `${offset}+${length}`)
  }
  const bad: readonly (readonly [number, number])[] = [
    [-32, 32], [TERM_LENGTH, 0], [TERM_LENGTH - 32, 33], [16, 32], [0, -1], [0, TERM_LENGTH + 1],
    [0x7fff_ffe0, 0x7fff_ffff], [32, 0x7fff_ffff], [-0x8000_0000, 0],
  ]
  for (const [offset, length] of bad) assert.is(isRange(offset, length), false, `${offset}+${length}`)
})

test('a status message lies within a term, its window within half of one', () => {
  const isStatus = (termOffset: number, window: number, termLength: number = TERM_LENGTH): boolean =>
    isStatusMessageValid(new DirectBuffer(statusMessage({ termOffset, window })), 0, termLength)
  for (const [offset, window] of [[0, 0], [TERM_LENGTH - 32, TERM_LENGTH / 2], [32, 1]] as const) {
    assert.is(isStatus(offset, window), true, `${offset} ${window}`)
  }
  const bad = [[-32, 0], [TERM_LENGTH, 0], [1, 0], [0, -1], [0, TERM_LENGTH / 2 + 1], [0, -0x8000_0000]] as const
  for (const [offset, window] of bad) assert.is(isStatus(offset, window), false, `${offset} ${window}`)
  assert.is(isStatus(TERM_LENGTH, TERM_LENGTH, 2 * TERM_LENGTH), true)
})

test('the text of an ERR frame lies within the frame and has at most 1023 bytes', () => {
  const isError = (text: string, textLength: number): boolean =>
    isErrorFrameValid(new DirectBuffer(errorFrame({ text, textLength })), 0)
  assert.is(isError('', 0), true)
  assert.is(isError('abc', 3), true)
  assert.is(isError('abc', 2), true)
  assert.is(isError('abc', 4), false)
  assert.is(isError('abc', -1), false)
  assert.is(isError('x'.repeat(1023), 1023), true)
  assert.is(isError('x'.repeat(1024), 1024), false)
  assert.is(isError('abc', 0x7fff_ffff), false)
})

test.run()
