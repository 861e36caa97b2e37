/** What a comparison of two schemas tells. */

/** From the best to the worst. */
const VERDICTS = ['compatible', 'caveat', 'incompatible'] as const

/**
 * Whether decoders of one schema read what encoders of the other write. With a caveat every message is decoded and its
 * bytes mean what they meant, but a receiver has to expect something that its own schema does not tell.
 */
export type Verdict = (typeof VERDICTS)[number]

/** Whether the one side reads what the other writes. */
export interface Reading {
  readonly verdict: Verdict
  /** Why it is not simply compatible. */
  readonly reason?: string
}

/** What becomes of code that uses the codecs, once they are generated from the new schema. */
export type ApiEffect = 'none' | 'extended' | 'breaking'

/** What has changed. */
export type ChangedElement =
  | 'schema' | 'header' | 'message' | 'field' | 'group' | 'data'
  | 'composite' | 'member' | 'enum' | 'value' | 'set' | 'choice'

/** Changes of what lies on the wire: a new version of the schema must say so. */
const WIRE_CHANGES = [
  'added', 'removed', 'moved', 'order', 'byte-order', 'schema-id', 'template-id', 'block-length', 'layout', 'type',
  'constant', 'presence', 'null-value', 'number', 'bit', 'length-field', 'dimensions', 'since-version',
] as const

/** Changes of names and meanings: the bytes stay what they are. */
const OTHER_CHANGES = [
  'version', 'package', 'semantic-version', 'renamed', 'id', 'range', 'encoding', 'deprecated', 'description',
  'semantic-type', 'epoch', 'time-unit',
] as const

/** How it has changed. */
export type ChangeKind = (typeof WIRE_CHANGES)[number] | (typeof OTHER_CHANGES)[number]

/** One difference between two schemas. */
export interface SchemaChange {
  readonly element: ChangedElement
  readonly change: ChangeKind
  /** Names from the message or the type on, such as `BookSnapshot.levels.price`; the old ones where there are two. */
  readonly path: string
  /** The name that the path begins with: of a message, a type or the header; empty for the schema itself. */
  readonly owner: string
  readonly from?: string
  readonly to?: string
  /** Old decoders and new messages. */
  readonly forward: Reading
  /** New decoders and old messages. */
  readonly backward: Reading
  readonly api: ApiEffect
  /** Fields of the type that changed, where the path begins with a type. */
  readonly usedBy?: readonly string[]
}

/** Whether one message can be exchanged. */
export interface MessageVerdict {
  readonly name: string
  readonly templateId: number
  readonly forward: Verdict
  readonly backward: Verdict
}

/** What a comparison of two schemas tells. */
export interface SchemaComparison {
  /** Whether decoders of the old schema read messages of the new one: the worst of all changes. */
  readonly forward: Verdict
  /** Whether decoders of the new schema read messages of the old one. */
  readonly backward: Verdict
  /** Messages that the old schema has, in its order, and those that only the new one has. */
  readonly messages: readonly MessageVerdict[]
  readonly changes: readonly SchemaChange[]
}

export const COMPATIBLE: Reading = { verdict: 'compatible' }

export function caveat(reason: string): Reading {
  return { verdict: 'caveat', reason }
}

export function incompatible(reason: string): Reading {
  return { verdict: 'incompatible', reason }
}

export function worst(a: Verdict, b: Verdict): Verdict {
  return VERDICTS.indexOf(a) < VERDICTS.indexOf(b) ? b : a
}

export function isWireChange(change: ChangeKind): boolean {
  return WIRE_CHANGES.some((kind) => kind === change)
}
