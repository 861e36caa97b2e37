/** The module of one message: decoder, encoder, their groups, metadata. */
import {
  blockVersionCode, emitData, emitFields, emitGroupAccessors, emitNullify, groupHolders,
} from './block-code.ts'
import { docOf } from './doc.ts'
import type { MessageModel, SchemaModel } from './codec-model.ts'
import { blockVersions } from './codec-model.ts'
import { emitGroup } from './group-code.ts'
import { JSON_OBJECT, emitEntryJson, shapeOf } from './json-code.ts'
import { emitComputeLength, emitLengthsTypes } from './lengths-code.ts'
import { accessItems, makeLevel } from './level.ts'
import type { Level, MessageContext } from './level.ts'
import { isWide, stringLiteral, templateText } from './literals.ts'
import { emitMessageMeta } from './meta-code.ts'
import { Module, STATE_COMMENT } from './module.ts'
import type { ModuleOptions } from './module.ts'
import { MemberNames } from './names.ts'
import type { SchemaNames } from './names.ts'
import { emitSkipFunctions, hasEntriesWithoutBytes, hasVariableParts, skipCall } from './skip-code.ts'

const ORDER_TABLE = 'ACCESS_ORDER'
const TEXT_SHAPE = 'TEXT_SHAPE'

export function emitMessage(
  model: SchemaModel, names: SchemaNames, message: MessageModel, options: ModuleOptions, precedenceChecks: boolean,
): Module {
  const module = new Module(names.file(message), options)
  const order = accessItems(message, names)
  const context: MessageContext = {
    model,
    names,
    module,
    message,
    littleEndian: model.byteOrder === 'littleEndian',
    orderIds: precedenceChecks ? order.ids : new Map(),
    precedenceChecks,
  }
  const { code } = module
  code.line(`${module.runtime('requireRuntime')}(${options.runtimeInterface}, ${stringLiteral(module.file)})`)
  if (precedenceChecks) {
    const type = module.runtimeType('AccessItem')
    code.line().block(`const ${ORDER_TABLE}: readonly ${type}[] = [`, () => {
      for (const row of order.rows) code.line(`${row},`)
    }, ']')
  }
  emitDecoder(context)
  emitEncoder(context)
  for (const group of message.groups) {
    emitGroup(context, group, makeLevel(context, message, 'decoder', '').members.of(group))
  }
  emitLengthsTypes(context)
  emitSkipFunctions(context)
  emitMessageMeta(context)
  return module
}

function emitDecoder(context: MessageContext): void {
  const { module, names, message, model } = context
  const { code } = module
  const level = makeLevel(context, message, 'decoder', '')
  const className = `${names.base(message)}Decoder`
  const versioned = blockVersions(message).length > 0
  code.line().list(`const ${TEXT_SHAPE}: ${module.runtimeType('TextShape')} = { `, shapeOf(names, level), ' }')
  code.line().doc(docOf(message)).block(`export class ${className} {`, () => {
    emitStatics(context)
    emitState(context)
    code.line('_blockLength: number = 0')
    code.line('_actingVersion: number = 0')
    if (versioned) code.line('_version: number = 0')
    if (hasEntriesWithoutBytes(message)) code.line('_emptyEntries: number = 0').line('_emptyEnd: number = 0')
    emitBody(level, 'Decoder', () => {
      emitDecoderWrap(level, className)
      emitDecoderNavigation(level, className)
      emitFields(level)
      emitGroupAccessors(level)
      emitData(level)
      emitIdentity(context)
      code.line().doc('The message as JSON, from its begin; the cursor stays where it is.')
      module.runtimeType('JsonValue')
      code.block(`toJSON(): ${JSON_OBJECT} {`, () => {
        code.line(`const message = new ${className}()`)
        code.line('const length = this._end - this._offset')
        code.line('message.wrap(this._buffer, this._offset, this._blockLength, this._actingVersion, length)')
        code.line('return message._json()')
      })
      emitEntryJson(level)
      code.line().block('toString(): string {', () => {
        const acting = (expression: string, compiled: string): string =>
          `\${${expression} === ${compiled} ? '' : \`\${${expression}}/\`}${compiled}`
        code.line('const version = this._actingVersion').line('const blockLength = this._blockLength')
        const head =
          `[${templateText(message.name)}](sbeTemplateId=${message.id}|sbeSchemaId=${model.schemaId}` +
          `|sbeSchemaVersion=${acting('version', String(model.schemaVersion))}` +
          `|sbeBlockLength=${acting('blockLength', String(message.blockLength))}):`
        code.line(`return \`${head}\${${module.runtime('formatMembers')}(this.toJSON(), ${TEXT_SHAPE})}\``)
      })
    })
  })
}

