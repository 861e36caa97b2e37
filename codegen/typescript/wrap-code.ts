/**
 * The methods that point a flyweight at a message. They are written for little bytecode, even where that takes more
 * lines: compilers inline callees into their caller up to a sum of bytecodes, which these would use up.
 */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import { versionLimits } from './block-code.ts'
import type { CompositeModel, FieldModel, MessageModel, SchemaModel } from '../model/schema-model.ts'
import { blockEnd, blockVersions, hasEntriesWithoutBytes, isVersioned, usesBytes } from '../model/schema-model.ts'
import { headerWords, inPlace, readWord, wordLiteral, writeWord } from './header-words.ts'
import type { MessageContext } from './level.ts'
import { isWide, plus, readNumber, stringLiteral } from './literals.ts'
import { guard } from './module.ts'
import { MemberNames } from './names.ts'

const END_OF_LENGTH = 'const end = length === undefined ? buffer.byteLength : offset + length'
const REFUSE = 'this._refuse(buffer, offset, header, end)'
const HEADER_MEMBERS = ['blockLength', 'templateId', 'schemaId', 'version'] as const

export function emitDecoderWrap(context: MessageContext, className: string): void {
  const { module, message } = context
  const { code } = module
  code.line().doc(
    'Points the decoder at the root block of a message.',
    '@param actingBlockLength length of the root block on the wire, from the message header',
    '@param actingVersion schema version of the sender, from the message header',
    '@param length bytes of the message from the offset on, without its header; default the rest of the buffer.',
    'Nothing behind them is read.',
    '@throws SbeError when the block does not lie within the message or is shorter than the first version of it',
  )
  const parameters = [
    `buffer: ${module.runtimeType('DirectBuffer')}`,
    'offset: number',
    'actingBlockLength: number',
    'actingVersion: number',
    'length?: number',
  ]
  code.list('wrap(', parameters, '): this {').indented(() => {
    code.line(END_OF_LENGTH).line('const limit = offset + actingBlockLength')
    const first = blockEnd(message, 0)
    const inside = `offset >= 0 && actingBlockLength >= ${first} && limit <= end && end <= buffer.byteLength`
    code.line('const inside =')
    code.indented(() => code.line('Number.isInteger(offset) && Number.isInteger(limit) &&').line(inside))
    const args = [stringLiteral(message.name), first, 'offset', 'actingBlockLength', 'end', 'buffer.byteLength']
    code.line(module.throwIf('!inside', 'blockError', ...args))
    emitDecoderState(context, 'offset', 'actingBlockLength')
  }).line('}')
  emitDecoderHeader(context, className)
}

/** The rest of a method that wraps, once all checks are done. */
function emitDecoderState(context: MessageContext, offset: string, blockLength: string): void {
  const { module, message } = context
  const { code } = module
  module.emitBufferChange(usesBytes(message))
  code.line(`this._offset = ${offset}`).line('this._limit = limit').line('this._end = end')
  code.line(`this._blockLength = ${blockLength}`).line('this._actingVersion = actingVersion')
  if (blockVersions(message).length > 0) {
    code.line('let version = actingVersion')
    for (const line of versionLimits(message, blockLength)) code.line(line)
    code.line('this._version = version')
  }
  if (hasEntriesWithoutBytes(message)) code.line('this._emptyEntries = 0').line('this._emptyEnd = 0')
  if (context.precedenceChecks) code.line('this._order.wrap(actingVersion)')
  code.line('return this')
}

