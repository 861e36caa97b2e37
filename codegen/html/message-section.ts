import type { BlockModel, DataModel, GroupModel, MessageModel } from '../model/schema-model.ts'
import { badges, description } from './badges.ts'
import { byteMap } from './byte-map.ts'
import { factList } from './facts.ts'
import type { Fact } from './facts.ts'
import { fieldTable } from './field-table.ts'
import { breakable, html, joined, Markup } from './markup.ts'
import type { Part } from './markup.ts'
import { entryRange, lengthText, messageLength } from './message-length.ts'
import type { PageContext } from './page-context.ts'
import { bytesText, countText, encodingText } from './value-text.ts'

/** The first heading of groups; those inside have the next ones, of which there are only six. */
const GROUP_LEVEL = 4
const LEVEL_MAX = 6

export function messageSection(context: PageContext, message: MessageModel): Markup {
  const anchor = context.anchors.of(message)
  const { id, blockLength, name, sinceVersion, semanticType } = message
  const isPlain = message.groups.length === 0 && message.data.length === 0
  const facts: readonly Fact[] = [
    ['Template id', String(id)],
    ['Block', bytesText(blockLength)],
    ['Length with header', lengthText(messageLength(context.model, message))],
    ['Since version', sinceVersion > 0 ? String(sinceVersion) : undefined],
    ['Semantic type', semanticType],
  ]
  return html`<section class="item" id="${anchor}">
<h3><a class="self" href="#${anchor}">${breakable(name)}</a>${badges(message)}</h3>
${description(message.description)}
${factList(facts)}
${isPlain ? undefined : wireOrder(context, message)}
${blockMarkup(context, message, 'message')}
${partsMarkup(context, message, GROUP_LEVEL)}
</section>
`
}

/** What a message consists of, one behind the other. */
function wireOrder(context: PageContext, message: MessageModel): Markup {
  const { header } = context.model
  const link = (target: object, name: Part): Markup => html`<a href="#${context.anchors.of(target)}">${name}</a>`
  return html`<ol class="wire" aria-label="Bytes on the wire, in this order">
<li>${link(header, 'header')} <b>${header.encodedLength}</b></li><li>block <b>${message.blockLength}</b></li>${
    variableParts(message).map((part) => html`<li>${link(part, breakable(part.name))} <b>${lengthOf(part)}</b></li>`)
  }
</ol>
`
}

function variableParts({ groups, data }: BlockModel): readonly (GroupModel | DataModel)[] {
  return [...groups, ...data]
}

function lengthOf(part: GroupModel | DataModel): Part {
  if (part.kind === 'data') return html`${part.headerLength} + length`
  const entry = [part.blockLength, ...variableParts(part).map(({ name }) => breakable(name))]
  const each = entry.length === 1 ? html`${part.blockLength}` : html`(${joined(entry, ' + ')})`
  return html`${part.headerLength} + n&#160;&#215;&#160;${each}`
}

function blockMarkup(context: PageContext, block: BlockModel, owner: 'message' | 'entry'): Part {
  const { fields, blockLength: length } = block
  if (length === 0 && fields.length === 0) {
    return html`<p class="empty">${owner === 'entry' ? 'An entry' : 'The message'} has no fields.</p>
`
  }
  const subject = owner === 'entry' ? 'an entry' : 'the block'
  const layout = { fields, length }
  return [
    byteMap(layout, `Bytes of ${subject}`, context.anchors),
    fieldTable(context, layout, `Fields of ${subject}`, 'fields'),
  ]
}

function* partsMarkup(context: PageContext, block: BlockModel, level: number): Iterable<Markup> {
  for (const group of block.groups) yield groupSection(context, group, level)
  if (block.data.length > 0) yield dataTable(context, block.data)
}

function groupSection(context: PageContext, group: GroupModel, level: number): Markup {
  const anchor = context.anchors.of(group)
  const tag = Math.min(level, LEVEL_MAX)
  const open = new Markup(`<h${tag}${level > LEVEL_MAX ? ` aria-level="${level}"` : ''}>`)
  const close = new Markup(`</h${tag}>`)
  const self = html`<a class="self" href="#${anchor}">${breakable(group.name)}</a>`
  return html`<section class="group" id="${anchor}">
${open}${self} <small>repeating group</small>${badges(group)}${close}
${description(group.description)}
${factList(groupFacts(group))}
${blockMarkup(context, group, 'entry')}
${partsMarkup(context, group, level + 1)}
</section>
`
}

function groupFacts(group: GroupModel): readonly Fact[] {
  const { header, headerLength } = group
  const { min, max } = entryRange(group)
  const members = header.members.map(({ name, offset, type }) => {
    if (type.kind !== 'scalar') return html`${name} ${type.name} at ${offset}`
    return type.encodedLength === 0 ? html`${name}, constant` : html`${name} ${encodingText(type)} at ${offset}`
  })
  return [
    ['Id', String(group.id)],
    ['Entries', min === max ? countText(min) : `${countText(min)} to ${countText(max)}`],
    ['Bytes of an entry', countText(group.blockLength) + (variableParts(group).length > 0 ? ' and what follows' : '')],
    ['Header', html`${header.name}, ${bytesText(headerLength)}: ${joined(members, ', ')}`],
  ]
}

function dataTable(context: PageContext, all: readonly DataModel[]): Markup {
  return html`<div class="scroll"><table class="data rows"><caption>Variable-length data</caption>
<thead><tr>
<th scope="col">Name</th>
<th scope="col" class="number">Id</th>
<th scope="col">Length</th>
<th scope="col">Content</th>
<th scope="col">Description</th>
</tr></thead>
<tbody>
${all.map((data) => dataRow(context, data))}</tbody></table></div>
`
}

function dataRow(context: PageContext, data: DataModel): Markup {
  const { name, id, characterEncoding, primitive, semanticType } = data
  return html`<tr id="${context.anchors.of(data)}">
<th scope="row">${breakable(name)}${badges(data)}</th>
<td class="number id">${id}</td>
<td class="length">${dataLength(data)}</td>
<td class="content">${primitive}${characterEncoding === undefined ? '' : `, ${characterEncoding}`}</td>
<td class="notes">${data.description?.trim()}${semanticTypeNote(semanticType)}</td>
</tr>
`
}

function semanticTypeNote(semanticType: string | undefined): Part {
  return semanticType === undefined ? undefined : html` <small>semantic type ${semanticType}</small>`
}

function dataLength({ headerName, headerLength, lengthMember }: DataModel): Markup {
  const { primitive, minValue, maxValue } = lengthMember.type
  const from = minValue > 0 ? `${countText(minValue)} to` : 'up to'
  const limit = `${primitive}, ${from} ${countText(maxValue)} bytes`
  return html`${limit} <small>${headerName}, ${bytesText(headerLength)}</small>`
}
