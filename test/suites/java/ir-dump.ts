import type { PrimitiveName, PrimitiveValue } from '../../../codegen/ir/primitive-type.ts'
import type { ByteOrder, Presence, Signal, Token } from '../../../codegen/ir/token.ts'
import type { Ir } from '../../../codegen/ir/ir.ts'

/** A token as the reference describes it; members are null where it has none. */
export interface TokenDump {
  readonly signal: Signal
  readonly name: string
  readonly referencedName: string | null
  readonly description: string | null
  readonly packageName: string | null
  readonly id: number
  readonly version: number
  readonly deprecated: number
  readonly encodedLength: number
  readonly offset: number
  readonly componentTokenCount: number
  readonly presence: Presence
  readonly primitiveType: PrimitiveName | null
  readonly minValue: string | null
  readonly maxValue: string | null
  readonly nullValue: string | null
  readonly constValue: string | null
  readonly characterEncoding: string | null
  readonly epoch: string | null
  readonly timeUnit: string | null
  readonly semanticType: string | null
}

export interface IrDump {
  readonly packageName: string
  readonly schemaId: number
  readonly schemaVersion: number
  readonly semanticVersion: string | null
  readonly description: string | null
  readonly byteOrder: ByteOrder
  readonly headerTokens: readonly TokenDump[]
  readonly messages: readonly (readonly TokenDump[])[]
  /** Name and tokens of each type. */
  readonly types: readonly (readonly [string, readonly TokenDump[]])[]
}

const BITS = new DataView(new ArrayBuffer(8))

/** Integers as the signed 64-bit integer that holds them, floating point as bits, bytes in hexadecimal. */
function dumpValue(value: PrimitiveValue | undefined): string | null {
  if (value === undefined) return null
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`
  if (typeof value === 'bigint') return `i${BigInt.asIntN(64, value)}`
  BITS.setFloat64(0, value)
  return `f${(Number.isNaN(value) ? 0x7ff8000000000000n : BITS.getBigUint64(0)).toString(16).padStart(16, '0')}`
}


function dumpToken(token: Token): TokenDump {
  const { encoding } = token
  return {
    signal: token.signal,
    name: token.name,
    referencedName: token.referencedName ?? null,
    description: token.description ?? null,
    packageName: token.packageName ?? null,
    id: token.id,
    version: token.version,
    deprecated: token.deprecated,
    encodedLength: token.encodedLength,
    offset: token.offset,
    componentTokenCount: token.componentTokenCount,
    presence: encoding.presence,
    primitiveType: encoding.primitiveType ?? null,
    minValue: dumpValue(encoding.minValue),
    maxValue: dumpValue(encoding.maxValue),
    nullValue: dumpValue(encoding.nullValue),
    constValue: dumpValue(encoding.constValue),
    characterEncoding: encoding.characterEncoding ?? null,
    epoch: encoding.epoch ?? null,
    timeUnit: encoding.timeUnit ?? null,
    semanticType: encoding.semanticType ?? null,
  }
}

/** Our representation in the reference's terms. */
export function dumpIr(ir: Ir): IrDump {
  return {
    packageName: ir.packageName,
    schemaId: ir.schemaId,
    schemaVersion: ir.schemaVersion,
    semanticVersion: ir.semanticVersion,
    description: ir.description,
    byteOrder: ir.byteOrder,
    headerTokens: ir.headerTokens.map(dumpToken),
    messages: ir.messages.map((message) => message.tokens.map(dumpToken)),
    types: [...ir.types].map(([name, tokens]) => [name, tokens.map(dumpToken)]),
  }
}

