/** Functions that write plain objects: they take where to write, and give where they ended. */
import type { BlockModel, DataModel, GroupModel, MessageModel, ScalarMember } from '../../model/schema-model.ts'
import { isFixedStride } from '../../model/schema-model.ts'
import { maxLengthOf } from '../data-code.ts'
import { countLimits } from '../group-code.ts'
import { plus, stringLiteral, writeNumber } from '../literals.ts'
import type { NameScope } from '../names.ts'
import { textSuffixOf } from '../text-code.ts'
import { Memory } from './memory.ts'
import type { ObjectContext } from './object-context.ts'
import { bodyFromObjectOf, fromObjectsOf } from './object-names.ts'
import type { Path } from './path.ts'
import { declareMemory, emitMember, writeFields } from './write-code.ts'
import type { WriteSite } from './write-code.ts'

/** What the functions of one message share. */
interface Shared {
  readonly context: ObjectContext
  /** Names of the indices of entries, by how deep a group is. */
  readonly indices: readonly string[]
}

/** Emits the function that writes a message, without its header, and those for its groups. */
export function emitWriteMessage(context: ObjectContext, message: MessageModel, path: Path): void {
  const { module, objectNames, scope } = context
  const { code } = module
  const indices = Array.from({ length: depthOf(message) }, (_, depth) => scope.take(`i${depth}`))
  const shared: Shared = { context, indices }
  const memory = new Memory(context.littleEndian)
  const isFixed = isFixedStride(message)
  code.line()
  const mark = code.mark()
  code.indented(() => {
    emitObjectCheck(context, path, 'object')
    if (isFixed) {
      emitBlock(shared, message, memory, { path, object: 'object' }, 0)
      code.line(`return ${plus('offset', message.blockLength)}`)
    } else {
      code.line(`let limit = ${plus('offset', message.blockLength)}`)
      emitBlock(shared, message, memory, { path, object: 'object' }, 0)
      code.line('return limit')
    }
  }).line('}')
  code.insertAt(mark, () => {
    const isUsed = memory.uses('offset') || message.groups.length + message.data.length > 0
    const parameters = [
      `${isUsed ? '' : '_'}buffer: ${module.runtimeType('DirectBuffer')}`,
      'offset: number',
      `${isFixed ? '_' : ''}end: number`,
      `object: ${objectNames.type(message)}`,
    ]
    code.line('/** Writes the root block and what follows it; returns where that ends. */')
    code.list(`function ${bodyFromObjectOf(objectNames.base(message))}(`, parameters, '): number {')
    code.indented(() => declareMemory(code, memory))
  })
  for (const group of message.groups) emitGroup(shared, message, group, path, 0)
}

function depthOf(block: BlockModel): number {
  return block.groups.reduce((depth, group) => Math.max(depth, 1 + depthOf(group)), 0)
}

export function emitObjectCheck({ module }: ObjectContext, path: Path, object: string): void {
  const isObject = `typeof ${object} === 'object' && ${object} !== null`
  module.code.line(module.throwIf(`!(${isObject})`, 'valueError', path.code(), object, `'an object'`))
}

/** Writes fields, groups and data, and moves `limit` over the latter. */
function emitBlock(
  { context, indices }: Shared,
  owner: MessageModel | GroupModel,
  memory: Memory,
  { path, object }: Pick<WriteSite, 'path' | 'object'>,
  depth: number,
): void {
  const { module: { code }, names, objectNames } = context
  const members = names.blockMembers(owner)
  const site: WriteSite = {
    context,
    memory,
    path,
    object,
    prefix: '',
    locals: context.scope.fork(),
    offset: 0,
    buffer: 'buffer',
    type: () => objectNames.type(owner),
    indices: indices.slice(0, depth),
  }
  writeFields(site, owner.fields, members)
  for (const group of owner.groups) {
    const args = ['buffer', 'limit', 'end', `${object}.${members.of(group)}`, ...indices.slice(0, depth)]
    code.line(`limit = ${fromObjectsOf(objectNames.base(group))}(${args.join(', ')})`)
  }
  for (const data of owner.data) emitData(site, data, members.of(data))
}

