import { ControlledFragmentAssembler } from '../../client/fragment-assembler.ts'
import type { Image } from '../../client/image.ts'
import { quoteText } from '../../client/protocol/text-values.ts'
import { GodwitError } from '../../codegen/runtime/errors.ts'
import { interruptedError } from '../../codegen/cli/ending.ts'
import type { Ending } from '../../codegen/cli/ending.ts'
import type { Traffic } from './stream-progress.ts'
import { Rest } from './stream-rest.ts'
import type { PartFile } from './sub-part-file.ts'
import { FileReceiver, transferError } from './sub-receiver.ts'
import { counted } from './text.ts'

/** Fragments between two turns of the event loop. */
const FRAGMENT_LIMIT = 1024

/** Receives one file from one publisher. */
export class FileTransfer implements Traffic {
  messages: number = 0
  readonly #part: PartFile
  readonly #receiver: FileReceiver
  readonly #ending: Ending
  readonly #rest: Rest = new Rest()

  /** @param lengthMax longest file that is taken, in bytes */
  constructor(part: PartFile, lengthMax: number, ending: Ending) {
    this.#part = part
    this.#receiver = new FileReceiver(lengthMax)
    this.#ending = ending
  }

  get path(): string {
    return this.#part.path
  }

  /** Of the file. */
  get bytes(): number {
    return this.#receiver.received
  }

  /** What will come, once that was said. */
  get totalBytes(): number | undefined {
    return this.#receiver.announcement?.fileLength
  }

  /** As the publisher calls it; any text. */
  get name(): string {
    return this.#receiver.announcement?.name ?? ''
  }

  /**
   * Returns the SHA-256 of the file, which has its name then. Rejects when it is not whole; what has come stays in the
   * part file.
   */
  async receive(image: Image): Promise<Buffer> {
    const part = this.#part
    try {
      await this.#follow(image)
      const digest = await part.complete()
      if (!digest.equals(this.#receiver.sha256)) throw transferError(digestsDiffer(digest, this.#receiver.sha256))
      await part.publish()
      return digest
    } catch (error) {
      await part.close()
      throw error instanceof GodwitError ? this.#withWhatArrived(error) : error
    } finally {
      await part.close()
    }
  }

  async #follow(image: Image): Promise<void> {
    const receiver = this.#receiver
    const part = this.#part
    const assembler = new ControlledFragmentAssembler((buffer, offset, length) => {
      this.messages++
      return receiver.onMessage(buffer, offset, length)
    })
    let hasRoom = true
    for (;;) {
      if (this.#ending.check()) throw interruptedError('before the file was complete')
      hasRoom = true
      const fragments = image.controlledPoll(assembler.onFragment, FRAGMENT_LIMIT)
      if (receiver.state === 'ENDED') return
      if (receiver.failure !== undefined) throw receiver.failure
      if (receiver.state === 'ANNOUNCED') {
        await part.create()
        receiver.begin((bytes, offset, length) => (hasRoom = part.append(bytes, offset, length)))
        continue
      }
      if (!hasRoom) await part.settled()
      else if (fragments === 0) this.#requireAlive(image)
      await this.#rest.turn(fragments > 0)
    }
  }

  #requireAlive(image: Image): void {
    if (image.isEndOfStream) throw transferError('the publisher ended the stream before the file was complete')
    if (image.isClosed) throw transferError('the publisher is gone: nothing was heard of it any more')
  }

  #withWhatArrived(error: GodwitError): GodwitError {
    const { announcement } = this.#receiver
    const part = this.#part
    const arrived = !part.isCreated || announcement === undefined
      ? 'nothing of a file arrived'
      : `${part.partPath} has the ${part.written.toLocaleString('en')} of ` +
        `${counted(announcement.fileLength, 'byte')} of ${quoteText(announcement.name)} that arrived`
    return new GodwitError(error.code, `${error.message}; ${arrived}`, { cause: error })
  }
}

function digestsDiffer(ours: Buffer, theirs: Uint8Array): string {
  return `the SHA-256 is ${ours.toString('hex')} here and was ${Buffer.from(theirs).toString('hex')} there`
}
