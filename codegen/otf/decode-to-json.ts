import type { Ir } from '../ir/ir.ts'
import { DirectBuffer } from '../runtime/index.ts'
import { JsonListener } from './json-listener.ts'
import type { JsonOptions } from './json-listener.ts'
import { OtfDecoder } from './otf-decoder.ts'

/** Where the message is, and how its JSON is written. */
export interface DecodeToJsonOptions extends JsonOptions {
  /** Where the message header begins; default 0. */
  readonly offset?: number | undefined
  /** Bytes from the offset on that belong to the message; default the rest. Nothing behind them is read. */
  readonly length?: number | undefined
}

/** A message as JSON. */
export interface DecodedToJson {
  /** Name of the message in the schema. */
  readonly message: string
  /** Its values as a JSON object; see `JsonListener`. */
  readonly json: string
  /** Length of what was decoded, the header included. */
  readonly length: number
}

const decoders = new WeakMap<Ir, OtfDecoder>()

/**
 * Decodes a message with its header to JSON, from the schema alone. What is made for a schema is kept as long as the
 * schema is.
 *
 * @throws SbeError as `OtfDecoder.decode`, and ERR_GODWIT_SBE_LENGTH when the JSON gets longer than 2^26 characters
 */
export function decodeToJson(
  ir: Ir, source: DirectBuffer | Uint8Array, options: DecodeToJsonOptions = {},
): DecodedToJson {
  const { offset = 0, length } = options
  let decoder = decoders.get(ir)
  if (decoder === undefined) {
    decoder = new OtfDecoder(ir)
    decoders.set(ir, decoder)
  }
  const buffer = source instanceof DirectBuffer ? source : new DirectBuffer(source)
  const listener = new JsonListener(decoder.byteOrder, options)
  const decodedLength = decoder.decode(buffer, offset, listener, length)
  return { message: listener.message, json: listener.json, length: decodedLength }
}
