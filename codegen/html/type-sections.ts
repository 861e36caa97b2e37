import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveType } from '../ir/primitive-type.ts'
import type { CompositeModel, EnumModel, EnumValueModel, NamedTypeModel, SetModel } from '../model/schema-model.ts'
import { badges, description } from './badges.ts'
import { byteMap } from './byte-map.ts'
import { factList } from './facts.ts'
import { fieldTable } from './field-table.ts'
import { breakable, html, joined } from './markup.ts'
import type { Markup, Part } from './markup.ts'
import type { PageContext, SimpleType } from './page-context.ts'
import { bytesText, constantText, encodingText, hexText, rangeText, valueText } from './value-text.ts'

export function typeSection(context: PageContext, type: NamedTypeModel): Markup {
  const anchor = context.anchors.of(type)
  return html`<section class="item ${type.kind}" id="${anchor}">
<h3><a class="self" href="#${anchor}">${breakable(type.name)}</a> <small>${type.kind}</small>${badges(type)}</h3>
${description(type.description)}
${bodyOf(context, type)}
${usersMarkup(context, type)}
</section>
`
}

function bodyOf(context: PageContext, type: NamedTypeModel): Part {
  switch (type.kind) {
    case 'enum':
      return enumBody(context, type)
    case 'set':
      return setBody(context, type)
    case 'composite':
      return compositeBody(context, type)
  }
}

function enumBody(context: PageContext, type: EnumModel): Part {
  const { primitive, encodedLength, nullValue, values } = type
  return [
    factList([
      ['Encoding', `${primitive}, ${bytesText(encodedLength)}`],
      ['Null value', valueText(primitive, nullValue)],
    ]),
    valueTable(`Values of ${type.name}`, html`<th scope="col" class="number">Value</th>`, values.map((value) =>
      valueRow(context, value, html`<td class="number value">${enumValue(type, value)}</td>`))),
  ]
}

function enumValue({ primitive }: EnumModel, { value }: EnumValueModel): Part {
  const text = valueText(primitive, value)
  return text.startsWith("'") ? html`${text} <small>${hexText(value, 1)}</small>` : text
}

function setBody(context: PageContext, type: SetModel): Part {
  const { primitive, encodedLength, choices } = type
  const heads = html`<th scope="col" class="number">Bit</th><th scope="col" class="number">Mask</th>`
  return [
    factList([['Encoding', `${primitive}, ${bytesText(encodedLength)}`], ['Bit 0', 'the least significant']]),
    valueTable(`Flags of ${type.name}`, heads, choices.map((choice) => {
      const mask = hexText(1n << BigInt(choice.bit), encodedLength)
      const cells = html`<td class="number value">${choice.bit}</td><td class="number mask">${mask}</td>`
      return valueRow(context, choice, cells)
    })),
  ]
}

interface Described {
  readonly name: string
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
}

function valueTable(caption: string, heads: Markup, rows: readonly Markup[]): Markup {
  return html`<div class="scroll"><table class="values rows"><caption>${caption}</caption>
<thead><tr>${heads}<th scope="col">Name</th><th scope="col">Description</th></tr></thead>
<tbody>
${rows}</tbody></table></div>
`
}

function valueRow(context: PageContext, value: Described, cells: Markup): Markup {
  return html`<tr id="${context.anchors.of(value)}">
${cells}
<th scope="row">${breakable(value.name)}${badges(value)}</th>
<td class="notes">${value.description?.trim()}</td>
</tr>
`
}

export function compositeBody(context: PageContext, type: CompositeModel): Part {
  const layout = { fields: type.members, length: type.encodedLength }
  return [
    factList([['Length', bytesText(type.encodedLength)]]),
    type.members.length > 1 ? byteMap(layout, `Bytes of ${type.name}`, context.anchors) : undefined,
    fieldTable(context, layout, `Members of ${type.name}`, 'members'),
  ]
}

function usersMarkup(context: PageContext, type: NamedTypeModel): Part {
  const users = context.usersOf(type)
  return users.length === 0 ? undefined : html`<p class="users">Used by ${links(context, users)}</p>
`
}

function links(context: PageContext, targets: readonly { readonly name: string }[]): Part {
  return joined(targets.map((each) => html`<a href="#${context.anchors.of(each)}">${breakable(each.name)}</a>`), ', ')
}

/** Declared types of single values and arrays. */
export function simpleTypeTable(context: PageContext): Markup {
  return html`<div class="scroll"><table class="simple rows"><caption>Simple types</caption>
<thead><tr>
<th scope="col">Name</th>
<th scope="col">Encoding</th>
<th scope="col" class="number">Bytes</th>
<th scope="col">Values</th>
<th scope="col">Description</th>
<th scope="col">Used by</th>
</tr></thead>
<tbody>
${context.simpleTypes.map((simple) => simpleTypeRow(context, simple))}</tbody></table></div>
`
}

function simpleTypeRow(context: PageContext, simple: SimpleType): Markup {
  const { name, type } = simple
  const { primitive, constValue, characterEncoding } = type
  const values = [
    constValue === undefined ? undefined : html`constant ${constantText(type, constValue)}`,
    rangeText(type),
    characterEncoding,
  ].filter((each) => each !== undefined)
  return html`<tr class="item" id="${context.anchors.of(simple)}">
<th scope="row">${breakable(name)}</th>
<td class="type"><a href="#${context.anchors.of(PRIMITIVE_TYPES[primitive])}">${encodingText(type)}</a></td>
<td class="number bytes">${type.encodedLength}</td>
<td class="limits">${joined(values, ', ')}</td>
<td class="notes">${type.description?.trim()}</td>
<td class="users">${links(context, context.usersOf(simple))}</td>
</tr>
`
}

/** What fields have where the schema says nothing else. */
export function primitiveTable(context: PageContext): Markup {
  return html`<div class="scroll"><table class="primitives rows" id="primitives"><caption>Primitive types</caption>
<thead><tr>
<th scope="col">Name</th>
<th scope="col" class="number">Bytes</th>
<th scope="col">Range</th>
<th scope="col">Null value</th>
</tr></thead>
<tbody>
${context.primitives.map((primitive) => primitiveRow(context, primitive))}</tbody></table></div>
`
}

function primitiveRow(context: PageContext, primitive: PrimitiveType): Markup {
  const { name, size, minValue, maxValue, nullValue } = primitive
  const bits = typeof nullValue === 'bigint' && name !== 'char' ? html` <small>${hexText(nullValue, size)}</small>` : ''
  return html`<tr id="${context.anchors.of(primitive)}">
<th scope="row">${name}</th>
<td class="number bytes">${size}</td>
<td class="limits">${valueText(name, minValue)} to ${valueText(name, maxValue)}</td>
<td class="null">${valueText(name, nullValue)}${bits}</td>
</tr>
`
}
