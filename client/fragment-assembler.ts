import { checkFunction } from './arguments.ts'
import type { Header } from './log/header.ts'
import { ControlledAction } from './memory/controlled-action.ts'
import type { ControlledFragmentHandler, FragmentHandler } from './log/term-reader.ts'
import { BEGIN, END, MessageBuilders, WHOLE } from './message-builder.ts'

/**
 * Hands whole messages to a handler. Give `onFragment` to `poll`:
 *
 * ```ts
 * const assembler = new FragmentAssembler((buffer, offset, length, header) => { ... })
 * subscription.poll(assembler.onFragment, 10)
 * ```
 *
 * A message of one fragment is handed on where it lies; the fragments of others are copied together first. The header
 * of such a message has its whole length and its flags, and `position` is where it ends. A message whose beginning
 * was missed is dropped. One assembler for one subscription or image.
 */
export class FragmentAssembler {
  readonly onFragment: FragmentHandler
  readonly #builders: MessageBuilders = new MessageBuilders()

  constructor(handler: FragmentHandler) {
    checkFunction('handler', handler)
    this.onFragment = (buffer, offset, length, header) => {
      const flags = header.flags & WHOLE
      if (flags === WHOLE) return handler(buffer, offset, length, header)
      if (flags === BEGIN) return this.#builders.take(header).begin(buffer, offset, length, header)
      const builder = this.#builders.get(header.sessionId)
      if (builder === undefined || !builder.append(buffer, offset, length, header) || flags !== END) return
      builder.reset()
      handler(builder.buffer, 0, builder.length, builder.complete())
    }
  }

  /** Gives the memory for a session up, with what has come of a message. Returns whether there was any. */
  freeSession(sessionId: number): boolean {
    return this.#builders.delete(sessionId)
  }

  /** Gives all memory up. */
  clear(): void {
    this.#builders.clear()
  }
}

/** As `FragmentAssembler`, for `controlledPoll`: after ABORT the same message is handed on again. */
export class ControlledFragmentAssembler {
  readonly onFragment: ControlledFragmentHandler
  readonly #builders: MessageBuilders = new MessageBuilders()
  readonly #handler: ControlledFragmentHandler

  constructor(handler: ControlledFragmentHandler) {
    checkFunction('handler', handler)
    this.#handler = handler
    this.onFragment = (buffer, offset, length, header) => {
      const flags = header.flags & WHOLE
      if (flags === WHOLE) return handler(buffer, offset, length, header)
      if (flags === BEGIN) {
        this.#builders.take(header).begin(buffer, offset, length, header)
        return ControlledAction.CONTINUE
      }
      const builder = this.#builders.get(header.sessionId)
      if (builder === undefined || !builder.append(buffer, offset, length, header) || flags !== END) {
        return ControlledAction.CONTINUE
      }
      return this.#deliver(header, length)
    }
  }

  /** As `FragmentAssembler.freeSession`. */
  freeSession(sessionId: number): boolean {
    return this.#builders.delete(sessionId)
  }

  /** Gives all memory up. */
  clear(): void {
    this.#builders.clear()
  }

  #deliver(lastFragment: Header, lastLength: number): ControlledAction {
    const builder = this.#builders.get(lastFragment.sessionId)!
    builder.reset()
    const action = this.#handler(builder.buffer, 0, builder.length, builder.complete())
    if (action === ControlledAction.ABORT) builder.rollBack(lastLength, lastFragment)
    return action
  }
}
