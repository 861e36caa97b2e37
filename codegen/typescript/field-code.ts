/** Accessors of one field or composite member, whatever its type. */
import type { CompositeModel, EnumModel, FieldModel, SetModel } from '../model/schema-model.ts'
import { emitArrayDecoder, emitArrayEncoder } from './array-code.ts'
import { enumKey, enumMember, nullKeyOf } from './enum-code.ts'
import { isVersioned } from '../model/schema-model.ts'
import { isWide, literal, read, valueType, write } from './literals.ts'
import { identifierOf, upperFirst } from './names.ts'
import { emitConstant, emitScalarDecoder, emitScalarEncoder, placeField, wordOffsets } from './scalar-code.ts'
import type { Placement } from './scalar-code.ts'
import { accessor, at } from './site.ts'
import type { Site } from './site.ts'

export function emitField(site: Site, field: FieldModel, property: string): void {
  const place = placeField(field, property)
  const { type } = field
  switch (type.kind) {
    case 'scalar':
      emitScalar(site, field, place)
      break
    case 'enum':
      emitEnumField(site, field, type, place)
      break
    case 'set':
      emitSetField(site, type, place)
      break
    case 'composite':
      emitCompositeField(site, type, place)
      emitFlattened(site, field, type, property)
      break
  }
}

function emitScalar(site: Site, field: FieldModel, place: Placement): void {
  const { type } = field
  if (type.kind !== 'scalar') return
  if (type.constValue !== undefined || field.presence === 'constant') {
    emitConstant(site, type, place)
  } else if (type.arrayLength !== undefined) {
    if (site.side === 'decoder') emitArrayDecoder(site, field, type, place)
    else emitArrayEncoder(site, type, place)
  } else if (site.side === 'decoder') emitScalarDecoder(site, field, type, place)
  else emitScalarEncoder(site, field, type, place)
}

function emitEnumField(site: Site, field: FieldModel, type: EnumModel, place: Placement): void {
  const { property, offset, sinceVersion, doc, lifetime } = place
  const { module, names, littleEndian } = site
  const file = names.file(type)
  const base = names.base(type)
  if (field.constantValueName !== undefined) {
    const value = enumMember(module.value(file, base), enumKey(type, field.constantValueName))
    accessor(site, { signature: `${property}(): ${base}`, doc, sinceVersion: 0, body: [`return ${value}`] })
    return
  }
  const raw = site.scope.derive(property, 'Raw')
  if (site.side === 'encoder') {
    const value = `value: ${module.type(file, base)}`
    const body = [write('this._view', type.primitive, at(offset), 'value', littleEndian), 'return this']
    accessor(site, { signature: `${property}(${value}): this`, doc, sinceVersion: 0, check: property, body })
    const rawValue = `value: ${valueType(type.primitive)}`
    accessor(site, { signature: `${raw}(${rawValue}): this`, doc: lifetime, sinceVersion: 0, check: property, body })
    return
  }
  const value = read('this._view', type.primitive, at(offset), littleEndian)
  module.type(file, base)
  const guarded = site.version !== undefined && sinceVersion > 0
  accessor(site, {
    signature: `${property}(): ${base}`,
    doc,
    sinceVersion,
    absent: guarded ? `return ${module.value(file, base)}.${nullKeyOf(type)}` : undefined,
    check: property,
    body: [`return ${value} as ${base}`],
  })
  accessor(site, {
    signature: `${raw}(): ${valueType(type.primitive)}`,
    doc: lifetime,
    sinceVersion,
    absent: `return ${literal(type.primitive, type.nullValue)}`,
    check: property,
    body: [`return ${value}`],
  })
}

/** A flyweight that the class holds for the member; made in the constructor so that access leaves no garbage. */
function holder(site: Site, property: string, className: string): string {
  const name = site.scope.take(`_${property}`)
  site.holders.push(`${name}: ${className} = new ${className}()`)
  return `this.${name}`
}

