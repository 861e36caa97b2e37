/** A block with its groups and data: the root of a message, or the entry of a group. */
import type { BlockModel, DataModel, GroupModel, MessageModel, SchemaModel } from '../model/schema-model.ts'
import type { Module } from './module.ts'
import { MemberNames } from './names.ts'
import type { SchemaNames } from './names.ts'
import type { Side, Site } from './site.ts'
import type { Stages } from './stages.ts'
import { blockVersions } from '../model/schema-model.ts'
import { stringLiteral } from './literals.ts'

/** What the emitters of one message share. */
export interface MessageContext {
  readonly model: SchemaModel
  readonly names: SchemaNames
  readonly module: Module
  readonly message: MessageModel
  readonly littleEndian: boolean
  /** Ids of groups and data in the access order table; empty without precedence checks. */
  readonly orderIds: ReadonlyMap<GroupModel | DataModel, number>
  readonly precedenceChecks: boolean
  /** Undefined unless the order of calls is to be a matter of types. */
  readonly stages: Stages | undefined
}

/** One level of one side. */
export interface Level {
  readonly context: MessageContext
  readonly block: BlockModel
  readonly owner: MessageModel | GroupModel
  readonly members: MemberNames
  readonly site: Site
  /** Expression of the message's flyweight, which holds the cursor. */
  readonly message: string
  /** Path in errors and order checks: `fuelFigures`, empty at the root. */
  readonly path: string
}

export function makeLevel(
  context: MessageContext, owner: MessageModel | GroupModel, side: Side, path: string,
): Level {
  const members = context.names.blockMembers(owner)
  const isRoot = owner.kind === 'message'
  const message = isRoot ? 'this' : 'this._message'
  const fieldCheck = (property: string): string => {
    const name = stringLiteral(path === '' ? property : `${path}.${property}`)
    if (isRoot) return `this._order.rootField(${name})`
    return `this._message._order.entryField(${context.orderIds.get(owner)}, ${name})`
  }
  const label = path === '' ? context.message.name : `${context.message.name}.${path}`
  const site: Site = {
    side,
    module: context.module,
    names: context.names,
    littleEndian: context.littleEndian,
    scope: members.derivedScope(),
    buffer: `${message}._buffer`,
    bytes: `${message}._bytes`,
    label,
    version: side === 'decoder' && blockVersions(owner).length > 0 ? 'this._version' : undefined,
    fieldCheck: context.precedenceChecks ? fieldCheck : undefined,
    holders: [],
    declarations: side === 'encoder' && context.stages !== undefined ? new Map() : undefined,
  }
  return { context, block: owner, owner, members, site, message, path }
}

/** Path of a member below a level. */
export function pathOf(level: Level, property: string): string {
  return level.path === '' ? property : `${level.path}.${property}`
}

/** Statement of an order check on a group or data item; undefined without precedence checks. */
export function orderCheck(level: Level, item: GroupModel | DataModel, method: string, ...args: string[]): string[] {
  const { context } = level
  if (!context.precedenceChecks) return []
  return [`${level.message}._order.${method}(${[context.orderIds.get(item), ...args].join(', ')})`]
}

/** Table of groups and data for AccessOrder, in the order of their ids. */
export function accessItems(
  message: MessageModel, names: SchemaNames,
): { readonly ids: Map<GroupModel | DataModel, number>; readonly rows: string[] } {
  const ids = new Map<GroupModel | DataModel, number>()
  const rows: string[] = []
  const visit = (owner: MessageModel | GroupModel, parent: number, path: string): void => {
    const members = names.blockMembers(owner)
    for (const item of [...owner.groups, ...owner.data]) {
      const id = rows.length
      const itemPath = path === '' ? members.of(item) : `${path}.${members.of(item)}`
      ids.set(item, id)
      rows.push(`[${stringLiteral(itemPath)}, ${parent}, ${item.sinceVersion}, ${item.kind === 'group'}]`)
      if (item.kind === 'group') visit(item, id, itemPath)
    }
  }
  visit(message, -1, '')
  return { ids, rows }
}