function emitGroup(
  shared: Shared, parent: MessageModel | GroupModel, group: GroupModel, parentPath: Path, depth: number,
): void {
  const { context, indices } = shared
  const { module, names, objectNames, littleEndian } = context
  const { code } = module
  const path = parentPath.member(names.blockMembers(parent).of(group))
  const label = path.code()
  const index = indices[depth] ?? 'i'
  const type = objectNames.type(group)
  const { headerLength, blockLength, numGroupsMember, numVarDataFieldsMember } = group
  const memory = new Memory(littleEndian)
  const isFixed = isFixedStride(group)
  const parameters = [
    `buffer: ${module.runtimeType('DirectBuffer')}`,
    'start: number',
    'end: number',
    `entries: readonly ${type}[]`,
    ...indices.slice(0, depth).map((outer) => `${outer}: number`),
  ]
  code.line().list(`function ${fromObjectsOf(objectNames.base(group))}(`, parameters, '): number {')
  const mark = code.mark()
  code.indented(() => {
    emitCountCheck(context, group, path, 'entries')
    code.line('const count = entries.length').line(`let limit = start + ${headerLength}`)
    const needed = `${headerLength} + count * ${blockLength}`
    const isOutside = `limit + count * ${blockLength} > end`
    code.line(module.throwIf(isOutside, 'boundsError', label, needed, 'start', 'end'))
    const write = (member: ScalarMember | undefined, value: string): void => {
      if (member === undefined) return
      const at = plus('start', member.offset)
      code.line(writeNumber(memory.view(), member.type.primitive, at, value, littleEndian))
    }
    write(group.blockLengthMember, String(blockLength))
    write(group.numInGroupMember, 'count')
    write(numGroupsMember, String(group.groups.length))
    write(numVarDataFieldsMember, String(group.data.length))
    code.block(`for (let ${index} = 0; ${index} < count; ${index}++) {`, () => {
      const entryPath = path.at(index)
      code.line(`const entry = entries[${index}] as ${type}`)
      emitObjectCheck(context, entryPath, 'entry')
      if (!isFixed) {
        const args = [entryPath.code(), blockLength, 'limit', 'end']
        code.line(module.throwIf(`limit + ${blockLength} > end`, 'boundsError', ...args))
      }
      const entryMark = code.mark()
      if (blockLength > 0) code.line(`limit += ${blockLength}`)
      emitBlock(shared, group, memory, { path: entryPath, object: 'entry' }, depth + 1)
      if (memory.uses('offset')) code.insertAt(entryMark, () => code.line('const offset = limit'))
    })
    code.line('return limit')
  }).line('}')
  code.insertAt(mark, () => code.indented(() => declareMemory(code, memory)))
  for (const nested of group.groups) emitGroup(shared, group, nested, path.at(index), depth + 1)
}

/** Refuses what is no array, or has more or fewer entries than the schema allows. */
export function emitCountCheck({ module }: ObjectContext, group: GroupModel, path: Path, entries: string): void {
  const { code } = module
  const label = path.code()
  const { minValue, maxValue } = countLimits(group)
  code.line(module.throwIf(`!Array.isArray(${entries})`, 'valueError', label, entries, `'an array'`))
  const tests = [
    minValue > 0 ? `${entries}.length < ${minValue}` : '',
    `${entries}.length > ${maxValue}`,
  ].filter((test) => test !== '')
  code.line(module.throwIf(tests.join(' || '), 'groupCountError', label, `${entries}.length`, minValue, maxValue))
}

function emitData(site: WriteSite, data: DataModel, property: string): void {
  const { context, memory, locals } = site
  const { module } = context
  const { code } = module
  const { local, path } = emitMember(site, property)
  const { length, encoded } = emitDataLength(context, data, { local, path, locals })
  const { headerLength, lengthMember, characterEncoding } = data
  const start = locals.take(`${local}Start`)
  code.line(`const ${start} = limit + ${headerLength}`)
  const needed = [path.code(), `${headerLength} + ${length}`, 'limit', 'end']
  code.line(module.throwIf(`${start} + ${length} > end`, 'boundsError', ...needed))
  const at = plus('limit', lengthMember.offset)
  code.line(writeNumber(memory.view(), lengthMember.type.primitive, at, length, memory.littleEndian))
  const charset = characterEncoding === undefined ? 'other' : textSuffixOf(characterEncoding)
  const args = [memory.bytes(), start, encoded]
  if (charset === 'other') code.line(`${module.runtime('copyBytes')}(${args.join(', ')}, 0, ${length})`)
  else if (charset === 'Utf8') code.line(`${module.runtime('writeUtf8')}(${args.join(', ')}, ${length})`)
  else code.line(`${module.runtime(`write${charset}`)}(${args.join(', ')})`)
  code.line(`limit = ${start} + ${length}`)
}

/** Checks data, and declares its length in bytes; returns the constants of the length and of what is to be written. */
export function emitDataLength(
  { module }: ObjectContext,
  data: DataModel,
  { local, path, locals }: { readonly local: string; readonly path: Path; readonly locals: NameScope },
): { readonly length: string; readonly encoded: string } {
  const { code } = module
  const { characterEncoding } = data
  const max = maxLengthOf(data)
  const length = locals.take(`${local}Length`)
  if (characterEncoding === undefined) {
    const isBytes = `${module.runtime('isBytes')}(${local})`
    const args = [path.code(), local, isBytes, stringLiteral(`a Uint8Array of at most ${max} bytes`)]
    code.line(module.throwIf(`!(${isBytes} && ${local}.length <= ${max})`, 'arrayError', ...args))
    code.line(`const ${length} = ${local}.length`)
    return { length, encoded: local }
  }
  const suffix = textSuffixOf(characterEncoding)
  const label = stringLiteral(characterEncoding)
  const args = [path.code(), local, length, max, label]
  if (suffix === 'other') {
    const encoded = locals.take(`${local}Bytes`)
    code.line(`const ${encoded} = ${module.runtime('exactText')}(${local}, ${label})`)
    code.line(`const ${length} = ${encoded}?.length ?? -1`)
    code.line(module.throwIf(`${encoded} === undefined || ${length} > ${max}`, 'textError', ...args))
    return { length, encoded }
  }
  code.line(`const ${length} = ${module.runtime(`exact${suffix}Length`)}(${local})`)
  code.line(module.throwIf(`!(${length} >= 0 && ${length} <= ${max})`, 'textError', ...args))
  return { length, encoded: local }
}
