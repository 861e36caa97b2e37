import { CAPTURE_START_LENGTH, isCapture } from '../../capture/capture-reader.ts'
import type { InputItem, MessageInput } from './message-input.ts'

/** An input that is a capture if it begins like one. */
export class AutoInput implements MessageInput {
  readonly #makeInput: (isCapture: boolean) => MessageInput
  #start: Uint8Array = new Uint8Array(0)
  #input: MessageInput | undefined

  constructor(makeInput: (isCapture: boolean) => MessageInput) {
    this.#makeInput = makeInput
  }

  get isOver(): boolean {
    return this.#input?.isOver === true
  }

  *take(chunk: Uint8Array): Generator<InputItem, void, undefined> {
    if (this.#input === undefined) {
      const start = this.#start.length === 0 ? chunk : concat(this.#start, chunk)
      this.#start = start
      if (start.length >= CAPTURE_START_LENGTH) yield* this.#begin(start)
    } else yield* this.#input.take(chunk)
  }

  *end(): Generator<InputItem, void, undefined> {
    if (this.#input === undefined) yield* this.#begin(this.#start)
    if (this.#input !== undefined) yield* this.#input.end()
  }

  notes(): readonly string[] {
    return this.#input?.notes() ?? []
  }

  #begin(start: Uint8Array): Iterable<InputItem> {
    this.#input = this.#makeInput(isCapture(start))
    return this.#input.take(start)
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
