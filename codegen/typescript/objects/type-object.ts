/** The modules of composites and sets as plain objects. */
import type { CompositeModel, SetModel } from '../../model/schema-model.ts'
import { docOf } from '../doc.ts'
import type { Module } from '../module.ts'
import { MemberNames } from '../names.ts'
import { Memory } from './memory.ts'
import { finishModule, makeContext } from './object-context.ts'
import type { ObjectContext, ObjectOptions } from './object-context.ts'
import { fromObjectOf, toObjectOf } from './object-names.ts'
import { emitChoices, emitProperties } from './object-types.ts'
import { Path } from './path.ts'
import { readComposite, readSet } from './read-code.ts'
import { writeCompositeMembers, writeSetChoices } from './write-code.ts'
import type { Member, WriteSite } from './write-code.ts'

export function emitTypeObject(options: ObjectOptions, type: CompositeModel | SetModel): Module {
  const context = makeContext(options, options.objectNames.file(type))
  const { module: { code }, names, objectNames } = context
  code.line().doc(docOf(type)).block(`export interface ${objectNames.type(type)} {`, () => {
    if (type.kind === 'set') emitChoices(context, type, names.membersOf(type, () => new MemberNames(type.choices)))
    else emitProperties(context, type.members, names.membersOf(type, () => new MemberNames(type.members)))
  })
  emitToObject(context, type)
  emitFromObject(context, type)
  finishModule(context)
  return context.module
}

function emitToObject(context: ObjectContext, type: CompositeModel | SetModel): void {
  const { module, names, objectNames, littleEndian } = context
  const { code } = module
  const memory = new Memory(littleEndian)
  const site = { context, memory, path: new Path([type.name]), offset: 0, since: 0 }
  const object = type.kind === 'set' ? readSet(site, type) : readComposite(site, type)
  const decoder = module.type(names.file(type), `${names.base(type)}Decoder`)
  const isUsed = memory.uses('view') || memory.uses('bytes')
  const parameter = `${isUsed ? '' : '_'}decoder: ${decoder}`
  code.line().doc('What a decoder is at, as a plain object.')
  code.block(`export function ${toObjectOf(objectNames.base(type))}(${parameter}): ${objectNames.type(type)} {`, () => {
    declareMemory(context, memory, 'decoder')
    if (memory.uses('version')) code.line('const version = decoder._actingVersion')
    code.line(`return ${object}`)
  })
}

function emitFromObject(context: ObjectContext, type: CompositeModel | SetModel): void {
  const { module, names, objectNames, littleEndian } = context
  const { code } = module
  const memory = new Memory(littleEndian)
  const path = new Path([type.name])
  const encoder = module.type(names.file(type), `${names.base(type)}Encoder`)
  code.line().doc(
    'Writes an object where an encoder is.',
    '@throws SbeError when a value is none that the schema allows; part of it may be written then',
  )
  const parameters = [`encoder: ${encoder}`, `object: ${objectNames.type(type)}`]
  code.list(`export function ${fromObjectOf(objectNames.base(type))}(`, parameters, `): ${encoder} {`).indented(() => {
    const mark = code.mark()
    const site: WriteSite = {
      context,
      memory,
      path,
      object: 'object',
      prefix: '',
      locals: context.scope.fork(),
      offset: 0,
      buffer: 'encoder._buffer',
      type: () => objectNames.type(type),
      indices: [],
    }
    const member: Member = { site, local: 'object', path, offset: 0 }
    if (type.kind === 'set') writeSetChoices(member, type)
    else writeCompositeMembers(member, type, '')
    code.insertAt(mark, () => declareMemory(context, memory, 'encoder'))
    code.line('return encoder')
  }).line('}')
}

function declareMemory({ module: { code } }: ObjectContext, memory: Memory, flyweight: string): void {
  if (memory.uses('view')) code.line(`const view = ${flyweight}._view`)
  if (memory.uses('bytes')) code.line(`const bytes = ${flyweight}._bytes`)
  if (memory.uses('offset')) code.line(`const offset = ${flyweight}._offset`)
}