function emitDecoderWrap(level: Level, className: string): void {
  const { context } = level
  const { module, names, model, message } = context
  const { code } = module
  const buffer = module.runtimeType('DirectBuffer')
  code.line().doc(
    'Points the decoder at the root block of a message.',
    '@param actingBlockLength length of the root block on the wire, from the message header',
    '@param actingVersion schema version of the sender, from the message header',
    '@param length bytes of the message from the offset on, without its header; default the rest of the buffer.',
    'Nothing behind them is read.',
    '@throws SbeError when the block does not lie within the message or is shorter than the first version of it',
  )
  const parameters = [
    `buffer: ${buffer}`,
    'offset: number',
    'actingBlockLength: number',
    'actingVersion: number',
    'length: number = buffer.byteLength - offset',
  ]
  code.list('wrap(', parameters, '): this {').indented(() => {
    code.line('const end = offset + length')
    const whole = 'Number.isInteger(offset) && Number.isInteger(actingBlockLength)'
    const inside = 'offset >= 0 && actingBlockLength >= 0 && actingBlockLength <= length && end <= buffer.byteLength'
    const args = [`'${className}'`, 'offset', 'actingBlockLength', 'length', 'buffer.byteLength']
    code.line('const inside =').indented(() => code.line(`${whole} &&`).line(inside))
    code.line(module.throwIf('!inside', 'throwWrap', ...args))
    const label = stringLiteral(message.name)
    const version = blockVersionCode(module, message, label, 'actingBlockLength', 'actingVersion')
    for (const line of version) code.line(line)
    code.line('this._buffer = buffer').line('this._view = buffer.view').line('this._bytes = buffer.bytes')
    code.line('this._offset = offset').line('this._limit = offset + actingBlockLength')
    code.line('this._end = end')
    code.line('this._blockLength = actingBlockLength').line('this._actingVersion = actingVersion')
    if (blockVersions(message).length > 0) code.line('this._version = version')
    if (hasEntriesWithoutBytes(message)) code.line('this._emptyEntries = 0').line('this._emptyEnd = 0')
    if (context.precedenceChecks) code.line('this._order.wrap(actingVersion)')
    code.line('return this')
  }).line('}')

  const header = `${names.base(model.header)}Decoder`
  const headerType = module.type(names.file(model.header), header)
  const { encodedLength } = model.header
  code.line().doc(
    'As `wrap`, at a message header, which tells block length and version.',
    '@param length bytes from the offset on that belong to the message, the header included',
    '@throws SbeError also when the header is of another message or schema',
  )
  const headerParameters = [
    `buffer: ${buffer}`,
    'offset: number',
    `header: ${headerType}`,
    'length: number = buffer.byteLength - offset',
  ]
  code.list('wrapAndApplyHeader(', headerParameters, '): this {').indented(() => {
    const args = [`'${className}'`, 'offset', encodedLength, 'length', 'buffer.byteLength']
    code.line(module.throwIf(`!(length >= ${encodedLength})`, 'throwWrap', ...args))
    code.line('header.wrap(buffer, offset)')
    const read = (name: string): string => `header.${headerAccessor(context, name)}()`
    code.line(`const templateId = ${read('templateId')}`)
    const owner = `'${className}'`
    code.line(module.throwIf(`templateId !== ${message.id}`, 'throwTemplate', owner, message.id, 'templateId'))
    code.line(`const schemaId = ${read('schemaId')}`)
    code.line(module.throwIf(`schemaId !== ${model.schemaId}`, 'throwSchema', owner, model.schemaId, 'schemaId'))
    const rest = `length - ${encodedLength}`
    const start = `offset + ${encodedLength}`
    code.line(`return this.wrap(buffer, ${start}, ${read('blockLength')}, ${read('version')}, ${rest})`)
  }).line('}')
}

