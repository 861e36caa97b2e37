/** The flyweights of a repeating group. */
import {
  emitData, emitFields, emitGroupAccessors, emitNullify, groupHolders, versionLimits,
} from './block-code.ts'
import { docOf } from './doc.ts'
import type { GroupModel, MessageModel } from '../model/schema-model.ts'
import { blockEnd, blockVersions, entryLengthMin, isFixedStride, mayTakeNoBytes } from '../model/schema-model.ts'
import { emitEntryJson } from './json-code.ts'
import { STATE_COMMENT, guard } from './module.ts'
import { makeLevel, orderCheck } from './level.ts'
import type { Level, MessageContext } from './level.ts'
import { plus, readNumber, stringLiteral, writeNumber } from './literals.ts'

/**
 * Offset of a flyweight that is not at an entry: every access is out of bounds. Not imported from the runtime, because
 * compilers read an imported value anew each time.
 */
const NO_ENTRY = '-0x4000_0000'

/** Entries without bytes in a message; the runtime's limit. */
const EMPTY_ENTRIES_MAX = 65_535

const UNSIGNED: readonly string[] = ['uint8', 'uint16', 'uint32', 'uint64']

/** @param parent what the group is a part of */
export function emitGroup(
  context: MessageContext, group: GroupModel, path: string, parent: MessageModel | GroupModel,
): void {
  emitGroupDecoder(context, group, path)
  emitGroupEncoder(context, group, path, parent)
  const members = makeLevel(context, group, 'decoder', path).members
  for (const nested of group.groups) emitGroup(context, nested, `${path}.${members.of(nested)}`, group)
}

function emitGroupDecoder(context: MessageContext, group: GroupModel, path: string): void {
  const level = makeLevel(context, group, 'decoder', path)
  const { module, names } = context
  const { code } = module
  const base = names.base(group)
  const className = `${base}Decoder`
  const label = stringLiteral(`${context.message.name}.${path}`)
  const fixed = isFixedStride(group)
  const versioned = blockVersions(group).length > 0
  code.line().doc(docOf(group))
  code.block(`export class ${className} implements Iterable<${className}> {`, () => {
    code.line(`static readonly HEADER_LENGTH = ${group.headerLength}`)
    code.line(`static readonly BLOCK_LENGTH = ${group.blockLength}`).line().line(STATE_COMMENT)
    emitState(level, 'Decoder')
    const iterator = module.runtime('GroupIterator')
    if (fixed) code.line('_following: number = 0')
    code.line('_blockLength: number = 0')
    if (versioned) code.line('_version: number = 0')
    code.line(`_iterator: ${iterator}<${className}> = new ${iterator}<${className}>(this)`)
    emitMembersAndConstructor(level, 'Decoder', () => {
      emitDecoderWrap(level, group, label)
      code.line().doc('Number of entries.').block('count(): number {', () => code.line('return this._count'))
      code.line().block('hasNext(): boolean {', () => code.line('return this._index < this._count'))
      code.line().doc('Moves to the next entry; throws when there is none.').block('next(): this {', () => {
        if (fixed) {
          code.line('const offset = this._following').line('const index = this._index')
          code.line(module.throwIf('index >= this._count', 'noMoreEntriesError', label, 'this._count'))
          for (const line of orderCheck(level, group, 'checkNext')) code.line(line)
          for (const line of orderCheck(level, group, 'takeNext')) code.line(line)
          code.line('this._following = offset + this._blockLength')
        } else emitNext(level, group, 'this._blockLength')
        code.line('this._offset = offset').line('this._index = index + 1').line('return this')
      })
      if (!fixed) emitRefuseNext(level, label, 'this._blockLength')
      if (fixed) {
        code.line().doc('Moves to an entry by its index, 0 for the first.').block('at(index: number): this {', () => {
          const outside = 'index >>> 0 !== index || index >= this._count'
          code.line(module.throwIf(outside, 'indexError', label, 'index', 'this._count'))
          for (const line of orderCheck(level, group, 'takeAny')) code.line(line)
          code.line('const offset = this._following + (index - this._index) * this._blockLength')
          code.line('this._following = offset + this._blockLength').line('this._offset = offset')
          code.line('this._index = index + 1').line('return this')
        })
      }
      code.line().doc('Iterates the remaining entries; the value is this flyweight, moved on.')
      code.block(`[Symbol.iterator](): IterableIterator<${className}> {`, () => code.line('return this._iterator'))
      code.line().doc('Bytes of one entry\'s block on the wire.')
      code.block('actingBlockLength(): number {', () => code.line('return this._blockLength'))
      emitFields(level)
      emitGroupAccessors(level)
      emitData(level)
      emitEntryJson(level)
    })
  })
}

