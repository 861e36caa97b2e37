/** The text that `godwit sbe diff` prints. */
import { onOneLine } from '../diagnostic.ts'
import { count } from './findings.ts'
import type { ChangedElement, Reading, SchemaChange, SchemaComparison, Verdict } from '../diff/schema-change.ts'

interface Side {
  readonly file: string
  readonly schemaId: number
  readonly version: number
}

const DIRECTIONS = { forward: 'old reads new', backward: 'new reads old' } as const
const VERDICT_TEXTS: Readonly<Record<Verdict, string>> = {
  compatible: 'compatible', caveat: 'with a caveat', incompatible: 'incompatible',
}
const COLUMN = 16
const USES_MAX = 3

/** What an owner of changes is, by one of its changes. */
const OWNER_KINDS: Readonly<Partial<Record<ChangedElement, string>>> = {
  value: 'enum', enum: 'enum', choice: 'set', set: 'set', member: 'composite', composite: 'composite',
}

export function formatComparison(sides: { old: Side; new: Side }, comparison: SchemaComparison): string {
  const lines = [`old: ${sideText(sides.old)}`, `new: ${sideText(sides.new)}`, '']
  if (comparison.changes.length === 0) return [...lines, 'no differences', ''].join('\n')
  const told = comparison.changes.filter(({ change }) => change !== 'description')
  for (const changes of groupByOwner(told)) {
    const [first] = changes
    if (first !== undefined) lines.push(headline(first))
    for (const change of changes) lines.push(...changeLines(change))
    lines.push('')
  }
  const descriptions = comparison.changes.length - told.length
  if (descriptions > 0) lines.push(`Changed descriptions: ${descriptions}`, '')
  return [...lines, ...verdictLines(comparison), ''].join('\n')
}

function sideText({ file, schemaId, version }: Side): string {
  return `${onOneLine(file)}, schema ${schemaId}, version ${version}`
}

/** Changes by what they belong to: the schema, messages, types. */
function groupByOwner(changes: readonly SchemaChange[]): readonly (readonly SchemaChange[])[] {
  const groups = new Map<string, SchemaChange[]>()
  for (const change of changes) {
    const key = `${ownerKind(change)} ${change.owner}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [change])
    else group.push(change)
  }
  const rankOf = ([change]: readonly SchemaChange[]): number => {
    return change?.usedBy !== undefined ? 2 : change?.owner === '' ? 0 : 1
  }
  return [...groups.values()].sort((a, b) => rankOf(a) - rankOf(b))
}

function ownerKind({ element, owner, usedBy }: SchemaChange): string {
  if (owner === '') return 'schema'
  if (usedBy !== undefined) return OWNER_KINDS[element] ?? 'type'
  return element === 'header' || element === 'member' ? 'header' : 'message'
}

function headline(change: SchemaChange): string {
  const { owner, usedBy = [] } = change
  const more = usedBy.length > USES_MAX ? ` and ${usedBy.length - USES_MAX} more` : ''
  const uses = usedBy.length === 0 ? '' : `, used by ${usedBy.slice(0, USES_MAX).join(', ')}${more}`
  return onOneLine(`${ownerKind(change)} ${owner}`.trim() + uses)
}

function changeLines(change: SchemaChange): string[] {
  return [
    onOneLine(`  ${changeText(change)}${change.api === 'breaking' ? ' [breaks the API]' : ''}`),
    ...readingLines(change),
  ]
}

function changeText({ change, path, owner, element, from, to }: SchemaChange): string {
  const isOwner = path === owner
  const name = isOwner ? element : path.slice(owner.length + 1)
  if (change === 'added') return `+ ${name}: ${to}`
  if (change === 'removed') return `- ${name}: ${from}`
  return `~ ${isOwner ? '' : `${name}: `}${change.replaceAll('-', ' ')} ${from ?? 'none'} -> ${to ?? 'none'}`
}

function readingLines({ forward, backward }: SchemaChange): string[] {
  const isSame = forward.verdict === backward.verdict && forward.reason === backward.reason
  if (isSame) return readingLine('both ways', forward)
  return [...readingLine(DIRECTIONS.forward, forward), ...readingLine(DIRECTIONS.backward, backward)]
}

function readingLine(direction: string, { verdict, reason }: Reading): string[] {
  return verdict === 'compatible' ? [] : [onOneLine(`      ${verdict}, ${direction}: ${reason ?? ''}`)]
}

/** A table of the messages that cannot simply be exchanged, and the sum. */
function verdictLines({ messages, forward, backward }: SchemaComparison): string[] {
  const concerned = messages.filter((message) => message.forward !== 'compatible' || message.backward !== 'compatible')
  const rows = concerned.map((message): Row => ({ ...message, name: onOneLine(message.name) }))
  const others = messages.length - concerned.length
  if (others > 0) {
    const name = concerned.length === 0 ? 'all messages' : count(others, 'other message')
    rows.push({ name, forward: 'compatible', backward: 'compatible' })
  }
  const width = rows.reduce((most, { name }) => Math.max(most, name.length), 'in total'.length) + 2
  const line = (name: string, ...cells: readonly string[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padEnd(COLUMN)).join('')}`.trimEnd()
  return [
    line('', DIRECTIONS.forward, DIRECTIONS.backward),
    ...[...rows, { name: 'in total', forward, backward }].map((row) => {
      return line(row.name, VERDICT_TEXTS[row.forward], VERDICT_TEXTS[row.backward])
    }),
  ]
}

interface Row {
  readonly name: string
  readonly forward: Verdict
  readonly backward: Verdict
}
