/** Statements that check the members of plain objects and write them into a block. */
import { PRIMITIVE_TYPES } from '../../ir/primitive-type.ts'
import type { PrimitiveName } from '../../ir/primitive-type.ts'
import type { CompositeModel, EnumModel, FieldModel, ScalarModel, SetModel } from '../../model/schema-model.ts'
import { isConstant } from '../../model/schema-model.ts'
import { isByteArray, textEncodingOf } from '../array-code.ts'
import { isWide, literal, stringLiteral, write } from '../literals.ts'
import { MemberNames, upperFirst } from '../names.ts'
import type { NameScope } from '../names.ts'
import { guard } from '../module.ts'
import { textSuffixOf } from '../text-code.ts'
import type { Writer } from '../writer.ts'
import { Memory } from './memory.ts'
import { emitNull } from './null-code.ts'
import { hasNullElements, isNullable, nullabilityOf } from './nullability.ts'
import type { ObjectContext } from './object-context.ts'
import { constantOf } from './object-types.ts'
import type { Path } from './path.ts'
import { enumCheck, scalarCheck } from './value-checks.ts'
import type { ValueCheck } from './value-checks.ts'

const WORD_BITS = 32
const PART_NAME = 'partFromObject'
/** Values that a function checks: engines do not optimise functions of any length, nor do compilers analyse them. */
const PART_WEIGHT_MAX = 100

export interface WriteSite {
  readonly context: ObjectContext
  readonly memory: Memory
  readonly path: Path
  /** Expression of the object that holds the members. */
  readonly object: string
  /** Prefix of local names: those of the composites around. */
  readonly prefix: string
  readonly locals: NameScope
  /** Offset within what is written. */
  readonly offset: number
  /** Expression of the buffer. */
  readonly buffer: string
  /** Gives the type of the object, and imports it. */
  readonly type: () => string
  /** Variables of the path. */
  readonly indices: readonly string[]
}

/** A member of an object in a local constant. */
export interface Member {
  readonly site: WriteSite
  readonly local: string
  readonly path: Path
  readonly offset: number
}

/** Checks and writes fields: in place, or by functions of their own when there are too many of them. */
export function writeFields(site: WriteSite, fields: readonly FieldModel[], members: MemberNames): void {
  const parts = partsOf(fields)
  if (parts.length > 1) for (const part of parts) writePart(site, part, members)
  else for (const field of fields) writeField(site, field, members.of(field))
}

function writePart(site: WriteSite, fields: readonly FieldModel[], members: MemberNames): void {
  const { context, object, type, indices } = site
  const { module, scope, later, littleEndian } = context
  const { code } = module
  let name = scope.take(PART_NAME)
  while (site.locals.take(name) !== name) name = scope.take(PART_NAME)
  const at = site.memory.place(site.offset)
  code.line(`${name}(${[site.buffer, at, object, ...indices].join(', ')})`)
  later.push(() => {
    const memory = new Memory(littleEndian)
    code.line()
    const mark = code.mark()
    code.indented(() => {
      const part = { memory, object: 'object', prefix: '', locals: scope.fork(), offset: 0, buffer: 'buffer' }
      writeFields({ ...site, ...part }, fields, members)
    }).line('}')
    code.insertAt(mark, () => {
      const isUsed = memory.uses('view') || memory.uses('bytes') || memory.uses('offset')
      const parameters = [
        `${isUsed ? '' : '_'}buffer: ${module.runtimeType('DirectBuffer')}`,
        `${isUsed ? '' : '_'}offset: number`,
        `object: ${type()}`,
        ...indices.map((index) => `${index}: number`),
      ]
      code.list(`function ${name}(`, parameters, '): void {').indented(() => declareMemory(code, memory))
    })
  })
}

/** Declares what the code of a function that has a `buffer` uses of it. */
export function declareMemory(code: Writer, memory: Memory): void {
  if (memory.uses('view')) code.line('const view = buffer.view')
  if (memory.uses('bytes')) code.line('const bytes = buffer.bytes')
}

