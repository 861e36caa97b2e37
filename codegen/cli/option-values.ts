/** Values of options: what is not of its form is a UsageError that names the option and what is allowed. */
import { UsageError } from './command.ts'

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, 'k': 2 ** 10, 'm': 2 ** 20, 'g': 2 ** 30 }

export function choiceOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value)
  if (choice === undefined) throw new UsageError(`${name}: "${value}" is none of ${choices.join(', ')}.`)
  return choice
}

/** Bytes; the text may end in k, m or g. */
export function sizeOf(name: string, text: string, min: number, max: number): number {
  const [, digits = '', unit = ''] = /^(\d{1,20})([kmg]?)$/i.exec(text) ?? []
  const value = Number(digits) * (SIZE_UNITS[unit.toLowerCase()] ?? NaN)
  return within(name, text, digits !== '' && Number.isSafeInteger(value) ? value : undefined, min, max)
}

export function integerOf(name: string, text: string, min: number, max: number): number {
  return within(name, text, /^-?\d+$/.test(text) ? Number(text) : undefined, min, max)
}

export function numberOf(name: string, text: string, min: number, max: number): number {
  return within(name, text, /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined, min, max)
}

function within(name: string, text: string, value: number | undefined, min: number, max: number): number {
  if (value !== undefined && value >= min && value <= max) return value
  const range = max === Infinity ? `${min} or more` : `${min} to ${max}`
  throw new UsageError(`${name}: "${text}" is not a number of ${range}.`)
}