function emitDecoderHeader(context: MessageContext, className: string): void {
  const { module, names, model, message, littleEndian } = context
  const { code } = module
  const { encodedLength } = model.header
  const buffer = `buffer: ${module.runtimeType('DirectBuffer')}`
  const header = `header: ${module.type(names.file(model.header), `${names.base(model.header)}Decoder`)}`
  const first = blockEnd(message, 0)
  code.line().doc(
    'As `wrap`, at a message header, which tells block length and version.',
    '@param length bytes from the offset on that belong to the message, the header included',
    '@throws SbeError also when the header is of another message or schema',
  )
  code.list('wrapAndApplyHeader(', [buffer, 'offset: number', header, 'length?: number'], '): this {').indented(() => {
    // Reads the header's members in place, which takes a third of the bytecode that calling its accessors would: more
    // of the caller's code is inlined. What is wrong is found out elsewhere, for the same reason.
    const read = (name: string): string => {
      const member = inPlace(model.header, name)
      if (member === undefined) return readHeader(context, name)
      return readNumber('view', member.type.primitive, plus('offset', member.offset), littleEndian)
    }
    code.line(END_OF_LENGTH).line(`const block = offset + ${encodedLength}`)
    const inside = 'Number.isInteger(offset) && offset >= 0 && block <= end && end <= buffer.byteLength'
    code.line(guard(`!(${inside})`, REFUSE))
    code.line(`header._wrap(buffer, offset${isVersioned(model.header) ? `, ${model.schemaVersion}` : ''})`)
    if (HEADER_MEMBERS.some((name) => inPlace(model.header, name))) code.line('const view = buffer.view')
    code.line(`const blockLength = ${read('blockLength')}`).line('const limit = block + blockLength')
    code.line(`const known = ${knownCode(context)}`)
    const whole = inPlace(model.header, 'blockLength') === undefined ? ' && Number.isInteger(blockLength)' : ''
    const fits = `blockLength >= ${first} && limit <= end${whole}`
    code.line(guard(`!(known && ${fits})`, REFUSE))
    code.line(`const actingVersion = ${read('version')}`)
    emitDecoderState(context, 'block', 'blockLength')
  }).line('}')

  code.line().doc('Says what keeps `wrapAndApplyHeader` from a message.', '@internal')
  code.list('_refuse(', [buffer, 'offset: number', header, 'end: number'], '): never {').indented(() => {
    const read = (name: string): string => readHeader(context, name)
    const owner = `'${className}'`
    const inside = `offset + ${encodedLength} <= end && end <= buffer.byteLength`
    const args = [owner, 'offset', encodedLength, 'end - offset', 'buffer.byteLength']
    code.line(module.throwIf(`!(${inside})`, 'wrapError', ...args)).line('header.wrap(buffer, offset)')
    if (isOnWire(model.header, 'templateId')) {
      code.line(`const templateId = ${read('templateId')}`)
      code.line(module.throwIf(`templateId !== ${message.id}`, 'templateError', owner, message.id, 'templateId'))
    }
    if (isOnWire(model.header, 'schemaId')) {
      code.line(`const schemaId = ${read('schemaId')}`)
      code.line(module.throwIf(`schemaId !== ${model.schemaId}`, 'schemaError', owner, model.schemaId, 'schemaId'))
    }
    const block = [`offset + ${encodedLength}`, read('blockLength'), 'end', 'buffer.byteLength']
    code.list(`throw ${module.runtime('blockError')}(`, [stringLiteral(message.name), String(first), ...block], ')')
  }).line('}')
}

export function emitEncoderWrap(context: MessageContext, className: string): void {
  const { module } = context
  const { code } = module
  code.line().doc(
    'Points the encoder at room for a message. The bytes there stay as they are: set every field.',
    '@param length bytes from the offset on that may be written; default the rest of the buffer',
    '@throws SbeError when the root block does not fit',
  )
  const buffer = module.runtimeType('DirectBuffer')
  code.block(`wrap(buffer: ${buffer}, offset: number, length?: number): this {`, () => {
    code.line(END_OF_LENGTH)
    emitEncoderState(context, className, 0)
  })
  emitEncoderHeader(context, className)
}

/** The rest of a method that wraps: the check of the bounds, what it writes, the state. */
function emitEncoderState(
  context: MessageContext, className: string, headerLength: number, emitHeader?: () => void,
): void {
  const { module, message, model } = context
  const { code } = module
  const length = headerLength + message.blockLength
  const limit = plus('offset', length)
  const inside = `Number.isInteger(offset) && offset >= 0 && ${limit} <= end && end <= buffer.byteLength`
  const args = [`'${className}'`, 'offset', length, 'end - offset', 'buffer.byteLength']
  code.line(module.throwIf(`!(${inside})`, 'wrapError', ...args))
  emitHeader?.()
  module.emitBufferChange(usesBytes(message))
  code.line(`this._offset = ${plus('offset', headerLength)}`).line(`this._limit = ${limit}`).line('this._end = end')
  if (context.precedenceChecks) code.line(`this._order.wrap(${model.schemaVersion})`)
  code.line('return this')
}

