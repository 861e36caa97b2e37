/**
 * Messages whose every byte follows from who sent them and how many that one had sent before: whoever gets one knows
 * whether it is whole, and which must have come before it.
 *
 * ```
 *   u32 key . u32 index . u32 length . words . bytes
 * ```
 *
 * The key is one publication of one client's life: it never comes again.
 */
const HEADER_LENGTH = 12

/** What is never exceeded: an eighth of the shortest term. */
export const MESSAGE_LENGTH_MAX = 6000

/** Bytes of a message that is wrong. */
const SHOWN = 32

/** Of messages in fragments at least, whatever the MTU of the streams is. */
const FRAGMENTED_LENGTH_MIN = 3000

/** Who sent a message, and as which of its messages; or what is wrong with it. */
export type Checked =
  | { readonly key: number; readonly index: number }
  | { readonly key?: undefined; readonly problem: string }

export function messageLength(key: number, index: number): number {
  const hash = mix(key, index)
  const kind = hash % 16
  if (kind === 0) return FRAGMENTED_LENGTH_MIN + ((hash >>> 4) % (MESSAGE_LENGTH_MAX - FRAGMENTED_LENGTH_MIN + 1))
  return HEADER_LENGTH + ((hash >>> 4) % (kind < 4 ? 1300 : 300))
}

/** A message whose length is given instead of following from its index is for one that must not arrive. */
export function writeMessage(view: DataView, offset: number, key: number, index: number, length: number): void {
  view.setUint32(offset, key, true)
  view.setUint32(offset + 4, index, true)
  view.setUint32(offset + 8, length, true)
  let word = mix(key, index)
  for (let at = HEADER_LENGTH; at < length; at += 4) {
    word = next(word)
    if (at + 4 <= length) view.setUint32(offset + at, word, true)
    else for (let rest = at; rest < length; rest++) view.setUint8(offset + rest, word >>> (8 * (rest - at)))
  }
}

export function checkMessage(view: DataView, offset: number, length: number): Checked {
  if (length < HEADER_LENGTH) return { problem: `a message of ${length} bytes, which nobody sent` }
  const key = view.getUint32(offset, true)
  const index = view.getUint32(offset + 4, true)
  const who = `message ${index} of publication ${key}`
  const expected = messageLength(key, index)
  if (length !== expected || view.getUint32(offset + 8, true) !== expected) {
    return { problem: `${who} has ${length} bytes instead of ${expected}` }
  }
  let word = mix(key, index)
  for (let at = HEADER_LENGTH; at < length; at += 4) {
    word = next(word)
    const end = Math.min(at + 4, length)
    if (end === at + 4 ? view.getUint32(offset + at, true) === word : isRest(view, offset, at, end, word)) continue
    const found = Buffer.from(view.buffer, view.byteOffset + offset + at, Math.min(SHOWN, length - at)).toString('hex')
    return { problem: `${who} of ${length} bytes is not what was sent from byte ${at} on: ${found}` }
  }
  return { key, index }
}

function isRest(view: DataView, offset: number, at: number, end: number, word: number): boolean {
  for (let rest = at; rest < end; rest++) {
    if (view.getUint8(offset + rest) !== ((word >>> (8 * (rest - at))) & 0xff)) return false
  }
  return true
}

function mix(key: number, index: number): number {
  let hash = Math.imul(key ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

function next(word: number): number {
  return (Math.imul(word, 1664525) + 1013904223) >>> 0
}