function emitSetField(site: Site, type: SetModel, place: Placement): void {
  const { property, offset, sinceVersion, doc } = place
  const { module, names } = site
  const className = module.value(names.file(type), `${names.base(type)}${upperFirst(site.side)}`)
  const flyweight = holder(site, property, className)
  const guarded = site.side === 'decoder' && site.version !== undefined && sinceVersion > 0
  accessor(site, {
    signature: `${property}(): ${className}${guarded ? ' | null' : ''}`,
    doc,
    sinceVersion,
    absent: 'return null',
    check: property,
    body: [`return ${flyweight}._wrap(this._view, ${at(offset)})`],
  })
  emitRawSet(site, type, place)
}

function emitRawSet(site: Site, type: SetModel, place: Placement): void {
  const { property, offset, sinceVersion, lifetime } = place
  const { littleEndian } = site
  const raw = site.scope.derive(property, 'Raw')
  if (site.side === 'encoder') {
    accessor(site, {
      signature: `${raw}(value: ${valueType(type.primitive)}): this`,
      doc: lifetime,
      sinceVersion: 0,
      check: property,
      body: [write('this._view', type.primitive, at(offset), 'value', littleEndian), 'return this'],
    })
    return
  }
  accessor(site, {
    signature: `${raw}(): ${valueType(type.primitive)}`,
    doc: lifetime,
    sinceVersion,
    absent: `return ${isWide(type.primitive) ? '0n' : '0'}`,
    check: property,
    body: [`return ${read('this._view', type.primitive, at(offset), littleEndian)}`],
  })
  if (!isWide(type.primitive)) return
  const words = wordOffsets(offset, littleEndian)
  for (const half of ['Hi', 'Lo'] as const) {
    accessor(site, {
      signature: `${site.scope.derive(property, `Raw${half}`)}(): number`,
      doc: lifetime,
      sinceVersion,
      absent: 'return 0',
      check: property,
      body: [`return ${read('this._view', 'uint32', at(half === 'Hi' ? words.hi : words.lo), littleEndian)}`],
    })
  }
}

function emitCompositeField(site: Site, type: CompositeModel, place: Placement): void {
  const { property, offset, sinceVersion, doc } = place
  const { module, names } = site
  const className = module.value(names.file(type), `${names.base(type)}${upperFirst(site.side)}`)
  const flyweight = holder(site, property, className)
  const guarded = site.side === 'decoder' && site.version !== undefined && sinceVersion > 0
  const version = site.side === 'decoder' && isVersioned(type) && site.version !== undefined ? `, ${site.version}` : ''
  accessor(site, {
    signature: `${property}(): ${className}${guarded ? ' | null' : ''}`,
    doc,
    sinceVersion,
    absent: 'return null',
    check: property,
    body: [`return ${flyweight}._wrap(${site.buffer}, ${at(offset)}${version})`],
  })
}

/** Names grow with every level of composites; members with longer ones are reached through their composite only. */
const FLATTENED_NAME_LENGTH_MAX = 200

/** Accessors of a composite's members on its owner: they save wrapping a flyweight, which costs more than the read. */
function emitFlattened(site: Site, owner: FieldModel, type: CompositeModel, ownerProperty: string): void {
  for (const member of type.members) {
    const name = ownerProperty + upperFirst(identifierOf(member.name))
    if (name.length > FLATTENED_NAME_LENGTH_MAX) continue
    const property = site.scope.take(name)
    const flat: FieldModel = {
      ...member,
      offset: owner.offset + member.offset,
      sinceVersion: Math.max(owner.sinceVersion, member.sinceVersion),
      deprecated: earliest(owner.deprecated, member.deprecated),
    }
    const flatPlace = placeField(flat, property)
    const memberType = member.type
    if (memberType.kind === 'composite') emitFlattened(site, flat, memberType, property)
    else if (memberType.kind === 'enum') emitEnumField(site, flat, memberType, flatPlace)
    else if (memberType.kind === 'set') emitRawSet(site, memberType, flatPlace)
    else if (memberType.arrayLength === undefined) emitScalar(site, flat, flatPlace)
  }
}

/** The version in which the first of two was deprecated; 0 when neither is. */
function earliest(a: number, b: number): number {
  return a === 0 || b === 0 ? a + b : Math.min(a, b)
}