/** Fields in groups that a function can hold. */
function partsOf(fields: readonly FieldModel[]): readonly (readonly FieldModel[])[] {
  const parts: FieldModel[][] = []
  let weight = Infinity
  for (const field of fields) {
    const own = weightOf(field)
    if (weight + own > PART_WEIGHT_MAX) {
      parts.push([])
      weight = 0
    }
    parts.at(-1)?.push(field)
    weight += own
  }
  return parts
}

/** How many values are checked. */
function weightOf({ type }: FieldModel): number {
  if (type.kind === 'set') return type.choices.length
  return type.kind === 'composite' ? type.members.reduce((sum, member) => sum + weightOf(member), 1) : 1
}

export function emitMember(site: WriteSite, property: string): Member {
  const name = site.prefix === '' ? property : site.prefix + upperFirst(property)
  const local = site.locals.take(name)
  site.context.module.code.line(`const ${local} = ${site.object}.${property}`)
  return { site, local, path: site.path.member(property), offset: site.offset }
}

/** Statement that refuses a value unless a condition holds. */
function refuse({ site, path, local }: Member, condition: string, expected: string, error = 'valueError'): void {
  const { module } = site.context
  const args = [path.code(), local, stringLiteral(expected)]
  module.code.line(guard(`!(${condition})`, `throw ${module.runtime(error)}(${args.join(', ')})`))
}

function writeField(site: WriteSite, field: FieldModel, property: string): void {
  const { context } = site
  const { code } = context.module
  const taken = emitMember(site, property)
  const member: Member = { ...taken, offset: taken.offset + field.offset }
  const { local } = member
  if (isConstant(field)) {
    const { value } = constantOf(context, field)
    const isSame = value === 'NaN' ? `Number.isNaN(${local})` : `${local} === ${value}`
    refuse(member, `${local} === undefined || ${isSame}`, `the constant ${value}`)
    return
  }
  const { type } = field
  if (type.kind === 'enum' || (type.kind === 'scalar' && type.arrayLength === undefined && type.primitive !== 'char')) {
    writeNumber(member, field, type)
    return
  }
  const writeValue = (): void => {
    if (type.kind === 'set') writeSetChoices(member, type)
    else if (type.kind === 'composite') writeCompositeMembers(member, type, local)
    else if (type.arrayLength === undefined) writeCharacter(member, field, type)
    else writeArray(member, field, type)
  }
  if (!isNullable(field)) {
    writeValue()
    return
  }
  code.block(`if (${local} === null) {`, () => emitNull(code, site.memory, field, member.offset), '} else {')
  code.indented(writeValue).line('}')
}

/** Checks and writes a number, or its null value. */
function writeNumber(member: Member, field: FieldModel, type: ScalarModel | EnumModel): void {
  const { site, local, offset } = member
  const { memory } = site
  const { module: { code }, wide } = site.context
  const { byValue } = nullabilityOf(field)
  const check = type.kind === 'enum' ? enumCheck(type, type.name, byValue) : scalarCheck(type, wide, byValue)
  const asWords = type.kind === 'scalar' && isWide(type.primitive) && wide === 'number'
  const error = asWords ? 'wideValueError' : 'valueError'
  const start = (extra: number): string => memory.place(offset + extra)
  if (!isNullable(field)) {
    refuse(member, check.condition(local), check.expected, error)
    if (asWords) writeWords(site, type.primitive, local, start)
    else code.line(memory.write(type.primitive, offset, local))
    return
  }
  const condition = `${local} === null || (${check.condition(local)})`
  refuse(member, condition, `null or ${check.expected}`, error)
  if (!asWords) {
    const value = `${local} ?? ${literal(type.primitive, type.nullValue)}`
    code.line(memory.write(type.primitive, offset, value))
    return
  }
  code.block(`if (${local} === null) {`, () => emitNull(code, memory, field, offset), '} else {')
  code.indented(() => writeWords(site, type.primitive, local, start)).line('}')
}

