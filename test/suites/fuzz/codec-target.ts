/** Generated codecs under malformed messages and bad values. */
import type { BuiltCodecs } from '../../support/hostile/codec-sets.ts'
import { loadCodecSet } from '../../support/hostile/codec-sets.ts'
import type { Approach, CodecSet } from '../../support/hostile/decode-check.ts'
import { DecodeCheck } from '../../support/hostile/decode-check.ts'
import { EncodeCheck } from '../../support/hostile/encode-check.ts'
import { spoil } from '../../support/hostile/message-mutations.ts'
import type { WrittenMessage } from '../../support/hostile/message-writer.ts'
import { MessageWriter } from '../../support/hostile/message-writer.ts'
import type { MessageShape } from '../../support/hostile/wire-shape.ts'
import type { Random } from '../../support/random.ts'
import { seededRandom } from '../../support/seed.ts'

const ENCODE_SHARE = 0.15
const MISUSE_SHARE = 0.05

export class CodecTarget {
  readonly name: string
  private readonly set: CodecSet
  private readonly writer: MessageWriter
  private readonly decoding: DecodeCheck
  private readonly encoding: EncodeCheck

  private constructor(set: CodecSet) {
    this.name = set.name
    this.set = set
    this.writer = new MessageWriter(set.shape)
    this.decoding = new DecodeCheck(set, seededRandom(`fuzz/${set.name}/decoding`))
    this.encoding = new EncodeCheck(set, seededRandom(`fuzz/${set.name}/encoding`))
  }

  static async load(built: BuiltCodecs): Promise<CodecTarget> {
    return new CodecTarget(await loadCodecSet(built))
  }

  /** Decodes or encodes one message; throws a HostileFinding when that goes wrong. */
  run(index: number): void {
    const random = seededRandom(`fuzz/${this.name}/${index}`)
    const { set, decoding } = this
    const message = random.pick(set.shape.messages)
    if (random.bool(ENCODE_SHARE)) {
      decoding.run(message, this.encoding.run(random, message), { header: true }, false)
      return
    }
    const written = this.writer.write(random, message)
    const bytes = this.bytesOf(random, written)
    decoding.run(message, bytes, approachOf(random, message, written), random.bool(MISUSE_SHARE))
  }

  private bytesOf(random: Random, written: WrittenMessage): Uint8Array {
    if (random.bool(0.05)) return written.bytes
    if (random.bool(0.1)) return random.bytes(random.int(written.bytes.length + 30))
    return spoil(random, written, this.set.shape.littleEndian)
  }
}

/** By the header mostly; random bytes have no chance to look like one. */
function approachOf(random: Random, { block }: MessageShape, { bytes }: WrittenMessage): Approach {
  if (random.bool(0.7)) return { header: true }
  const known = block.blockLengths.at(-1) ?? 0
  return {
    actingBlockLength: random.pick([0, known, known, known - 1, known + 1, random.int(bytes.length + 2), 65_535]),
    actingVersion: random.pick([0, 1, 2, random.int(block.blockLengths.length + 1), 65_535]),
  }
}
