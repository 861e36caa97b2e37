/** The SBE schema compiler: schema in, intermediate representation and TypeScript out. */
export { compileSchemaFile, compileSchemaText } from './compile.ts'
export type { CompileOptions, CompileResult } from './compiler.ts'
export { formatDiagnostic } from './diagnostic.ts'
export type { Diagnostic, Severity } from './diagnostic.ts'
export { PRIMITIVE_TYPES, isPrimitiveName } from './ir/primitive-type.ts'
export type { PrimitiveName, PrimitiveType, PrimitiveValue } from './ir/primitive-type.ts'
export type { ByteOrder, Encoding, Presence, Signal, Token } from './ir/token.ts'
export type { Ir, IrMessage } from './ir/ir.ts'
export { generateTypeScript } from './typescript/generate.ts'
export type { GenerateOptions, GeneratedFile } from './typescript/generate.ts'
export type {
  BlockModel, ChoiceModel, CompositeModel, DataModel, EnumModel, EnumValueModel, FieldModel, GroupModel, MessageModel,
  NamedTypeModel, ScalarMember, ScalarModel, SetModel, TypeModel,
} from './model/schema-model.ts'
export { compareSchemas } from './diff/compare-schemas.ts'
export type {
  ApiEffect, ChangedElement, ChangeKind, MessageVerdict, Reading, SchemaChange, SchemaComparison, Verdict,
} from './diff/schema-change.ts'
export { OtfDecoder } from './otf/otf-decoder.ts'
export type { OtfHeader } from './otf/otf-header-decoder.ts'
export { NOT_IN_MESSAGE } from './otf/otf-listener.ts'
export type { OtfListener } from './otf/otf-listener.ts'
export { readPrimitive } from './otf/read-primitive.ts'
export { JsonListener } from './otf/json-listener.ts'
export type { JsonOptions } from './otf/json-listener.ts'
export { decodeToJson } from './otf/decode-to-json.ts'
export type { DecodedToJson, DecodeToJsonOptions } from './otf/decode-to-json.ts'
