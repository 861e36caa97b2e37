import type { PrimitiveName } from '../../../codegen/ir/primitive-type.ts'
import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { Ir, IrMessage } from '../../../codegen/ir/ir.ts'
import type { Token } from '../../../codegen/ir/token.ts'
import type { Random } from '../../support/random.ts'
import type { Data, Group, Layout, Member } from './ir-layout.ts'
import { compositeMembers, messageLayout, primitiveOf } from './ir-layout.ts'

const MAX_UINT8 = 254

export interface WireOptions {
  /** Version that the message claims to be of; members of later ones are left out. */
  readonly version: number
  /** Bytes that blocks are longer than the schema says: what a still newer version appended. */
  readonly extraBytes?: number
  /** Entries that a group may have; 0 to 3 unless given. */
  readonly counts?: readonly number[]
  /** Random bytes in blocks instead of zeros. */
  readonly randomBlocks?: boolean
}

export interface WireMessage {
  readonly bytes: Uint8Array
  readonly headerLength: number
  readonly blockLength: number
}

/**
 * Writes a message from the schema's representation alone, without either implementation's codecs: valid in its
 * structure, of any version, with arbitrary blocks.
 */
export function writeMessage(ir: Ir, message: IrMessage, random: Random, options: WireOptions): WireMessage {
  const writer = new WireWriter(ir, random, options)
  const blockLength = lengthFor(ir.headerTokens, message.tokens[0], options.extraBytes)
  writer.header(message.id, blockLength)
  const headerLength = writer.length
  writer.body(messageLayout(message.tokens), blockLength)
  return { bytes: writer.take(), headerLength, blockLength }
}

class WireWriter {
  readonly #ir: Ir
  readonly #random: Random
  readonly #options: WireOptions
  readonly #chunks: Uint8Array[] = []
  length = 0

  constructor(ir: Ir, random: Random, options: WireOptions) {
    this.#ir = ir
    this.#random = random
    this.#options = options
  }

  take(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }

  header(templateId: number, blockLength: number): void {
    const { headerTokens, schemaId } = this.#ir
    const [begin] = headerTokens
    const bytes = this.#append(begin?.encodedLength ?? 0)
    const values = new Map([
      ['blockLength', blockLength],
      ['templateId', templateId],
      ['schemaId', schemaId],
      ['version', this.#options.version],
    ])
    for (const { token, type, constant } of compositeMembers(headerTokens)) {
      const value = values.get(token.name)
      if (value !== undefined && !constant) this.#put(bytes, type, value)
    }
  }

  body(layout: Layout, blockLength: number): void {
    const { version, randomBlocks = false } = this.#options
    const block = this.#append(blockLength)
    if (randomBlocks) {
      block.set(this.#random.bytes(blockLength))
      for (const field of layout.fields) this.#makeReadable(block, field, 0)
    }
    for (const group of layout.groups) if (group.token.version <= version) this.#group(group)
    for (const data of layout.data) if (data.token.version <= version) this.#data(data)
  }

  #group({ token, dimensions, entry }: Group): void {
    const { extraBytes = 0, counts = [0, 1, 2, 3] } = this.#options
    const bytes = this.#append(dimensions[0]?.encodedLength ?? 0)
    const blockLength = lengthFor(dimensions, token, extraBytes)
    const count = this.#random.pick(counts)
    for (const dimension of dimensions) {
      if (dimension.name === 'blockLength') this.#put(bytes, dimension, blockLength)
      if (dimension.name === 'numInGroup') this.#put(bytes, dimension, count)
    }
    for (let i = 0; i < count; i++) this.body(entry, blockLength)
  }

  #data({ length, content }: Data): void {
    const size = this.#random.pick([0, 1, 5, 30])
    this.#put(this.#append(length.encodedLength), length, size)
    const binary = content.encoding.characterEncoding === undefined
    this.#append(size).set(binary ? this.#random.bytes(size) : this.#ascii(size))
  }

  /** Text that is not valid in its encoding is read in different ways: none of it here. */
  #makeReadable(block: Uint8Array, { type, members, arrayLength, constant }: Member, base: number): void {
    const offset = base + type.offset
    if (constant) return
    if (type.signal === 'BEGIN_COMPOSITE') for (const member of members) this.#makeReadable(block, member, offset)
    if (type.signal === 'ENCODING' && type.encoding.primitiveType === 'char' && arrayLength > 1) {
      const text = this.#ascii(arrayLength)
      if (this.#random.bool()) text.fill(0, this.#random.int(arrayLength))
      block.set(text, offset)
    }
  }

  #ascii(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#random.between(0x20, 0x7e))
  }

  #append(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    this.#chunks.push(bytes)
    this.length += length
    return bytes
  }

  #put(bytes: Uint8Array, type: Token, value: number): void {
    const offset = Math.max(0, type.offset)
    putInteger(bytes, offset, primitiveOf(type), BigInt(value), this.#ir.byteOrder === 'littleEndian')
  }
}

/** Length of a block with as many extra bytes as its header can tell of. */
function lengthFor(header: readonly Token[], block: Token | undefined, extraBytes = 0): number {
  const length = (block?.encodedLength ?? 0) + extraBytes
  const blockLength = header.find(({ name }) => name === 'blockLength')
  const narrow = blockLength !== undefined && primitiveOf(blockLength) === 'uint8'
  return narrow ? Math.min(length, MAX_UINT8) : length
}

function putInteger(bytes: Uint8Array, offset: number, primitive: PrimitiveName, value: bigint, little: boolean): void {
  const { size } = PRIMITIVE_TYPES[primitive]
  for (let i = 0; i < size; i++) {
    const shift = BigInt(8 * (little ? i : size - 1 - i))
    bytes[offset + i] = Number((value >> shift) & 0xffn)
  }
}
