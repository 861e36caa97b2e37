/**
 * Functions that make plain objects of a message's block, its groups and data. They walk the message by its decoder's
 * cursor alone: the flyweights of groups stay where the caller has them.
 */
import type { DataModel, GroupModel, MessageModel } from '../../model/schema-model.ts'
import {
  blockEnd, blockVersions, entryLengthMin, isFixedStride, mayTakeNoBytes,
} from '../../model/schema-model.ts'
import { versionLimits } from '../block-code.ts'
import { emitPassData, functionOf, shapesOf } from '../data-code.ts'
import { plus, readNumber } from '../literals.ts'
import type { MemberNames, NameScope } from '../names.ts'
import { readTextCall } from '../text-code.ts'
import { Memory } from './memory.ts'
import type { ObjectContext } from './object-context.ts'
import { toObjectOf, toObjectsOf } from './object-names.ts'
import type { Path } from './path.ts'
import { objectLiteral, readFields } from './read-code.ts'

/** One level of a message, and how its code is called by. */
interface Level {
  readonly context: ObjectContext
  readonly message: MessageModel
  readonly owner: MessageModel | GroupModel
  readonly members: MemberNames
  readonly path: Path
  /** Variable of the message's decoder. */
  readonly decoder: string
}

export function emitReadMessage(context: ObjectContext, message: MessageModel, path: Path): void {
  const { module, names, objectNames, littleEndian } = context
  const { code } = module
  const decoderType = module.type(names.file(message), `${names.base(message)}Decoder`)
  const level: Level = {
    context, message, owner: message, members: names.blockMembers(message), path, decoder: 'decoder',
  }
  const type = objectNames.type(message)
  code.line().doc(
    'The message of a decoder as a plain object, from its begin; the decoder stays where it is.',
    '@throws SbeError when the message is malformed',
  )
  const passFunctions = shapesOf(message).map((data) => [functionOf({ message }, 'passData', data), data] as const)
  for (const [name] of passFunctions) context.scope.take(name)
  const memory = new Memory(littleEndian)
  const fields = readFields({ context, memory, path, offset: 0, since: 0 }, message.fields, level.members)
  const isFixed = isFixedStride(message)
  const isUsed = memory.uses('view') || memory.uses('bytes') || !isFixed
  const parameter = `${isUsed ? '' : '_'}decoder: ${decoderType}`
  code.block(`export function ${toObjectOf(objectNames.base(message))}(${parameter}): ${type} {`, () => {
    if (memory.uses('view')) code.line('const view = decoder._view')
    if (memory.uses('bytes')) code.line('const bytes = decoder._bytes')
    if (memory.uses('offset') || !isFixed) code.line('const offset = decoder._offset')
    if (memory.uses('version')) code.line('const version = decoder._version')
    if (isFixed) {
      code.line(`return ${objectLiteral(fields)}`)
      return
    }
    code.line('const limit = decoder._limit').line('decoder._limit = offset + decoder._blockLength')
    code.block('try {', () => {
      const properties = [...fields]
      emitParts(level, context.scope.fork(), properties)
      code.line(`return ${objectLiteral(properties)}`)
    }, '} finally {').indented(() => code.line('decoder._limit = limit')).line('}')
  })
  for (const group of message.groups) emitReadGroup(level, group)
  for (const [name, data] of passFunctions) emitPassData(module, name, decoderType, data, littleEndian)
}

/** Reads groups and data to constants, in the order in which they lie in the message. */
function emitParts(level: Level, locals: NameScope, properties: string[]): void {
  const { context, owner, members, decoder } = level
  const { code } = context.module
  const { objectNames } = context
  for (const group of owner.groups) {
    const property = members.of(group)
    const local = locals.take(property)
    const value = `${toObjectsOf(objectNames.base(group))}(${decoder})`
    const absent = group.sinceVersion > 0 ? `${decoder}._actingVersion < ${group.sinceVersion} ? [] : ` : ''
    code.line(`const ${local} = ${absent}${value}`)
    properties.push(local === property ? property : `${property}: ${local}`)
  }
  for (const data of owner.data) {
    const property = members.of(data)
    const local = locals.take(property)
    const pass = functionOf({ message: level.message }, 'passData', data)
    const length = locals.take(`${property}Length`)
    const passed = `${pass}(${decoder}, ${level.path.member(property).code()})`
    const absent = data.sinceVersion > 0 ? `${decoder}._actingVersion < ${data.sinceVersion} ? 0 : ` : ''
    code.line(`const ${length} = ${absent}${passed}`)
    code.line(`const ${local} = ${dataValue(context, data, decoder, length)}`)
    properties.push(local === property ? property : `${property}: ${local}`)
  }
}