function emitEncoderHeader(context: MessageContext, className: string): void {
  const { module, names, message, model, littleEndian } = context
  const { code } = module
  const { header } = model
  const { encodedLength } = header
  const headerType = module.type(names.file(header), `${names.base(header)}Encoder`)
  code.line().doc(
    'As `wrap`, with a message header before the message.',
    '@param length bytes from the offset on that may be written, the header included',
  )
  const parameters = [
    `buffer: ${module.runtimeType('DirectBuffer')}`, 'offset: number', `header: ${headerType}`, 'length?: number',
  ]
  const values = headerValues(model, message)
  code.list('wrapAndApplyHeader(', parameters, '): this {').indented(() => {
    code.line(END_OF_LENGTH)
    emitEncoderState(context, className, encodedLength, () => {
      code.line('header._wrap(buffer, offset)')
      const known = header.members.flatMap(({ name }) => {
        const member = inPlace(header, name)
        const value = values.get(name)
        return member === undefined || value === undefined ? [] : [{ member, value }]
      })
      if (known.length > 0) code.line('const view = buffer.view')
      for (const word of headerWords(known, littleEndian)) code.line(writeWord(word, littleEndian))
      for (const member of header.members) {
        const value = values.get(member.name)
        const isWritten = member.presence === 'constant' || inPlace(header, member.name) !== undefined
        if (value === undefined || isWritten || member.type.kind !== 'scalar') continue
        code.line(`header.${headerAccessor(context, member.name)}(${value})`)
      }
    })
  }).line('}')
}

/** What the header of a message says, by the names of its members. */
export function headerValues(model: SchemaModel, message: MessageModel): ReadonlyMap<string, number> {
  return new Map([
    ['blockLength', message.blockLength],
    ['templateId', message.id],
    ['schemaId', model.schemaId],
    ['version', model.schemaVersion],
    ['numGroups', message.groups.length],
    ['numVarDataFields', message.data.length],
  ])
}

/** Condition that the header is of the message. */
function knownCode(context: MessageContext): string {
  const { model: { header, schemaId }, message: { id }, littleEndian } = context
  const ids = [{ name: 'templateId', value: id }, { name: 'schemaId', value: schemaId }]
    .filter(({ name }) => isOnWire(header, name))
  const known = ids.flatMap(({ name, value }) => {
    const member = inPlace(header, name)
    // An id beyond its member's range equals nothing that the accessor gives.
    const isFit = member !== undefined && value < 2 ** (PRIMITIVE_TYPES[member.type.primitive].size * 8 - 1)
    return isFit ? [{ member, value }] : []
  })
  const words = headerWords(known, littleEndian)
  const others = ids.filter(({ name }) => !known.some(({ member }) => member.name === name))
  const tests = [
    ...words.map((word) => `${readWord(word, littleEndian)} === ${wordLiteral(word)}`),
    ...others.map(({ name, value }) => `${readHeader(context, name)} === ${value}`),
  ]
  return tests.length === 0 ? 'true' : tests.join(' && ')
}

/** Whether a header says something: a constant member, whatever its value, tells nothing of a message. */
export function isOnWire(header: CompositeModel, name: string): boolean {
  const { type, presence } = memberOf(header, name)
  return presence !== 'constant' && !(type.kind === 'scalar' && type.constValue !== undefined)
}

type HeaderContext = Pick<MessageContext, 'model' | 'names'>

/** Reads a member of `header` as a number; headers may have 64-bit members, and constants. */
export function readHeader(context: HeaderContext, name: string): string {
  const { type, presence } = memberOf(context.model.header, name)
  const isConstant = presence === 'constant' && type.kind === 'scalar' && isWide(type.primitive)
  // A constant has no accessor for Numbers.
  return isConstant ? `Number(header.${propertyOf(context, name)}())` : `header.${headerAccessor(context, name)}()`
}

/** Accessor of a header member as a number. */
function headerAccessor(context: HeaderContext, name: string): string {
  const { type } = memberOf(context.model.header, name)
  const property = propertyOf(context, name)
  return type.kind === 'scalar' && isWide(type.primitive) ? `${property}AsNumber` : property
}

function propertyOf({ model: { header }, names }: HeaderContext, name: string): string {
  return names.membersOf(header, () => new MemberNames(header.members)).of(memberOf(header, name))
}

function memberOf(header: CompositeModel, name: string): FieldModel {
  const member = header.members.find((candidate) => candidate.name === name)
  if (member === undefined) throw new RangeError(`the message header has no ${name}`)
  return member
}
