/** Conditions that single values of plain objects must meet, and what errors say of them. */
import { PRIMITIVE_TYPES } from '../../ir/primitive-type.ts'
import type { PrimitiveName } from '../../ir/primitive-type.ts'
import type { EnumModel, ScalarModel } from '../../model/schema-model.ts'
import { isFloat, isWide, literal } from '../literals.ts'
import type { WideIntegers } from './object-context.ts'

export interface ValueCheck {
  /** Makes the condition for an expression, which is evaluated several times. */
  readonly condition: (value: string) => string
  /** What the value should be. */
  readonly expected: string
}

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/** What a number must be to be written; `isNullRefused` when the null value is not one of those that it may have. */
export function scalarCheck(type: ScalarModel, wide: WideIntegers, isNullRefused: boolean): ValueCheck {
  const { primitive, nullValue } = type
  if (isFloat(primitive)) return floatCheck(type, isNullRefused)
  const wire = wireRange(primitive)
  const range = {
    min: larger(wire.min, BigInt(type.minValue)),
    max: smaller(wire.max, BigInt(type.maxValue)),
  }
  const check = integerCheck(primitive, range, wide)
  const isInside = BigInt(nullValue) >= range.min && BigInt(nullValue) <= range.max
  if (!isNullRefused || !isInside) return check
  const other = integerLiteral(primitive, BigInt(nullValue), wide)
  return {
    condition: (value) => `${check.condition(value)} && ${value} !== ${other}`,
    expected: `${check.expected} other than the null value ${nullValue}`,
  }
}

/** What an enum must be to be written: any value that the wire holds, because a later version may have it. */
export function enumCheck(type: EnumModel, name: string, isNullRefused: boolean): ValueCheck {
  const { primitive, nullValue } = type
  // Generated enums of 64 bits are bigints whatever objects have otherwise.
  const check = integerCheck(primitive, wireRange(primitive), 'bigint')
  const expected = `a value of ${name}, ${check.expected}`
  if (!isNullRefused) return { ...check, expected }
  return {
    condition: (value) => `${check.condition(value)} && ${value} !== ${literal(primitive, nullValue)}`,
    expected: `${expected} other than the null value ${nullValue}`,
  }
}

interface IntegerRange {
  readonly min: bigint
  readonly max: bigint
}

function integerCheck(primitive: PrimitiveName, range: IntegerRange, wide: WideIntegers): ValueCheck {
  if (!isWide(primitive)) {
    return {
      condition: (value) => `Number.isInteger(${value}) && ${value} >= ${range.min} && ${value} <= ${range.max}`,
      expected: `an integer from ${range.min} to ${range.max}`,
    }
  }
  if (wide === 'bigint') {
    return {
      condition: (value) => `typeof ${value} === 'bigint' && ${value} >= ${range.min}n && ${value} <= ${range.max}n`,
      expected: `a bigint from ${range.min} to ${range.max}`,
    }
  }
  return {
    condition: (value) => [
      `Number.isSafeInteger(${value})`,
      range.min > -SAFE_MAX ? `${value} >= ${range.min}` : '',
      range.max < SAFE_MAX ? `${value} <= ${range.max}` : '',
    ].filter((part) => part !== '').join(' && '),
    expected: `a safe integer from ${range.min} to ${range.max}`,
  }
}

function floatCheck(type: ScalarModel, isNullRefused: boolean): ValueCheck {
  const { primitive, minValue, maxValue, nullValue } = type
  const byDefault = PRIMITIVE_TYPES[primitive]
  const exact = (limit: bigint | number): number => (primitive === 'float' ? Math.fround(Number(limit)) : Number(limit))
  const hasMin = minValue !== byDefault.minValue
  const hasMax = maxValue !== byDefault.maxValue
  // As the wire holds it.
  const stored = (value: string): string => (primitive === 'float' ? `Math.fround(${value})` : value)
  const isOtherNull = isNullRefused && !Number.isNaN(Number(nullValue))
  return {
    condition: (value) => [
      `typeof ${value} === 'number'`,
      hasMin || hasMax ? '' : `!Number.isNaN(${value})`,
      hasMin ? `${stored(value)} >= ${exact(minValue)}` : '',
      hasMax ? `${stored(value)} <= ${exact(maxValue)}` : '',
      isOtherNull ? `${stored(value)} !== ${exact(nullValue)}` : '',
    ].filter((part) => part !== '').join(' && '),
    expected: [
      'a number',
      hasMin ? ` from ${minValue}` : '',
      hasMax ? ` to ${maxValue}` : '',
      isOtherNull ? ` other than the null value ${nullValue}` : '',
      hasMin || hasMax ? '' : ' other than NaN',
    ].join(''),
  }
}

/** A literal of what objects hold. */
export function integerLiteral(primitive: PrimitiveName, value: bigint | number, wide: WideIntegers): string {
  return isWide(primitive) && wide === 'number' ? String(value) : literal(primitive, value)
}

function wireRange(primitive: PrimitiveName): IntegerRange {
  const { size, signed } = PRIMITIVE_TYPES[primitive]
  const values = 2n ** BigInt(size * 8)
  return signed ? { min: -values / 2n, max: values / 2n - 1n } : { min: 0n, max: values - 1n }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
