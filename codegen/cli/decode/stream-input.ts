import { FrameReader } from '../../framing/frame-reader.ts'
import type { Framing } from '../../framing/framing.ts'
import { GodwitError } from '../../runtime/errors.ts'
import type { InputItem, MessageInput } from './message-input.ts'

/** An input that is frames from its first byte to its last. */
export class StreamInput implements MessageInput {
  readonly #reader: FrameReader
  #isOver: boolean = false

  constructor(framing: Framing, lengthMax: number) {
    this.#reader = new FrameReader(framing, { lengthMax })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  *take(chunk: Uint8Array): Generator<InputItem, void, undefined> {
    this.#reader.feed(chunk)
    yield* this.#frames()
  }

  *end(): Generator<InputItem, void, undefined> {
    this.#reader.end()
    yield* this.#frames()
  }

  notes(): readonly string[] {
    return []
  }

  *#frames(): Generator<InputItem, void, undefined> {
    if (this.#isOver) return
    try {
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        yield { kind: 'message', frame, origin: { offset: frame.position } }
      }
    } catch (error) {
      if (!(error instanceof GodwitError)) throw error
      // Where one frame ends the next begins: behind one that is none there is nothing to hold on to.
      this.#isOver = true
      yield { kind: 'lost', where: '', error }
    }
  }
}
