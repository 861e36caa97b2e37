/** The module of one message's plain object. */
import type { GroupModel, MessageModel, ScalarMember } from '../../model/schema-model.ts'
import { docOf } from '../doc.ts'
import { headerWords, inPlace, writeWord } from '../header-words.ts'
import { plus, stringLiteral, writeNumber } from '../literals.ts'
import type { Module } from '../module.ts'
import { headerValues } from '../wrap-code.ts'
import { finishModule, makeContext } from './object-context.ts'
import type { ObjectContext, ObjectOptions } from './object-context.ts'
import { emitObjectLength } from './object-lengths.ts'
import {
  bodyFromObjectOf, fromBytesOf, fromObjectOf, objectLengthOf, toBufferOf, toBytesOf, toObjectOf,
} from './object-names.ts'
import { emitDataProperty, emitGroupProperty, emitProperties } from './object-types.ts'
import { Path } from './path.ts'
import { emitReadMessage } from './read-blocks.ts'
import { emitWriteMessage } from './write-blocks.ts'

export function emitMessageObject(options: ObjectOptions, message: MessageModel): Module {
  const context = makeContext(options, options.objectNames.file(message))
  const path = new Path([message.name])
  emitInterface(context, message)
  emitReadMessage(context, message, path)
  emitFromObject(context, message)
  emitObjectLength(context, message, path)
  emitToBuffer(context, message)
  emitBytes(context, message)
  emitWriteMessage(context, message, path)
  finishModule(context)
  return context.module
}

function emitInterface(context: ObjectContext, owner: MessageModel | GroupModel): void {
  const { module: { code }, names, objectNames } = context
  const members = names.blockMembers(owner)
  code.line().doc(docOf(owner))
  code.block(`export interface ${objectNames.type(owner)} {`, () => {
    emitProperties(context, owner.fields, members)
    for (const group of owner.groups) emitGroupProperty(context, group, members.of(group))
    for (const data of owner.data) emitDataProperty(context, data, members.of(data))
  })
  for (const group of owner.groups) emitInterface(context, group)
}

function emitFromObject(context: ObjectContext, message: MessageModel): void {
  const { module, names, objectNames, precedenceChecks } = context
  const { code } = module
  const base = objectNames.base(message)
  const encoder = module.type(names.file(message), `${names.base(message)}Encoder`)
  code.line().doc(
    'Writes an object at a wrapped encoder, from the begin of the message, and moves the cursor to its end.',
    '@throws SbeError when a value is none that the schema allows, or there is no room; part of it may be written then',
  )
  const parameters = [`encoder: ${encoder}`, `object: ${objectNames.type(message)}`]
  code.list(`export function ${fromObjectOf(base)}(`, parameters, `): ${encoder} {`).indented(() => {
    const args = ['encoder._buffer', 'encoder._offset', 'encoder._end', 'object']
    code.line(`encoder._limit = ${bodyFromObjectOf(base)}(${args.join(', ')})`)
    if (precedenceChecks) code.line('encoder._order.skipAll()')
    code.line('return encoder')
  }).line('}')
}

function emitToBuffer(context: ObjectContext, message: MessageModel): void {
  const { module, objectNames, model: { header } } = context
  const { code } = module
  const base = objectNames.base(message)
  const length = header.encodedLength + message.blockLength
  code.line().doc(
    'Writes message header and object into a buffer; returns the offset behind them.',
    '@param length bytes from the offset on that may be written; default the rest of the buffer',
    '@throws SbeError when a value is none that the schema allows, or there is no room; part of it may be written then',
  )
  const parameters = [
    `buffer: ${module.runtimeType('DirectBuffer')}`, 'offset: number', `object: ${objectNames.type(message)}`,
    'length: number = buffer.byteLength - offset',
  ]
  code.list(`export function ${toBufferOf(base)}(`, parameters, '): number {').indented(() => {
    code.line('const end = offset + length')
    const limit = plus('offset', length)
    const inside = `Number.isInteger(offset) && offset >= 0 && ${limit} <= end && end <= buffer.byteLength`
    const args = [stringLiteral(message.name), 'offset', length, 'length', 'buffer.byteLength']
    code.line(module.throwIf(`!(${inside})`, 'wrapError', ...args))
    emitHeader(context, message)
    code.line(`return ${bodyFromObjectOf(base)}(buffer, ${plus('offset', header.encodedLength)}, end, object)`)
  }).line('}')
}

function emitHeader({ module: { code }, model, littleEndian }: ObjectContext, message: MessageModel): void {
  const { header } = model
  const values = headerValues(model, message)
  const known: { member: ScalarMember; value: number }[] = []
  const others: string[] = []
  for (const { name, type, offset, presence } of header.members) {
    const value = values.get(name)
    if (value === undefined || type.kind !== 'scalar') continue
    if (presence === 'constant' || type.constValue !== undefined) continue
    const member = inPlace(header, name)
    if (member !== undefined) known.push({ member, value })
    else others.push(writeNumber('view', type.primitive, plus('offset', offset), String(value), littleEndian))
  }
  if (known.length + others.length > 0) code.line('const { view } = buffer')
  for (const word of headerWords(known, littleEndian)) code.line(writeWord(word, littleEndian))
  for (const line of others) code.line(line)
}

function emitBytes(context: ObjectContext, message: MessageModel): void {
  const { module, names, objectNames, model } = context
  const { code } = module
  const { header } = model
  const base = objectNames.base(message)
  const type = objectNames.type(message)
  code.line().doc(
    'An object as message header and message. Short messages share memory: what is to be transferred is copied first.',
    '@throws SbeError when a value is none that the schema allows',
  )
  code.block(`export function ${toBytesOf(base)}(object: ${type}): Uint8Array {`, () => {
    code.line(`const length = ${header.encodedLength} + ${objectLengthOf(base)}(object)`)
    code.line(`const buffer = ${module.runtime('roomFor')}(length)`)
    code.line(`const offset = ${module.runtime('takeRoom')}(buffer, length)`)
    code.line(`const end = ${toBufferOf(base)}(buffer, offset, object, length)`)
    code.line('return buffer.bytes.subarray(offset, end)')
  })

  const decoder = module.value(names.file(message), `${names.base(message)}Decoder`)
  const headerDecoder = module.value(names.file(header), `${names.base(header)}Decoder`)
  code.line().doc(
    'The object of a message with its header.',
    '@throws SbeError when it is another message, or malformed',
  )
  code.block(`export function ${fromBytesOf(base)}(bytes: Uint8Array): ${type} {`, () => {
    code.line(`const decoder = new ${decoder}()`)
    const args = [`${module.runtime('bufferOf')}(bytes)`, '0', `new ${headerDecoder}()`, 'bytes.length']
    code.line(`return ${toObjectOf(base)}(decoder.wrapAndApplyHeader(${args.join(', ')}))`)
  })
}
