import type { PrimitiveName } from '../ir/primitive-type.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { COUNTING, integer, requiredText, warnOfSpace } from './attributes.ts'
import type { SchemaContext } from './context.ts'
import type { NamedValue } from './model.ts'
import { parsePrimitive } from './primitive-values.ts'
import { checkName } from './names.ts'

/**
 * Parses a `validValue` or `choice`; undefined, after reporting why, when it has no usable name or value. Whether the
 * value is in range is for the caller to say; `checkRange` runs where the reference looks at it.
 */
export function parseNamedValue(
  { reporter }: SchemaContext,
  element: XmlElement,
  primitive: PrimitiveName,
  checkRange?: (value: bigint) => boolean,
): NamedValue | undefined {
  const name = requiredText(reporter, element, 'name')
  const value = readNumber(element, primitive)
  if (typeof value !== 'bigint') reporter.error({ code: 'bad-value', at: element, ...value })
  else if (primitive !== 'char') warnOfSpace(reporter, element, undefined, element.text)
  const sinceVersion = integer(reporter, element, 'sinceVersion', 0, COUNTING)
  const deprecated = integer(reporter, element, 'deprecated', 0, COUNTING)
  const usable = typeof value === 'bigint' && (checkRange?.(value) ?? true)
  if (name === undefined) return undefined
  checkName(reporter, element, name)
  if (!usable) return undefined
  return { element, name, description: element.attributes.get('description'), sinceVersion, deprecated, value }
}

interface BadValue {
  readonly message: string
  readonly expected: string
  readonly reference?: string
  readonly referenceStops?: boolean
}

function readNumber(element: XmlElement, primitive: PrimitiveName): bigint | BadValue {
  const { text } = element
  if (text === '') {
    const message = `<${element.name}> has no value`
    const expected = 'the value as text of the element'
    return { message, expected, reference: 'NullPointerException', referenceStops: true }
  }
  const parsed = parsePrimitive(text, primitive)
  if (parsed.value === undefined) {
    const { message, expected, reference } = parsed
    const what = `<${element.name}>: ${message}`
    return reference === ''
      ? { message: what, expected }
      : { message: what, expected, reference, referenceStops: true }
  }
  return BigInt(parsed.value)
}
