import { isConstant } from '../model/schema-model.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { wrapError } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { readPrimitive } from './read-primitive.ts'

/** What a message header says. */
export interface OtfHeader {
  /** Length of the root block in bytes. */
  readonly blockLength: number
  readonly templateId: number
  /** That of the schema where its header type does not put one into messages. */
  readonly schemaId: number
  /** Schema version of the sender. */
  readonly version: number
}

/** Decodes the message headers of a schema, wherever its header type puts their members. */
export class OtfHeaderDecoder {
  /** Length of a header in bytes. */
  readonly encodedLength: number
  readonly #members: { readonly [Name in keyof OtfHeader]: (buffer: DirectBuffer, offset: number) => number }

  constructor(schema: SchemaModel) {
    this.encodedLength = schema.header.encodedLength
    this.#members = {
      blockLength: reader(schema, 'blockLength'),
      templateId: reader(schema, 'templateId'),
      schemaId: reader(schema, 'schemaId'),
      version: reader(schema, 'version'),
    }
  }

  /**
   * @param length bytes from the offset on that belong to the message; default the rest of the buffer
   * @throws SbeError ERR_GODWIT_SBE_BOUNDS when the header does not lie within them
   */
  decode(buffer: DirectBuffer, offset: number, length: number = buffer.byteLength - offset): OtfHeader {
    const { encodedLength } = this
    const end = offset + length
    const inside = Number.isInteger(offset) && offset >= 0 && offset + encodedLength <= end && end <= buffer.byteLength
    if (!inside) throw wrapError('message header', offset, encodedLength, length, buffer.byteLength)
    const { blockLength, templateId, schemaId, version } = this.#members
    return {
      blockLength: blockLength(buffer, offset),
      templateId: templateId(buffer, offset),
      schemaId: schemaId(buffer, offset),
      version: version(buffer, offset),
    }
  }
}

/** How a member is read; a constant has its value without a read. */
function reader(
  { header, byteOrder, schemaId }: SchemaModel, name: keyof OtfHeader,
): (buffer: DirectBuffer, offset: number) => number {
  const member = header.members.find((candidate) => candidate.name === name)
  if (member === undefined || member.type.kind !== 'scalar') throw new RangeError(`the message header has no ${name}`)
  const { primitive, constValue, nullValue } = member.type
  if (isConstant(member)) {
    // Published schemas have headers with a constant that is not their id: it tells nothing of a message.
    const value = name === 'schemaId' ? schemaId : Number(constValue ?? nullValue)
    return () => value
  }
  return (buffer, offset) => Number(readPrimitive(buffer, offset + member.offset, primitive, byteOrder))
}
