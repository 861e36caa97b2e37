/**
 * The rules of access order once more, as a stack of what is still to come, to compare checked codecs with. Nothing
 * here is shared with the runtime.
 */
import type { FieldMeta, GroupMeta, MessageMeta } from '../../../codegen/runtime/index.ts'

export interface Field {
  readonly name: string
  readonly meta: FieldMeta
}

/** The root of a message, a group, or a data item. */
export interface Part {
  readonly kind: 'root' | 'group' | 'data'
  /** What it is a part of; undefined for the root. */
  readonly owner: Part | undefined
  readonly name: string
  readonly path: string
  readonly sinceVersion: number
  readonly blockLength: number
  /** Whether data has an encoding, and so an accessor for strings. */
  readonly isText: boolean
  readonly fields: readonly Field[]
  /** Groups, then data. */
  readonly parts: readonly Part[]
}

export type Operation =
  | 'wrap' | 'rewind' | 'skip' | 'measure' | 'print' | 'field' | 'begin' | 'count' | 'next' | 'at' | 'reset' | 'end'
  | 'length' | 'data' | 'complete'

export interface Step {
  readonly operation: Operation
  readonly part: Part
  readonly field?: Field
  /** Entries to announce, or the index of an entry. */
  readonly number?: number
}

export type Outcome =
  | 'ok' | 'ERR_GODWIT_SBE_ORDER' | 'ERR_GODWIT_SBE_NO_MORE_ENTRIES' | 'ERR_GODWIT_SBE_MISSING_ENTRIES'
  | 'ERR_GODWIT_SBE_INDEX'

const ORDER = 'ERR_GODWIT_SBE_ORDER'

export function shapeOf(meta: MessageMeta): Part {
  return partOf('root', undefined, meta.name, '', meta)
}

function partOf(
  kind: 'root' | 'group', owner: Part | undefined, name: string, path: string, meta: MessageMeta | GroupMeta,
): Part {
  const pathOf = (member: string): string => (path === '' ? member : `${path}.${member}`)
  const { sinceVersion, blockLength } = meta
  const fields = Object.entries(meta.fields).map(([member, field]): Field => ({ name: member, meta: field }))
  const parts: Part[] = []
  const part: Part = { kind, owner, name, path, sinceVersion, blockLength, isText: false, fields, parts }
  for (const [member, group] of Object.entries(meta.groups)) {
    parts.push(partOf('group', part, member, pathOf(member), group))
  }
  for (const [member, data] of Object.entries(meta.data)) {
    const of = { owner: part, name: member, path: pathOf(member), sinceVersion: data.sinceVersion }
    const isText = data.characterEncoding !== undefined
    parts.push({ kind: 'data', ...of, blockLength: 0, isText, fields: [], parts: [] })
  }
  return part
}

/** All groups and data below a part. */
export function partsBelow(part: Part): readonly Part[] {
  return part.parts.flatMap((below) => [below, ...partsBelow(below)])
}

interface Pending {
  readonly part: Part
  /** Entries still to come of a group that has begun. */
  left: number | undefined
}

interface Handle {
  count: number
  index: number
}

export class OrderModel {
  private readonly root: Part
  private readonly version: number
  private acting: number
  /** What is still to come, the next at the end. */
  private pending: Pending[] = []
  /** The level whose block was entered last, with nothing behind the block accessed yet. */
  private open: Part | undefined
  private wrapped = false
  /** Group flyweights that the user has got. */
  private readonly handles = new Map<Part, Handle>()

  /** A decoder that is not wrapped yet takes the version to be 0. */
  constructor(root: Part, version: number, side: 'encoder' | 'decoder') {
    this.root = root
    this.version = version
    this.acting = side === 'decoder' ? 0 : version
  }

  isWrapped(): boolean {
    return this.wrapped
  }

  has(group: Part): boolean {
    return this.handles.has(group)
  }

  /** What tells this state from others. */
  key(): string {
    const handles = [...this.handles].map(([part, { count, index }]) => `${part.path}=${index}/${count}`).sort()
    return `${this.place()} | ${handles.join(' ')}`
  }