/** Accessor of a header member as a number; headers may have 64-bit members. */
export function headerAccessor(context: Pick<MessageContext, 'model' | 'names'>, name: string): string {
  const { header } = context.model
  const members = context.names.membersOf(header, () => new MemberNames(header.members))
  const member = header.members.find((candidate) => candidate.name === name)
  if (member === undefined) throw new RangeError(`the message header has no ${name}`)
  const wide = member.type.kind === 'scalar' && isWide(member.type.primitive)
  return wide ? `${members.of(member)}AsNumber` : members.of(member)
}

function emitDecoderNavigation(level: Level, className: string): void {
  const { context } = level
  const { module, message } = context
  const { code } = module
  code.line().block('actingVersion(): number {', () => code.line('return this._actingVersion'))
  code.line().block('actingBlockLength(): number {', () => code.line('return this._blockLength'))
  code.line().doc('Back to the end of the root block: groups and data can be read again.')
  code.block('sbeRewind(): this {', () => {
    code.line('this._limit = this._offset + this._blockLength')
    if (context.precedenceChecks) code.line('this._order.rewind()')
    code.line('return this')
  })
  const variable = hasVariableParts(message)
  const start = 'this._offset + this._blockLength'
  const end = variable ? skipCall(context, message, `this._view, ${start}, this._end`, 'this._actingVersion') : start
  code.line().doc('Moves past all groups and data that this version of the schema knows.')
  code.block('sbeSkip(): this {', () => {
    code.line(`this._limit = ${end}`)
    if (context.precedenceChecks) code.line('this._order.skipAll()')
    code.line('return this')
  })
  code.line().doc('Bytes of the whole message without its header; the cursor stays where it is.')
  code.block('sbeDecodedLength(): number {', () => {
    code.line(variable ? `return ${end} - this._offset` : 'return this._blockLength')
  })
  emitCursor(context, className)
}

function emitCursor(context: MessageContext, className: string): void {
  const { module } = context
  const { code } = module
  code.line().doc('Bytes from the begin of the message to the cursor.')
  code.block('encodedLength(): number {', () => code.line('return this._limit - this._offset'))
  code.line().doc('The cursor: offset in the buffer of the next group or data.')
  code.block('limit(): number {', () => code.line('return this._limit'))
  code.line().doc('Moves the cursor, to one that `limit` gave before.').block('setLimit(limit: number): this {', () => {
    const inside = 'Number.isInteger(limit) && limit >= this._offset && limit <= this._end'
    code.line(module.throwIf(`!(${inside})`, 'throwBounds', `'${className}.limit'`, 0, 'limit', 'this._end'))
    code.line('this._limit = limit').line('return this')
  })
  code.line().block('offset(): number {', () => code.line('return this._offset'))
  code.line().block(`buffer(): ${module.runtimeType('DirectBuffer')} {`, () => code.line('return this._buffer'))
}

function emitEncoder(context: MessageContext): void {
  const { module, names, message, model } = context
  const { code } = module
  const level = makeLevel(context, message, 'encoder', '')
  const className = `${names.base(message)}Encoder`
  const buffer = module.runtimeType('DirectBuffer')
  code.line().doc(docOf(message)).block(`export class ${className} {`, () => {
    emitStatics(context)
    emitState(context)
    emitBody(level, 'Encoder', () => {
      code.line().doc(
        'Points the encoder at room for a message. The bytes there stay as they are: set every field.',
        '@param length bytes from the offset on that may be written; default the rest of the buffer',
        '@throws SbeError when the root block does not fit',
      )
      code.block(`wrap(buffer: ${buffer}, offset: number, length: number = buffer.byteLength - offset): this {`, () => {
        const inside =
          `Number.isInteger(offset) && offset >= 0 && length >= ${message.blockLength} && ` +
          'offset + length <= buffer.byteLength'
        const args = [`'${className}'`, 'offset', message.blockLength, 'length', 'buffer.byteLength']
        code.line(module.throwIf(`!(${inside})`, 'throwWrap', ...args))
        code.line('this._buffer = buffer').line('this._view = buffer.view').line('this._bytes = buffer.bytes')
        code.line('this._offset = offset').line(`this._limit = offset + ${message.blockLength}`)
        code.line('this._end = offset + length')
        if (context.precedenceChecks) code.line(`this._order.wrap(${model.schemaVersion})`)
        code.line('return this')
      })
      emitEncoderHeader(context)
      emitCursor(context, className)
      emitComputeLength(context)
      if (context.precedenceChecks) {
        code.line().doc('Throws unless all groups and data of the message are encoded.')
        code.block('checkEncodingIsComplete(): void {', () => {
          code.line(`this._order.checkComplete(${stringLiteral(message.name)})`)
        })
      } else {
        code.line().doc('Checks nothing: this codec was generated without precedence checks.')
        code.line('checkEncodingIsComplete(): void {}')
      }
      emitFields(level)
      emitNullify(level)
      emitGroupAccessors(level)
      emitData(level)
      emitIdentity(context)
    })
  })
}

