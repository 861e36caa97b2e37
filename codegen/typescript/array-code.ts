/** Accessors of fixed-length arrays: numbers, characters, bytes. */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { FieldModel, ScalarModel } from '../model/schema-model.ts'
import { joinLines } from './doc.ts'
import { accessor, at } from './site.ts'
import type { Site } from './site.ts'
import { isWide, literal, read, stringLiteral, valueType, write } from './literals.ts'
import { upperFirst } from './names.ts'
import { absentAsNumber, hasNull, inexactTest, wordOffsets } from './scalar-code.ts'
import type { Placement } from './scalar-code.ts'
import { equalsCall, putFixedCall, readTextCall } from './text-code.ts'

const PUT_VALUES_MAX = 4

export function isByteArray(type: ScalarModel): boolean {
  return type.primitive === 'int8' || type.primitive === 'uint8'
}

/** The encoding by which an array has string accessors; undefined when it is numbers. */
export function textEncodingOf(type: ScalarModel): string | undefined {
  return type.primitive === 'char' ? (type.characterEncoding ?? 'US-ASCII') : undefined
}

export function emitArrayDecoder(site: Site, field: FieldModel, type: ScalarModel, place: Placement): void {
  const { property, sinceVersion, doc, lifetime } = place
  const length = type.arrayLength ?? 0
  const encoding = textEncodingOf(type)
  if (encoding !== undefined) emitText(site, field, type, place, encoding)
  emitLength(site, property, length, encoding === undefined ? doc : lifetime)
  emitElement(site, type, place)
  if (encoding === undefined && !isByteArray(type)) return
  const source = [label(site, property), site.bytes, 'offset', length]
  accessor(site, {
    signature:
      `${site.scope.take(`get${upperFirst(property)}`)}` +
      '(dst: Uint8Array, dstOffset?: number, length?: number): number',
    doc: joinLines(['Copies at most `length` bytes; returns how many.', lifetime]),
    sinceVersion,
    absent: 'return 0',
    check: property,
    body: [
      `const offset = ${at(place.offset)}`,
      `return ${site.module.runtime('getBytes')}(${source.join(', ')}, dst, dstOffset, length)`,
    ],
  })
}

function emitText(site: Site, field: FieldModel, type: ScalarModel, place: Placement, encoding: string): void {
  const { property, offset, sinceVersion, doc, lifetime } = place
  const { module } = site
  const length = type.arrayLength ?? 0
  const start = at(offset)
  const used = `${module.runtime('lengthToNul')}(${site.bytes}, ${start}, ${length})`
  accessor(site, {
    signature: `${property}(): string`,
    doc,
    sinceVersion,
    absent: `return ''`,
    check: property,
    body: [`return ${readTextCall(module, encoding, site.bytes, start, used)}`],
  })
  accessor(site, {
    signature: `${site.scope.derive(property, 'Equals')}(value: string): boolean`,
    doc: joinLines(['Compares without making a string where the encoding allows it.', lifetime]),
    sinceVersion,
    absent: `return value === ''`,
    check: property,
    body: [`return ${equalsCall(module, encoding, site.bytes, start, length, property)}`],
  })
  if (!hasNull(field, sinceVersion) || length === 0) return
  const isNull = site.scope.derive(property, 'IsNull')
  const nullCode = literal('char', type.nullValue)
  accessor(site, {
    signature: `${isNull}(): boolean`,
    doc: lifetime,
    sinceVersion,
    absent: 'return true',
    check: property,
    body: [field.presence === 'optional' ? `return this._view.getUint8(${start}) === ${nullCode}` : 'return false'],
  })
  accessor(site, {
    signature: `${site.scope.derive(property, 'OrNull')}(): string | null`,
    doc: lifetime,
    sinceVersion: 0,
    body: [`return this.${isNull}() ? null : this.${property}()`],
  })
}

function emitLength(site: Site, property: string, length: number, doc: string): void {
  accessor(site, {
    signature: `${site.scope.derive(property, 'Length')}(): number`,
    doc,
    sinceVersion: 0,
    body: [`return ${length}`],
  })
}

function emitElement(site: Site, type: ScalarModel, place: Placement): void {
  const { property, offset, sinceVersion, lifetime } = place
  const { primitive } = type
  const { littleEndian, module } = site
  const checkIndex = indexCheck(site, type, property)
  accessor(site, {
    signature: `${site.scope.derive(property, 'At')}(index: number): ${valueType(primitive)}`,
    doc: lifetime,
    sinceVersion,
    absent: `return ${literal(primitive, type.nullValue)}`,
    check: property,
    body: [checkIndex, `return ${read('this._view', primitive, elementOffset(type, offset), littleEndian)}`],
  })
  if (!isWide(primitive)) return
  const words = wordOffsets(offset, littleEndian)
  const signed = primitive === 'int64'
  const inexact = `throw ${module.runtime('inexactError')}(${label(site, property)})`
  accessor(site, {
    signature: `${site.scope.derive(property, 'AtAsNumber')}(index: number): number`,
    doc: joinLines(['As a Number; throws when that would not be exact.', lifetime]),
    sinceVersion,
    absent: absentAsNumber(type, inexact),
    check: property,
    body: [
      checkIndex,
      `const hi = ${read('this._view', signed ? 'int32' : 'uint32', elementOffset(type, words.hi), littleEndian)}`,
      `if (${inexactTest(signed)}) ${inexact}`,
      `return hi * 0x1_0000_0000 + ${read('this._view', 'uint32', elementOffset(type, words.lo), littleEndian)}`,
    ],
  })
}

