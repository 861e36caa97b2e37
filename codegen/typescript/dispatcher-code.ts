/** The dispatcher of a schema: template id to decoder and handler. */
import { docOf } from './doc.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { stringLiteral } from './literals.ts'
import { isOnWire, readHeader } from './wrap-code.ts'
import { Module } from './module.ts'
import type { ModuleOptions } from './module.ts'
import { NameScope, lowerFirst } from './names.ts'
import type { SchemaNames } from './names.ts'

export function emitDispatcher(model: SchemaModel, names: SchemaNames, options: ModuleOptions): Module {
  const module = new Module('dispatcher', options)
  const { code } = module
  const header = module.value(names.file(model.header), `${names.base(model.header)}Decoder`)
  const buffer = module.runtimeType('DirectBuffer')
  // `unknown` is the handler of what no message claims; the others are members that every object has.
  const handlers = new NameScope(['unknown', ...Object.getOwnPropertyNames(Object.prototype)])
  const messages = model.messages.map((message) => ({
    message,
    handler: handlers.take(lowerFirst(names.base(message))),
    decoder: `${names.base(message)}Decoder`,
  }))
  code.line(`${module.runtime('requireRuntime')}(${options.runtimeInterface}, ${stringLiteral(module.file)})`)
  code.line().doc(
    'What to do with each message; those without a handler are skipped.',
    'Decoder and header are reused: they are valid during the call only.',
  )
  code.block('export interface MessageHandlers {', () => {
    for (const { message, handler, decoder } of messages) {
      module.value(names.file(message), decoder)
      code.doc(docOf(message)).line(`${handler}?(message: ${decoder}, header: ${header}): void`)
    }
    code.doc('A message of another schema, or one that this version of the schema lacks.')
    code.line(`unknown?(header: ${header}, buffer: ${buffer}, offset: number, length: number): void`)
  })
  code.line().doc(`Decodes messages of schema ${model.schemaId} by the template id in their header.`)
  code.block('export class MessageDispatcher {', () => {
    code.line('private readonly _handlers: MessageHandlers')
    code.line(`private readonly _header: ${header} = new ${header}()`)
    for (const { handler, decoder } of messages) {
      code.line(`private readonly _decode_${handler}: ${decoder} = new ${decoder}()`)
    }
    code.line().block('constructor(handlers: MessageHandlers) {', () => code.line('this._handlers = handlers'))
    code.line().doc(
      'Hands the message at the offset to its handler.',
      '@param length bytes of the message, its header included',
      '@returns whether the message is one of this schema',
      '@throws SbeError when the message does not lie within its length',
    )
    code.block(
      `dispatch(buffer: ${buffer}, offset: number, length: number = buffer.byteLength - offset): boolean {`,
      () => {
        const { encodedLength } = model.header
        const args = [`'MessageDispatcher'`, 'offset', encodedLength, 'length', 'buffer.byteLength']
        const inside = `length >= ${encodedLength} && offset + length <= buffer.byteLength`
        code.line(module.throwIf(`!(${inside})`, 'wrapError', ...args))
        code.line('const header = this._header.wrap(buffer, offset)').line('const handlers = this._handlers')
        const read = (name: string): string => readHeader({ model, names }, name)
        const isOfSchema = isOnWire(model.header, 'schemaId') ? `${read('schemaId')} === ${model.schemaId}` : 'true'
        code.block(`if (${isOfSchema}) {`, () => {
          code.block(`switch (${read('templateId')}) {`, () => {
            for (const { message, handler } of messages) {
              code.line(`case ${message.id}:`)
              code.indented(() => {
                code.block(`if (handlers.${handler} !== undefined) {`, () => {
                  const decoder = `this._decode_${handler}`
                  code.line(`${decoder}.wrapAndApplyHeader(buffer, offset, header, length)`)
                  code.line(`handlers.${handler}(${decoder}, header)`)
                })
                code.line('return true')
              })
            }
          })
        })
        code.line('handlers.unknown?.(header, buffer, offset, length)').line('return false')
      },
    )
  })
  return module
}
