import type { XmlElement } from '../xml/xml-element.ts'
import type { SchemaContext } from './context.ts'
import type { EnumType, Field, SchemaType } from './model.ts'
import { referencePlace } from './reporter.ts'

export interface ValueRef {
  readonly enumName: string
  readonly valueName: string
}

/** Splits `EnumName.ValidValueName` at the first dot. */
export function splitValueRef(valueRef: string): ValueRef | undefined {
  const dot = valueRef.indexOf('.')
  return dot === -1 ? undefined : { enumName: valueRef.slice(0, dot), valueName: valueRef.slice(dot + 1) }
}

/** Checks the valueRef of a field: that it names a value and, on a constant, one of the right type. */
export function checkFieldValueRef(
  { reporter }: SchemaContext,
  element: XmlElement,
  field: Field,
  types: ReadonlyMap<string, SchemaType>,
): void {
  const { valueRef, type } = field
  const place = referencePlace(element)
  const at = { at: element, attribute: 'valueRef' }
  if (valueRef === undefined) {
    if (type?.kind !== 'enum' || field.presence !== 'constant') return
    reporter.error({
      code: 'value-ref-missing',
      at: element,
      message: `field '${field.name}' is a constant of enum '${type.name}' but has no valueRef`,
      expected: `valueRef="${type.name}...."`,
      reference: `${place}valueRef not set for constant enum`,
    })
    return
  }
  const split = splitValueRef(valueRef)
  if (split === undefined || split.enumName === '' || split.valueName === '') {
    reporter.error({
      code: 'value-ref-form',
      ...at,
      message: `valueRef="${valueRef}" does not name an enum and a value`,
      expected: 'EnumName.ValidValueName',
      reference: `${place}valueRef format not valid (enum-name.valid-value-name): ${valueRef}`,
      referenceStops: split === undefined,
    })
  }
  if (split === undefined) return
  const enumType = findEnum(split, types)
  if (typeof enumType === 'string') {
    const reference = enumType.split('\n').map((sentence) => place + sentence).join('\n')
    const message = `valueRef="${valueRef}": there is no enum '${split.enumName}'`
    // On a constant the reference goes on with what it did not find.
    const referenceStops = field.presence === 'constant' && type?.kind === 'type'
    reporter.error({ code: 'value-ref-enum', ...at, message, reference, referenceStops })
  } else if (!enumType.validValues.has(split.valueName)) {
    const message = `valueRef="${valueRef}": enum '${split.enumName}' has no value '${split.valueName}'`
    const reference = `${place}valueRef for validValue name not found: ${split.valueName}`
    reporter.error({ code: 'value-ref-value', ...at, message, reference })
  }
  if (field.presence === 'constant') checkType(type, typeof enumType === 'string' ? undefined : enumType)

  function checkType(fieldType: SchemaType | undefined, target: EnumType | undefined): void {
    if (split === undefined) return
    if (fieldType?.kind === 'enum') {
      if (split.enumName === fieldType.name) return
      reporter.error({
        code: 'value-ref-type',
        ...at,
        message: `valueRef="${valueRef}" is not a value of the field's type '${fieldType.name}'`,
        expected: `valueRef="${fieldType.name}...."`,
        reference: `${place}valueRef for enum name not found: ${split.enumName}`,
      })
      return
    }
    if (fieldType?.kind === 'type') {
      if (target === undefined || fieldType.primitiveType === target.encodingType) return
    }
    reporter.error({
      code: 'value-ref-type',
      ...at,
      message: `valueRef="${valueRef}" does not fit the type of the field`,
      expected: target === undefined ? 'a value of the same type' : `a type encoded as ${target.encodingType}`,
      reference: `${place}valueRef does not match field type: ${valueRef}`,
    })
  }
}

/** The enum a valueRef names, or the reference's sentences on why there is none. */
function findEnum({ enumName }: ValueRef, types: ReadonlyMap<string, SchemaType>): EnumType | string {
  const type = types.get(enumName)
  if (type?.kind === 'enum') return type
  const noEnum = `valueRef for is not of type enum: ${enumName}`
  return type === undefined ? `valueRef for enum name not found: ${enumName}\n${noEnum}` : noEnum
}
