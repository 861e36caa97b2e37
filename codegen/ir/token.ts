/**
 * The intermediate representation between the schema parser and everything that consumes a schema.
 *
 * A message is a flat list of tokens; nesting is expressed by matching begin and end tokens. The model is that of the
 * SBE reference implementation, so that token counts, offsets and versions can be compared with it one to one.
 *
 * ```
 * BEGIN_MESSAGE
 *   BEGIN_FIELD  ENCODING | BEGIN_COMPOSITE .. | BEGIN_ENUM VALID_VALUE* .. | BEGIN_SET CHOICE* ..  END_FIELD
 *   BEGIN_GROUP  BEGIN_COMPOSITE (dimensions) ENCODING* END_COMPOSITE  fields, groups, data  END_GROUP
 *   BEGIN_VAR_DATA  BEGIN_COMPOSITE ENCODING (length) ENCODING (varData) END_COMPOSITE  END_VAR_DATA
 * END_MESSAGE
 * ```
 */
import type { PrimitiveName, PrimitiveValue } from './primitive-type.ts'

/** What a token begins, ends or is. */
export type Signal =
  | 'BEGIN_MESSAGE'
  | 'END_MESSAGE'
  | 'BEGIN_COMPOSITE'
  | 'END_COMPOSITE'
  | 'BEGIN_FIELD'
  | 'END_FIELD'
  | 'BEGIN_GROUP'
  | 'END_GROUP'
  | 'BEGIN_ENUM'
  | 'VALID_VALUE'
  | 'END_ENUM'
  | 'BEGIN_SET'
  | 'CHOICE'
  | 'END_SET'
  | 'BEGIN_VAR_DATA'
  | 'END_VAR_DATA'
  | 'ENCODING'

/** Whether a value must be there, may be null, or is always the same and takes no bytes. */
export type Presence = 'required' | 'optional' | 'constant'

/** Whether numbers have their least or their most significant byte first; the same in all of a schema. */
export type ByteOrder = 'littleEndian' | 'bigEndian'

/** How a value is encoded, and the metadata of a field. Members are undefined where the schema does not set them. */
export interface Encoding {
  readonly presence: Presence
  /** Absent on structural tokens (messages, groups, composites, fields). */
  readonly primitiveType?: PrimitiveName | undefined
  /** Own value of the type only; the default of the primitive type applies where it is undefined. */
  readonly minValue?: PrimitiveValue | undefined
  readonly maxValue?: PrimitiveValue | undefined
  readonly nullValue?: PrimitiveValue | undefined
  /** Value of a constant, of a valid value (its code) or of a choice (its bit position). */
  readonly constValue?: PrimitiveValue | undefined
  readonly characterEncoding?: string | undefined
  readonly epoch?: string | undefined
  readonly timeUnit?: string | undefined
  readonly semanticType?: string | undefined
}

/** One step of a message: the beginning or the end of a part, or a value. */
export interface Token {
  readonly signal: Signal
  readonly name: string
  /** Name of the type that a `ref` or field points at, when the token was made through one. */
  readonly referencedName?: string | undefined
  readonly description?: string | undefined
  /** Package of the type when its `types` block names one. */
  readonly packageName?: string | undefined
  /** Field, group, data or message id; -1 where the element has none. */
  readonly id: number
  /** Version since which the element is present, as the reference computes it: the larger of field and type. */
  readonly version: number
  /**
   * Version since which the element itself is present. Differs from `version` for members of composites, whose own
   * version the reference's IR loses.
   */
  readonly sinceVersion: number
  /** Version in which the element was deprecated; 0 when it is not. */
  readonly deprecated: number
  /** Size in bytes; -1 when variable. */
  readonly encodedLength: number
  /** Bytes from the start of the enclosing block or composite; -1 after variable parts. */
  readonly offset: number
  /** Tokens from the begin to the end token, inclusive, on both of them; 1 on all others. */
  readonly componentTokenCount: number
  readonly encoding: Encoding
}
