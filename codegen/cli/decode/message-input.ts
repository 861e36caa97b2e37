import type { Frame } from '../../framing/framing.ts'
import type { GodwitError } from '../../runtime/errors.ts'
import type { JsonValue } from '../../runtime/index.ts'

/** Where a message came from, as it is printed. */
export type Origin = { readonly [name: string]: JsonValue }

/** A message, or what is in the way of messages. */
export type InputItem =
  | { readonly kind: 'message'; readonly frame: Frame; readonly origin: Origin }
  /** @param where such as `packet 3`; empty in an input without packets */
  | { readonly kind: 'lost'; readonly where: string; readonly error: GodwitError }

/** Finds the messages in an input that comes in pieces. Items are valid until the next one is taken. */
export interface MessageInput {
  /** Whether nothing more can be found, so that the rest need not be read. */
  readonly isOver: boolean
  /** All items of a piece must be taken before the next piece. */
  take(chunk: Uint8Array): Iterable<InputItem>
  end(): Iterable<InputItem>
  /** What the input had besides messages, in a line each. */
  notes(): readonly string[]
}
