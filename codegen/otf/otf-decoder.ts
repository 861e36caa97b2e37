import type { Ir } from '../ir/ir.ts'
import type { ByteOrder } from '../ir/token.ts'
import { buildSchemaModel } from '../model/build-schema-model.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { SbeError, schemaError } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { OtfHeaderDecoder } from './otf-header-decoder.ts'
import type { OtfHeader } from './otf-header-decoder.ts'
import type { OtfListener } from './otf-listener.ts'
import { OtfMessageDecoder } from './otf-message-decoder.ts'

/** Decodes every message of a schema on the fly: from the schema alone, without generated code. */
export class OtfDecoder {
  readonly byteOrder: ByteOrder
  /** Length of a message header in bytes. */
  readonly headerLength: number
  readonly #schema: SchemaModel
  readonly #header: OtfHeaderDecoder
  readonly #messages: ReadonlyMap<number, OtfMessageDecoder>

  constructor(ir: Ir) {
    this.#schema = buildSchemaModel(ir)
    this.byteOrder = ir.byteOrder
    this.#header = new OtfHeaderDecoder(this.#schema)
    this.headerLength = this.#header.encodedLength
    this.#messages = new Map(this.#schema.messages.map((message) => {
      return [message.id, new OtfMessageDecoder(message, ir.byteOrder)]
    }))
  }

  /**
   * Reads the header of a message, which may be of any schema.
   *
   * @param length bytes from the offset on that belong to the message; default the rest of the buffer
   * @throws SbeError ERR_GODWIT_SBE_BOUNDS when the header does not lie within them
   */
  decodeHeader(buffer: DirectBuffer, offset: number, length?: number): OtfHeader {
    return this.#header.decode(buffer, offset, length)
  }

  /**
   * Tells the listener all parts of the message whose header is at the offset. Groups and data that a later version put
   * behind the known ones are left unread: only the framing around a message knows of them.
   *
   * @param length bytes from the offset on that belong to the message, its header included; default the rest of the
   *   buffer. Nothing behind them is read.
   * @returns length of what was decoded, the header included
   * @throws SbeError ERR_GODWIT_SBE_SCHEMA when the message is of another schema, ERR_GODWIT_SBE_TEMPLATE when the
   *   schema has no such message, ERR_GODWIT_SBE_BOUNDS and ERR_GODWIT_SBE_BLOCK_LENGTH when the bytes are malformed
   */
  decode(
    buffer: DirectBuffer, offset: number, listener: OtfListener, length: number = buffer.byteLength - offset,
  ): number {
    const { packageName, schemaId: expected } = this.#schema
    const { blockLength, templateId, schemaId, version } = this.decodeHeader(buffer, offset, length)
    if (schemaId !== expected) throw schemaError(packageName, expected, schemaId)
    const message = this.#messages.get(templateId)
    if (message === undefined) {
      const what = `${packageName}: schema ${expected} has no message with the template id ${templateId} of the header`
      throw new SbeError('ERR_GODWIT_SBE_TEMPLATE', what)
    }
    const block = { offset: offset + this.headerLength, blockLength, version, end: offset + length }
    return message.decode(buffer, block, listener) - offset
  }
}
