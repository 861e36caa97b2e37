/** JSON and text forms of decoders. */
import type { CompositeModel, FieldModel, ScalarModel } from '../model/schema-model.ts'
import { textEncodingOf } from './array-code.ts'
import { jsonFunctionOf } from './enum-code.ts'
import type { Level } from './level.ts'
import { isFloat, isWide, literal } from './literals.ts'
import { MemberNames } from './names.ts'
import type { SchemaNames } from './names.ts'
import { hasNull } from './scalar-code.ts'
import type { Site } from './site.ts'

export const JSON_OBJECT = '{ [name: string]: JsonValue }'

/** `_json` of a message or group: the values of this entry, in the order of the schema; moves the cursor. */
export function emitEntryJson(level: Level): void {
  const { module } = level.context
  const { code } = module
  module.runtimeType('JsonValue')
  code.line().doc('@internal').block(`_json(): ${JSON_OBJECT} {`, () => {
    code.block('return {', () => {
      for (const field of level.block.fields) {
        const property = level.members.of(field)
        code.line(`${property}: ${fieldJson(level.site, field, property)},`)
      }
      for (const group of level.block.groups) {
        const property = level.members.of(group)
        code.line(`${property}: Array.from(this.${property}(), (entry) => entry._json()),`)
      }
      for (const data of level.block.data) {
        const property = level.members.of(data)
        const bytes = level.site.scope.derivedName(property, 'Bytes')
        const hex = (): string => `${module.runtime('bytesToHex')}(this.${bytes}())`
        code.line(`${property}: ${data.characterEncoding === undefined ? hex() : `this.${property}()`},`)
      }
    })
  })
}

export function emitCompositeJson(site: Site, type: CompositeModel, members: MemberNames): void {
  const { code } = site.module
  code.line().doc('The members on one line.').block('toString(): string {', () => {
    const shape = compositeShape(site.names, type) ?? '{}'
    code.line(`return \`(\${${site.module.runtime('formatMembers')}(this.toJSON(), ${shape})})\``)
  })
  site.module.runtimeType('JsonValue')
  code.line().block(`toJSON(): ${JSON_OBJECT} {`, () => {
    code.block('return {', () => {
      for (const member of type.members) {
        const property = members.of(member)
        code.line(`${property}: ${fieldJson(site, member, property)},`)
      }
    })
  })
}

function fieldJson(site: Site, field: FieldModel, property: string): string {
  const { module, names } = site
  const { type } = field
  const call = `this.${property}()`
  const guarded = site.version !== undefined && field.sinceVersion > 0
  switch (type.kind) {
    case 'set':
    case 'composite':
      return guarded ? `${call}?.toJSON() ?? null` : `${call}.toJSON()`
    case 'enum':
      return `${module.value(names.file(type), jsonFunctionOf(names.base(type)))}(${call})`
    case 'scalar':
      break
  }
  if (type.constValue instanceof Uint8Array) return call
  const json = (value: string): string => {
    if (type.primitive === 'char') return `String.fromCharCode(${value})`
    if (isWide(type.primitive)) return `${value}.toString()`
    if (type.primitive === 'float') return `${module.runtime('float32ToJson')}(${value})`
    return isFloat(type.primitive) ? `${module.runtime('floatToJson')}(${value})` : value
  }
  if (type.constValue !== undefined || field.presence === 'constant') return json(call)
  if (type.arrayLength === undefined) {
    const nullable = hasNull(field, site.version === undefined ? 0 : field.sinceVersion)
    return nullable ? `this.${site.scope.derivedName(property, 'IsNull')}() ? null : ${json(call)}` : json(call)
  }
  if (textEncodingOf(type) !== undefined) return call
  const element = `this.${site.scope.derivedName(property, 'At')}(i)`
  const isNull = field.presence === 'optional' ? elementNullTest(type, element) : undefined
  const value = isNull === undefined ? json(element) : `${isNull} ? null : ${json(element)}`
  const array = `Array.from({ length: ${type.arrayLength} }, (_, i) => ${value})`
  // An array that the message lacks can be longer than any that it could have.
  return guarded ? `${site.version} < ${field.sinceVersion} ? null : ${array}` : array
}

/** Undefined where the JSON of the null value is null by itself. */
function elementNullTest({ primitive, nullValue }: ScalarModel, element: string): string | undefined {
  if (isFloat(primitive) && Number.isNaN(nullValue)) return undefined
  const exact = primitive === 'float' ? Math.fround(Number(nullValue)) : nullValue
  return `${element} === ${literal(primitive, exact)}`
}

/** How members print in `toString` where the JSON value does not tell: quoted text, sets. */
export function shapeOf(names: SchemaNames, level: Level): string[] {
  const parts: string[] = []
  for (const field of level.block.fields) {
    const shape = fieldShape(names, field)
    if (shape !== undefined) parts.push(`${level.members.of(field)}: ${shape}`)
  }
  for (const group of level.block.groups) {
    const members = names.blockMembers(group)
    const inner = shapeOf(names, { ...level, block: group, owner: group, members })
    if (inner.length > 0) parts.push(`${level.members.of(group)}: { ${inner.join(', ')} }`)
  }
  for (const data of level.block.data) parts.push(`${level.members.of(data)}: 'text'`)
  return parts
}

function fieldShape(names: SchemaNames, field: FieldModel): string | undefined {
  const { type } = field
  if (type.kind === 'set') return `'set'`
  if (type.kind === 'scalar') {
    return type.constValue instanceof Uint8Array || (type.arrayLength !== undefined && type.primitive === 'char')
      ? `'text'`
      : undefined
  }
  return type.kind === 'composite' ? compositeShape(names, type) : undefined
}

function compositeShape(names: SchemaNames, type: CompositeModel): string | undefined {
  const members = names.membersOf(type, () => new MemberNames(type.members))
  const parts = type.members
    .map((member) => [members.of(member), fieldShape(names, member)] as const)
    .filter(([, shape]) => shape !== undefined)
    .map(([name, shape]) => `${name}: ${shape}`)
  return parts.length === 0 ? undefined : `{ ${parts.join(', ')} }`
}