/** Writes a safe integer as two words; `start` makes an expression of an offset. */
function writeWords(
  { context, memory }: WriteSite,
  primitive: PrimitiveName,
  value: string,
  start: (offset: number) => string,
): void {
  const words = memory.words(0)
  const high = `${value} / 0x1_0000_0000`
  const put = (word: PrimitiveName, at: number, bits: string): string =>
    write(memory.view(), word, start(at), bits, memory.littleEndian)
  // Without the conversions, current engines take their slowest way from a double to 32 bits.
  const isUnsigned = primitive === 'uint64'
  context.module.code
    .line(isUnsigned ? put('uint32', words.hi, `${high} >>> 0`) : put('int32', words.hi, `Math.floor(${high})`))
    .line(put('uint32', words.lo, `${value} >>> 0`))
}

function writeCharacter(member: Member, field: FieldModel, type: ScalarModel): void {
  const { site, local, offset } = member
  const { byValue } = nullabilityOf(field)
  const check = scalarCheck(type, site.context.wide, byValue)
  const codeLocal = site.locals.take(`${local}Code`)
  const { code } = site.context.module
  code.line(`const ${codeLocal} = typeof ${local} === 'string' && ${local}.length === 1 ? ${local}.charCodeAt(0) : -1`)
  refuse(member, check.condition(codeLocal), `a character whose code is ${check.expected}`)
  code.line(site.memory.write('char', offset, codeLocal))
}

export function writeSetChoices(member: Member, type: SetModel): void {
  const { site, local, path, offset } = member
  const { context: { module, names }, memory, locals } = site
  const { code } = module
  const members = names.membersOf(type, () => new MemberNames(type.choices))
  const wide = isWide(type.primitive)
  refuse(member, `typeof ${local} === 'object' && ${local} !== null`, 'an object of choices')
  const lo = locals.take(`${local}Bits`)
  const hi = wide ? locals.take(`${local}HighBits`) : lo
  for (const word of new Set([lo, hi])) code.line(`let ${word} = 0`)
  for (const choice of type.choices) {
    const value = `${local}.${members.of(choice)}`
    const word = choice.bit < WORD_BITS ? lo : hi
    const args = [path.member(members.of(choice)).code(), value, `'true or false'`]
    code.line(`if (${value} === true) ${word} |= ${1 << (choice.bit % WORD_BITS)}`)
    code.line(`else ${module.throwIf(`${value} !== false`, 'valueError', ...args)}`)
  }
  if (!wide) {
    code.line(memory.write(type.primitive, offset, lo))
    return
  }
  const words = memory.words(offset)
  code.line(memory.write('int32', words.lo, lo)).line(memory.write('int32', words.hi, hi))
}

/** Writes the members of a composite; `prefix` begins the names of their constants. */
export function writeCompositeMembers(member: Member, type: CompositeModel, prefix: string): void {
  const { site, local, path, offset } = member
  const members = site.context.names.membersOf(type, () => new MemberNames(type.members))
  refuse(member, `typeof ${local} === 'object' && ${local} !== null`, 'an object')
  const { objectNames, module } = site.context
  const objectType = (): string => module.type(objectNames.file(type), objectNames.type(type))
  writeFields({ ...site, path, object: local, prefix, offset, type: objectType }, type.members, members)
}

function writeArray(member: Member, field: FieldModel, type: ScalarModel): void {
  if (type.primitive === 'char') writeText(member, field, type)
  else if (isByteArray(type)) writeBytes(member, type)
  else writeElements(member, field, type)
}

