/**
 * Encodes a message from the JSON form that `toJSON` gives, by way of a codec's metadata: what toJSON tells must be
 * enough to make the same bytes again.
 */
import type {
  CompositeMeta, DataMeta, DirectBuffer, FieldMeta, GroupMeta, JsonValue, MessageMeta,
} from '../../codegen/runtime/index.ts'

/** A module of generated codecs, looked into by name. */
export type CodecModule = Readonly<Record<string, unknown>>

type Json = { readonly [name: string]: JsonValue }

/** Calls a method by name; fails when there is none. */
export function call(target: unknown, method: string, ...args: readonly unknown[]): unknown {
  const found = (target as Record<string, unknown>)[method]
  if (typeof found !== 'function') throw new TypeError(`${String(target?.constructor.name)} has no method ${method}`)
  return Reflect.apply(found, target, args)
}

export function make(module: CodecModule, className: string): unknown {
  const found = module[className]
  if (typeof found !== 'function') throw new TypeError(`the codecs have no class ${className}`)
  return Reflect.construct(found, [])
}

/** Encodes header and message at the offset; returns the end. */
export function encodeJson(
  module: CodecModule, name: string, json: Json, buffer: DirectBuffer, offset: number = 0, header = 'MessageHeader',
): number {
  const encoder = make(module, `${name}Encoder`)
  call(encoder, 'wrapAndApplyHeader', buffer, offset, make(module, `${header}Encoder`))
  const meta = module[`${name}Meta`] as MessageMeta
  encodeFields(module, encoder, meta.fields, json)
  encodeVariable(module, encoder, meta, json)
  call(encoder, 'checkEncodingIsComplete')
  return call(encoder, 'limit') as number
}

/** Decodes header and message at the offset to JSON. */
export function decodeJson(
  module: CodecModule, name: string, buffer: DirectBuffer, offset: number = 0, header = 'MessageHeader',
): Json {
  const decoder = make(module, `${name}Decoder`)
  call(decoder, 'wrapAndApplyHeader', buffer, offset, make(module, `${header}Decoder`))
  return call(decoder, 'toJSON') as Json
}

function encodeVariable(module: CodecModule, encoder: unknown, meta: MessageMeta | GroupMeta, json: Json): void {
  for (const [name, group] of Object.entries(meta.groups)) {
    const entries = json[name] as readonly Json[]
    const flyweight = call(encoder, `${name}Count`, entries.length)
    for (const entry of entries) {
      call(flyweight, 'next')
      encodeFields(module, flyweight, group.fields, entry)
      encodeVariable(module, flyweight, group, entry)
    }
  }
  for (const [name, data] of Object.entries(meta.data)) encodeData(encoder, name, data, json[name] as string)
}

function encodeData(encoder: unknown, name: string, data: DataMeta, value: string): void {
  if (data.characterEncoding !== undefined) call(encoder, name, value)
  else call(encoder, `put${name.charAt(0).toUpperCase()}${name.slice(1)}`, Uint8Array.from(Buffer.from(value, 'hex')))
}

/** Encodes the fields of a block. */
export function encodeFields(
  module: CodecModule, encoder: unknown, fields: { readonly [name: string]: FieldMeta }, json: Json,
): void {
  for (const [name, field] of Object.entries(fields)) {
    const value = json[name]
    if (field.presence === 'constant' && field.encodedLength === 0) continue
    if (value === undefined) throw new TypeError(`the JSON lacks ${name}`)
    encodeField(module, encoder, name, field, value)
  }
}

function encodeField(module: CodecModule, encoder: unknown, name: string, field: FieldMeta, value: JsonValue): void {
  const composite = module[`${field.type}Meta`] as CompositeMeta | undefined
  if (composite !== undefined) {
    encodeFields(module, call(encoder, name), composite.members, value as Json)
  } else if (module[`${field.type}Encoder`] !== undefined) {
    const set = call(encoder, name)
    call(set, 'clear')
    for (const [choice, on] of Object.entries(value as Json)) call(set, choice, on)
  } else if (module[field.type] !== undefined) {
    const values = module[field.type] as Readonly<Record<string, unknown>>
    const named = value === null ? field.nullValue : values[String(value)]
    call(encoder, name, named ?? primitive(field, value))
  } else if (field.length === undefined) {
    call(encoder, name, primitive(field, value))
  } else if (field.type === 'char') {
    call(encoder, name, value)
  } else {
    const elements = value as readonly JsonValue[]
    elements.forEach((element, index) => call(encoder, `${name}At`, index, primitive(field, element)))
  }
}

function primitive(field: FieldMeta, value: JsonValue): number | bigint {
  const isWide = typeof field.nullValue === 'bigint'
  if (value === null) return field.nullValue ?? 0
  if (field.type === 'char') return String(value).charCodeAt(0)
  return isWide ? BigInt(String(value)) : Number(value)
}
