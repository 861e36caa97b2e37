import type { Ir, IrMessage } from '../ir/ir.ts'
import type { PrimitiveValue } from '../ir/primitive-type.ts'
import type { Token } from '../ir/token.ts'
import { MAX_DOCUMENT_BYTES } from '../limits.ts'
import { ByteWriter } from './byte-writer.ts'
import { IrFileError } from './ir-file-error.ts'
import { javaHashOrder } from './java-hash-map.ts'
import {
  IR_VERSION, MAX_STRING_BYTES, MAX_VALUE_BYTES, PRESENCES, PRIMITIVES, SIGNALS,
  SIGNALS_WITH_BYTE_ORDER,
} from './layout.ts'
import type { IrLayout } from './layout.ts'
import { bytesOfValue } from './primitive-bytes.ts'

/** How an `.sbeir` file is written. */
export interface EncodeIrOptions {
  /**
   * The oldest release of the SBE reference implementation that is to read the file: 1.36, the default, or 1.6. Older
   * releases cannot read the layout of newer ones, nor can newer ones read that of older ones. The layout of 1.6, for
   * releases up to 1.35, has no package names of types.
   */
  readonly layout?: IrLayout | undefined
}

/**
 * A schema as the bytes of an `.sbeir` file, those that the SBE reference implementation writes for it. What such files
 * do not hold is lost: the description of the schema, the order of its messages, and the versions that plain members
 * of composites have of their own.
 *
 * Throws `IrFileError` (`ERR_GODWIT_SBE_IR_LIMIT`) when a text is longer than 65534 bytes, a constant longer than 4096,
 * or the file would get larger than 16 MiB.
 */
export function encodeIr(ir: Ir, options: EncodeIrOptions = {}): Uint8Array {
  const encoder = new IrEncoder(options.layout ?? '1.36', ir)
  encoder.frame()
  for (const token of ir.headerTokens) encoder.token(token)
  for (const message of inFileOrder(ir.messages)) {
    for (const token of message.tokens) encoder.token(token)
  }
  return encoder.finish()
}

/** The reference has two maps of messages, and fills the second in the order of the first. */
function inFileOrder(messages: readonly IrMessage[]): IrMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const order = javaHashOrder(javaHashOrder(messages.map(({ id }) => id)))
  return order.flatMap((id) => byId.get(id) ?? [])
}

class IrEncoder {
  readonly #out = new ByteWriter()
  readonly #text = new TextEncoder()
  readonly #layout: IrLayout
  readonly #ir: Ir

  constructor(layout: IrLayout, ir: Ir) {
    this.#layout = layout
    this.#ir = ir
  }

  frame(): void {
    const { schemaId, schemaVersion, packageName, namespaceName, semanticVersion } = this.#ir
    this.#out.int32(schemaId)
    this.#out.int32(IR_VERSION)
    this.#out.int32(schemaVersion)
    this.#string(packageName, 'package of the schema')
    this.#string(namespaceName, 'namespace of the schema')
    this.#string(semanticVersion, 'semantic version of the schema')
  }

  token(token: Token): void {
    const { encoding, signal } = token
    const isBigEndian = this.#ir.byteOrder === 'bigEndian' && SIGNALS_WITH_BYTE_ORDER.has(signal)
    this.#out.int32(token.offset)
    this.#out.int32(token.encodedLength)
    this.#out.int32(token.id)
    this.#out.int32(token.version)
    this.#out.int32(token.componentTokenCount)
    this.#out.uint8(SIGNALS.indexOf(signal))
    this.#out.uint8(PRIMITIVES.indexOf(encoding.primitiveType))
    this.#out.uint8(isBigEndian ? 1 : 0)
    this.#out.uint8(PRESENCES.indexOf(encoding.presence))
    this.#out.int32(token.deprecated)
    this.#string(token.name, 'name', token)
    this.#value(encoding.constValue, 'constant value', token)
    this.#value(encoding.minValue, 'minimum', token)
    this.#value(encoding.maxValue, 'maximum', token)
    this.#value(encoding.nullValue, 'null value', token)
    this.#string(encoding.characterEncoding, 'character encoding', token)
    this.#string(encoding.epoch, 'epoch', token)
    this.#string(encoding.timeUnit, 'time unit', token)
    this.#string(encoding.semanticType, 'semantic type', token)
    this.#string(token.description, 'description', token)
    this.#string(token.referencedName, 'name of the type', token)
    if (this.#layout === '1.36') this.#string(token.packageName, 'package', token)
    if (this.#out.length > MAX_DOCUMENT_BYTES) throw limitError(`the file gets larger than ${MAX_DOCUMENT_BYTES} bytes`)
  }

  finish(): Uint8Array {
    return this.#out.finish()
  }

  #string(text: string | undefined, what: string, owner?: Token): void {
    this.#lengthAndBytes(this.#text.encode(text ?? ''), MAX_STRING_BYTES, what, owner)
  }

  #value(value: PrimitiveValue | undefined, what: string, owner: Token): void {
    const bytes = value === undefined ? new Uint8Array(0) : bytesOfValue(value, owner.encoding.primitiveType ?? 'char')
    this.#lengthAndBytes(bytes, MAX_VALUE_BYTES, what, owner)
  }

  #lengthAndBytes(bytes: Uint8Array, max: number, what: string, owner: Token | undefined): void {
    if (bytes.length > max) {
      const whose = owner === undefined ? '' : ` of '${owner.name}' (${owner.signal})`
      throw limitError(`the ${what}${whose} has ${bytes.length} bytes, and a file can hold ${max}: shorten it`)
    }
    this.#out.uint16(bytes.length)
    this.#out.bytes(bytes)
  }
}

function limitError(message: string): IrFileError {
  return new IrFileError('ERR_GODWIT_SBE_IR_LIMIT', `the schema cannot be written: ${message}`)
}
