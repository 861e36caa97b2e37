/** A table of the bytes of a block or composite, eight in a row, with what lies in them. */
import type { FieldModel, TypeModel } from '../model/schema-model.ts'
import { isConstant } from '../model/schema-model.ts'
import type { Anchors } from './anchors.ts'
import { breakable, html } from './markup.ts'
import type { Markup, Part } from './markup.ts'
import { bytesText, encodingText } from './value-text.ts'

const BYTES_PER_ROW = 8

/** Paths through composites are cut off there. */
const LABEL_LENGTH_MAX = 80

/** How values look; also the class of their cells. */
type Kind = 'integer' | 'float' | 'text' | 'enum' | 'set' | 'padding'

/** Bytes that belong together. */
interface Segment {
  readonly start: number
  readonly length: number
  readonly kind: Kind
  readonly label: string
  readonly type: string
  readonly anchor: string | undefined
}

interface Cell {
  readonly segment: Segment
  readonly bytes: number
}

/** Eight bytes, or more where all of them are one value's. */
interface Row {
  readonly start: number
  readonly length: number
  readonly cells: Cell[]
}

export interface Layout {
  readonly fields: readonly FieldModel[]
  readonly length: number
}

/** The map of a block or composite; nothing where it has no bytes. */
export function byteMap(layout: Layout, caption: string, anchors: Anchors): Markup | undefined {
  if (layout.length === 0) return undefined
  return html`<div class="scroll"><table class="map"><caption>${caption}</caption>
<thead><tr><th scope="col">byte</th>${columns()}</tr></thead>
<tbody>
${rowsMarkup(rowsOf(withPadding(layout, anchors)))}</tbody></table></div>
`
}

function* columns(): Iterable<Markup> {
  for (let i = 0; i < BYTES_PER_ROW; i++) yield html`<th scope="col">+${i}</th>`
}

function* rowsMarkup(rows: Iterable<Row>): Iterable<Markup> {
  let labelled: Segment | undefined
  for (const { start, length, cells } of rows) {
    const isLong = length > BYTES_PER_ROW
    const last = start + length - 1
    const used = cells.reduce((sum, cell) => sum + cell.bytes, 0)
    const rest = BYTES_PER_ROW - used
    const label = isLong ? html`${start}<br/>to ${last}` : html`${start}`
    const parts: Part[] = []
    for (const cell of cells) {
      const { segment } = cell
      const isLabelled = segment !== labelled && cell.bytes === widestPart(segment)
      if (isLabelled) labelled = segment
      parts.push(isLabelled ? labelledCell(cell, isLong) : otherCell(cell, segment === labelled))
    }
    if (rest > 0) parts.push(html`<td colspan="${rest}" class="none"></td>`)
    yield html`<tr${isLong ? html` class="long"` : ''}><th scope="row">${label}</th>${parts}</tr>
`
  }
}

function labelledCell({ segment, bytes }: Cell, isLong: boolean): Markup {
  const { label, type, anchor, kind, length } = segment
  const size = isLong ? html` <small>${bytesText(length)}</small>` : ''
  // The rows below lead to the same places: with a keyboard one need not go through all of them twice.
  const name = anchor === undefined ? label : html`<a href="#${anchor}" tabindex="-1">${breakable(label)}</a>`
  return html`<td${spanOf(bytes)} class="${kind}">${name} <small>${type}</small>${size}</td>`
}

/** The rest of a segment, behind or in front of its label. */
function otherCell({ segment, bytes }: Cell, isBehind: boolean): Markup {
  const label = breakable(segment.label)
  const text = bytes === 1 ? html`&#8230;` : isBehind ? html`&#8230; ${label}` : html`${label} &#8230;`
  return html`<td${spanOf(bytes)} class="${segment.kind} more">${text}</td>`
}

function spanOf(bytes: number): Part {
  return bytes === 1 ? undefined : html` colspan="${bytes}"`
}

/** The most bytes of a segment in one cell: its name goes there. */
function widestPart({ start, length }: Segment): number {
  const first = Math.min(length, BYTES_PER_ROW - (start % BYTES_PER_ROW))
  return Math.max(first, Math.min(length - first, BYTES_PER_ROW))
}

function* rowsOf(segments: Iterable<Segment>): Iterable<Row> {
  let row: Row = { start: 0, length: BYTES_PER_ROW, cells: [] }
  for (const segment of segments) {
    const end = segment.start + segment.length
    for (let at = segment.start; at < end;) {
      const column = at % BYTES_PER_ROW
      const fullRows = column === 0 ? Math.floor((end - at) / BYTES_PER_ROW) : 0
      if (fullRows > 1) {
        yield { start: at, length: fullRows * BYTES_PER_ROW, cells: [{ segment, bytes: BYTES_PER_ROW }] }
        at += fullRows * BYTES_PER_ROW
        row = { start: at, length: BYTES_PER_ROW, cells: [] }
        continue
      }
      const bytes = Math.min(BYTES_PER_ROW - column, end - at)
      row.cells.push({ segment, bytes })
      at += bytes
      if (at % BYTES_PER_ROW !== 0) continue
      yield row
      row = { start: at, length: BYTES_PER_ROW, cells: [] }
    }
  }
  if (row.cells.length > 0) yield row
}

/** The segments without gaps and overlaps, from the first byte to the last. */
function* withPadding({ fields, length }: Layout, anchors: Anchors): Iterable<Segment> {
  let end = 0
  for (const segment of segmentsOf(fields, anchors)) {
    if (segment.start > end) yield padding(end, segment.start)
    const start = Math.max(segment.start, end)
    end = Math.max(end, segment.start + segment.length)
    if (end > start) yield { ...segment, start, length: end - start }
  }
  if (length > end) yield padding(end, length)
}

function padding(start: number, end: number): Segment {
  return { start, length: end - start, kind: 'padding', label: 'padding', type: '', anchor: undefined }
}

function* segmentsOf(fields: readonly FieldModel[], anchors: Anchors): Iterable<Segment> {
  for (const field of fields) {
    const anchor = anchors.of(field)
    for (const leaf of leavesOf(field, field.offset, '')) yield { ...leaf, anchor }
  }
}

/** What has bytes of its own: the members of composites that have several, each with the name of its field. */
function* leavesOf(field: FieldModel, start: number, path: string): Iterable<Segment> {
  const { type } = field
  if (isConstant(field) || type.encodedLength <= 0) return
  const label = `${path}${field.name}`.slice(0, LABEL_LENGTH_MAX)
  if (type.kind !== 'composite') {
    const name = type.kind === 'scalar' ? encodingText(type) : type.name
    yield { start, length: type.encodedLength, kind: kindOf(type), label, type: name, anchor: undefined }
    return
  }
  const members = type.members.filter((member) => !isConstant(member) && member.type.encodedLength > 0)
  const [only] = members
  if (members.length === 1 && only !== undefined && only.type.kind !== 'composite') {
    for (const leaf of leavesOf(only, start + only.offset, '')) yield { ...leaf, label, type: type.name }
    return
  }
  for (const member of members) yield* leavesOf(member, start + member.offset, `${label}.`)
}

function kindOf(type: Exclude<TypeModel, { readonly kind: 'composite' }>): Kind {
  if (type.kind !== 'scalar') return type.kind
  if (type.primitive === 'char') return 'text'
  return type.primitive === 'float' || type.primitive === 'double' ? 'float' : 'integer'
}
