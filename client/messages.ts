import { GodwitError } from '../codegen/runtime/index.ts'
import type { AbortSignalLike } from './abort-signal.ts'
import type { TurnLoop, WaitTask } from './conductor/turn-loop.ts'
import type { Image } from './image.ts'
import { ControlledAction } from './memory/controlled-action.ts'
import type { ControlledFragmentHandler } from './log/term-reader.ts'
import { BEGIN, END, MessageBuilders, WHOLE } from './message-builder.ts'

/** A whole message. It belongs to whoever gets it. */
export interface Message {
  /** A private copy. */
  readonly data: Uint8Array
  readonly sessionId: number
  readonly streamId: number
  /** Where the message ends in its stream. */
  readonly position: number
  /** 64 bits that the publisher may have set. */
  readonly reservedValue: bigint
}

export interface MessagesOptions {
  /** Ends the iteration: it rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined
}

/** Where messages come from: a subscription. */
export interface MessageSource {
  readonly images: readonly Image[]
  readonly isClosed: boolean
  /** For people. */
  readonly name: string
  readonly turns: TurnLoop
  /** The source may be read by others again. */
  releaseReader(): void
}

interface Waiter {
  resolve(result: IteratorResult<Message, undefined>): void
  reject(error: unknown): void
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Fragments of one image that are looked at before the next image has its turn. */
const FRAGMENT_LIMIT = 1024

/** What `subscription.messages()` returns: `for await` over it, or ask for one message at a time with `next`. */
export class MessageIterator implements AsyncIterableIterator<Message, undefined, undefined>, WaitTask {
  readonly #source: MessageSource
  readonly #signal: AbortSignalLike | undefined
  readonly #waiters: Waiter[] = []
  readonly #builders: MessageBuilders = new MessageBuilders()
  readonly #onFragment: ControlledFragmentHandler
  readonly #onAbort: () => void
  #message: Message | undefined
  /** Image that the last message came from; it is consumed when the next one is asked for. */
  #heldImage: Image | undefined
  #heldPosition: number = 0
  #nextImage: number = 0
  #isEnded: boolean = false
  /** Why it ended, until somebody was told. */
  #failure: { readonly error: unknown } | undefined

  /** @internal */
  constructor(source: MessageSource, { signal }: MessagesOptions) {
    this.#source = source
    this.#signal = signal
    this.#onFragment = (buffer, offset, length, header) => {
      const flags = header.flags & WHOLE
      if (flags === BEGIN) {
        this.#builders.take(header).begin(buffer, offset, length, header)
        return ControlledAction.CONTINUE
      }
      let data: Uint8Array
      let whole = header
      if (flags === WHOLE) {
        data = buffer.bytes.slice(offset, offset + length)
      } else {
        const builder = this.#builders.get(header.sessionId)
        if (builder === undefined || !builder.append(buffer, offset, length, header) || flags !== END) {
          return ControlledAction.CONTINUE
        }
        builder.reset()
        whole = builder.complete()
        data = builder.buffer.bytes.slice(0, builder.length)
      }
      const { sessionId, streamId, position, reservedValue } = whole
      this.#message = { data, sessionId, streamId, position, reservedValue }
      // Left where it is: it is passed when the next message is asked for.
      return ControlledAction.ABORT
    }
    this.#onAbort = () => this.#fail(signal?.reason)
    if (signal?.aborted === true) this.#fail(signal.reason)
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** The next message. Counts the one before as consumed. */
  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#isEnded) return this.#afterEnd()
    const { turns } = this.#source
    if (this.#waiters.length === 0 && turns.mayGoAtOnce()) {
      try {
        const value = this.#read()
        if (value !== undefined) return Promise.resolve({ done: false, value })
        if (this.#source.isClosed) this.#finish()
      } catch (error) {
        this.#fail(error)
      }
      // Reading looks after the client, which may have ended this.
      if (this.#isEnded) return this.#afterEnd()
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      turns.add(this)
    })
  }

  /** Ends the iteration, as leaving a `for await` does. Counts the last message as consumed. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#finish()
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish()
  }

  /** @internal */
  turn(): boolean {
    let hasWorked = false
    try {
      for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
        const value = this.#read()
        if (value === undefined) break
        hasWorked = true
        this.#waiters.shift()
        waiter.resolve({ done: false, value })
      }
    } catch (error) {
      this.#fail(error)
      return true
    }
    if (this.#waiters.length === 0) this.#source.turns.remove(this)
    else if (this.#source.isClosed) this.#finish()
    return hasWorked
  }

  /** @internal */
  stop(reason: GodwitError): void {
    if (reason.code === 'ERR_GODWIT_CLOSED') this.#finish()
    else this.#fail(reason)
  }

  #read(): Message | undefined {
    this.#consume()
    const { images } = this.#source
    for (let n = 0; n < images.length; n++) {
      const index = (this.#nextImage + n) % images.length
      const image = images[index]!
      image.controlledPoll(this.#onFragment, FRAGMENT_LIMIT)
      const message = this.#message
      if (message === undefined) continue
      this.#message = undefined
      this.#heldImage = image
      this.#heldPosition = message.position
      this.#nextImage = index + 1
      return message
    }
    return undefined
  }

  #consume(): void {
    this.#heldImage?.consumeTo(this.#heldPosition)
    this.#heldImage = undefined
  }

  #finish(): void {
    const waiters = this.#end()
    for (const waiter of waiters) waiter.resolve(DONE)
  }

  /** The first who waits, or else who asks next, learns why; the others that there is no more. */
  #fail(error: unknown): void {
    if (this.#isEnded) return
    const [first, ...others] = this.#end()
    if (first === undefined) this.#failure = { error }
    else first.reject(error)
    for (const waiter of others) waiter.resolve(DONE)
  }

  #afterEnd(): Promise<IteratorReturnResult<undefined>> {
    const failure = this.#failure
    this.#failure = undefined
    return failure === undefined ? Promise.resolve(DONE) : Promise.reject(failure.error)
  }

  #end(): readonly Waiter[] {
    if (!this.#isEnded) {
      this.#isEnded = true
      this.#consume()
      this.#builders.clear()
      this.#signal?.removeEventListener('abort', this.#onAbort)
      this.#source.turns.remove(this)
      this.#source.releaseReader()
    }
    return this.#waiters.splice(0)
  }
}

/** Two readers would take each other's messages. */
export function readerBusyError(name: string): GodwitError {
  return new GodwitError('ERR_GODWIT_SUBSCRIPTION_BUSY', `${name}: messages() is in use already; end that one first`)
}