function emitDecoderWrap(level: Level, group: GroupModel, label: string): void {
  const { context } = level
  const { module, littleEndian } = context
  const { code } = module
  const fixed = isFixedStride(group)
  const { blockLengthMember, numInGroupMember, headerLength } = group
  const blockLengthMin = blockEnd(group, 0)
  const read = (member: typeof blockLengthMember): string =>
    readNumber('view', member.type.primitive, plus('header', member.offset), littleEndian)
  code.line().doc('@internal').block('_wrap(): this {', () => {
    code.line('const message = this._message').line('const view = message._view').line('const header = message._limit')
    code.line(`const first = header + ${headerLength}`)
    code.line('if (first > message._end) this._refuse(0, 0)')
    code.line(`const blockLength = ${read(blockLengthMember)}`)
    code.line(`const count = ${read(numInGroupMember)}`)
    const entryLength = plus('blockLength', entryLengthMin(group))
    const needed = fixed ? 'limit' : `first + count * (${entryLength})`
    if (fixed) code.line('const limit = first + count * blockLength')
    // The count may be of a signed type or a float.
    const isUnsigned = UNSIGNED.includes(numInGroupMember.type.primitive)
    const isCount = isUnsigned ? '' : 'Number.isInteger(count) && count >= 0 && '
    const blockFits = blockLengthMin > 0 ? ` && (count === 0 || blockLength >= ${blockLengthMin})` : ''
    code.line(guard(`!(${isCount}${needed} <= message._end${blockFits})`, 'this._refuse(count, blockLength)'))
    if (mayTakeNoBytes(group)) {
      code.line(`if (blockLength === 0) ${module.runtime('checkEmptyEntries')}(${label}, count, header, message)`)
    }
    for (const line of orderCheck(level, group, 'beginGroup', 'count')) code.line(line)
    code.line('if (this._view !== view) this._view = view')
    code.line(`this._offset = ${NO_ENTRY}`).line('this._blockLength = blockLength')
    if (blockVersions(group).length > 0) {
      code.line('let version = message._actingVersion')
      code.block('if (count !== 0) {', () => versionLimits(group, 'blockLength').forEach((line) => code.line(line)))
      code.line('this._version = version')
    }
    code.line('this._count = count').line('this._index = 0')
    if (fixed) code.line('this._following = first')
    code.line(`message._limit = ${fixed ? 'limit' : 'first'}`)
    code.line('return this')
  })
  code.line().doc('Says what is wrong with a group.', '@internal')
  code.block('_refuse(count: number, blockLength: number): never {', () => {
    code.line('const { _limit, _end } = this._message').line(`const first = _limit + ${headerLength}`)
    code.line(module.throwIf('first > _end', 'boundsError', label, headerLength, '_limit', '_end'))
    const entryLength = plus('blockLength', entryLengthMin(group))
    code.line(`${module.runtime('checkGroup')}(${label}, count, ${entryLength}, _end - first)`)
    code.line(`throw ${module.runtime('blockLengthError')}(${label}, blockLength, ${blockLengthMin})`)
  })
  if (group.sinceVersion === 0) return
  code.line().doc('@internal').block('_absent(): this {', () => {
    code.line(`this._offset = ${NO_ENTRY}`)
    // As in a group without entries, whatever the flyweight was at before.
    if (blockVersions(group).length > 0) code.line('this._version = this._message._actingVersion')
    code.line('this._blockLength = 0').line('this._count = 0').line('this._index = 0').line('return this')
  })
}

