import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'

/** From here on one call of the engine's copy costs less than a loop over words. */
const WORDS_UP_TO_LENGTH = 192

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
  if (length > WORDS_UP_TO_LENGTH) {
    term.bytes.set(source.bytes.subarray(offset, offset + length), termOffset)
    return
  }
  const { int32s } = term
  const { view } = source
  const wordsEnd = offset + (length & ~3)
  let word = termOffset >> 2
  let from = offset
  for (; from < wordsEnd; from += 4) int32s[word++] = view.getInt32(from, true)
  const end = offset + length
  if (from === end) return
  const { bytes } = term
  for (let to = word << 2; from < end; from++, to++) bytes[to] = source.bytes[from]!
}