  /** As `key`, without what flyweights know of groups that are not at hand any more. */
  place(): string {
    const pending = this.pending.map(({ part, left }) => `${part.path}${left === undefined ? '' : `:${left}`}`)
    return `${this.wrapped} ${pending.join(' ')} | ${this.open?.path}`
  }

  /** What a step gives; the state moves on when it is legal. `count` is that of the group begun. */
  take(step: Step, count: number = 0): Outcome {
    const { operation, part } = step
    switch (operation) {
      case 'wrap':
        return this.enter()
      case 'rewind':
        return this.wrapped ? this.enter() : 'ok'
      case 'skip':
        this.pending = []
        this.open = undefined
        return 'ok'
      case 'measure':
      case 'print':
      case 'count':
        return 'ok'
      case 'complete':
        return this.wrapped && this.pending.every(({ left }) => left === 0) ? 'ok' : ORDER
      case 'field':
        return this.field(part, step.field?.meta.sinceVersion ?? 0)
      case 'length':
        return this.isAbsent(part) || this.indexOf(part, false) >= 0 ? 'ok' : ORDER
      case 'begin':
      case 'data':
        return this.item(part, count)
      case 'next':
      case 'at':
      case 'reset':
        return this.group(step)
      case 'end':
        return this.end(part)
    }
  }

  private enter(): Outcome {
    this.wrapped = true
    this.acting = this.version
    this.pending = []
    this.push(this.root)
    this.open = undefined
    return 'ok'
  }

  private push(level: Part): void {
    const present = level.parts.filter((part) => !this.isAbsent(part))
    this.pending.push(...present.map((part) => ({ part, left: undefined })).reverse())
  }

  private isAbsent(part: Part): boolean {
    return part.sinceVersion > this.acting
  }

  private field(part: Part, sinceVersion: number): Outcome {
    if (sinceVersion > this.acting) return 'ok'
    const legal = part.kind === 'root' ? this.wrapped : this.open === part
    return legal ? 'ok' : ORDER
  }

  private item(part: Part, count: number): Outcome {
    if (this.isAbsent(part)) {
      if (part.kind === 'group') this.handles.set(part, { count: 0, index: 0 })
      return 'ok'
    }
    const index = this.indexOf(part, false)
    if (index < 0) return ORDER
    this.pending.length = index
    this.open = undefined
    if (part.kind === 'group') {
      this.pending.push({ part, left: count })
      this.handles.set(part, { count, index: 0 })
    }
    return 'ok'
  }

  private group({ operation, part, number = 0 }: Step): Outcome {
    const handle = this.handles.get(part) ?? { count: 0, index: 0 }
    if (operation === 'next' && handle.index >= handle.count) return 'ERR_GODWIT_SBE_NO_MORE_ENTRIES'
    if (operation === 'at' && number >= handle.count) return 'ERR_GODWIT_SBE_INDEX'
    const index = this.indexOf(part, true)
    const pending = this.pending[index]
    if (pending === undefined) return ORDER
    this.pending.length = index + 1
    if (operation === 'reset') {
      pending.left = 0
      handle.count = handle.index
      this.open = undefined
      return 'ok'
    }
    if (operation === 'at') {
      pending.left = 0
      handle.index = number + 1
    } else {
      pending.left = Math.max(0, (pending.left ?? 0) - 1)
      handle.index++
    }
    this.push(part)
    this.open = part
    return 'ok'
  }

  /** Leaving a group changes nothing: the parts behind it are what comes next anyway. */
  private end(part: Part): Outcome {
    const { count, index } = this.handles.get(part) ?? { count: 0, index: 0 }
    if (index < count) return 'ERR_GODWIT_SBE_MISSING_ENTRIES'
    return this.pending[this.indexOf(part, true)]?.left === 0 ? 'ok' : ORDER
  }

  /** Place of a part at the top of the stack, groups without further entries disregarded; -1 when it is not there. */
  private indexOf(part: Part, begun: boolean): number {
    for (let i = this.pending.length - 1; i >= 0; i--) {
      const pending = this.pending[i]
      if (pending?.part === part) return (pending.left !== undefined) === begun ? i : -1
      if (pending?.left !== 0) return -1
    }
    return -1
  }
}
