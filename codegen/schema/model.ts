/**
 * A schema as its author wrote it, checked and with types resolved. Every part keeps its XML element, for positions in
 * diagnostics and for attributes this compiler does not know.
 */
import type { PrimitiveName, PrimitiveValue } from '../ir/primitive-type.ts'
import type { ByteOrder, Presence } from '../ir/token.ts'
import type { XmlElement } from '../xml/xml-element.ts'

/** What all elements with a name have. */
export interface Described {
  readonly element: XmlElement
  readonly name: string
  readonly description: string | undefined
  readonly sinceVersion: number
  /** 0 when not deprecated. */
  readonly deprecated: number
}

export interface TypeBase extends Described {
  /** Name of the target when the type was made for a `ref`. */
  readonly referencedName: string | undefined
  /** Package of the enclosing `types` element. */
  readonly packageName: string | undefined
  readonly presence: Presence
  readonly semanticType: string | undefined
  /** Offset attribute within a composite, -1 when unset. */
  readonly offset: number
}

export interface SimpleType extends TypeBase {
  readonly kind: 'type'
  readonly primitiveType: PrimitiveName
  readonly length: number
  /** Also set on the `varData` member of a composite once a `data` element uses that composite. */
  variableLength: boolean
  readonly valueRef: string | undefined
  readonly characterEncoding: string | undefined
  readonly constValue: PrimitiveValue | undefined
  readonly minValue: bigint | number | undefined
  readonly maxValue: bigint | number | undefined
  readonly nullValue: bigint | number | undefined
}

/** A value of an enum or a choice of a set. */
export interface NamedValue extends Described {
  readonly value: bigint
}

export interface EnumType extends TypeBase {
  readonly kind: 'enum'
  readonly encodingType: PrimitiveName
  readonly nullValue: bigint | number
  readonly validValues: ReadonlyMap<string, NamedValue>
  /** Whether it has more values, with errors that have been reported. */
  readonly broken: boolean
}

export interface SetType extends TypeBase {
  readonly kind: 'set'
  readonly encodingType: PrimitiveName
  readonly choices: ReadonlyMap<string, NamedValue>
}

export interface CompositeType extends TypeBase {
  readonly kind: 'composite'
  readonly members: ReadonlyMap<string, SchemaType>
  /** Whether it has more members, with errors that have been reported. */
  readonly broken: boolean
  /** Size on the wire; becomes -1, variable, once a `data` element uses the composite. */
  encodedLength: number
}

export type SchemaType = SimpleType | EnumType | SetType | CompositeType

interface MemberBase extends Described {
  readonly id: number
  /** Bytes from the start of the block; -1 behind anything of variable length. */
  computedOffset: number
  /** Size of the field, or of one entry of the group. */
  computedBlockLength: number
}

/** A `field` or `data` element. */
export interface Field extends MemberBase {
  readonly kind: 'field' | 'data'
  /** Undefined when it could not be found, which has been reported. */
  readonly type: SchemaType | undefined
  readonly presence: Presence
  /** Offset attribute, 0 when unset. */
  readonly offset: number
  readonly valueRef: string | undefined
  readonly semanticType: string | undefined
  readonly epoch: string | undefined
  readonly timeUnit: string | undefined
}

export interface Group extends MemberBase {
  readonly kind: 'group'
  readonly dimensionType: CompositeType | undefined
  /** Block length attribute, 0 when unset. */
  readonly blockLength: number
  readonly members: readonly Member[]
}

export type Member = Field | Group

export interface Message extends Described {
  readonly id: number
  readonly semanticType: string | undefined
  /** The larger of the declared and the computed one. */
  readonly blockLength: number
  readonly members: readonly Member[]
}

export interface Schema {
  readonly element: XmlElement
  readonly packageName: string
  readonly id: number
  readonly version: number
  readonly semanticVersion: string | undefined
  readonly description: string | undefined
  readonly byteOrder: ByteOrder
  readonly header: CompositeType
  /** By name, the eleven primitive types among them. */
  readonly types: ReadonlyMap<string, SchemaType>
  readonly messages: readonly Message[]
}