function emitGroupEncoder(
  context: MessageContext, group: GroupModel, path: string, parent: MessageModel | GroupModel,
): void {
  const level = makeLevel(context, group, 'encoder', path)
  const { module, names, littleEndian } = context
  const { code } = module
  const className = `${names.base(group)}Encoder`
  const label = stringLiteral(`${context.message.name}.${path}`)
  const { numInGroupMember, blockLengthMember, headerLength } = group
  const { minValue, maxValue } = countLimits(group)
  const write = (member: typeof blockLengthMember, value: string): string =>
    writeNumber('view', member.type.primitive, plus('header', member.offset), value, littleEndian)
  code.line().doc(docOf(group))
  code.block(`export class ${className} {`, () => {
    code.line(`static readonly HEADER_LENGTH = ${headerLength}`)
    code.line(`static readonly BLOCK_LENGTH = ${group.blockLength}`).line().line(STATE_COMMENT)
    emitState(level, 'Encoder')
    code.line('_header: number = 0')
    emitMembersAndConstructor(level, 'Encoder', () => {
      code.line().doc('@internal').block('_wrap(count: number): this {', () => {
        code.line('const message = this._message').line('const view = message._view')
        code.line('const header = message._limit').line(`const first = header + ${headerLength}`)
        const inRange = `Number.isInteger(count) && count >= ${minValue} && count <= ${maxValue}`
        const needed = `first + count * ${group.blockLength}`
        code.line(guard(`!(${inRange} && ${needed} <= message._end)`, 'this._refuse(count)'))
        code.line(write(blockLengthMember, String(group.blockLength))).line(write(numInGroupMember, 'count'))
        if (group.numGroupsMember !== undefined) code.line(write(group.numGroupsMember, String(group.groups.length)))
        if (group.numVarDataFieldsMember !== undefined) {
          code.line(write(group.numVarDataFieldsMember, String(group.data.length)))
        }
        for (const line of orderCheck(level, group, 'beginGroup', 'count')) code.line(line)
        code.line('if (this._view !== view) this._view = view')
        code.line('this._header = header').line(`this._offset = ${NO_ENTRY}`)
        code.line('this._count = count').line('this._index = 0').line('message._limit = first').line('return this')
      })
      code.line().doc('Says what is wrong with a count.', '@internal').block('_refuse(count: number): never {', () => {
        const inRange = `Number.isInteger(count) && count >= ${minValue} && count <= ${maxValue}`
        code.line(module.throwIf(`!(${inRange})`, 'groupCountError', label, 'count', minValue, maxValue))
        code.line('const { _limit, _end } = this._message')
        const needed = `${headerLength} + count * ${group.blockLength}`
        code.line(`throw ${module.runtime('boundsError')}(${label}, ${needed}, _limit, _end)`)
      })
      code.line().doc('Moves to the next entry; throws when all announced ones are taken.')
      code.block('next(): this {', () => {
        emitNext(level, group, String(group.blockLength))
        code.line('this._offset = offset').line('this._index = index + 1').line('return this')
      })
      emitRefuseNext(level, label, String(group.blockLength))
      code.line().doc('Makes the count on the wire that of the entries taken so far; returns it.')
      code.block('resetCountToIndex(): number {', () => {
        for (const line of orderCheck(level, group, 'resetCount')) code.line(line)
        code.line('const view = this._view').line('const header = this._header')
        code.line('this._count = this._index').line(write(numInGroupMember, 'this._count')).line('return this._count')
      })
      if (context.stages !== undefined) emitEnd(level, group, label, parent)
      emitFields(level)
      emitNullify(level)
      emitGroupAccessors(level)
      emitData(level)
      context.stages?.add(level)
    }, context.stages !== undefined && parent.kind === 'group' ? parent : undefined)
  })
}

