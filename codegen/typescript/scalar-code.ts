/** Accessors of single values: numbers, 64-bit integers, constants. */
import { decodeConstant } from '../character-encodings.ts'
import { fieldDocOf, joinLines, lifetimeOf } from './doc.ts'
import type { FieldModel, ScalarModel } from '../model/schema-model.ts'
import { accessor, at } from './site.ts'
import type { Site } from './site.ts'
import { isFloat, isWide, literal, read, stringLiteral, valueType, write } from './literals.ts'

const HIGH_WORD_MAX = 0x1f_ffff
const HIGH_WORD_MIN = -0x20_0000

export interface Placement {
  readonly property: string
  readonly offset: number
  readonly sinceVersion: number
  readonly doc: string
  /** The part of `doc` that belongs to every form of the field. */
  readonly lifetime: string
}

export function placeField(field: FieldModel, property: string): Placement {
  const { offset, sinceVersion } = field
  return { property, offset, sinceVersion, doc: fieldDocOf(field), lifetime: lifetimeOf(field) }
}

/** Condition under which a 64-bit integer with the high word `hi` has more bits than a Number. */
export function inexactTest(signed: boolean): string {
  return signed ? `hi < ${HIGH_WORD_MIN} || hi > ${HIGH_WORD_MAX}` : `hi > ${HIGH_WORD_MAX}`
}

/** What an accessor for Numbers does for a field that is absent: its null value may be exact. */
export function absentAsNumber(type: ScalarModel, inexact: string): string {
  const value = Number(type.nullValue)
  return Number.isSafeInteger(value) ? `return ${value}` : inexact
}

export function hasNull(field: { readonly presence: string }, sinceVersion: number): boolean {
  return field.presence === 'optional' || (field.presence !== 'constant' && sinceVersion > 0)
}

export function emitScalarDecoder(site: Site, field: FieldModel, type: ScalarModel, place: Placement): void {
  const { property, offset, sinceVersion, doc, lifetime } = place
  const { primitive } = type
  const nullText = literal(primitive, type.nullValue)
  accessor(site, {
    signature: `${property}(): ${valueType(primitive)}`,
    doc,
    sinceVersion,
    absent: `return ${nullText}`,
    check: property,
    body: [`return ${read('this._view', primitive, at(offset), site.littleEndian)}`],
  })
  if (isWide(primitive)) emitWords(site, type, place)
  if (!hasNull(field, sinceVersion)) return
  const isNull = site.scope.derive(property, 'IsNull')
  accessor(site, {
    signature: `${isNull}(): boolean`,
    doc: lifetime,
    sinceVersion,
    absent: 'return true',
    check: property,
    body: [field.presence === 'optional' ? `return ${nullTest(site, type, offset)}` : 'return false'],
  })
  accessor(site, {
    signature: `${site.scope.derive(property, 'OrNull')}(): ${valueType(primitive)} | null`,
    doc: lifetime,
    sinceVersion: 0,
    body: [`return this.${isNull}() ? null : this.${property}()`],
  })
}

function emitWords(site: Site, type: ScalarModel, place: Placement): void {
  const { property, offset, sinceVersion, lifetime } = place
  const { module, littleEndian } = site
  const words = wordOffsets(offset, littleEndian)
  const signed = type.primitive === 'int64'
  const nullBits = BigInt.asUintN(64, BigInt(type.nullValue))
  const nullHi = signed ? Number(BigInt.asIntN(32, nullBits >> 32n)) : Number(nullBits >> 32n)
  const hi = read('this._view', signed ? 'int32' : 'uint32', at(words.hi), littleEndian)
  const lo = read('this._view', 'uint32', at(words.lo), littleEndian)
  const label = stringLiteral(`${site.label}.${property}`)
  const inexact = `throw ${module.runtime('inexactError')}(${label})`
  const absentNumber = absentAsNumber(type, inexact)
  accessor(site, {
    signature: `${site.scope.derive(property, 'AsNumber')}(): number`,
    doc: joinLines(['As a Number; throws when that would not be exact.', lifetime]),
    sinceVersion,
    absent: absentNumber,
    check: property,
    body: [`const hi = ${hi}`, `if (${inexactTest(signed)}) ${inexact}`, `return hi * 0x1_0000_0000 + ${lo}`],
  })
  accessor(site, {
    signature: `${site.scope.derive(property, 'Hi')}(): number`,
    doc: lifetime,
    sinceVersion,
    absent: `return ${nullHi}`,
    check: property,
    body: [`return ${hi}`],
  })
  accessor(site, {
    signature: `${site.scope.derive(property, 'Lo')}(): number`,
    doc: lifetime,
    sinceVersion,
    absent: `return ${Number(nullBits & 0xffff_ffffn)}`,
    check: property,
    body: [`return ${lo}`],
  })
}

