/** Decodes messages from memory that tells of every read. Uses nothing but the language and the runtime. */
import { DirectBuffer, EMPTY_ENTRIES_MAX } from '../../../codegen/runtime/index.ts'
import { Random } from '../random.ts'
import type { CodecSet } from './decode-check.ts'
import { construct, constructHeader } from './decode-check.ts'
import { spoil } from './message-mutations.ts'
import { MessageWriter } from './message-writer.ts'
import { watchedBuffer } from './watched-buffer.ts'
import { attempt, HostileFinding, walkMessage } from './walker.ts'

const BEFORE = 23
const AFTER = 40

export interface ReadReport {
  /** What decoding gave, message by message. */
  readonly transcript: readonly string[]
  readonly reads: number
}

/**
 * Decodes `count` random messages, most of them spoiled, among noise; a read outside of the message that was announced
 * is a HostileFinding.
 * @param watched whether reads are watched; the functions of Node that read strings need real memory
 */
export function checkReads(set: CodecSet, seed: string, count: number, watched: boolean): ReadReport {
  const random = new Random(seed)
  const writer = new MessageWriter(set.shape)
  const transcript: string[] = []
  let reads = 0
  for (let i = 0; i < count; i++) {
    const message = random.pick(set.shape.messages)
    const written = writer.write(random, message)
    const bytes = random.bool(0.2) ? written.bytes : spoil(random, written, set.shape.littleEndian)
    const memory = random.bytes(BEFORE + bytes.length + AFTER)
    memory.set(bytes, BEFORE)
    const watcher = (offset: number, length: number): void => {
      reads++
      if (offset >= BEFORE && offset + length <= BEFORE + bytes.length) return
      const where = `${length} bytes at ${offset - BEFORE} of ${bytes.length}`
      throw new HostileFinding(`${message.className}: read ${where}`)
    }
    const buffer = watched ? watchedBuffer(memory.buffer as ArrayBuffer, watcher) : new DirectBuffer(memory)
    const decoder = construct(set, `${message.className}Decoder`)
    const header = constructHeader(set, `${message.className}Decoder`)
    const wrapped = attempt('wrap', () => {
      decoder['wrapAndApplyHeader']?.(buffer, BEFORE, header, bytes.length)
      return 'wrapped'
    })
    transcript.push(`${message.className} ${wrapped}`)
    if (!wrapped.startsWith('wrap=')) continue
    const options = { maxEntries: bytes.length + EMPTY_ENTRIES_MAX, misuse: i % 8 === 0 }
    transcript.push(...walkMessage(set.classes, decoder, options).transcript)
  }
  return { transcript, reads }
}
