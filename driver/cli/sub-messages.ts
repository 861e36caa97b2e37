import { ControlledFragmentAssembler } from '../../client/fragment-assembler.ts'
import { Image } from '../../client/image.ts'
import type { Subscription } from '../../client/subscription.ts'
import { ControlledAction } from '../../client/memory/controlled-action.ts'
import type { ControlledFragmentHandler } from '../../client/log/term-reader.ts'
import type { Ending } from '../../codegen/cli/ending.ts'
import type { Traffic } from './stream-progress.ts'
import { Rest } from './stream-rest.ts'
import type { MessageFormat } from './sub-format.ts'
import type { MessageOutput } from '../../codegen/cli/message-output.ts'

/** Fragments that are taken before what they gave is written. */
const FRAGMENT_LIMIT = 1024

/** Prints messages until there have been enough. */
export class MessagePrinter implements Traffic {
  messages: number = 0
  bytes: number = 0
  readonly #output: MessageOutput
  readonly #count: number
  readonly #onFragment: ControlledFragmentHandler

  /** @param count messages after which it is done */
  constructor(output: MessageOutput, format: MessageFormat, count: number) {
    this.#output = output
    this.#count = count
    const assembler = new ControlledFragmentAssembler((buffer, offset, length, header) => {
      // Of other images, whose turn is in the same poll.
      if (this.messages === this.#count) return ControlledAction.ABORT
      // A copy: the log is shared, and what is checked must be what is printed.
      const data = Buffer.from(buffer.bytes.subarray(offset, offset + length))
      const { sessionId, position } = header
      this.#output.append(format(data, { sessionId, position }))
      this.messages++
      this.bytes += length
      return this.messages === this.#count ? ControlledAction.BREAK : ControlledAction.CONTINUE
    })
    this.#onFragment = assembler.onFragment
  }

  /** Returns when there were enough, nobody reads any more, it is interrupted, or the one publisher is at its end. */
  async print(source: Subscription | Image, ending: Ending): Promise<void> {
    const rest = new Rest()
    const image = source instanceof Image ? source : undefined
    while (!ending.check() && !this.#output.isClosed) {
      const fragments = source.controlledPoll(this.#onFragment, FRAGMENT_LIMIT)
      if (fragments > 0) await this.#output.flush()
      if (this.messages === this.#count) return
      if (fragments === 0 && image !== undefined && (image.isClosed || image.isEndOfStream)) return
      await rest.turn(fragments > 0)
    }
  }
}
