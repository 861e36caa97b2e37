import type { Ir } from '../ir/ir.ts'
import type { DirectBuffer, JsonValue } from '../runtime/index.ts'
import { JsonListener } from './json-listener.ts'
import type { JsonOptions } from './json-listener.ts'
import { OtfDecoderSet } from './otf-decoder-set.ts'
import type { OtfHeader } from './otf-header-decoder.ts'

/** Makes an object in JSON of a message with its header, for tools: what is known of its origin, and what is in it. */
export class MessageJson {
  readonly decoder: OtfDecoderSet
  readonly #listener: JsonListener
  readonly #isPretty: boolean
  readonly #names: ReadonlyMap<number, ReadonlyMap<number, string>>

  /** Throws RangeError when the schemas cannot be told apart: see `OtfDecoderSet`. */
  constructor(irs: readonly Ir[], options: JsonOptions = {}) {
    this.decoder = new OtfDecoderSet(irs)
    this.#listener = new JsonListener(this.decoder.byteOrder, options)
    this.#isPretty = options.pretty === true
    this.#names = new Map(irs.map(({ schemaId, messages }) => {
      return [schemaId, new Map(messages.map(({ id, name }) => [id, name]))]
    }))
  }

  /** Name of the message that has this header; undefined when no schema has it. */
  nameOf({ schemaId, templateId }: OtfHeader): string | undefined {
    return this.#names.get(schemaId)?.get(templateId)
  }

  /**
   * A line, or several when it is to be pretty.
   *
   * @param origin members that come first
   * @throws SbeError when the message cannot be decoded
   */
  format(
    origin: { readonly [name: string]: JsonValue }, buffer: DirectBuffer, offset: number, length: number,
  ): string {
    const listener = this.#listener
    const header = this.decoder.decodeHeader(buffer, offset, length)
    const rest = length - this.decoder.decode(buffer, offset, listener, length)
    const envelope = { ...origin, message: listener.message, header: { ...header }, ...(rest === 0 ? {} : { rest }) }
    if (!this.#isPretty) return `${JSON.stringify(envelope).slice(0, -1)},"fields":${listener.json}}\n`
    const fields = listener.json.replaceAll('\n', '\n  ')
    return `${JSON.stringify(envelope, null, 2).slice(0, -2)},\n  "fields": ${fields}\n}\n`
  }
}
