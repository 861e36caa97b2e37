/** Doc comments of generated code, from what the schema says. */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { FieldModel } from '../model/schema-model.ts'
import { literal } from './literals.ts'

interface Documented {
  readonly description?: string | undefined
  readonly sinceVersion?: number
  readonly deprecated?: number
}

/** Description of an element, and the versions in which it came and is to go. */
export function docOf(element: Documented): string {
  return joinLines([schemaText(element.description?.trim() ?? ''), lifetimeOf(element)])
}

/** As `docOf`, with the values that a field has: type, range, null, unit. */
export function fieldDocOf(field: FieldModel): string {
  const subject = field.id < 0 ? '' : `Field ${field.id}: `
  const values = schemaText(`${subject}${valuesOf(field).join(', ')}.`)
  const { description = field.type.kind === 'scalar' ? field.type.description : undefined } = field
  return joinLines([schemaText(description?.trim() ?? ''), values, lifetimeOf(field)])
}

function valuesOf(field: FieldModel): string[] {
  const { type } = field
  const parts: string[] = []
  if (type.kind === 'scalar') {
    const { primitive, arrayLength, minValue, maxValue, nullValue } = type
    const byDefault = PRIMITIVE_TYPES[primitive]
    parts.push(arrayLength === undefined ? primitive : `${primitive}[${arrayLength}]`)
    if (type.characterEncoding !== undefined) parts.push(type.characterEncoding)
    if (type.constValue === undefined && (minValue !== byDefault.minValue || maxValue !== byDefault.maxValue)) {
      parts.push(`${literal(primitive, minValue)} to ${literal(primitive, maxValue)}`)
    }
    if (field.presence === 'optional') parts.push(`null is ${literal(primitive, nullValue)}`)
  } else {
    parts.push(type.name)
  }
  if (field.presence !== 'required') parts.push(field.presence)
  if (field.timeUnit !== undefined) parts.push(`in ${field.timeUnit}s`)
  if (field.epoch !== undefined) parts.push(`since the ${field.epoch} epoch`)
  if (field.semanticType !== undefined) parts.push(`semantic type ${field.semanticType}`)
  return parts
}

/** The versions in which an element came and is to go, for every form in which it is accessed. */
export function lifetimeOf(element: Documented): string {
  const { sinceVersion = 0, deprecated = 0 } = element
  return joinLines([
    sinceVersion > 0 ? `Since version ${sinceVersion}.` : '',
    deprecated > 0 ? `@deprecated since version ${deprecated}` : '',
  ])
}

/** Text of a schema is foreign: it must not look like a tag, which editors and compilers act upon. */
function schemaText(text: string): string {
  return text.replace(/(?<=^|[\s{*])@/g, '\\@')
}

export function joinLines(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n')
}
