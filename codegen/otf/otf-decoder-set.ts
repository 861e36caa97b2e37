import type { Ir } from '../ir/ir.ts'
import type { ByteOrder } from '../ir/token.ts'
import { SbeError } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { OtfDecoder } from './otf-decoder.ts'
import type { OtfHeader } from './otf-header-decoder.ts'
import type { OtfListener } from './otf-listener.ts'

/** Decodes the messages of several schemas, which it tells apart by the schema id in their headers. */
export class OtfDecoderSet {
  readonly byteOrder: ByteOrder
  /** Length of a message header in bytes. */
  readonly headerLength: number
  readonly #first: OtfDecoder
  readonly #decoders: ReadonlyMap<number, OtfDecoder>

  /** Throws RangeError when there is no schema, two have one id, or their message headers are not laid out alike. */
  constructor(irs: readonly Ir[]) {
    const [first, ...others] = irs
    if (first === undefined) throw new RangeError('there is no schema')
    const other = others.find((ir) => headerLayout(ir) !== headerLayout(first))
    if (other !== undefined) {
      const names = `${first.packageName} and ${other.packageName}`
      throw new RangeError(`the message headers of the schemas ${names} are not laid out alike`)
    }
    this.#decoders = new Map(irs.map((ir) => [ir.schemaId, new OtfDecoder(ir)]))
    const twice = irs.find((ir, i) => irs.findIndex(({ schemaId }) => schemaId === ir.schemaId) < i)
    if (twice !== undefined) throw new RangeError(`two schemas have the id ${twice.schemaId}`)
    this.#first = this.#decoders.get(first.schemaId) ?? new OtfDecoder(first)
    this.byteOrder = first.byteOrder
    this.headerLength = this.#first.headerLength
  }

  /** As that of `OtfDecoder`. */
  decodeHeader(buffer: DirectBuffer, offset: number, length?: number): OtfHeader {
    return this.#first.decodeHeader(buffer, offset, length)
  }

  /** As that of `OtfDecoder`. */
  decode(buffer: DirectBuffer, offset: number, listener: OtfListener, length?: number): number {
    return this.#decoderOf(buffer, offset, length).decode(buffer, offset, listener, length)
  }

  #decoderOf(buffer: DirectBuffer, offset: number, length: number | undefined): OtfDecoder {
    // A header may have no schema id, which is then that of its schema.
    if (this.#decoders.size === 1) return this.#first
    const { schemaId } = this.decodeHeader(buffer, offset, length)
    const decoder = this.#decoders.get(schemaId)
    if (decoder !== undefined) return decoder
    const known = [...this.#decoders.keys()].join(', ')
    throw new SbeError('ERR_GODWIT_SBE_SCHEMA', `the header has schema id ${schemaId}, which is none of ${known}`)
  }
}

/** What must be the same for one header decoder to read the headers of two schemas. */
function headerLayout({ headerTokens, byteOrder }: Ir): string {
  const members = headerTokens.map(({ signal, name, offset, encodedLength, encoding }) => {
    return [signal, name, offset, encodedLength, encoding.primitiveType, encoding.presence]
  })
  // The name of the composite itself says nothing.
  return JSON.stringify([byteOrder, members.map((member, i) => i === 0 || i === members.length - 1 ? [] : member)])
}
