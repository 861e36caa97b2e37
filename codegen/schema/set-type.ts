import { isPrimitiveName, PRIMITIVE_TYPES, type PrimitiveName } from '../ir/primitive-type.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { requiredText } from './attributes.ts'
import type { SchemaContext } from './context.ts'
import type { NamedValue, SetType } from './model.ts'
import { parseNamedValue } from './named-value.ts'
import { referencePlace } from './reporter.ts'
import { readValueEncoding } from './simple-type.ts'
import { readTypeBase } from './type-base.ts'

/** Encodings a set may name directly; others go through a named type. */
const DIRECT_ENCODINGS: readonly string[] = ['uint8', 'uint16', 'uint32', 'uint64']

/** Parses a `set` element; undefined, after reporting why, when it has no usable name or encoding. */
export function parseSetType(context: SchemaContext, element: XmlElement): SetType | undefined {
  const base = readTypeBase(context, element)
  const encodingType = readEncoding(context, element)
  if (base === undefined || encodingType === undefined) return undefined
  return { ...base, kind: 'set', encodingType, choices: readChoices(context, element, encodingType) }
}

function readEncoding(context: SchemaContext, element: XmlElement): PrimitiveName | undefined {
  const { reporter } = context
  const name = requiredText(reporter, element, 'encodingType')
  if (name === undefined) return undefined
  if (DIRECT_ENCODINGS.includes(name) && isPrimitiveName(name)) return name
  const declaration = context.typeNamed(name)
  const encoding = declaration === undefined ? undefined : readValueEncoding(context, declaration)
  if (encoding === undefined && (declaration !== undefined || context.isExcused(name))) return undefined
  const finding = { code: 'set-encoding', at: element, attribute: 'encodingType' }
  if (encoding?.length !== 1) {
    reporter.error({
      ...finding,
      message: encoding === undefined
        ? `a set cannot be encoded as '${name}'`
        : `a set cannot be encoded as '${name}', which has length ${encoding.length}`,
      expected: `${DIRECT_ENCODINGS.join(', ')} or the name of a type of length 1`,
      reference: `IllegalArgumentException: Illegal encodingType ${name}`,
      referenceStops: true,
    })
    return undefined
  }
  const primitive = PRIMITIVE_TYPES[encoding.primitiveType]
  if (primitive.kind === 'float' || primitive.name === 'char') {
    const message = `a set cannot be encoded as '${name}', which is a ${primitive.name}`
    // The reference notices at the first choice.
    const referenceStops = element.childrenNamed('choice').length > 0
    reporter.error({ ...finding, message, expected: 'an unsigned integer type', referenceStops })
    return undefined
  }
  if (primitive.signed) {
    const message = `the set is encoded as '${name}', which is the signed type ${primitive.name}`
    reporter.warning({ ...finding, code: 'set-signed', message, expected: 'an unsigned integer type' })
  }
  return primitive.name
}

function readChoices(context: SchemaContext, element: XmlElement, primitive: PrimitiveName): Map<string, NamedValue> {
  const { reporter } = context
  const place = referencePlace(element)
  const byName = new Map<string, NamedValue>()
  const positions = new Set<bigint>()
  for (const child of element.childrenNamed('choice')) {
    const checkRange = (position: bigint): boolean => inRange(context, child, position, primitive)
    const choice = parseNamedValue(context, child, primitive, checkRange)
    if (choice === undefined) continue
    if (positions.has(choice.value)) {
      const message = `another choice of this set is bit ${choice.value} too`
      const reference = `${place}Choice value already defined: ${choice.value}`
      reporter.warning({ code: 'duplicate-choice-value', at: child, message, reference })
    }
    if (byName.has(choice.name)) {
      const message = `the set has another choice named '${choice.name}'; the last one counts`
      const reference = `${place}Choice already exists for name: ${choice.name}`
      reporter.warning({ code: 'duplicate-choice-name', at: child, attribute: 'name', message, reference })
    }
    positions.add(choice.value)
    byName.set(choice.name, choice)
  }
  return byName
}

function inRange(context: SchemaContext, element: XmlElement, position: bigint, primitive: PrimitiveName): boolean {
  const bits = BigInt(PRIMITIVE_TYPES[primitive].size * 8)
  if (position >= 0n && position < bits) return true
  // Published versions of the reference take negative positions.
  const reference = position < 0n ? '' : `IllegalArgumentException: Choice value out of bounds: ${position}`
  context.reporter.error({
    code: 'choice-out-of-range',
    at: element,
    message: `bit ${position} is not in a set of ${bits} bits`,
    expected: `a bit position from 0 to ${bits - 1n}`,
    reference,
    referenceStops: reference !== '',
  })
  return false
}
