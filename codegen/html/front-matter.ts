/** What stands before the messages: what the schema is, how to read the page, and what there is in it. */
import type { MessageModel } from '../model/schema-model.ts'
import { badges, description } from './badges.ts'
import { factList } from './facts.ts'
import { breakable, html } from './markup.ts'
import type { Markup } from './markup.ts'
import { lengthText, messageLength } from './message-length.ts'
import type { PageContext } from './page-context.ts'
import { compositeBody } from './type-sections.ts'
import { bytesText } from './value-text.ts'

export function introduction({ model }: PageContext, title: string): Markup {
  const { packageName, schemaId, schemaVersion, semanticVersion, byteOrder, messages } = model
  return html`<h1>${title}</h1>
${description(model.description)}
${factList([
    ['Package', packageName],
    ['Schema id', String(schemaId)],
    ['Version', String(schemaVersion)],
    ['Semantic version', semanticVersion === '' ? undefined : semanticVersion],
    ['Byte order', byteOrder === 'littleEndian' ? 'little-endian' : 'big-endian'],
    ['Messages', String(messages.length)],
  ])}
`
}

/** How messages lie on the wire, and the header that all of them begin with. */
export function headerSection(context: PageContext): Markup {
  const { model, anchors } = context
  const { header, byteOrder } = model
  const order = byteOrder === 'littleEndian' ? 'least' : 'most'
  return html`<section aria-labelledby="encoding">
<h2 id="encoding">Encoding</h2>
<ol class="wire" aria-label="Parts of a message, in this order">
<li>header <b>${header.encodedLength}</b></li><li>block</li><li>repeating groups</li><li>variable-length data</li>
</ol>
<p>A message is a header, a block of fields, repeating groups and variable-length data, one behind the other without
gaps. Numbers have their ${order} significant byte first. The offset of a field counts from the beginning of its block,
group entry or composite.</p>
<p>A later version may make blocks longer. Readers find the end of a block by the block length in the header of the
message or group, not by the one on this page, and take fields for null that came after the version in the header of
the message. A range is given where it is smaller than that of the <a href="#primitives">primitive type</a>.</p>
<section class="item" id="${anchors.of(header)}">
<h3><a class="self" href="#${anchors.of(header)}">Message header</a> <small>${header.name}</small>${badges(header)}</h3>
${description(header.description)}
${compositeBody(context, header)}
</section>
</section>
`
}

/** All messages in a table. */
export function overview(context: PageContext): Markup {
  const { messages } = context.model
  if (messages.length === 0) return html`<p>The schema has no messages.</p>
`
  return html`<div class="scroll"><table class="overview rows"><caption>All messages</caption>
<thead><tr>
<th scope="col" class="number">Template</th>
<th scope="col">Message</th>
<th scope="col" class="number">Block</th>
<th scope="col">Length with header</th>
<th scope="col">Description</th>
</tr></thead>
<tbody>
${messages.map((message) => overviewRow(context, message))}</tbody></table></div>
`
}

function overviewRow(context: PageContext, message: MessageModel): Markup {
  return html`<tr>
<td class="number id">${message.id}</td>
<th scope="row"><a href="#${context.anchors.of(message)}">${breakable(message.name)}</a>${badges(message)}</th>
<td class="number bytes">${bytesText(message.blockLength)}</td>
<td class="length">${lengthText(messageLength(context.model, message))}</td>
<td class="notes">${message.description?.trim()}</td>
</tr>
`
}

/** The list of all messages and types, beside the page where there is room for it. */
export function sideBar(context: PageContext): Markup {
  const { model, types, anchors } = context
  const item = (target: object, name: string, note: string | number): Markup =>
    html`<li><a href="#${anchors.of(target)}">${breakable(name)}</a> <small>${note}</small></li>
`
  return html`<nav class="contents" aria-label="Contents">
<ul><li><a href="#encoding">Encoding</a></li></ul>
<p>Messages</p>
<ul>
${model.messages.map((message) => item(message, message.name, message.id))}</ul>
<p>Types</p>
<ul>
${types.map((type) => item(type, type.name, type.kind))}${
    context.simpleTypes.map((simple) => item(simple, simple.name, simple.type.primitive))
  }</ul>
<ul><li><a href="#primitives">Primitive types</a></li><li><a href="#versions">Versions</a></li></ul>
</nav>
`
}
