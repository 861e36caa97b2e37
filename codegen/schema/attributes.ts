import type { Presence } from '../ir/token.ts'
import { MAX_BLOCK_LENGTH } from '../limits.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { Reporter } from './reporter.ts'

const MIN_INT32 = -(2 ** 31)
const MAX_INT32 = MAX_BLOCK_LENGTH

/** An attribute the element must have; undefined after reporting that it is missing or empty. */
export function requiredText(reporter: Reporter, element: XmlElement, attribute: string): string | undefined {
  const value = element.attributes.get(attribute)
  if (value !== undefined && value !== '') return value
  const state = value === undefined ? 'missing' : 'empty'
  reporter.error({
    code: 'missing-attribute',
    at: element,
    attribute,
    message: `<${element.name}> has ${state === 'missing' ? 'no' : 'an empty'} attribute '${attribute}'`,
    expected: `${attribute}="..."`,
    reference: `IllegalStateException: element '${element.name}' has ${state} attribute: ${attribute}`,
    referenceStops: true,
  })
  return undefined
}

export interface IntegerRules {
  readonly min?: number
  readonly max?: number
  /** What the reference collects for text that it cannot parse, where it does not throw. */
  readonly notANumber?: (raw: string) => string
}

/** An integer attribute, or `fallback` when it is absent or unusable. */
export function integer(
  reporter: Reporter,
  element: XmlElement,
  attribute: string,
  fallback: number,
  rules: IntegerRules = {},
): number {
  const raw = element.attributes.get(attribute)
  if (raw === undefined) return fallback
  return parseInteger(reporter, element, attribute, raw, rules) ?? fallback
}

export function requiredInteger(
  reporter: Reporter,
  element: XmlElement,
  attribute: string,
  rules: IntegerRules = {},
): number | undefined {
  const raw = requiredText(reporter, element, attribute)
  return raw === undefined ? undefined : parseInteger(reporter, element, attribute, raw, rules, true)
}

function parseInteger(
  reporter: Reporter,
  element: XmlElement,
  attribute: string,
  raw: string,
  rules: IntegerRules,
  required = false,
): number | undefined {
  const { min = MIN_INT32, max = MAX_INT32, notANumber } = rules
  const text = raw.trim()
  const expected = `an integer from ${min} to ${max}`
  const unparsable = notANumber === undefined
    ? { reference: `NumberFormatException: For input string: "${raw}"`, referenceStops: true }
    : { reference: notANumber(raw) }
  if (!/^[+-]?[0-9]+$/.test(text)) {
    const message = `${attribute}="${raw}" is not a number`
    reporter.error({ code: 'not-a-number', at: element, attribute, message, expected, ...unparsable })
    return undefined
  }
  const value = Number(text)
  if (value >= min && value <= max) {
    warnOfSpace(reporter, element, attribute, raw)
    return value
  }
  const outsideInt32 = value < MIN_INT32 || value > MAX_INT32
  const finding = {
    code: 'number-out-of-range',
    at: element,
    attribute,
    message: `${attribute}="${raw}" is out of range`,
    expected,
    ...(outsideInt32 ? unparsable : {}),
  }
  if (required) reporter.error(finding)
  else reporter.deviation(finding)
  return undefined
}

/** We trim numbers, other SBE tools do not. */
export function warnOfSpace(
  reporter: Reporter,
  element: XmlElement,
  attribute: string | undefined,
  raw: string,
): void {
  if (raw === raw.trim()) return
  const what = attribute === undefined ? `the value of <${element.name}>` : `attribute '${attribute}'`
  const message = `${what} has white space around the number, which other SBE tools reject`
  reporter.warning({ code: 'space-around-number', at: element, attribute, message })
}

export function presenceAttribute(reporter: Reporter, element: XmlElement): Presence | undefined {
  const text = element.attributes.get('presence')
  if (text === undefined || text === 'required' || text === 'optional' || text === 'constant') return text
  reporter.error({
    code: 'unknown-presence',
    at: element,
    attribute: 'presence',
    message: `presence="${text}" is not known`,
    expected: 'required, optional or constant',
    reference: `IllegalArgumentException: No Presence for name: ${text}`,
    referenceStops: true,
  })
  return undefined
}

/** Versions and lengths count from zero. */
export const COUNTING: IntegerRules = { min: 0 }
