/** The module of what the objects of all messages have in common: their union, and functions that go by its names. */
import { stringLiteral } from '../literals.ts'
import type { Module } from '../module.ts'
import { isOnWire, readHeader } from '../wrap-code.ts'
import { makeContext } from './object-context.ts'
import type { ObjectContext, ObjectOptions } from './object-context.ts'
import { fromBufferOf, fromBytesOf, toBufferOf, toBytesOf, toObjectOf } from './object-names.ts'

export function emitObjectsModule(options: ObjectOptions): Module {
  const { objectNames } = options
  const context = makeContext(options, objectNames.unionFile)
  emitUnion(context)
  emitFromBuffer(context)
  emitFromBytes(context)
  emitEncode(context)
  return context.module
}

function unionType({ objectNames }: ObjectContext): string {
  return `${objectNames.union}Object`
}

function emitUnion(context: ObjectContext): void {
  const { module, model, names, objectNames } = context
  const { code } = module
  code.line().doc('The object of any message, with the name of which it is.')
  code.line(`export type ${unionType(context)} =${model.messages.length === 0 ? ' never' : ''}`).indented(() => {
    for (const message of model.messages) {
      const value = module.type(objectNames.file(message), objectNames.type(message))
      code.line(`| { message: ${stringLiteral(names.base(message))}; value: ${value} }`)
    }
  })
}

function emitFromBuffer(context: ObjectContext): void {
  const { module, model, names, objectNames } = context
  const { code } = module
  const header = module.value(names.file(model.header), `${names.base(model.header)}Decoder`)
  code.line().doc(
    'The object of the message at an offset; undefined when the message is none of this version of the schema.',
    '@param length bytes of the message, its header included; default the rest of the buffer',
    '@throws SbeError when the message is malformed',
  )
  const parameters = [
    `buffer: ${module.runtimeType('DirectBuffer')}`, 'offset: number = 0',
    'length: number = buffer.byteLength - offset',
  ]
  const type = `${unionType(context)} | undefined`
  code.list(`export function ${fromBufferOf(objectNames.union)}(`, parameters, `): ${type} {`).indented(() => {
    const { encodedLength } = model.header
    const inside = `length >= ${encodedLength} && offset + length <= buffer.byteLength`
    const name = stringLiteral(fromBufferOf(objectNames.union))
    const args = [name, 'offset', encodedLength, 'length', 'buffer.byteLength']
    code.line(module.throwIf(`!(${inside})`, 'wrapError', ...args))
    code.line(`const header = new ${header}().wrap(buffer, offset)`)
    if (isOnWire(model.header, 'schemaId')) {
      code.line(`if (${readHeader({ model, names }, 'schemaId')} !== ${model.schemaId}) return undefined`)
    }
    code.block(`switch (${readHeader({ model, names }, 'templateId')}) {`, () => {
      for (const message of model.messages) {
        const decoder = module.value(names.file(message), `${names.base(message)}Decoder`)
        const toObject = module.value(objectNames.file(message), toObjectOf(objectNames.base(message)))
        code.block(`case ${message.id}: {`, () => {
          code.line(`const decoder = new ${decoder}().wrapAndApplyHeader(buffer, offset, header, length)`)
          code.line(`return { message: ${stringLiteral(names.base(message))}, value: ${toObject}(decoder) }`)
        })
      }
      code.line('default: return undefined')
    })
  }).line('}')
}

function emitFromBytes(context: ObjectContext): void {
  const { module, objectNames } = context
  const { code } = module
  code.line().doc('As the one above, for bytes that are a message with its header.')
  const name = fromBytesOf(objectNames.union)
  code.block(`export function ${name}(bytes: Uint8Array): ${unionType(context)} | undefined {`, () => {
    code.line(`return ${fromBufferOf(objectNames.union)}(${module.runtime('bufferOf')}(bytes), 0, bytes.length)`)
  })
}

function emitEncode(context: ObjectContext): void {
  const { module, model, names, objectNames } = context
  const { code } = module
  const emitSwitch = (functionOf: (base: string) => string, args: readonly string[]): void => {
    code.block('switch (message.message) {', () => {
      for (const message of model.messages) {
        const encode = module.value(objectNames.file(message), functionOf(objectNames.base(message)))
        code.line(`case ${stringLiteral(names.base(message))}: return ${encode}(${args.join(', ')})`)
      }
      const error = module.runtime('valueError')
      const expected = `'the name of a message'`
      const value = model.messages.length === 0 ? 'message' : '(message as { message: unknown }).message'
      code.line(`default: throw ${error}('message', ${value}, ${expected})`)
    })
  }
  code.line().doc(
    'An object as message header and message. Short messages share memory: what is to be transferred is copied first.',
    '@throws SbeError when a value is none that the schema allows',
  )
  code.block(`export function ${toBytesOf(objectNames.union)}(message: ${unionType(context)}): Uint8Array {`, () => {
    emitSwitch(toBytesOf, ['message.value'])
  })
  code.line().doc(
    'Writes message header and object into a buffer; returns the offset behind them.',
    '@param length bytes from the offset on that may be written; default the rest of the buffer',
    '@throws SbeError when a value is none that the schema allows, or there is no room; part of it may be written then',
  )
  const parameters = [
    `buffer: ${module.runtimeType('DirectBuffer')}`, 'offset: number', `message: ${unionType(context)}`,
    'length: number = buffer.byteLength - offset',
  ]
  code.list(`export function ${toBufferOf(objectNames.union)}(`, parameters, '): number {').indented(() => {
    emitSwitch(toBufferOf, ['buffer', 'offset', 'message.value', 'length'])
  }).line('}')
}
