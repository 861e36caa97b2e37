import { docOf } from './doc.ts'
import type { CompositeModel, SchemaModel } from '../model/schema-model.ts'
import { isVersioned, usesBytes } from '../model/schema-model.ts'
import { emitField } from './field-code.ts'
import { emitCompositeJson } from './json-code.ts'
import { stringLiteral } from './literals.ts'
import { emitCompositeMeta } from './meta-code.ts'
import { Module, STATE_COMMENT } from './module.ts'
import type { ModuleOptions } from './module.ts'
import { MemberNames } from './names.ts'
import type { SchemaNames } from './names.ts'
import type { Side, Site } from './site.ts'

export function emitComposite(
  model: SchemaModel, names: SchemaNames, type: CompositeModel, options: ModuleOptions,
): Module {
  const module = new Module(names.file(type), options)
  module.code.line(`${module.runtime('requireRuntime')}(${options.runtimeInterface}, ${stringLiteral(module.file)})`)
  emitCompositeMeta(module, names, type)
  emitClass(model, names, type, module, 'decoder')
  emitClass(model, names, type, module, 'encoder')
  return module
}

function emitClass(model: SchemaModel, names: SchemaNames, type: CompositeModel, module: Module, side: Side): void {
  const members = names.membersOf(type, () => new MemberNames(type.members))
  const { code } = module
  const isDecoder = side === 'decoder'
  const className = `${names.base(type)}${isDecoder ? 'Decoder' : 'Encoder'}`
  const versioned = isDecoder && isVersioned(type)
  const site: Site = {
    side,
    module,
    names,
    littleEndian: model.byteOrder === 'littleEndian',
    scope: members.derivedScope(),
    buffer: 'this._buffer',
    bytes: 'this._bytes',
    label: type.name,
    version: versioned ? 'this._actingVersion' : undefined,
    fieldCheck: undefined,
    holders: [],
    declarations: undefined,
  }
  const buffer = module.runtimeType('DirectBuffer')
  const { encodedLength } = type
  code.line().doc(docOf(type)).block(`export class ${className} {`, () => {
    code.line(`static readonly ENCODED_LENGTH = ${encodedLength}`).line().line(STATE_COMMENT)
    module.emitBufferFields(usesBytes(type))
    code.line('_offset: number = 0')
    if (versioned) code.line('_actingVersion: number = 0')
    const mark = code.mark()
    const version = versioned ? `, actingVersion: number = ${model.schemaVersion}` : ''
    code.line().block(`wrap(buffer: ${buffer}, offset: number${version}): this {`, () => {
      const inside = `Number.isInteger(offset) && offset >= 0 && offset + ${encodedLength} <= buffer.byteLength`
      const args = [`'${className}'`, 'offset', encodedLength, encodedLength, 'buffer.byteLength']
      code.line(module.throwIf(`!(${inside})`, 'wrapError', ...args))
      code.line(`return this._wrap(buffer, offset${versioned ? ', actingVersion' : ''})`)
    })
    code.line().doc('@internal')
    code.block(`_wrap(buffer: ${buffer}, offset: number${versioned ? ', actingVersion: number' : ''}): this {`, () => {
      module.emitBufferChange(usesBytes(type))
      code.line('this._offset = offset')
      if (versioned) code.line('this._actingVersion = actingVersion')
      code.line('return this')
    })
    code.line().block('encodedLength(): number {', () => code.line(`return ${encodedLength}`))
    code.line().block('offset(): number {', () => code.line('return this._offset'))
    code.line().block(`buffer(): ${buffer} {`, () => code.line('return this._buffer'))
    for (const member of type.members) emitField(site, member, members.of(member))
    if (isDecoder) emitCompositeJson(site, type, members)
    code.insertAt(mark, () => site.holders.forEach((holder) => code.line(holder)))
  })
}
