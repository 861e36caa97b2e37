import { docOf, lifetimeOf } from './doc.ts'
import type { EnumModel, SchemaModel } from '../model/schema-model.ts'
import { isWide, literal, metaLiteral, stringLiteral, valueType } from './literals.ts'
import { Module } from './module.ts'
import type { ModuleOptions } from './module.ts'
import { lowerFirst } from './names.ts'
import type { SchemaNames } from './names.ts'

export const NULL_NAME = 'NULL_VAL'

/** The constant's key of an enum value; the schema's own name wherever it can be one. */
export function enumKey(type: EnumModel, name: string): string {
  return name === '__proto__' ? freeKey(type, '__proto___') : name
}

function freeKey(type: EnumModel, wanted: string): string {
  let key = wanted
  while (type.values.some((value) => value.name === key)) key += '_'
  return key
}

export function enumMember(base: string, key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `${base}.${key}` : `${base}[${stringLiteral(key)}]`
}

/** Key of the null value, which the schema may have used for a value of its own. */
export function nullKeyOf(type: EnumModel): string {
  return freeKey(type, NULL_NAME)
}

export function nameFunctionOf(base: string): string {
  return `${lowerFirst(base)}Name`
}

export function emitEnum(model: SchemaModel, names: SchemaNames, type: EnumModel, options: ModuleOptions): Module {
  const module = new Module(names.file(type), options)
  const base = names.base(type)
  const { code } = module
  const nullKey = nullKeyOf(type)
  code.line(`${module.runtime('requireRuntime')}(${options.runtimeInterface}, ${stringLiteral(module.file)})`)
  code.line().doc(
    docOf(type),
    'An open enum: a value that this list lacks passes through as it is on the wire.',
  )
  code.block(`export const ${base} = {`, () => {
    for (const value of type.values) {
      code.doc(docOf(value))
      const key = enumKey(type, value.name)
      const property = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : stringLiteral(key)
      code.line(`${property}: ${literal(type.primitive, value.value)},`)
    }
    code.doc('No value.').line(`${nullKey}: ${metaLiteral(type.primitive, type.nullValue)},`)
  }, '} as const')
  // The brand keeps other numbers out of encoders, and gives what a switch leaves over a type.
  const unknown = `${valueType(type.primitive)} & { readonly unknown: true }`
  code.line().doc('A value of the list, or an unknown one from the wire.', lifetimeOf(type))
  code.line(`export type ${base} = (typeof ${base})[keyof typeof ${base}] | (${unknown})`)

  const lookup = nameFunctionOf(base)
  const valueTypeName = valueType(type.primitive)
  code.line().doc(`Name of a value; undefined when it has none in version ${model.schemaVersion} of the schema.`)
  code.block(`export function ${lookup}(value: ${valueTypeName}): string | undefined {`, () => {
    code.block('switch (value) {', () => {
      const seen = new Set<string>()
      const add = (value: bigint | number, name: string): void => {
        const text = literal(type.primitive, value)
        if (seen.has(text)) return
        seen.add(text)
        code.line(`case ${text}: return ${stringLiteral(name)}`)
      }
      for (const value of type.values) add(value.value, value.name)
      if (!Number.isNaN(type.nullValue)) add(type.nullValue, NULL_NAME)
      code.line('default: return undefined')
    })
  })

  code.line().doc('Form of a value in JSON: its name, null, or what is on the wire when it has no name.')
  code.block(`export function ${jsonFunctionOf(base)}(value: ${valueTypeName}): string | number | null {`, () => {
    const isValue = type.values.some((value) => value.value === type.nullValue)
    if (!isValue) code.line(`if (value === ${base}.${nullKey}) return null`)
    const raw = isWide(type.primitive) ? 'value.toString()' : 'value'
    code.line(`return ${lookup}(value) ?? ${raw}`)
  })
  return module
}

export function jsonFunctionOf(base: string): string {
  return `${lowerFirst(base)}ToJson`
}
