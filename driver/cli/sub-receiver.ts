import { ControlledAction } from '../../client/memory/controlled-action.ts'
import { GodwitError } from '../../codegen/runtime/errors.ts'
import { SbeError, Slice } from '../../codegen/runtime/index.ts'
import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import {
  FileChunkDecoder,
  FileEndDecoder,
  FileStartDecoder,
  MessageHeaderDecoder,
} from '../../schemas/generated/file.transfer/index.ts'
import { CHUNK_LENGTH_MAX, DIGEST_LENGTH } from './stream-transfer.ts'
import { counted } from './text.ts'

/** Takes the bytes of a file, in order. Returns false when there is no room now: they come again. */
export type ContentSink = (bytes: Uint8Array, offset: number, length: number) => boolean

/** What a transfer announced; all of it was said by somebody else. */
export interface Announcement {
  readonly transferId: bigint
  readonly fileLength: number
  readonly chunkLength: number
  /** Of the file where it comes from; any text. */
  readonly name: string
}

/**
 * Follows one transfer, message by message, and checks all that they say: ANNOUNCED once FileStart has come, then the
 * content goes to a sink, and ENDED once FileEnd has come, whose digest is to be compared. What is wrong is FAILED.
 */
export class FileReceiver {
  state: 'WAITING' | 'ANNOUNCED' | 'RECEIVING' | 'ENDED' | 'FAILED' = 'WAITING'
  failure: GodwitError | undefined
  announcement: Announcement | undefined
  /** Bytes of the file so far. */
  received: number = 0
  /** What the content is to have. */
  readonly sha256: Uint8Array = new Uint8Array(DIGEST_LENGTH)
  readonly #lengthMax: number
  readonly #header: MessageHeaderDecoder = new MessageHeaderDecoder()
  readonly #start: FileStartDecoder = new FileStartDecoder()
  readonly #chunk: FileChunkDecoder = new FileChunkDecoder()
  readonly #end: FileEndDecoder = new FileEndDecoder()
  readonly #content: Slice = new Slice()
  #sink: ContentSink = () => false

  /** @param lengthMax longest file that is taken, in bytes */
  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax
  }

  /** Begins to take the content of what was announced. */
  begin(sink: ContentSink): void {
    this.#sink = sink
    this.state = 'RECEIVING'
  }

  /** One message; says how to go on with the stream. */
  onMessage(buffer: DirectBuffer, offset: number, length: number): ControlledAction {
    try {
      return this.#accept(buffer, offset, length)
    } catch (error) {
      if (error instanceof SbeError) return this.#fail(`a message is malformed: ${error.message}`)
      throw error
    }
  }

  #accept(buffer: DirectBuffer, offset: number, length: number): ControlledAction {
    if (this.state === 'WAITING') {
      if (this.#templateIdOf(buffer, offset, length) === FileStartDecoder.TEMPLATE_ID) {
        return this.#onStart(buffer, offset, length)
      }
      const why = 'the publisher does not send one, or began before'
      return this.#fail(`its first message is not the beginning of a file: ${why}`)
    }
    if (this.state !== 'RECEIVING') return ControlledAction.ABORT
    switch (this.#templateIdOf(buffer, offset, length)) {
      case FileChunkDecoder.TEMPLATE_ID:
        return this.#onChunk(buffer, offset, length)
      case FileEndDecoder.TEMPLATE_ID:
        return this.#onEnd(buffer, offset, length)
      case FileStartDecoder.TEMPLATE_ID:
        return this.#fail('another file begins before this one is complete')
      default:
        return this.#fail('a message that is not of the transfer is mixed in')
    }
  }

  #templateIdOf(buffer: DirectBuffer, offset: number, length: number): number | undefined {
    if (length < MessageHeaderDecoder.ENCODED_LENGTH) return undefined
    const header = this.#header.wrap(buffer, offset)
    return header.schemaId() === FileStartDecoder.SCHEMA_ID ? header.templateId() : undefined
  }

  #onStart(buffer: DirectBuffer, offset: number, length: number): ControlledAction {
    const start = this.#start.wrapAndApplyHeader(buffer, offset, this.#header, length)
    const announced = start.fileLength()
    const chunkLength = start.chunkLength()
    if (announced > BigInt(Number.MAX_SAFE_INTEGER)) return this.#fail(`a length of ${announced} bytes is announced`)
    if (announced > this.#lengthMax) {
      return this.#fail(`${counted(Number(announced), 'byte')} are announced, --max-length allows ${this.#lengthMax}`)
    }
    if (chunkLength < 1 || chunkLength > CHUNK_LENGTH_MAX) {
      return this.#fail(`chunks of ${chunkLength} bytes are announced, 1 to ${CHUNK_LENGTH_MAX} are possible`)
    }
    const transferId = start.transferId()
    this.announcement = { transferId, fileLength: Number(announced), chunkLength, name: start.name() }
    this.state = 'ANNOUNCED'
    return ControlledAction.BREAK
  }

  #onChunk(buffer: DirectBuffer, offset: number, length: number): ControlledAction {
    const { transferId, fileLength, chunkLength } = this.announcement!
    const chunk = this.#chunk.wrapAndApplyHeader(buffer, offset, this.#header, length)
    const content = this.#content
    if (chunk.transferId() !== transferId) return this.#fail('bytes of another file are mixed in')
    if (chunk.fileOffset() !== BigInt(this.received)) {
      return this.#fail(`bytes of offset ${chunk.fileOffset()} come where those of ${this.received} belong`)
    }
    chunk.wrapContent(content)
    if (content.length < 1 || content.length > chunkLength) {
      return this.#fail(`a chunk has ${counted(content.length, 'byte')}, up to ${chunkLength} were announced`)
    }
    if (this.received + content.length > fileLength) {
      return this.#fail(`more comes than the ${counted(fileLength, 'byte')} that were announced`)
    }
    if (!this.#sink(content.buffer.bytes, content.offset, content.length)) return ControlledAction.ABORT
    this.received += content.length
    return ControlledAction.CONTINUE
  }

  #onEnd(buffer: DirectBuffer, offset: number, length: number): ControlledAction {
    const { transferId, fileLength } = this.announcement!
    const end = this.#end.wrapAndApplyHeader(buffer, offset, this.#header, length)
    if (end.transferId() !== transferId) return this.#fail('another file ends here')
    if (end.fileLength() !== BigInt(fileLength) || this.received !== fileLength) {
      return this.#fail(
        `its end comes after ${counted(this.received, 'byte')} and speaks of ${end.fileLength()}, ` +
          `${fileLength} were announced`,
      )
    }
    end.getSha256(this.sha256)
    this.state = 'ENDED'
    return ControlledAction.BREAK
  }

  #fail(why: string): ControlledAction {
    this.failure = transferError(why)
    this.state = 'FAILED'
    return ControlledAction.BREAK
  }
}

/** A file did not arrive as it was sent. */
export function transferError(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_CLI_TRANSFER', message)
}
