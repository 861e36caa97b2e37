/** Accessors of one field or composite member, whatever its type. */
import { fieldDocOf } from './doc.ts'
import type { CompositeModel, EnumModel, FieldModel, SetModel } from '../model/schema-model.ts'
import { emitArrayDecoder, emitArrayEncoder } from './array-code.ts'
import { enumKey, enumMember, nullKeyOf } from './enum-code.ts'
import { isVersioned } from '../model/schema-model.ts'
import { isWide, literal, read, valueType, write } from './literals.ts'
import { identifierOf, upperFirst } from './names.ts'
import { emitConstant, emitScalarDecoder, emitScalarEncoder, wordOffsets } from './scalar-code.ts'
import type { Placement } from './scalar-code.ts'
import { accessor, at } from './site.ts'
import type { Site } from './site.ts'

export function emitField(site: Site, field: FieldModel, property: string): void {
  const place: Placement = {
    property,
    offset: field.offset,
    sinceVersion: field.sinceVersion,
    doc: fieldDocOf(field),
  }
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
      emitFlattened(site, type, place)
      break
  }
}

function emitScalar(site: Site, field: FieldModel, place: Placement): void {
  const { type } = field
  if (type.kind !== 'scalar') return
  if (type.constValue !== undefined || field.presence === 'constant') {
    emitConstant(site, type, place.property, place.doc)
  } else if (type.arrayLength !== undefined) {
    if (site.side === 'decoder') emitArrayDecoder(site, field, type, place)
    else emitArrayEncoder(site, type, place)
  } else if (site.side === 'decoder') emitScalarDecoder(site, field, type, place)
  else emitScalarEncoder(site, field, type, place)
}

function emitEnumField(site: Site, field: FieldModel, type: EnumModel, place: Placement): void {
  const { property, offset, sinceVersion, doc } = place
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
    accessor(site, { signature: `${raw}(${rawValue}): this`, sinceVersion: 0, check: property, body })
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
  const { property, offset, sinceVersion } = place
  const { littleEndian } = site
  const raw = site.scope.derive(property, 'Raw')
  if (site.side === 'encoder') {
    accessor(site, {
      signature: `${raw}(value: ${valueType(type.primitive)}): this`,
      sinceVersion: 0,
      check: property,
      body: [write('this._view', type.primitive, at(offset), 'value', littleEndian), 'return this'],
    })
    return
  }
  accessor(site, {
    signature: `${raw}(): ${valueType(type.primitive)}`,
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
function emitFlattened(site: Site, type: CompositeModel, place: Placement): void {
  for (const member of type.members) {
    const name = place.property + upperFirst(identifierOf(member.name))
    if (name.length > FLATTENED_NAME_LENGTH_MAX) continue
    const property = site.scope.take(name)
    const flat: FieldModel = {
      ...member,
      offset: place.offset + member.offset,
      sinceVersion: Math.max(place.sinceVersion, member.sinceVersion),
    }
    const flatPlace: Placement = {
      property,
      offset: flat.offset,
      sinceVersion: flat.sinceVersion,
      doc: fieldDocOf(flat),
    }
    const memberType = member.type
    if (memberType.kind === 'composite') emitFlattened(site, memberType, flatPlace)
    else if (memberType.kind === 'enum') emitEnumField(site, flat, memberType, flatPlace)
    else if (memberType.kind === 'set') emitRawSet(site, memberType, flatPlace)
    else if (memberType.arrayLength === undefined) emitScalar(site, flat, flatPlace)
  }
}
