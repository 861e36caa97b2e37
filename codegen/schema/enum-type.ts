import { PRIMITIVE_TYPES, type PrimitiveName } from '../ir/primitive-type.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { requiredText } from './attributes.ts'
import type { SchemaContext } from './context.ts'
import type { EnumType, NamedValue } from './model.ts'
import { parseNamedValue } from './named-value.ts'
import { asLong, bitRange } from './primitive-values.ts'
import { referencePlace } from './reporter.ts'
import { readValue, readValueEncoding, type ValueEncoding } from './simple-type.ts'
import { readTypeBase } from './type-base.ts'

/** Encodings an enum may name directly; others go through a named type. */
const DIRECT_ENCODINGS: readonly string[] = ['char', 'uint8', 'int8', 'int16', 'uint16', 'int32']

interface Encoded {
  readonly primitiveType: PrimitiveName
  readonly nullValue: bigint | number
  readonly minValue: bigint | number
  readonly maxValue: bigint | number
}

/** Parses an `enum` element; undefined, after reporting why, when it has no usable name or encoding. */
export function parseEnumType(context: SchemaContext, element: XmlElement): EnumType | undefined {
  const base = readTypeBase(context, element)
  const encoded = readEncoding(context, element)
  if (base === undefined || encoded === undefined) return undefined
  const { primitiveType, nullValue } = encoded
  const values = readValidValues(context, element, encoded)
  return { ...base, kind: 'enum', encodingType: primitiveType, nullValue, ...values }
}

function readEncoding(context: SchemaContext, element: XmlElement): Encoded | undefined {
  const encoding = findEncoding(context, element)
  if (encoding === undefined) return undefined
  const { primitiveType, minValue, maxValue, nullValue } = encoding
  const primitive = PRIMITIVE_TYPES[primitiveType]
  const ownNull = element.attributes.get('nullValue')
  const readNull = ownNull === undefined
    ? nullValue
    : readValue(context, element, 'nullValue', ownNull, primitiveType)
  return {
    primitiveType,
    nullValue: readNull ?? primitive.nullValue,
    minValue: minValue ?? primitive.minValue,
    maxValue: maxValue ?? primitive.maxValue,
  }
}

function findEncoding(context: SchemaContext, element: XmlElement): ValueEncoding | undefined {
  const { reporter } = context
  const name = requiredText(reporter, element, 'encodingType')
  if (name === undefined) return undefined
  if (DIRECT_ENCODINGS.includes(name)) return { primitiveType: name as PrimitiveName, length: 1 }
  const finding = { code: 'enum-encoding', at: element, attribute: 'encodingType' }
  const thrown = `IllegalArgumentException: illegal encodingType for enum ${name}`
  const declaration = context.typeNamed(name)
  if (declaration === undefined) {
    if (context.isExcused(name)) return undefined
    reporter.error({
      ...finding,
      message: `an enum cannot be encoded as '${name}'`,
      expected: `${DIRECT_ENCODINGS.join(', ')} or the name of a type`,
      reference: thrown,
      referenceStops: true,
    })
    return undefined
  }
  const encoding = readValueEncoding(context, declaration)
  if (encoding === undefined) return undefined
  if (declaration.attributes.get('valueRef')?.startsWith(`${element.attributes.get('name')}.`) === true) {
    // The reference recurses until its stack overflows.
    const message = `an enum cannot be encoded as '${name}', which takes its value from the enum`
    reporter.error({ ...finding, message, expected: 'a type of its own', reference: '', referenceStops: true })
    return undefined
  }
  if (encoding.length !== 1) {
    reporter.error({
      ...finding,
      message: `an enum cannot be encoded as '${name}', which has length ${encoding.length}`,
      expected: 'a type of length 1',
      reference: `${thrown} length not equal to 1`,
      referenceStops: true,
    })
    return undefined
  }
  if (PRIMITIVE_TYPES[encoding.primitiveType].kind === 'float') {
    const message = `an enum cannot be encoded as '${name}', which is a ${encoding.primitiveType}`
    // The reference notices at the first value.
    const referenceStops = element.childrenNamed('validValue').length > 0
    reporter.error({ ...finding, message, expected: 'an integer or char type', referenceStops })
    return undefined
  }
  return encoding
}

function readValidValues(
  context: SchemaContext,
  element: XmlElement,
  encoded: Encoded,
): Pick<EnumType, 'validValues' | 'broken'> {
  const { reporter } = context
  const place = referencePlace(element)
  const byName = new Map<string, NamedValue>()
  const values = new Set<bigint>()
  let broken = false
  for (const child of element.childrenNamed('validValue')) {
    const parsed = parseNamedValue(context, child, encoded.primitiveType)
    if (parsed === undefined) {
      broken = true
      continue
    }
    const { name, value } = parsed
    if (values.has(value)) {
      const message = `another value of this enum is ${value} too; '${name}' becomes an alias`
      const reference = `${place}validValue already exists for value: ${asLong(value)}`
      reporter.warning({ code: 'duplicate-enum-value', at: child, message, reference })
    }
    if (byName.has(name)) {
      const message = `the enum has another value named '${name}'; the last one counts`
      const reference = `${place}validValue already exists for name: ${name}`
      reporter.warning({ code: 'duplicate-enum-name', at: child, attribute: 'name', message, reference })
    }
    if (encoded.primitiveType !== 'char') checkValue(context, child, place, parsed, encoded)
    values.add(value)
    byName.set(name, parsed)
  }
  return { validValues: byName, broken }
}

function checkValue(
  { reporter }: SchemaContext,
  element: XmlElement,
  place: string,
  parsed: NamedValue,
  encoded: Encoded,
): void {
  const { name, value } = parsed
  const { primitiveType, nullValue, minValue, maxValue } = encoded
  const reference = referenceSentence(place, parsed, encoded)
  if (value === nullValue) {
    reporter.deviation({
      code: 'enum-value-is-null',
      at: element,
      message: `value '${name}' is the null value ${value} of the enum`,
      expected: 'a value other than the null value',
      reference,
    })
    return
  }
  const [min, max] = bitRange(primitiveType)
  if (value >= minValue && value <= maxValue && value >= min && value <= max) return
  reporter.error({
    code: 'enum-value-out-of-range',
    at: element,
    message: `value '${name}' = ${value} is out of range`,
    expected: `${minValue} to ${maxValue}`,
    reference,
  })
}

/** What the reference says of a value. It compares unsigned 64-bit numbers as signed ones, and takes hardly any. */
function referenceSentence(place: string, { name, value }: NamedValue, encoded: Encoded): string {
  const [long, nullLong] = [asLong(value), asLong(encoded.nullValue)]
  if (long === nullLong) return `${place}validValue ${name} uses nullValue: ${nullLong}`
  const [min, max] = [asLong(encoded.minValue), asLong(encoded.maxValue)]
  return long < min || long > max ? `${place}validValue ${name} outside of range ${min} - ${max}: ${long}` : ''
}
