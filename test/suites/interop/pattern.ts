/** What messages hold: lengths by sequence, bytes by session, stream, publisher and sequence. As Pattern.java. */

export function lengthOf(lengths: readonly number[], sequence: number): number {
  return lengths[sequence % lengths.length]!
}

export function patternSeed(sessionId: number, streamId: number, publisher: number, sequence: number): number {
  const stream = Math.imul(Math.imul(sessionId, 31) + streamId, 31)
  return (Math.imul(stream + publisher, 31) + sequence) | 0
}

export function fillPattern(bytes: Uint8Array, offset: number, length: number, seed: number): void {
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    bytes[offset + i] = state >>> 24
  }
}

/** Index of the first byte that is not as it should be; -1 when all are right. */
export function findMismatch(bytes: Uint8Array, offset: number, length: number, seed: number): number {
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    if (bytes[offset + i] !== state >>> 24) return i
  }
  return -1
}

/** Every message says in its reserved value which one it is. */
export function reservedValueOf(publisher: number, sequence: number): bigint {
  return (BigInt(publisher) << 32n) | BigInt(sequence)
}
