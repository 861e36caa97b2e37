import type { XmlElement } from '../xml/xml-element.ts'
import type { SchemaContext } from './context.ts'
import type { EnumType, Field, SchemaType } from './model.ts'
import { referencePlace, type Reporter } from './reporter.ts'

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
  context: SchemaContext,
  field: Field,
  types: ReadonlyMap<string, SchemaType>,
): void {
  const { reporter } = context
  const { valueRef, type, presence } = field
  if (valueRef !== undefined) {
    new ValueRefCheck(context, field, valueRef).check(types)
  } else if (type?.kind === 'enum' && presence === 'constant') {
    reporter.error({
      code: 'value-ref-missing',
      at: field.element,
      message: `field '${field.name}' is a constant of enum '${type.name}' but has no valueRef`,
      expected: `valueRef="${type.name}...."`,
      reference: `${referencePlace(field.element)}valueRef not set for constant enum`,
    })
  }
}

class ValueRefCheck {
  private readonly context: SchemaContext
  private readonly reporter: Reporter
  private readonly field: Field
  private readonly valueRef: string
  private readonly at: { readonly at: XmlElement; readonly attribute: string }
  private readonly place: string

  constructor(context: SchemaContext, field: Field, valueRef: string) {
    this.context = context
    this.reporter = context.reporter
    this.field = field
    this.valueRef = valueRef
    this.at = { at: field.element, attribute: 'valueRef' }
    this.place = referencePlace(field.element)
  }

  check(types: ReadonlyMap<string, SchemaType>): void {
    const names = splitValueRef(this.valueRef)
    if (names === undefined || names.enumName === '' || names.valueName === '') this.wrongForm(names)
    if (names === undefined) return
    const type = types.get(names.enumName)
    if (type === undefined && this.context.isExcused(names.enumName)) return
    const target = type?.kind === 'enum' ? type : undefined
    if (target === undefined) this.noEnum(names, type)
    else if (!target.broken && !target.validValues.has(names.valueName)) this.noValue(names)
    if (this.field.presence === 'constant' && !this.hasExcusedType()) this.checkType(names, target)
  }

  private hasExcusedType(): boolean {
    const { type, element } = this.field
    return type === undefined && this.context.isExcused(element.attributes.get('type') ?? '')
  }

  private wrongForm(names: ValueRef | undefined): void {
    this.reporter.error({
      code: 'value-ref-form',
      ...this.at,
      message: `valueRef="${this.valueRef}" does not name an enum and a value`,
      expected: 'EnumName.ValidValueName',
      reference: `${this.place}valueRef format not valid (enum-name.valid-value-name): ${this.valueRef}`,
      referenceStops: names === undefined,
    })
  }

  private noEnum({ enumName }: ValueRef, found: SchemaType | undefined): void {
    const sentences = [`${this.place}valueRef for is not of type enum: ${enumName}`]
    if (found === undefined) sentences.unshift(`${this.place}valueRef for enum name not found: ${enumName}`)
    this.reporter.error({
      code: 'value-ref-enum',
      ...this.at,
      message: `valueRef="${this.valueRef}": there is no enum '${enumName}'`,
      reference: sentences.join('\n'),
      // The reference goes on with what it did not find.
      referenceStops: this.field.presence === 'constant' && this.field.type?.kind === 'type',
    })
  }

  private noValue({ enumName, valueName }: ValueRef): void {
    this.reporter.error({
      code: 'value-ref-value',
      ...this.at,
      message: `valueRef="${this.valueRef}": enum '${enumName}' has no value '${valueName}'`,
      reference: `${this.place}valueRef for validValue name not found: ${valueName}`,
    })
  }

  private checkType({ enumName }: ValueRef, target: EnumType | undefined): void {
    const { type } = this.field
    if (type?.kind === 'enum') {
      if (enumName === type.name) return
      this.reporter.error({
        code: 'value-ref-type',
        ...this.at,
        message: `valueRef="${this.valueRef}" is not a value of the field's type '${type.name}'`,
        expected: `valueRef="${type.name}...."`,
        reference: `${this.place}valueRef for enum name not found: ${enumName}`,
      })
      return
    }
    if (type?.kind === 'type' && (target === undefined || type.primitiveType === target.encodingType)) return
    this.reporter.error({
      code: 'value-ref-type',
      ...this.at,
      message: `valueRef="${this.valueRef}" does not fit the type of the field`,
      expected: target === undefined ? 'a value of the same type' : `a type encoded as ${target.encodingType}`,
      reference: `${this.place}valueRef does not match field type: ${this.valueRef}`,
    })
  }
}
