/** Functions that tell how long plain objects are as messages. */
import type { GroupModel, MessageModel } from '../../model/schema-model.ts'
import { isFixedStride } from '../../model/schema-model.ts'
import type { NameScope } from '../names.ts'
import type { ObjectContext } from './object-context.ts'
import { objectLengthOf } from './object-names.ts'
import type { Path } from './path.ts'
import { emitCountCheck, emitDataLength, emitObjectCheck } from './write-blocks.ts'

export function emitObjectLength(context: ObjectContext, message: MessageModel, path: Path): void {
  const { module, objectNames } = context
  const { code } = module
  const isFixed = isFixedStride(message)
  const name = objectLengthOf(objectNames.base(message))
  code.line().doc(
    'Length in bytes of an object as a message, without its header.',
    isFixed ? undefined : '@throws SbeError when groups or data are not what the schema allows',
  )
  const parameter = `${isFixed ? '_' : ''}object: ${objectNames.type(message)}`
  code.block(`export function ${name}(${parameter}): number {`, () => {
    if (isFixed) {
      code.line(`return ${message.blockLength}`)
      return
    }
    emitObjectCheck(context, path, 'object')
    code.line(`let length = ${message.blockLength}`)
    emitTerms(context, message, path, 'object', context.scope.fork(), 0)
    code.line('return length')
  })
}

/** Adds the lengths of groups and data to `length`. */
function emitTerms(
  context: ObjectContext,
  owner: MessageModel | GroupModel,
  path: Path,
  object: string,
  locals: NameScope,
  depth: number,
): void {
  const { module: { code }, names, objectNames } = context
  const members = names.blockMembers(owner)
  for (const group of owner.groups) {
    const property = members.of(group)
    const groupPath = path.member(property)
    const entries = locals.take(property)
    code.line(`const ${entries} = ${object}.${property}`)
    emitCountCheck(context, group, groupPath, entries)
    if (isFixedStride(group)) {
      code.line(`length += ${group.headerLength} + ${entries}.length * ${group.blockLength}`)
      continue
    }
    code.line(`length += ${group.headerLength}`)
    const index = locals.take(`i${depth}`)
    code.block(`for (let ${index} = 0; ${index} < ${entries}.length; ${index}++) {`, () => {
      const entry = locals.take(`entry${depth}`)
      const entryPath = groupPath.at(index)
      code.line(`const ${entry} = ${entries}[${index}] as ${objectNames.type(group)}`)
      emitObjectCheck(context, entryPath, entry)
      code.line(`length += ${group.blockLength}`)
      emitTerms(context, group, entryPath, entry, locals, depth + 1)
    })
  }
  for (const data of owner.data) {
    const property = members.of(data)
    const local = locals.take(property)
    code.line(`const ${local} = ${object}.${property}`)
    const { length } = emitDataLength(context, data, { local, path: path.member(property), locals })
    code.line(`length += ${data.headerLength} + ${length}`)
  }
}
