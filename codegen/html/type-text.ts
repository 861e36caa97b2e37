/** Types in tables of fields: a link to where each is described, and the short of it. */
import type { CompositeModel, EnumModel, FieldModel, TypeModel } from '../model/schema-model.ts'
import { isConstant } from '../model/schema-model.ts'
import { breakable, html, joined } from './markup.ts'
import type { Markup, Part } from './markup.ts'
import type { PageContext } from './page-context.ts'
import { constantText, encodingText, rangeText, valueText } from './value-text.ts'

/** Enums and composites of no more parts than this are shown where they are used. */
const PARTS_SHOWN_MAX = 4

/** Such as `OrderId` with `uint64` below. */
export function typeMarkup(context: PageContext, type: TypeModel): Markup {
  if (type.kind === 'scalar') {
    const { name = encodingText(type) } = type
    const link = html`<a href="#${context.anchorOf(type)}">${breakable(name)}</a>`
    const details = [
      name === encodingText(type) ? undefined : encodingText(type),
      type.characterEncoding,
      rangeText(type),
    ]
    return withDetails(link, details)
  }
  return withDetails(html`<a href="#${context.anchors.of(type)}">${breakable(type.name)}</a>`, detailsOf(type))
}

function withDetails(link: Markup, details: readonly Part[]): Markup {
  const given = details.filter((detail) => detail !== undefined)
  return given.length === 0 ? link : html`${link} <small>${joined(given, ', ')}</small>`
}

function detailsOf(type: Exclude<TypeModel, { readonly kind: 'scalar' }>): readonly Part[] {
  switch (type.kind) {
    case 'enum':
      return [html`${type.primitive}: ${enumSummary(type)}`]
    case 'set':
      return [type.primitive, countOf(type.choices.length, 'flag')]
    case 'composite':
      return compositeSummary(type)
  }
}

function enumSummary({ primitive, values }: EnumModel): Part {
  if (values.length > PARTS_SHOWN_MAX) return countOf(values.length, 'value')
  return joined(values.map(({ name, value }) => html`${plainValue(primitive, value)}&#160;${breakable(name)}`), ', ')
}

/** As `valueText`, without the quotes of characters. */
function plainValue(primitive: EnumModel['primitive'], value: bigint): string {
  return valueText(primitive, value).replace(/^'(.)'$/, '$1')
}

function compositeSummary({ members }: CompositeModel): readonly Part[] {
  const isShort = members.length <= PARTS_SHOWN_MAX && members.every(({ type }) => type.kind !== 'composite')
  if (!isShort) return [countOf(members.length, 'member')]
  return members.map((member): Part => {
    const { name, type } = member
    if (type.kind !== 'scalar') return html`${breakable(name)}&#160;${type.kind === 'composite' ? '' : type.primitive}`
    const constant = isConstant(member) ? html`&#160;= ${constantText(type, type.constValue ?? type.nullValue)}` : ''
    return html`${breakable(name)}&#160;${encodingText(type)}${constant}`
  })
}

/** What a field has to be: presence, null value, and the value of a constant. */
export function presenceMarkup(context: PageContext, field: FieldModel): Markup {
  const { presence, type, constantValueName } = field
  if (!isConstant(field)) {
    const nullText = presence === 'optional' ? nullMarkup(type) : compositeNulls(type)
    return html`${presence}${nullText === undefined ? '' : html` <small>${nullText}</small>`}`
  }
  if (type.kind === 'scalar') {
    return html`constant <small>= ${constantText(type, type.constValue ?? type.nullValue)}</small>`
  }
  const value = type.kind === 'enum' ? type.values.find(({ name }) => name === constantValueName) : undefined
  if (value === undefined || type.kind !== 'enum') return html`constant <small>= ${constantValueName}</small>`
  const text = html`${breakable(value.name)}, ${valueText(type.primitive, value.value)}`
  return html`constant <small>= <a href="#${context.anchors.of(value)}">${text}</a></small>`
}

function nullMarkup(type: TypeModel): Part {
  switch (type.kind) {
    case 'scalar': {
      if (type.arrayLength === undefined) return html`null is ${valueText(type.primitive, type.nullValue)}`
      if (type.primitive === 'char') return 'null is empty'
      return html`null is ${valueText(type.primitive, type.nullValue)} in each element`
    }
    case 'enum':
      return html`null is ${valueText(type.primitive, type.nullValue)}`
    case 'set':
      return undefined
    case 'composite':
      return compositeNulls(type)
  }
}

/** The null values of the members of a composite that is shown where it is used. */
function compositeNulls(type: TypeModel): Part {
  if (type.kind !== 'composite' || type.members.length > PARTS_SHOWN_MAX) return undefined
  const optional = type.members.filter(({ presence, type: { kind } }) => presence === 'optional' && kind === 'scalar')
  if (optional.length === 0) return undefined
  const texts = optional.map(({ name, type: member }) => html`${breakable(name)}: ${nullMarkup(member)}`)
  return joined(texts, html`<br/>`)
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
