import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { Ir, IrMessage } from '../../../codegen/ir/ir.ts'
import type { Token } from '../../../codegen/ir/token.ts'
import type { Layout } from './ir-layout.ts'
import { messageLayout, primitiveOf } from './ir-layout.ts'

/** A member of a header that tells how many groups or data follow: we write it, the reference leaves it as it is. */
export interface HeaderCount {
  readonly offset: number
  readonly size: number
  readonly expected: number
}

/** All such members in an encoded message of the schema's own version. */
export function headerCounts(ir: Ir, message: IrMessage, bytes: Uint8Array): HeaderCount[] {
  const walk = new Walk(ir, bytes)
  const layout = messageLayout(message.tokens)
  walk.header(ir.headerTokens, layout)
  walk.body(layout, message.tokens[0]?.encodedLength ?? 0)
  return walk.found
}

class Walk {
  readonly found: HeaderCount[] = []
  readonly #bytes: Uint8Array
  readonly #little: boolean
  #position = 0

  constructor(ir: Ir, bytes: Uint8Array) {
    this.#bytes = bytes
    this.#little = ir.byteOrder === 'littleEndian'
  }

  header(tokens: readonly Token[], { groups, data }: Layout): void {
    for (const token of tokens) {
      const expected = { numGroups: groups.length, numVarDataFields: data.length }[token.name]
      if (expected === undefined || token.encodedLength === 0) continue
      this.found.push({ offset: this.#position + token.offset, size: token.encodedLength, expected })
    }
    this.#position += tokens[0]?.encodedLength ?? 0
  }

  body({ groups, data }: Layout, blockLength: number): void {
    this.#position += blockLength
    for (const { dimensions, entry, token } of groups) {
      const numInGroup = dimensions.find(({ name }) => name === 'numInGroup')
      const count = numInGroup === undefined ? 0 : this.#read(numInGroup)
      this.header(dimensions, entry)
      for (let i = 0; i < count; i++) this.body(entry, token.encodedLength)
    }
    for (const { length } of data) this.#position += length.encodedLength + this.#read(length)
  }

  #read(token: Token): number {
    const { size } = PRIMITIVE_TYPES[primitiveOf(token)]
    const at = this.#position + Math.max(0, token.offset)
    let value = 0
    for (let i = 0; i < size; i++) {
      value = value * 256 + (this.#bytes[this.#little ? at + size - 1 - i : at + i] ?? 0)
    }
    return value
  }
}
