import { addAbortSignal } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { inputError, readError } from '../../codegen/cli/input-error.ts'
import { DirectBuffer } from '../../codegen/runtime/index.ts'
import { LengthFraming, LineFraming } from './pub-framing.ts'
import type { Framing, MessageRange } from './pub-framing.ts'
import { isEndless } from './pub-options.ts'
import type { MessageInput } from './pub-options.ts'
import type { Sender } from './pub-sender.ts'
import { interruptedError } from '../../codegen/cli/ending.ts'
import type { Ending } from '../../codegen/cli/ending.ts'
import { counted } from './text.ts'

const MS_PER_SECOND = 1000

/** Sends messages one by one, at a rate if there is one. */
export class MessagePublisher {
  readonly #sender: Sender
  readonly #ending: Ending
  readonly #rate: number | undefined
  readonly #startMs: number = performance.now()

  /** @param rate messages per second */
  constructor(sender: Sender, ending: Ending, rate: number | undefined) {
    this.#sender = sender
    this.#ending = ending
    this.#rate = rate
  }

  /** Rejects with ERR_GODWIT_CLI_INPUT for what cannot be read or sent, and when it is interrupted before a count. */
  async send(input: MessageInput): Promise<void> {
    const { count = Infinity } = input
    if (input.kind === 'message') await this.#repeat(input.text, count)
    else await this.#pipe(this.#framingOf(input.framing), count)
    if (this.#sender.messages === count || isEndless(input)) return
    const sent = `${counted(this.#sender.messages, 'message')} of ${count}`
    if (this.#ending.check()) throw interruptedError(`after ${sent}`)
    throw inputError(`the standard input ended after ${sent}`)
  }

  async #repeat(text: string, count: number): Promise<void> {
    const buffer = new DirectBuffer(new TextEncoder().encode(text))
    const { lengthMax } = this.#sender
    if (buffer.byteLength > lengthMax) {
      throw inputError(
        `the message has ${counted(buffer.byteLength, 'byte')}, at most ${lengthMax.toLocaleString('en')} are ` +
          'possible in this publication: use longer terms (term-length in the channel)',
      )
    }
    const range = { buffer, offset: 0, length: buffer.byteLength }
    let isSent = true
    while (isSent && this.#sender.messages < count) isSent = await this.#send(range)
  }

  /** Sends what comes on the standard input, which is read no faster than messages go out. */
  async #pipe(framing: Framing, count: number): Promise<void> {
    for await (const chunk of standardInput(this.#ending)) {
      framing.feed(chunk)
      for (let range = framing.next(); range !== undefined; range = framing.next()) {
        if (!await this.#send(range) || this.#sender.messages === count) return
      }
    }
    if (this.#ending.check()) return
    const last = framing.end()
    if (last !== undefined) await this.#send(last)
  }

  #framingOf(kind: Extract<MessageInput, { kind: 'stdin' }>['framing']): Framing {
    const { lengthMax } = this.#sender
    return kind === 'lines' ? new LineFraming(lengthMax) : new LengthFraming(lengthMax)
  }

  /** Returns whether it was sent: not when it is interrupted. */
  async #send({ buffer, offset, length }: MessageRange): Promise<boolean> {
    if (this.#rate !== undefined && !await this.#isDue(this.#rate)) return false
    while (!this.#sender.offer(buffer, offset, length)) {
      if (!await this.#sender.turn(false)) return false
    }
    return true
  }

  async #isDue(rate: number): Promise<boolean> {
    const dueMs = this.#startMs + (this.#sender.messages * MS_PER_SECOND) / rate
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) {
      const { signal } = this.#ending
      await setTimeout(waitMs, undefined, { signal }).catch(() => undefined)
    }
    return !this.#ending.check()
  }
}

/** Ends when the command ends. Throws ERR_GODWIT_CLI_INPUT when it cannot be read. */
async function* standardInput(ending: Ending): AsyncGenerator<Uint8Array> {
  try {
    const input = addAbortSignal(ending.signal, process.stdin)
    for await (const chunk of input) yield chunk as Uint8Array
  } catch (error) {
    if (!ending.signal.aborted) throw readError('the standard input', error)
  } finally {
    // What is not read any more would keep the process alive.
    process.stdin.destroy()
  }
}