export function emitScalarEncoder(site: Site, field: FieldModel, type: ScalarModel, place: Placement): void {
  const { property, offset, doc, lifetime } = place
  const { primitive } = type
  const { module, littleEndian } = site
  const view = 'this._view'
  accessor(site, {
    signature: `${property}(value: ${valueType(primitive)}): this`,
    doc,
    sinceVersion: 0,
    check: property,
    body: [write(view, primitive, at(offset), 'value', littleEndian), 'return this'],
  })
  if (isWide(primitive)) {
    const words = wordOffsets(offset, littleEndian)
    const label = stringLiteral(`${site.label}.${property}`)
    const unsigned = primitive === 'uint64'
    const high = 'value / 0x1_0000_0000'
    accessor(site, {
      signature: `${site.scope.derive(property, 'AsNumber')}(value: number): this`,
      doc: joinLines([
        `From a Number; throws when it is not a safe integer${unsigned ? ' or is negative' : ''}.`,
        lifetime,
      ]),
      sinceVersion: 0,
      check: property,
      body: [
        module.throwIf(`!Number.isSafeInteger(value)${unsigned ? ' || value < 0' : ''}`, 'inexactError', label),
        // Without the conversions, current engines take their slowest way from a double to 32 bits.
        unsigned
          ? write(view, 'uint32', at(words.hi), `${high} >>> 0`, littleEndian)
          : write(view, 'int32', at(words.hi), `Math.floor(${high})`, littleEndian),
        write(view, 'uint32', at(words.lo), 'value >>> 0', littleEndian),
        'return this',
      ],
    })
    accessor(site, {
      signature: `${site.scope.derive(property, 'Words')}(hi: number, lo: number): this`,
      doc: lifetime,
      sinceVersion: 0,
      check: property,
      body: [
        write(view, 'int32', at(words.hi), 'hi', littleEndian),
        write(view, 'int32', at(words.lo), 'lo', littleEndian),
        'return this',
      ],
    })
  }
  if (field.presence !== 'optional') return
  accessor(site, {
    signature: `${site.scope.derive(property, 'Null')}(): this`,
    doc: lifetime,
    sinceVersion: 0,
    check: property,
    body: [
      write(view, primitive, at(offset), literal(primitive, type.nullValue), littleEndian),
      'return this',
    ],
  })
}

/** Constants take no bytes; encoder and decoder tell their value alike. */
export function emitConstant(site: Site, type: ScalarModel, place: Placement): void {
  const { constValue, primitive } = type
  const { property, doc, lifetime } = place
  if (!(constValue instanceof Uint8Array)) {
    const value = constValue === undefined ? literal(primitive, type.nullValue) : literal(primitive, constValue)
    accessor(site, {
      signature: `${property}(): ${valueType(primitive)}`,
      doc,
      sinceVersion: 0,
      body: [`return ${value}`],
    })
    return
  }
  const text = decodeConstant(constValue, type.characterEncoding)
  accessor(site, {
    signature: `${property}(): string`,
    doc,
    sinceVersion: 0,
    body: [`return ${stringLiteral(text)}`],
  })
  accessor(site, {
    signature: `${site.scope.derive(property, 'Length')}(): number`,
    doc: lifetime,
    sinceVersion: 0,
    body: [`return ${constValue.length}`],
  })
}

function nullTest(site: Site, type: ScalarModel, offset: number): string {
  return nullCondition('this._view', type, offset, at, site.littleEndian)
}

/** Condition that a value of a view is null; `place` makes an expression of an offset. */
export function nullCondition(
  view: string,
  { primitive, nullValue }: Pick<ScalarModel, 'primitive' | 'nullValue'>,
  offset: number,
  place: (offset: number) => string,
  littleEndian: boolean,
): string {
  if (isWide(primitive)) {
    const words = wordOffsets(offset, littleEndian)
    const bits = BigInt.asUintN(64, BigInt(nullValue))
    const lo = `${read(view, 'uint32', place(words.lo), littleEndian)} === ${bits & 0xffff_ffffn}`
    return `${lo} && ${read(view, 'uint32', place(words.hi), littleEndian)} === ${bits >> 32n}`
  }
  const value = read(view, primitive, place(offset), littleEndian)
  if (isFloat(primitive) && Number.isNaN(nullValue)) return `Number.isNaN(${value})`
  const exact = primitive === 'float' ? Math.fround(Number(nullValue)) : nullValue
  return `${value} === ${literal(primitive, exact)}`
}

export function wordOffsets(offset: number, littleEndian: boolean): { readonly hi: number; readonly lo: number } {
  return littleEndian ? { hi: offset + 4, lo: offset } : { hi: offset, lo: offset + 4 }
}

