import type { FieldModel } from '../model/schema-model.ts'
import { isConstant } from '../model/schema-model.ts'
import { badges } from './badges.ts'
import type { Layout } from './byte-map.ts'
import { breakable, html, joined } from './markup.ts'
import type { Markup, Part } from './markup.ts'
import type { PageContext } from './page-context.ts'
import { presenceMarkup, typeMarkup } from './type-text.ts'
import { countText } from './value-text.ts'

/** The fields of a block, or the members of a composite, in the order of their bytes, with the bytes between them. */
export function fieldTable(
  context: PageContext,
  layout: Layout,
  caption: string,
  kind: 'fields' | 'members',
): Markup | undefined {
  if (layout.fields.length === 0 && layout.length === 0) return undefined
  const hasIds = kind === 'fields'
  return html`<div class="scroll"><table class="${kind} rows"><caption>${caption}</caption>
<thead><tr>
<th scope="col" class="number">Offset</th>
<th scope="col" class="number">Bytes</th>
<th scope="col">Name</th>${hasIds ? html`
<th scope="col" class="number">Id</th>` : undefined}
<th scope="col">Type</th>
<th scope="col">Presence</th>
<th scope="col">Description</th>
</tr></thead>
<tbody>
${rows(context, layout, hasIds)}</tbody></table></div>
`
}

function* rows(context: PageContext, { fields, length }: Layout, hasIds: boolean): Iterable<Markup> {
  let end = 0
  for (const field of fields) {
    const { offset, type } = field
    const size = isConstant(field) ? 0 : type.encodedLength
    if (size > 0 && offset > end) yield padding(end, offset, hasIds)
    if (size > 0) end = Math.max(end, offset + size)
    yield html`<tr id="${context.anchors.of(field)}">
<td class="number offset">${size > 0 ? offset : html`&#8211;`}</td>
<td class="number bytes">${countText(size)}</td>
<th scope="row">${breakable(field.name)}${badges(field)}</th>${hasIds ? html`
<td class="number id">${field.id}</td>` : undefined}
<td class="type">${typeMarkup(context, type)}</td>
<td class="presence">${presenceMarkup(context, field)}</td>
<td class="notes">${notes(field)}</td>
</tr>
`
  }
  if (length > end) yield padding(end, length, hasIds)
}

function padding(start: number, end: number, hasIds: boolean): Markup {
  return html`<tr class="padding">
<td class="number offset">${start}</td>
<td class="number bytes">${countText(end - start)}</td>
<th scope="row">padding</th>
<td colspan="${hasIds ? 4 : 3}"></td>
</tr>
`
}

/** The description of a field, or else that of its type, and what values mean. */
function notes(field: FieldModel): Part {
  const { timeUnit, epoch, type } = field
  const semanticType = field.semanticType ?? field.semanticTypeOfType
  const own = field.description?.trim() ?? ''
  const inherited = own === '' ? (type.description?.trim() ?? '') : ''
  const facts = [
    timeUnit === undefined ? undefined : `time unit ${timeUnit}`,
    epoch === undefined ? undefined : `epoch ${epoch}`,
    semanticType === undefined ? undefined : `semantic type ${semanticType}`,
  ].filter((fact) => fact !== undefined)
  return [
    own,
    inherited === '' ? undefined : html`<span class="inherited">${inherited}</span>`,
    facts.length === 0 ? undefined : html` <small>${joined(facts, ', ')}</small>`,
  ]
}
