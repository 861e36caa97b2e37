/** Two versions of a small schema, what is said of them, and whether messages agree. */
import * as assert from 'uvu/assert'
import { compareSchemas } from '../../../codegen/index.ts'
import type { Ir, SchemaChange, SchemaComparison } from '../../../codegen/index.ts'
import { findMisreading, pathsWithCaveat } from '../../support/misreading.ts'
import type { Direction } from '../../support/misreading.ts'
import { Random } from '../../support/random.ts'
import { compile, DATA, DIMENSIONS, schemaOf } from './schema-text.ts'

const MESSAGES = 60

/** A schema with the message `M` of these members. */
export function membersOf(members: string, version: number = 0, types: string = ''): string {
  const message = `<message name="M" id="1">${members}</message>`
  return schemaOf(`${DIMENSIONS}\n${DATA}\n${types}`, message, `version="${version}"`)
}

export function irOfText(text: string): Ir {
  const { ir, diagnostics } = compile(text, { lenient: true })
  if (ir === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return ir
}

/** A change on a line of its own, with what is said of each direction in which it is not simply compatible. */
export function changeLines({ element, change, path, from, to, forward, backward, api }: SchemaChange): string[] {
  const ends = change === 'added' ? to : change === 'removed' ? from : `${from ?? 'none'} -> ${to ?? 'none'}`
  return [
    `${element} ${change} ${path}: ${ends}${api === 'none' ? '' : ` (${api})`}`,
    ...(forward.verdict === 'compatible' ? [] : [`  forward ${forward.verdict}: ${forward.reason}`]),
    ...(backward.verdict === 'compatible' ? [] : [`  backward ${backward.verdict}: ${backward.reason}`]),
  ]
}

const IMPLIED: readonly SchemaChange['change'][] = ['block-length', 'version']

/**
 * Compares two schemas, expects these changes and no others but of the block length and the version, and that messages
 * are read or misread as it is said.
 */
export function expectChanges(before: string, after: string, ...expected: readonly string[]): SchemaComparison {
  const [older, newer] = [irOfText(before), irOfText(after)]
  const comparison = compareSchemas(older, newer)
  const told = comparison.changes.filter(({ change }) => !IMPLIED.includes(change))
  assert.equal(told.flatMap(changeLines), expected)
  checkReadings(comparison, 'forward', older, newer)
  checkReadings(comparison, 'backward', newer, older)
  return comparison
}

/** Has messages encoded and decoded: what is said to be incompatible must be misread, and nothing else. */
export function checkReadings(comparison: SchemaComparison, direction: Direction, reader: Ir, writer: Ir): void {
  for (const { name, [direction]: verdict } of comparison.messages) {
    if (!writer.messages.some((message) => message.name === name)) continue
    const isLeftOut = verdict === 'incompatible' ? undefined : pathsWithCaveat(comparison, direction)
    const isUnknown = verdict === 'caveat' && !reader.messages.some((message) => message.name === name)
    const misreading = findMisreading(reader, writer, name, new Random(name), MESSAGES, isLeftOut)
    const isRefused = verdict === 'incompatible' || isUnknown
    assert.is(misreading !== undefined, isRefused, `${direction}, ${name} is ${verdict}: ${misreading}`)
  }
}
