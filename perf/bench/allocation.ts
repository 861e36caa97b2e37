/** Measures how many bytes of garbage code leaves per message. Wants the flags of ALLOCATION_FLAGS. */
import { getHeapStatistics } from 'node:v8'

/** A full collection on demand, and so much room for young objects that none happens within a chunk. */
export const ALLOCATION_FLAGS: readonly string[] = [
  '--expose-gc',
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
]

const WARM_UP_MS = 400
const CHUNK_MESSAGES = 100_000
const CHUNKS = 50

/** Bytes of garbage per message, over five million of them. */
export function allocatedPerMessage(run: () => number, messagesPerRun: number): number {
  const { gc } = globalThis as { readonly gc?: () => void }
  if (gc === undefined) throw new Error(`allocation is measured with ${ALLOCATION_FLAGS.join(' ')}`)
  for (const start = performance.now(); performance.now() - start < WARM_UP_MS; ) run()
  const runs = Math.ceil(CHUNK_MESSAGES / messagesPerRun)
  let allocated = 0
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    gc()
    const before = getHeapStatistics().used_heap_size
    for (let i = 0; i < runs; i++) run()
    allocated += getHeapStatistics().used_heap_size - before
  }
  return allocated / (CHUNKS * runs * messagesPerRun)
}

/** What the method says of a run whose garbage is known: an object with one number, which has a box of its own. */
export function allocatedByControl(messagesPerRun: number): number {
  const kept: { value: number }[] = []
  return allocatedPerMessage(() => {
    for (let i = 0; i < messagesPerRun; i++) kept[i] = { value: i + 0.5 }
    return kept.length
  }, messagesPerRun)
}
