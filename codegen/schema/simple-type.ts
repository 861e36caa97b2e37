import { isPrimitiveName, PRIMITIVE_TYPES, type PrimitiveName, type PrimitiveValue } from '../ir/primitive-type.ts'
import type { Presence } from '../ir/token.ts'
import { MAX_BLOCK_LENGTH } from '../limits.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { COUNTING, integer, presenceAttribute, requiredText, warnOfSpace } from './attributes.ts'
import { checkCharacterEncoding, encodeCharacters } from './character-encoding.ts'
import type { SchemaContext } from './context.ts'
import { parseEnumType } from './enum-type.ts'
import type { SimpleType, TypeBase } from './model.ts'
import { parsePrimitive } from './primitive-values.ts'
import { referencePlace } from './reporter.ts'
import { readTypeBase } from './type-base.ts'

/** Parses a `type` element; undefined, after reporting why, when it has no usable name or primitive type. */
export function parseSimpleType(context: SchemaContext, element: XmlElement): SimpleType | undefined {
  const { reporter } = context
  const base = readTypeBase(context, element)
  const primitiveType = readPrimitiveType(context, element)
  const length = integer(reporter, element, 'length', 1, COUNTING)
  if (base === undefined || primitiveType === undefined) return undefined
  checkLength(context, element, primitiveType, length)
  const valueRef = element.attributes.get('valueRef')
  if (valueRef !== undefined) checkValueRefForm(context, element, base, valueRef)
  const characterEncoding = element.attributes.get('characterEncoding')?.trim() ??
    (primitiveType === 'char' ? 'US-ASCII' : undefined)
  const type = { primitiveType, length, valueRef, characterEncoding }
  checkCharacterEncoding(reporter, element, type)
  const constValue = base.presence === 'constant' ? constantOf(context, element, type) : undefined
  return {
    ...base,
    ...type,
    kind: 'type',
    variableLength: element.attributes.get('variableLength')?.toLowerCase() === 'true',
    constValue,
    ...readLimits(context, element, base.presence, primitiveType),
  }
}

/** What an enum or set takes from the `type` that its encodingType names. */
export type ValueEncoding = Pick<SimpleType, 'primitiveType' | 'length'> & Partial<Limits>

/** Reads no more of a `type` than an encoding needs: types can name enums and enums types, in circles. */
export function readValueEncoding(context: SchemaContext, element: XmlElement): ValueEncoding | undefined {
  const primitiveType = readPrimitiveType(context, element)
  const length = integer(context.reporter, element, 'length', 1, COUNTING)
  if (primitiveType === undefined) return undefined
  const presence = presenceAttribute(context.reporter, element) ?? 'required'
  return { primitiveType, length, ...readLimits(context, element, presence, primitiveType) }
}

function readPrimitiveType({ reporter }: SchemaContext, element: XmlElement): PrimitiveName | undefined {
  const name = requiredText(reporter, element, 'primitiveType')
  if (name === undefined || isPrimitiveName(name)) return name
  reporter.error({
    code: 'unknown-primitive-type',
    at: element,
    attribute: 'primitiveType',
    message: `primitiveType="${name}" is not known`,
    expected: Object.keys(PRIMITIVE_TYPES).join(', '),
    reference: `IllegalArgumentException: No PrimitiveType for name: ${name}`,
    referenceStops: true,
  })
  return undefined
}

function checkLength({ reporter }: SchemaContext, element: XmlElement, primitive: PrimitiveName, length: number): void {
  const lengthBytes = PRIMITIVE_TYPES[primitive].size * length
  if (lengthBytes <= MAX_BLOCK_LENGTH) return
  const message = `${length} values of type ${primitive} take ${lengthBytes} bytes`
  const expected = `at most ${MAX_BLOCK_LENGTH} bytes`
  reporter.error({ code: 'type-too-long', at: element, attribute: 'length', message, expected })
}

function checkValueRefForm({ reporter }: SchemaContext, element: XmlElement, base: TypeBase, valueRef: string): void {
  const place = referencePlace(element)
  if (!valueRef.includes('.')) {
    reporter.error({
      code: 'value-ref-form',
      at: element,
      attribute: 'valueRef',
      message: `valueRef="${valueRef}" has no dot`,
      expected: 'EnumName.ValidValueName',
      reference: `${place}valueRef format not valid (enum-name.valid-value-name): ${valueRef}`,
      referenceStops: base.presence === 'constant',
    })
  }
  if (base.presence !== 'constant') {
    reporter.error({
      code: 'value-ref-presence',
      at: element,
      attribute: 'valueRef',
      message: `type '${base.name}' has a valueRef but its presence is ${base.presence}`,
      expected: 'presence="constant"',
      reference: `${place}presence must be constant when valueRef is set: ${valueRef}`,
    })
  }
}

type ConstantType = Pick<SimpleType, 'primitiveType' | 'length' | 'valueRef' | 'characterEncoding'>

function constantOf(context: SchemaContext, element: XmlElement, type: ConstantType): PrimitiveValue | undefined {
  if (type.valueRef !== undefined) return constantByReference(context, element, type.primitiveType, type.valueRef)
  const { text } = element
  const { primitiveType } = type
  if (text === '' || (primitiveType !== 'char' && text.trim() === '')) {
    context.reporter.error({
      code: 'constant-without-value',
      at: element,
      message: 'a constant type has no value',
      expected: 'the value as text of the element',
      reference: `${referencePlace(element)}type has declared presence as "constant" but XML node has no data`,
    })
    return undefined
  }
  return primitiveType === 'char'
    ? constantCharacters(context, element, type)
    : readValue(context, element, undefined, text, primitiveType)
}

