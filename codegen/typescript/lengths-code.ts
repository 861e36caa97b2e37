/** `computeLength`: the length of a message before it is encoded. */
import { lifetimeOf } from './doc.ts'
import { isFixedStride } from '../model/schema-model.ts'
import type { BlockModel, GroupModel, MessageModel } from '../model/schema-model.ts'
import { makeLevel, pathOf } from './level.ts'
import type { Level, MessageContext } from './level.ts'
import { hasVariableParts } from './skip-code.ts'

/** Emits the shape of what a message's length depends on; nothing when its length is fixed. */
export function emitLengthsTypes(context: MessageContext): void {
  emitType(context, context.message, '')
}

function emitType(context: MessageContext, owner: MessageModel | GroupModel, path: string): void {
  if (!hasVariableParts(owner)) return
  const { code } = context.module
  const level = makeLevel(context, owner, 'encoder', path)
  const subject = owner.kind === 'message' ? 'a message' : 'an entry'
  code.line().doc(`What the length of ${subject} depends on: entries of groups, bytes of data.`, lifetimeOf(owner))
  code.block(`export interface ${context.names.base(owner)}Lengths {`, () => {
    for (const group of owner.groups) {
      const base = context.names.base(group)
      const type = isFixedStride(group) ? 'number' : `readonly ${base}Lengths[]`
      code.doc(isFixedStride(group) ? 'Number of entries.' : '', lifetimeOf(group))
      code.line(`readonly ${level.members.of(group)}: ${type}`)
    }
    for (const data of owner.data) {
      code.doc('Bytes.', lifetimeOf(data)).line(`readonly ${level.members.of(data)}: number`)
    }
  })
  for (const group of owner.groups) emitType(context, group, pathOf(level, level.members.of(group)))
}

export function emitComputeLength(context: MessageContext): void {
  const { module, message, names } = context
  const { code } = module
  const level = makeLevel(context, message, 'encoder', '')
  code.line().doc('Length in bytes of a message, without its header.')
  if (!hasVariableParts(message)) {
    code.block('static computeLength(): number {', () => code.line(`return ${message.blockLength}`))
    return
  }
  code.block(`static computeLength(lengths: ${names.base(message)}Lengths): number {`, () => {
    code.line(`let length = ${message.blockLength}`)
    emitTerms(level, message, 'lengths', 0)
    code.line('return length')
  })
}

function emitTerms(level: Level, block: BlockModel, from: string, depth: number): void {
  const { context } = level
  const { code } = context.module
  for (const group of block.groups) {
    const property = level.members.of(group)
    if (isFixedStride(group)) {
      code.line(`length += ${group.headerLength} + ${from}.${property} * ${group.blockLength}`)
      continue
    }
    code.line(`length += ${group.headerLength}`)
    const entry = `entry${depth}`
    code.block(`for (const ${entry} of ${from}.${property}) {`, () => {
      code.line(`length += ${group.blockLength}`)
      emitTerms(makeLevel(context, group, 'encoder', pathOf(level, level.members.of(group))), group, entry, depth + 1)
    })
  }
  for (const data of block.data) code.line(`length += ${data.headerLength} + ${from}.${level.members.of(data)}`)
}
