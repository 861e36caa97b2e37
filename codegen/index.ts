/** The SBE schema compiler: schema in, intermediate representation and TypeScript out. */
export { PRIMITIVE_TYPES, isPrimitiveName } from './ir/primitive-type.ts'
export type { PrimitiveName, PrimitiveType, PrimitiveValue } from './ir/primitive-type.ts'
export type { ByteOrder, Encoding, Presence, Signal, Token } from './ir/token.ts'
export type { Ir, IrMessage } from './ir/ir.ts'
