/** Shapes of the metadata that a codec carries: constants, so that a bundler drops what an application does not use. */

export interface FieldMeta {
  readonly id: number
  readonly presence: 'required' | 'optional' | 'constant'
  readonly sinceVersion: number
  readonly deprecated?: number
  /** Bytes from the start of the block or composite. */
  readonly offset: number
  /** Bytes on the wire; 0 for constants. */
  readonly encodedLength: number
  /** Primitive type, or the name of the enum, set or composite. */
  readonly type: string
  /** Elements, for arrays. */
  readonly length?: number
  readonly minValue?: number | bigint
  readonly maxValue?: number | bigint
  readonly nullValue?: number | bigint
  readonly characterEncoding?: string
  readonly epoch?: string
  readonly timeUnit?: string
  readonly semanticType?: string
}

export interface DataMeta {
  readonly id: number
  readonly sinceVersion: number
  readonly deprecated?: number
  readonly lengthType: string
  readonly maxLength: number
  readonly characterEncoding?: string
  readonly semanticType?: string
}

export interface GroupMeta {
  readonly id: number
  readonly sinceVersion: number
  readonly deprecated?: number
  readonly blockLength: number
  readonly headerLength: number
  readonly fields: { readonly [name: string]: FieldMeta }
  readonly groups: { readonly [name: string]: GroupMeta }
  readonly data: { readonly [name: string]: DataMeta }
}

export interface MessageMeta {
  readonly name: string
  readonly templateId: number
  readonly schemaId: number
  readonly schemaVersion: number
  readonly semanticVersion: string
  readonly semanticType?: string
  readonly byteOrder: 'littleEndian' | 'bigEndian'
  readonly sinceVersion: number
  readonly deprecated?: number
  readonly blockLength: number
  readonly fields: { readonly [name: string]: FieldMeta }
  readonly groups: { readonly [name: string]: GroupMeta }
  readonly data: { readonly [name: string]: DataMeta }
}

export interface CompositeMeta {
  readonly name: string
  readonly deprecated?: number
  readonly encodedLength: number
  readonly members: { readonly [name: string]: FieldMeta }
}