export function emitArrayEncoder(site: Site, type: ScalarModel, place: Placement): void {
  const { property, offset, doc, lifetime } = place
  const { module, littleEndian } = site
  const { primitive } = type
  const length = type.arrayLength ?? 0
  const encoding = textEncodingOf(type)
  const check = property
  if (encoding !== undefined) {
    const put = putFixedCall(module, encoding, site.bytes, at(offset), length, label(site, property))
    accessor(site, {
      signature: `${property}(value: string): this`,
      doc: joinLines([doc, 'Pads with NUL; throws when the text is too long.']),
      sinceVersion: 0,
      check,
      body: [put, 'return this'],
    })
  }
  emitLength(site, property, length, encoding === undefined ? doc : lifetime)
  accessor(site, {
    signature: `${site.scope.derive(property, 'At')}(index: number, value: ${valueType(primitive)}): this`,
    doc: lifetime,
    sinceVersion: 0,
    check,
    body: [
      indexCheck(site, type, property),
      write('this._view', primitive, elementOffset(type, offset), 'value', littleEndian),
      'return this',
    ],
  })
  const put = site.scope.take(`put${upperFirst(property)}`)
  if (encoding !== undefined) emitPutExactly(site, put, place, length)
  else if (isByteArray(type)) emitPutBytes(site, put, place, length)
  else if (length >= 2 && length <= PUT_VALUES_MAX) emitPutValues(site, put, type, place, length)
}

function emitPutExactly(site: Site, put: string, place: Placement, length: number): void {
  accessor(site, {
    signature: `${put}(src: Uint8Array, srcOffset: number = 0): this`,
    doc: joinLines([`Copies exactly ${length} bytes.`, place.lifetime]),
    sinceVersion: 0,
    check: place.property,
    body: [
      `${site.module.runtime('checkRange')}(${label(site, place.property)}, ${length}, srcOffset, src.length)`,
      `${site.module.runtime('copyBytes')}(${site.bytes}, ${at(place.offset)}, src, srcOffset, ${length})`,
      'return this',
    ],
  })
}

function emitPutBytes(site: Site, put: string, place: Placement, length: number): void {
  const { module } = site
  accessor(site, {
    signature: `${put}(src: Uint8Array, srcOffset: number = 0, length: number = src.length - srcOffset): this`,
    doc: joinLines(['Copies the bytes and pads with zeros; throws when they are too many.', place.lifetime]),
    sinceVersion: 0,
    check: place.property,
    body: [
      module.throwIf(`length > ${length}`, 'lengthError', label(site, place.property), 'length', length),
      `${module.runtime('checkRange')}(${label(site, place.property)}, length, srcOffset, src.length)`,
      `${module.runtime('copyBytes')}(${site.bytes}, ${at(place.offset)}, src, srcOffset, length)`,
      `${site.bytes}.fill(0, ${at(place.offset)} + length, ${at(place.offset + length)})`,
      'return this',
    ],
  })
}

function emitPutValues(site: Site, put: string, type: ScalarModel, place: Placement, length: number): void {
  const { primitive } = type
  const { size } = PRIMITIVE_TYPES[primitive]
  const parameters = Array.from({ length }, (_, i) => `value${i}`)
  accessor(site, {
    signature: `${put}(${parameters.map((name) => `${name}: ${valueType(primitive)}`).join(', ')}): this`,
    doc: place.lifetime,
    sinceVersion: 0,
    check: place.property,
    body: [
      ...parameters.map((name, i) =>
        write('this._view', primitive, at(place.offset + i * size), name, site.littleEndian)),
      'return this',
    ],
  })
}

function indexCheck(site: Site, type: ScalarModel, property: string): string {
  const length = type.arrayLength ?? 0
  const outside = `index >>> 0 !== index || index >= ${length}`
  return site.module.throwIf(outside, 'indexError', label(site, property), 'index', length)
}

function elementOffset(type: ScalarModel, offset: number): string {
  const { size } = PRIMITIVE_TYPES[type.primitive]
  return `${at(offset)} + index${size === 1 ? '' : ` * ${size}`}`
}

function label(site: Site, property: string): string {
  return stringLiteral(`${site.label}.${property}`)
}
