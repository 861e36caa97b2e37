/** Functions that walk groups and data without moving a flyweight: for skipping and measuring. */
import { blockEnd, entryLengthMin, isFixedStride } from '../model/schema-model.ts'
import type { BlockModel, GroupModel, MessageModel } from '../model/schema-model.ts'
import { makeLevel, pathOf } from './level.ts'
import type { Level, MessageContext } from './level.ts'
import { labelOf } from './block-code.ts'
import { plus, readNumber } from './literals.ts'
import { skipFunctionOf } from './names.ts'

/** A call of the skip function; it takes the acting version only when parts of the level depend on it. */
export function skipCall(
  context: MessageContext, owner: MessageModel | GroupModel, args: string, version: string,
): string {
  return `${skipFunctionOf(context.names.base(owner))}(${args}${needsVersion(owner) ? `, ${version}` : ''})`
}

function needsVersion(block: BlockModel): boolean {
  return (
    block.data.some((data) => data.sinceVersion > 0) ||
    block.groups.some((group) => group.sinceVersion > 0 || needsVersion(group))
  )
}

export function hasVariableParts(block: BlockModel): boolean {
  return !isFixedStride(block)
}

/** Emits the function that walks from the end of the root block to the end of the message, and those it needs. */
export function emitSkipFunctions(context: MessageContext): void {
  if (!hasVariableParts(context.message)) return
  const level = makeLevel(context, context.message, 'decoder', '')
  emitFunction(context, context.message, () => emitLevel(level))
  for (const group of context.message.groups) emitGroupSkip(level, group)
}

function emitGroupSkip(parent: Level, group: GroupModel): void {
  const { context } = parent
  const { module, littleEndian } = context
  const { code } = module
  const level = makeLevel(context, group, 'decoder', pathOf(parent, parent.members.of(group)))
  const label = labelOf(parent, group)
  const { headerLength, blockLengthMember, numInGroupMember } = group
  const read = (member: typeof blockLengthMember): string =>
    readNumber('view', member.type.primitive, plus('limit', member.offset), littleEndian)
  emitFunction(context, group, () => {
    code.line(module.throwIf(`limit + ${headerLength} > end`, 'boundsError', label, headerLength, 'limit', 'end'))
    code.line(`const blockLength = ${read(blockLengthMember)}`)
    code.line(`const count = ${read(numInGroupMember)}`)
    code.line(`limit += ${headerLength}`)
    const entryLength = plus('blockLength', entryLengthMin(group))
    code.line(`${module.runtime('checkGroup')}(${label}, count, ${entryLength}, end - limit)`)
    const first = blockEnd(group, 0)
    if (first > 0) {
      const short = `count !== 0 && blockLength < ${first}`
      code.line(module.throwIf(short, 'blockLengthError', label, 'blockLength', first))
    }
    if (isFixedStride(group)) {
      code.line('limit += count * blockLength')
      return
    }
    code.block('for (let i = 0; i < count; i++) {', () => {
      code.line(module.throwIf('limit + blockLength > end', 'boundsError', label, 'blockLength', 'limit', 'end'))
      code.line('limit += blockLength')
      emitLevel(level)
    })
  })
  for (const nested of group.groups) emitGroupSkip(level, nested)
}

function emitFunction(context: MessageContext, owner: MessageModel | GroupModel, body: () => void): void {
  const { code } = context.module
  const name = skipFunctionOf(context.names.base(owner))
  const version = needsVersion(owner) ? ', version: number' : ''
  code.line().block(`function ${name}(view: DataView, limit: number, end: number${version}): number {`, () => {
    body()
    code.line('return limit')
  })
}

function emitLevel(level: Level): void {
  const { context } = level
  const { module, littleEndian } = context
  const { code } = module
  const guarded = (sinceVersion: number, body: () => void): void => {
    if (sinceVersion > 0) code.block(`if (version >= ${sinceVersion}) {`, body)
    else body()
  }
  for (const group of level.block.groups) {
    guarded(group.sinceVersion, () => {
      code.line(`limit = ${skipCall(context, group, 'view, limit, end', 'version')}`)
    })
  }
  level.block.data.forEach((data, index) => {
    const label = labelOf(level, data)
    const { headerLength, lengthMember } = data
    const length = `length${index}`
    guarded(data.sinceVersion, () => {
      code.line(module.throwIf(`limit + ${headerLength} > end`, 'boundsError', label, headerLength, 'limit', 'end'))
      const value = readNumber('view', lengthMember.type.primitive, plus('limit', lengthMember.offset), littleEndian)
      code.line(`const ${length} = ${value}`)
      code.line(`limit += ${headerLength}`)
      code.line(module.throwIf(`limit + ${length} > end`, 'boundsError', label, length, 'limit', 'end'))
      code.line(`limit += ${length}`)
    })
  })
}
