import { createHash, randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { DirectBuffer } from '../../codegen/runtime/index.ts'
import {
  FileChunkEncoder,
  FileEndEncoder,
  FileStartEncoder,
  MessageHeaderEncoder,
} from '../../schemas/generated/file.transfer/index.ts'
import type { Sender } from './pub-sender.ts'
import type { SourceFile } from './pub-source-file.ts'
import { interruptedError } from '../../codegen/cli/ending.ts'
import type { Traffic } from './stream-progress.ts'
import { CHUNK_LENGTH_MAX, CHUNK_OVERHEAD, DIGEST_ALGORITHM } from './stream-transfer.ts'
import { counted } from './text.ts'

const READ_LENGTH = 1 << 20
const TRANSFER_ID_LENGTH = 8
/** A name of a file has 255 bytes at most, and the digest is shorter. */
const CONTROL_LENGTH_MAX = 1024

interface MutablePart {
  buffer: DirectBuffer
  offset: number
  length: number
}

/** Sends one file as one transfer: see schemas/file-transfer.xml. */
export class FilePublisher implements Traffic {
  /** Bytes of the file that were sent. */
  bytes: number = 0
  readonly #sender: Sender
  readonly #chunkLength: number
  readonly #transferId: bigint = randomBytes(TRANSFER_ID_LENGTH).readBigUInt64LE()
  readonly #header: MessageHeaderEncoder = new MessageHeaderEncoder()
  readonly #chunk: FileChunkEncoder = new FileChunkEncoder()
  readonly #parts: readonly [MutablePart, MutablePart]

  constructor(sender: Sender) {
    this.#sender = sender
    this.#chunkLength = Math.min(sender.payloadMax - CHUNK_OVERHEAD, CHUNK_LENGTH_MAX)
    // The encoder wants room for the content, which goes out from where it is.
    const head = new DirectBuffer(new ArrayBuffer(CHUNK_OVERHEAD + this.#chunkLength))
    this.#parts = [{ buffer: head, offset: 0, length: CHUNK_OVERHEAD }, { buffer: head, offset: 0, length: 0 }]
  }

  get messages(): number {
    return this.#sender.messages
  }

  /** Returns the SHA-256 of what was sent. */
  async send(file: SourceFile): Promise<Buffer> {
    const hash = createHash(DIGEST_ALGORITHM)
    await this.#send(file, this.#startOf(file))
    const buffer = new DirectBuffer(new ArrayBuffer(READ_LENGTH))
    while (this.bytes < file.length) {
      const length = await file.read(buffer.bytes, this.bytes)
      hash.update(buffer.bytes.subarray(0, length))
      for (let offset = 0; offset < length; offset += this.#chunkLength) {
        await this.#sendChunk(file, buffer, offset, Math.min(this.#chunkLength, length - offset))
      }
    }
    const digest = hash.digest()
    await this.#send(file, this.#endOf(file, digest))
    return digest
  }

  async #sendChunk(file: SourceFile, buffer: DirectBuffer, offset: number, length: number): Promise<void> {
    const [head, content] = this.#parts
    const chunk = this.#chunk.wrapAndApplyHeader(head.buffer, 0, this.#header)
    chunk.transferId(this.#transferId).fileOffsetAsNumber(this.bytes).reserveContent(length)
    content.buffer = buffer
    content.offset = offset
    content.length = length
    while (!this.#sender.offerParts(this.#parts)) await this.#turn(file)
    this.bytes += length
  }

  async #send(file: SourceFile, message: DirectBuffer): Promise<void> {
    while (!this.#sender.offer(message, 0, message.byteLength)) await this.#turn(file)
  }

  async #turn(file: SourceFile): Promise<void> {
    if (await this.#sender.turn(false)) return
    throw interruptedError(`after ${this.bytes.toLocaleString('en')} of ${counted(file.length, 'byte')}`)
  }

  #startOf(file: SourceFile): DirectBuffer {
    const buffer = new DirectBuffer(new ArrayBuffer(CONTROL_LENGTH_MAX))
    const start = new FileStartEncoder().wrapAndApplyHeader(buffer, 0, this.#header)
    start.transferId(this.#transferId).fileLengthAsNumber(file.length).chunkLength(this.#chunkLength)
    start.name(basename(file.path))
    return new DirectBuffer(buffer.bytes, 0, start.limit())
  }

  #endOf(file: SourceFile, digest: Uint8Array): DirectBuffer {
    const buffer = new DirectBuffer(new ArrayBuffer(CONTROL_LENGTH_MAX))
    const end = new FileEndEncoder().wrapAndApplyHeader(buffer, 0, this.#header)
    end.transferId(this.#transferId).fileLengthAsNumber(file.length).putSha256(digest)
    return new DirectBuffer(buffer.bytes, 0, end.limit())
  }
}
