import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'

/**
 * From here on the engine's copy costs less than a loop over words, if both sides begin at multiples of 8. If not, it
 * goes byte by byte through shared memory: four times slower than words.
 */
const WORDS_UP_TO_LENGTH = 256
const ENGINE_ALIGNMENT_MASK = 7

/**
 * Copies into a term.
 *
 * @param termOffset multiple of 4
 */
export function copyIntoTerm(
  term: AtomicBuffer,
  termOffset: number,
  source: DirectBuffer,
  offset: number,
  length: number,
): void {
  if (length > WORDS_UP_TO_LENGTH && isAligned(source, offset, termOffset)) {
    term.bytes.set(source.bytes.subarray(offset, offset + length), termOffset)
    return
  }
  const { int32s } = term
  const { view } = source
  const end = offset + length
  let word = termOffset >> 2
  let from = offset
  for (; from <= end - 16; from += 16) {
    int32s[word] = view.getInt32(from, true)
    int32s[word + 1] = view.getInt32(from + 4, true)
    int32s[word + 2] = view.getInt32(from + 8, true)
    int32s[word + 3] = view.getInt32(from + 12, true)
    word += 4
  }
  for (; from <= end - 4; from += 4) int32s[word++] = view.getInt32(from, true)
  if (from === end) return
  const { bytes } = term
  for (let to = word << 2; from < end; from++, to++) bytes[to] = view.getUint8(from)
}

function isAligned(source: DirectBuffer, offset: number, termOffset: number): boolean {
  return (((source.bytes.byteOffset + offset) | termOffset) & ENGINE_ALIGNMENT_MASK) === 0
}