function dataValue({ module }: ObjectContext, data: DataModel, decoder: string, length: string): string {
  const [bytes, start] = [`${decoder}._bytes`, `${decoder}._limit - ${length}`]
  if (data.characterEncoding === undefined) return `${module.runtime('copyOf')}(${bytes}, ${start}, ${length})`
  return readTextCall(module, data.characterEncoding, bytes, start, length)
}

function emitReadGroup(parent: Level, group: GroupModel): void {
  const { context, message } = parent
  const { module, names, objectNames, littleEndian } = context
  const { code } = module
  const path = parent.path.member(parent.members.of(group))
  const level: Level = {
    context, message, owner: group, members: names.blockMembers(group), path, decoder: 'message',
  }
  const label = path.code()
  const { headerLength, blockLengthMember, numInGroupMember } = group
  const decoderType = module.type(names.file(message), `${names.base(message)}Decoder`)
  const type = objectNames.type(group)
  const isFixed = isFixedStride(group)
  const name = toObjectsOf(objectNames.base(group))
  code.line().block(`function ${name}(message: ${decoderType}): ${type}[] {`, () => {
    const read = (member: typeof blockLengthMember): string =>
      readNumber('view', member.type.primitive, plus('header', member.offset), littleEndian)
    code.line('const view = message._view').line('const end = message._end')
    code.line('const header = message._limit').line(`const first = header + ${headerLength}`)
    code.line(module.throwIf('first > end', 'boundsError', label, headerLength, 'header', 'end'))
    code.line(`const blockLength = ${read(blockLengthMember)}`).line(`const count = ${read(numInGroupMember)}`)
    const entryLength = plus('blockLength', entryLengthMin(group))
    code.line(`${module.runtime('checkGroup')}(${label}, count, ${entryLength}, end - first)`)
    const shortest = blockEnd(group, 0)
    if (shortest > 0) {
      const isShort = `count !== 0 && blockLength < ${shortest}`
      code.line(module.throwIf(isShort, 'blockLengthError', label, 'blockLength', shortest))
    }
    if (mayTakeNoBytes(group)) {
      code.line(`if (blockLength === 0) ${module.runtime('checkEmptyEntries')}(${label}, count, header, message)`)
    }
    const memory = new Memory(littleEndian)
    const fields = readFields({ context, memory, path, offset: 0, since: 0 }, group.fields, level.members)
    if (memory.uses('bytes')) code.line('const bytes = message._bytes')
    if (memory.uses('version') && blockVersions(group).length > 0) {
      code.line('let version = message._actingVersion')
      for (const line of versionLimits(group, 'blockLength')) code.line(line)
    }
    // Made at once: an array that grows gets room for 17 at its first entry.
    code.line(`const entries = new Array<${type}>(count)`)
    if (isFixed) {
      code.line('let offset = first')
      code.block('for (let i = 0; i < count; i++) {', () => {
        code.line(`entries[i] = ${objectLiteral(fields)}`).line('offset += blockLength')
      })
      code.line('message._limit = offset')
    } else {
      code.line('message._limit = first')
      code.block('for (let i = 0; i < count; i++) {', () => {
        code.line('const offset = message._limit')
        code.line(module.throwIf('offset + blockLength > end', 'boundsError', label, 'blockLength', 'offset', 'end'))
        code.line('message._limit = offset + blockLength')
        const properties = [...fields]
        emitParts(level, context.scope.fork(), properties)
        code.line(`entries[i] = ${objectLiteral(properties)}`)
      })
    }
    code.line('return entries')
  })
  for (const nested of group.groups) emitReadGroup(level, nested)
}