/** What the schema allows as a count, and what decoders take of entries without bytes. */
export function countLimits(
  group: GroupModel,
): { readonly minValue: bigint | number; readonly maxValue: bigint | number } {
  const { minValue, maxValue } = group.numInGroupMember.type
  const isBounded = !mayTakeNoBytes(group) || group.blockLength > 0 || maxValue <= EMPTY_ENTRIES_MAX
  return { minValue, maxValue: isBounded ? maxValue : EMPTY_ENTRIES_MAX }
}

/** The part of `next` that moves the message's cursor over an entry's block. */
function emitNext(level: Level, group: GroupModel, blockLength: string): void {
  const { code } = level.context.module
  code.line('const message = this._message').line('const offset = message._limit')
  code.line(`const limit = offset + ${blockLength}`).line('const index = this._index')
  code.line('if (index >= this._count || limit > message._end) this._refuseNext()')
  for (const line of orderCheck(level, group, 'checkNext')) code.line(line)
  for (const line of orderCheck(level, group, 'takeNext')) code.line(line)
  code.line('message._limit = limit')
}

/** Leaves a group for what it is a part of, which the flyweights of the reference cannot: stages end groups so. */
function emitEnd(level: Level, group: GroupModel, label: string, parent: MessageModel | GroupModel): void {
  const { module, names } = level.context
  const { code } = module
  code.line().doc('Leaves the group; throws when entries that were announced are missing.')
  code.block(`end(): ${names.base(parent)}Encoder {`, () => {
    const taken = ['this._index', 'this._count']
    code.line(module.throwIf('this._index !== this._count', 'missingEntriesError', label, ...taken))
    for (const line of orderCheck(level, group, 'checkEnd')) code.line(line)
    code.line(`return this.${parent.kind === 'message' ? '_message' : '_parent'}`)
  })
}

function emitRefuseNext(level: Level, label: string, blockLength: string): void {
  const { module } = level.context
  const { code } = module
  code.line().doc('Says what keeps `next` from an entry.', '@internal').block('_refuseNext(): never {', () => {
    code.line(module.throwIf('this._index >= this._count', 'noMoreEntriesError', label, 'this._count'))
    code.line('const { _limit, _end } = this._message')
    code.line(`throw ${module.runtime('boundsError')}(${label}, ${blockLength}, _limit, _end)`)
  })
}

function emitState(level: Level, side: 'Decoder' | 'Encoder'): void {
  const { module, names, message } = level.context
  const { code } = module
  code.line(`readonly _message: ${names.base(message)}${side}`)
  code.line(`_view: DataView = ${module.runtime('EMPTY_BUFFER')}.view`)
  code.line(`_offset: number = ${NO_ENTRY}`)
  code.line('_count: number = 0')
  code.line('_index: number = 0')
}

/**
 * Flyweights that members need are known only once the members are emitted, yet are declared before them.
 * @param parent the group around this one, where that has to be known
 */
function emitMembersAndConstructor(
  level: Level, side: 'Decoder' | 'Encoder', emitMembers: () => void, parent?: GroupModel,
): void {
  const { module, names, message, stages } = level.context
  const { code } = module
  const groups = groupHolders(level, side)
  const mark = code.mark()
  emitMembers()
  code.insertAt(mark, () => {
    for (const holder of level.site.holders) code.line(holder)
    for (const { name, type } of groups) code.line(`readonly ${name}: ${type}`)
    const parameters = [`message: ${names.base(message)}${side}`]
    if (parent !== undefined) {
      code.line(`readonly _parent: ${names.base(parent)}${side}`)
      parameters.push(`parent: ${names.base(parent)}${side}`)
    }
    code.line().list('constructor(', parameters, ') {').indented(() => {
      code.line('this._message = message')
      if (parent !== undefined) code.line('this._parent = parent')
      const args = stages !== undefined && side === 'Encoder' ? 'message, this' : 'message'
      for (const { name, type } of groups) code.line(`this.${name} = new ${type}(${args})`)
    }).line('}')
  })
}
