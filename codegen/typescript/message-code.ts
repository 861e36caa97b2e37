/** The module of one message: decoder, encoder, their groups, metadata. */
import { emitData, emitFields, emitGroupAccessors, emitNullify, groupHolders } from './block-code.ts'
import { emitDataFunctions } from './data-code.ts'
import { docOf } from './doc.ts'
import type { MessageModel, SchemaModel } from '../model/schema-model.ts'
import { blockVersions, hasEntriesWithoutBytes, usesBytes } from '../model/schema-model.ts'
import { emitGroup } from './group-code.ts'
import { JSON_OBJECT, emitEntryJson, shapeOf } from './json-code.ts'
import { emitComputeLength, emitLengthsTypes } from './lengths-code.ts'
import { accessItems, makeLevel } from './level.ts'
import type { Level, MessageContext } from './level.ts'
import { stringLiteral, templateText } from './literals.ts'
import { emitMessageMeta } from './meta-code.ts'
import { Module, STATE_COMMENT } from './module.ts'
import type { ModuleOptions } from './module.ts'
import type { SchemaNames } from './names.ts'
import { Stages } from './stages.ts'
import { emitSkipFunctions, hasVariableParts, skipCall } from './skip-code.ts'
import { emitDecoderWrap, emitEncoderWrap } from './wrap-code.ts'

const ORDER_TABLE = 'ACCESS_ORDER'
const TEXT_SHAPE = 'TEXT_SHAPE'

/** What codecs can do besides. */
export interface MessageOptions {
  readonly precedenceChecks: boolean
  readonly staged: boolean
}

export function emitMessage(
  model: SchemaModel, names: SchemaNames, message: MessageModel, options: ModuleOptions,
  { precedenceChecks, staged }: MessageOptions,
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
    stages: staged ? new Stages(names, message) : undefined,
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
    emitGroup(context, group, makeLevel(context, message, 'decoder', '').members.of(group), message)
  }
  context.stages?.emit(module)
  emitLengthsTypes(context)
  emitDataFunctions(context)
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
      emitDecoderWrap(context, className)
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
      code.line().doc('The message on one line, or what keeps it from being read; empty before `wrap`.')
      code.block('toString(): string {', () => {
        const acting = (expression: string, compiled: string): string =>
          `\${${expression} === ${compiled} ? '' : \`\${${expression}}/\`}${compiled}`
        code.line('const version = this._actingVersion').line('const blockLength = this._blockLength')
        const head =
          `[${templateText(message.name)}](sbeTemplateId=${message.id}|sbeSchemaId=${model.schemaId}` +
          `|sbeSchemaVersion=${acting('version', String(model.schemaVersion))}` +
          `|sbeBlockLength=${acting('blockLength', String(message.blockLength))}):`
        code.line(`if (this._buffer === ${module.runtime('EMPTY_BUFFER')}) return ''`)
        code.line(`return ${module.runtime('formatMessage')}(\`${head}\`, this, ${TEXT_SHAPE})`)
      })
    })
  })
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
    code.line(module.throwIf(`!(${inside})`, 'boundsError', `'${className}.limit'`, 0, 'limit', 'this._end'))
    code.line('this._limit = limit').line('return this')
  })
  code.line().block('offset(): number {', () => code.line('return this._offset'))
  code.line().block(`buffer(): ${module.runtimeType('DirectBuffer')} {`, () => code.line('return this._buffer'))
}

function emitEncoder(context: MessageContext): void {
  const { module, names, message } = context
  const { code } = module
  const level = makeLevel(context, message, 'encoder', '')
  const className = `${names.base(message)}Encoder`
  code.line().doc(docOf(message)).block(`export class ${className} {`, () => {
    emitStatics(context)
    emitState(context)
    context.stages?.emitMark(module)
    emitBody(level, 'Encoder', () => {
      emitEncoderWrap(context, className)
      context.stages?.emitEntrance(module)
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
      context.stages?.add(level)
    })
  })
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
  const { module, message, precedenceChecks } = context
  const { code } = module
  module.emitBufferFields(usesBytes(message))
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