function writeText(member: Member, field: FieldModel, type: ScalarModel): void {
  const { site, local, path, offset } = member
  const { context: { module }, memory } = site
  const encoding = textEncodingOf(type) ?? 'US-ASCII'
  const length = type.arrayLength ?? 0
  const suffix = textSuffixOf(encoding)
  const put = module.runtime(`putExact${suffix === 'other' ? 'Text' : suffix}`)
  const label = suffix === 'other' ? `, ${stringLiteral(encoding)}` : ''
  const isPut = `${put}(${memory.bytes()}, ${memory.place(offset)}, ${length}, ${local}${label})`
  // What begins like a null is one.
  const condition = nullabilityOf(field).byValue ? `${isPut} && !(${memory.isNull(type, offset)})` : isPut
  const args = [path.code(), local, textLengthOf(site.context, encoding, local), length, stringLiteral(encoding)]
  module.code.line(module.throwIf(condition === isPut ? `!${isPut}` : `!(${condition})`, 'textError', ...args))
}

/** Expression of the bytes that a text takes; negative when it has no encoding. */
function textLengthOf({ module }: ObjectContext, encoding: string, text: string): string {
  const suffix = textSuffixOf(encoding)
  if (suffix !== 'other') return `${module.runtime(`exact${suffix}Length`)}(${text})`
  return `${module.runtime('exactText')}(${text}, ${stringLiteral(encoding)})?.length ?? -1`
}

function writeBytes(member: Member, type: ScalarModel): void {
  const { site, local, path, offset } = member
  const { context: { module }, memory } = site
  const length = type.arrayLength ?? 0
  const isSigned = type.primitive === 'int8'
  const isArray = `${module.runtime(isSigned ? 'isInt8s' : 'isBytes')}(${local})`
  const expected = stringLiteral(`${isSigned ? 'an Int8Array' : 'a Uint8Array'} of ${length} bytes`)
  const args = [path.code(), local, isArray, expected]
  module.code.line(module.throwIf(`!(${isArray} && ${local}.length === ${length})`, 'arrayError', ...args))
  const target = `${memory.bytes()}, ${memory.place(offset)}`
  if (isSigned) module.code.line(`${memory.bytes()}.set(${local}, ${memory.place(offset)})`)
  else module.code.line(`${module.runtime('copyBytes')}(${target}, ${local}, 0, ${length})`)
}

function writeElements(member: Member, field: FieldModel, type: ScalarModel): void {
  const { site, local, path, offset } = member
  const { memory } = site
  const { module, wide } = site.context
  const { code } = module
  const { primitive } = type
  const length = type.arrayLength ?? 0
  const isArray = `Array.isArray(${local})`
  const host = isWide(primitive) ? wide : 'number'
  const expected = stringLiteral(`an array of ${length} ${host}s`)
  const args = [path.code(), local, isArray, expected]
  code.line(module.throwIf(`!(${isArray} && ${local}.length === ${length})`, 'arrayError', ...args))
  if (length === 0) return
  const hasNulls = hasNullElements(field)
  const check: ValueCheck = scalarCheck(type, wide, hasNulls)
  const asWords = isWide(primitive) && wide === 'number'
  const elementType = hasNulls ? `${host} | null` : host
  const { size } = PRIMITIVE_TYPES[primitive]
  code.block(`for (let k = 0; k < ${length}; k++) {`, () => {
    code.line(`const element = ${local}[k] as ${elementType}`)
    const condition = hasNulls ? `element === null || (${check.condition('element')})` : check.condition('element')
    const element: Member = { site, local: 'element', path: path.at('k'), offset }
    refuse(element, condition, (hasNulls ? 'null or ' : '') + check.expected, asWords ? 'wideValueError' : 'valueError')
    const start = (extra: number): string => `${memory.place(offset + extra)} + k${size === 1 ? '' : ` * ${size}`}`
    const put = (value: string): string => write(memory.view(), primitive, start(0), value, memory.littleEndian)
    const nullValue = literal(primitive, type.nullValue)
    if (!asWords) {
      const value = hasNulls ? `element ?? ${nullValue}` : 'element'
      code.line(put(value))
    } else if (!hasNulls) {
      writeWords(site, primitive, 'element', start)
    } else {
      code.block('if (element === null) {', () => code.line(put(nullValue)), '} else {')
      code.indented(() => writeWords(site, primitive, 'element', start)).line('}')
    }
  })
}