function constantByReference(
  context: SchemaContext,
  element: XmlElement,
  primitiveType: PrimitiveName,
  valueRef: string,
): PrimitiveValue | undefined {
  const { reporter } = context
  const dot = valueRef.indexOf('.')
  if (dot === -1) return undefined
  const enumName = valueRef.slice(0, dot)
  const valueName = valueRef.slice(dot + 1)
  const place = referencePlace(element)
  const at = { at: element, attribute: 'valueRef' }
  const enumElement = context.enumNamed(enumName)
  if (enumElement === undefined) {
    if (context.isExcused(enumName)) return undefined
    const message = `valueRef="${valueRef}": there is no enum '${enumName}'`
    reporter.error({ code: 'value-ref-enum', ...at, message, reference: `${place}valueRef not found: ${enumName}` })
    return undefined
  }
  const enumType = context.once(enumElement, () => parseEnumType(context, enumElement))
  if (enumType?.kind !== 'enum') return undefined
  if (enumType.encodingType !== primitiveType) {
    reporter.error({
      code: 'value-ref-type',
      ...at,
      message: `valueRef="${valueRef}": enum '${enumName}' is encoded as ${enumType.encodingType}`,
      expected: primitiveType,
      reference: `${place}valueRef does not match this type: ${valueRef}`,
    })
    return undefined
  }
  const validValue = enumType.validValues.get(valueName)
  if (validValue === undefined && !enumType.broken) {
    reporter.error({
      code: 'value-ref-value',
      ...at,
      message: `valueRef="${valueRef}": enum '${enumName}' has no value '${valueName}'`,
      reference: `${place}valueRef for validValue name not found: ${valueName}`,
    })
  }
  return validValue?.value
}

function constantCharacters(
  { reporter }: SchemaContext,
  element: XmlElement,
  type: ConstantType,
): PrimitiveValue | undefined {
  const { text } = element
  const declaresLength = element.attributes.has('length')
  const length = declaresLength ? type.length : text.length
  if (length < text.length) {
    reporter.error({
      code: 'constant-too-long',
      at: element,
      attribute: 'length',
      message: `the constant '${text}' has ${text.length} characters, the type has length ${length}`,
      expected: `a length of at least ${text.length}`,
      reference: `${referencePlace(element)}length of ${length} is less than provided value: ${text}`,
      referenceStops: true,
    })
    return undefined
  }
  const bytes = encodeCharacters(text, type.characterEncoding ?? '')
  if (bytes === undefined) {
    const message = `the constant '${text}' cannot be encoded in ${type.characterEncoding}`
    reporter.error({ code: 'constant-encoding', at: element, attribute: 'characterEncoding', message })
    return undefined
  }
  if (bytes.length === 1 && length === 1) return BigInt(bytes[0] ?? 0)
  if (bytes.length >= length) return bytes
  const padded = new Uint8Array(length)
  padded.set(bytes)
  return padded
}

type Limits = Pick<SimpleType, 'minValue' | 'maxValue' | 'nullValue'>

function readLimits(
  context: SchemaContext,
  element: XmlElement,
  presence: Presence,
  primitive: PrimitiveName,
): Limits {
  const read = (attribute: string): bigint | number | undefined => {
    const text = element.attributes.get(attribute)
    return text === undefined ? undefined : readValue(context, element, attribute, text, primitive)
  }
  const minValue = read('minValue')
  const maxValue = read('maxValue')
  if (element.attributes.has('nullValue') && presence !== 'optional') {
    context.reporter.warning({
      code: 'null-value-unused',
      at: element,
      attribute: 'nullValue',
      message: `a nullValue is set, but presence is ${presence}`,
      expected: 'presence="optional"',
      reference: `${referencePlace(element)}nullValue set, but presence is not optional`,
    })
  }
  const nullValue = read('nullValue')
  if (minValue !== undefined && maxValue !== undefined && minValue > maxValue) {
    const message = `minValue ${minValue} is above maxValue ${maxValue}`
    context.reporter.warning({ code: 'empty-range', at: element, attribute: 'minValue', message })
  }
  return { minValue, maxValue, nullValue }
}

/** Reads a value in a primitive type from an attribute, or from the text when `attribute` is undefined. */
export function readValue(
  { reporter }: SchemaContext,
  element: XmlElement,
  attribute: string | undefined,
  text: string,
  primitive: PrimitiveName,
): bigint | number | undefined {
  const what = attribute === undefined ? `value of <${element.name}>` : attribute
  const parsed = parsePrimitive(text, primitive)
  const at = { at: element, attribute }
  if (parsed.value === undefined) {
    const { message, expected, reference } = parsed
    const thrown = reference === '' ? {} : { reference, referenceStops: true }
    reporter.error({ code: 'bad-value', ...at, message: `${what}: ${message}`, expected, ...thrown })
    return undefined
  }
  if (!parsed.fits) {
    const message = `${what}: '${text}' does not fit into ${primitive}`
    reporter.deviation({ code: 'value-out-of-range', ...at, message })
    return reporter.lenient ? undefined : parsed.value
  }
  if (primitive !== 'char') warnOfSpace(reporter, element, attribute, text)
  return parsed.value
}