function emitEncoderHeader(context: MessageContext): void {
  const { module, names, message, model } = context
  const { code } = module
  const { header } = model
  const { encodedLength } = header
  const headerType = module.type(names.file(header), `${names.base(header)}Encoder`)
  const buffer = module.runtimeType('DirectBuffer')
  code.line().doc(
    'As `wrap`, with a message header before the message.',
    '@param length bytes from the offset on that may be written, the header included',
  )
  const parameters = [
    `buffer: ${buffer}`,
    'offset: number',
    `header: ${headerType}`,
    'length: number = buffer.byteLength - offset',
  ]
  code.list('wrapAndApplyHeader(', parameters, '): this {').indented(() => {
    code.line(`this.wrap(buffer, offset + ${encodedLength}, length - ${encodedLength})`)
    code.line('header.wrap(buffer, offset)')
    const values = new Map<string, number>([
      ['blockLength', message.blockLength],
      ['templateId', message.id],
      ['schemaId', model.schemaId],
      ['version', model.schemaVersion],
      ['numGroups', message.groups.length],
      ['numVarDataFields', message.data.length],
    ])
    for (const member of header.members) {
      const value = values.get(member.name)
      if (value === undefined || member.presence === 'constant' || member.type.kind !== 'scalar') continue
      code.line(`header.${headerAccessor(context, member.name)}(${value})`)
    }
    code.line('return this')
  }).line('}')
}

function emitStatics(context: MessageContext): void {
  const { module, message, model } = context
  const { code } = module
  code.line(`static readonly BLOCK_LENGTH = ${message.blockLength}`)
  code.line(`static readonly TEMPLATE_ID = ${message.id}`)
  code.line(`static readonly SCHEMA_ID = ${model.schemaId}`)
  code.line(`static readonly SCHEMA_VERSION = ${model.schemaVersion}`)
  code.line(`static readonly SEMANTIC_VERSION = ${stringLiteral(model.semanticVersion)}`)
  code.line(`static readonly BYTE_ORDER = '${model.byteOrder}'`).line().line(STATE_COMMENT)
}

function emitIdentity(context: MessageContext): void {
  const { module, message, model } = context
  const { code } = module
  const tell = (name: string, type: string, value: string): void => {
    code.line().block(`${name}(): ${type} {`, () => code.line(`return ${value}`))
  }
  tell('sbeBlockLength', 'number', String(message.blockLength))
  tell('sbeTemplateId', 'number', String(message.id))
  tell('sbeSchemaId', 'number', String(model.schemaId))
  tell('sbeSchemaVersion', 'number', String(model.schemaVersion))
  tell('sbeSemanticVersion', 'string', stringLiteral(model.semanticVersion))
  tell('sbeSemanticType', 'string', stringLiteral(message.semanticType ?? ''))
}

function emitState(context: MessageContext): void {
  const { module, precedenceChecks } = context
  const { code } = module
  const empty = module.runtime('EMPTY_BUFFER')
  code.line(`_buffer: ${module.runtimeType('DirectBuffer')} = ${empty}`)
  code.line(`_view: DataView = ${empty}.view`)
  code.line(`_bytes: Uint8Array = ${empty}.bytes`)
  code.line('_offset: number = 0')
  code.line('_limit: number = 0')
  code.line('_end: number = 0')
  if (precedenceChecks) {
    const order = module.runtime('AccessOrder')
    code.line(`readonly _order: ${order} = new ${order}(${ORDER_TABLE})`)
  }
}

/** Flyweights that members need are known only once the members are emitted, yet are declared before them. */
function emitBody(level: Level, side: 'Decoder' | 'Encoder', emitMembers: () => void): void {
  const { code } = level.context.module
  const groups = groupHolders(level, side)
  const mark = code.mark()
  emitMembers()
  code.insertAt(mark, () => {
    for (const holder of level.site.holders) code.line(holder)
    for (const { name, type } of groups) code.line(`readonly ${name}: ${type} = new ${type}(this)`)
  })
}
