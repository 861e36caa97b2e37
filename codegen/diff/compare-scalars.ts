/** What values of a field without named type mean on both sides, once they lie in the same bytes. */
import { charsetOf, isWideEncoding } from '../character-encodings.ts'
import type { PrimitiveName } from '../ir/primitive-type.ts'
import type { FieldModel, ScalarModel, TypeModel } from '../model/schema-model.ts'
import type { ChangeList, Pair, Party, Place } from './change-list.ts'
import { typeText, valueText } from './describe.ts'
import type { ChangedElement, Reading } from './schema-change.ts'
import { COMPATIBLE, caveat, incompatible } from './schema-change.ts'

export interface ScalarField extends FieldModel {
  readonly type: ScalarModel
}

/** Null values, ranges and encodings of fields whose types have the same bytes. */
export function compareScalars(
  changes: ChangeList, place: Place, element: ChangedElement, fields: Pair<ScalarField>,
): void {
  const { before, after } = fields
  const isNullCompared = before.presence === 'optional' && after.presence === 'optional'
  if (isNullCompared && !Object.is(before.type.nullValue, after.type.nullValue)) {
    changes.add(place, {
      element,
      change: 'null-value',
      from: valueText(before.type.primitive, before.type.nullValue),
      to: valueText(after.type.primitive, after.type.nullValue),
      readings: changes.judge(fields, (_reader, { part }) => incompatible(nullIsValue(part))),
    })
  }
  const isSameRange = isWithin(before.type, after.type) && isWithin(after.type, before.type)
  if (before.type.primitive === after.type.primitive && !isSameRange) {
    changes.add(place, {
      element,
      change: 'range',
      from: rangeText(before.type),
      to: rangeText(after.type),
      readings: changes.judge(fields, (reader, writer) => {
        if (isWithin(writer.part.type, reader.part.type)) return COMPATIBLE
        return caveat('there may be values outside of the range that the decoder knows')
      }),
    })
  }
  const hasText = before.type.primitive === 'char' && before.type.arrayLength !== undefined
  if (hasText && after.type.primitive === 'char') {
    compareEncodings(changes, place, element, {
      before: before.type.characterEncoding ?? 'US-ASCII',
      after: after.type.characterEncoding ?? 'US-ASCII',
    })
  }
}

/** How null is read where one side has a null value and the other has none. */
export function readPresence(reader: Party<ScalarField>, writer: Party<ScalarField>): Reading {
  if (writer.part.presence === 'optional') {
    return reader.part.presence === 'optional' ? COMPATIBLE : caveat(nullIsValue(writer.part))
  }
  const { nullValue, primitive } = reader.part.type
  const { minValue, maxValue } = writer.part.type
  if (!(nullValue >= minValue && nullValue <= maxValue)) return COMPATIBLE
  return caveat(`the value ${valueText(primitive, nullValue)} is read as null`)
}

function nullIsValue({ type }: ScalarField): string {
  return `null, ${valueText(type.primitive, type.nullValue)}, is read as a value`
}

function isWithin(inner: ScalarModel, outer: ScalarModel): boolean {
  return inner.minValue >= outer.minValue && inner.maxValue <= outer.maxValue
}

export function rangeText({ primitive, minValue, maxValue }: ScalarModel): string {
  return `${valueText(primitive, minValue)} to ${valueText(primitive, maxValue)}`
}

/** Encodings of text; undefined for bytes. */
export function compareEncodings(
  changes: ChangeList, place: Place, element: ChangedElement, encodings: Pair<string | undefined>,
): void {
  const { before, after } = encodings
  if (before === after) return
  const isOfBytes = before === undefined || after === undefined
  changes.add(place, {
    element,
    change: 'encoding',
    from: before ?? 'bytes',
    to: after ?? 'bytes',
    readings: changes.judge(encodings, readText),
    api: isOfBytes ? 'breaking' : 'none',
  })
}

function readText({ part: as }: Party<string | undefined>, { part: written }: Party<string | undefined>): Reading {
  if (as === undefined) return caveat('text is read as bytes')
  if (written === undefined) return caveat(`bytes are read as text in ${as}`)
  const charset = charsetOf(written)
  const isSame = charset === 'other' ? written.toLowerCase() === as.toLowerCase() : charset === charsetOf(as)
  if (isSame) return COMPATIBLE
  const reason = `text in ${written} is read as ${as}`
  if (!hasAscii(written) || !hasAscii(as)) return incompatible(reason)
  return charset === 'ascii' ? COMPATIBLE : caveat(`${reason}: only US-ASCII characters come through`)
}

/** Whether the bytes of US-ASCII are among the encoding's, with the same meaning. */
function hasAscii(encoding: string): boolean {
  if (charsetOf(encoding) !== 'other') return true
  if (isWideEncoding(encoding)) return false
  try {
    const ascii = Uint8Array.from({ length: 0x5f }, (_, index) => 0x20 + index)
    return new TextDecoder(encoding).decode(ascii) === String.fromCharCode(...ascii)
  } catch {
    return false
  }
}

/** Primitive types whose values are small numbers without a sign, in the same byte. */
const OCTETS: readonly PrimitiveName[] = ['char', 'uint8']

/** Whether one value has the same bytes in both types, and stands for the same number. */
export function isSameNumber(before: PrimitiveName, after: PrimitiveName): boolean {
  return before === after || (OCTETS.includes(before) && OCTETS.includes(after))
}

/** How bytes of one type are read as another; undefined where both are of one kind with the same bytes. */
export function readType({ part: as }: Party<TypeModel>, { part: written }: Party<TypeModel>): Reading {
  const reason = `${typeText(written)} is read as ${typeText(as)}`
  if (as.kind === 'composite' || written.kind === 'composite') {
    return as.kind === written.kind ? COMPATIBLE : incompatible(reason)
  }
  if (!isSameNumber(as.primitive, written.primitive) || lengthOf(as) !== lengthOf(written)) {
    // Types of one kind and their bytes are compared on their own.
    const isNamed = as.kind === written.kind && as.kind !== 'scalar'
    return isNamed ? COMPATIBLE : incompatible(reason)
  }
  if (as.kind !== written.kind) {
    const isOfBits = as.kind !== 'scalar' && written.kind !== 'scalar'
    return isOfBits ? incompatible(reason) : caveat(`${reason}: the numbers are the same, their names are lost`)
  }
  const isSame = as.kind !== 'scalar' || written.kind !== 'scalar' || as.primitive === written.primitive
  return isSame ? COMPATIBLE : caveat(`${reason}: the bytes are the same`)
}

function lengthOf(type: TypeModel): number | undefined {
  return type.kind === 'scalar' ? type.arrayLength : undefined
}

