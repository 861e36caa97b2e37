import * as assert from 'uvu/assert'
import { decodeToJson, framesOf, parseFraming } from '../../../codegen/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { irOf } from '../../support/codecs.ts'
import { NUMBER_MARK, parseExactly } from '../../support/exact-json.ts'
import { suite } from '../../support/suite.ts'
import { readVector, sharedVector, vectorsPresent, withVectors } from '../../support/vectors.ts'

const test = suite('published messages decoded on the fly')
const testWithVectors = withVectors(test)

const CARS = {
  baseline: 'sbe/car/example-schema.xml',
  extension: 'sbe/car/example-extension-schema.xml',
  bigendian: 'sbe/schemas/sbe-tool/example-bigendian-test-schema.xml',
} as const

for (const [name, schema] of Object.entries(CARS)) {
  testWithVectors(`the ${name} car gives the JSON of the reference, with null for what it lacks`, () => {
    const bytes = Buffer.from(readVector(`sbe/car/${name}.hex`).replaceAll(/\s/g, ''), 'hex')
    const expected = JSON.parse(readVector(`sbe/car/${name}.json`)) as Record<string, unknown>
    if (name === 'extension') Object.assign(expected, { uuid: null, cupHolderCount: null })
    const decoded = decodeToJson(irOf({ name, schema: sharedVector(schema) }), bytes)
    // All its numbers are exact.
    assert.is(decoded.json, JSON.stringify(expected))
    assert.is(decoded.message, 'Car')
    assert.is(decoded.length, bytes.length)
  })
}

for (const [name, schema] of Object.entries(CARS)) {
  testWithVectors(`the ${name} car gives all values of the reference when they are to mean what it prints`, () => {
    const bytes = Buffer.from(readVector(`sbe/car/${name}.hex`).replaceAll(/\s/g, ''), 'hex')
    const { json } = decodeToJson(irOf({ name, schema: sharedVector(schema) }), bytes, { meaning: 'reference' })
    // The reference writes whole floats with a fraction.
    const expected = readVector(`sbe/car/${name}.json`).replaceAll(/\b(\d+)\.0\b/g, '$1')
    assert.equal(parseExactly(json), parseExactly(expected))
  })
}

/** Expected values: enums `{ raw, name }`, sets `{ raw, set }`, prices `{ mantissa, exponent, decimal }`. */
type Expected = { readonly [name: string]: Expected | readonly Expected[] | string | number | null }

interface Capture {
  readonly message: string
  readonly offset: number
  readonly length: number
  readonly expected: Expected
  readonly referenceJson: string
}

interface Captures {
  readonly packets: readonly { readonly name: string; readonly hex: string; readonly messages: readonly Capture[] }[]
}

function expectValue(actual: unknown, expected: Expected[string] | undefined, path: string): void {
  if (Array.isArray(expected)) {
    const entries = actual as readonly unknown[]
    assert.is(entries.length, expected.length, path)
    expected.forEach((entry: Expected, index) => expectValue(entries[index], entry, `${path}[${index}]`))
  } else if (typeof expected === 'object' && expected !== null) {
    const members = expected as Expected
    const values = actual as Readonly<Record<string, unknown>>
    if ('set' in members) {
      assert.equal(Object.keys(values).filter((choice) => values[choice] === true), members['set'], path)
    } else if ('name' in members) {
      assert.is(actual, members['name'], path)
    } else {
      const { decimal: _decimal, ...rest } = members
      for (const [name, value] of Object.entries(rest)) expectValue(values[name], value, `${path}.${name}`)
    }
  } else {
    const isNumber = typeof actual === 'string' && actual.startsWith(NUMBER_MARK)
    assert.is(isNumber ? actual.slice(1) : actual, isNumber ? String(expected) : expected, path)
  }
}

/** Values that are not null must be those of the reference, which prints nulls as numbers. */
function expectReference(actual: unknown, expected: unknown, path: string): void {
  if (actual === null) return
  if (typeof actual !== 'object') {
    assert.is(actual, expected, path)
    return
  }
  const [ours, theirs] = [actual, expected] as readonly Readonly<Record<string, unknown>>[]
  assert.equal(Object.keys(ours ?? {}), Object.keys(theirs ?? {}), path)
  for (const [name, value] of Object.entries(actual)) expectReference(value, theirs?.[name], `${path}.${name}`)
}

const packets = vectorsPresent ? (JSON.parse(readVector('sbe/cme-mdp3/captures.json')) as Captures).packets : []

testWithVectors('captured messages of a venue give the expected values, and those of the reference', () => {
  const ir = irOf({ name: 'mdp3', schema: sharedVector('sbe/schemas/sbe-tool/FixBinary.xml') })
  let messages = 0
  for (const packet of packets) {
    const bytes = Buffer.from(packet.hex, 'hex')
    const buffer = new DirectBuffer(bytes)
    const frames = [...framesOf(buffer, 0, bytes.length, parseFraming('cme', ir.byteOrder))]
    assert.equal(frames.map(({ offset, length }) => [offset, length]),
      packet.messages.map(({ offset, length }) => [offset, length]))
    for (const { message, offset, length, expected, referenceJson } of packet.messages) {
      const decoded = decodeToJson(ir, buffer, { offset, length })
      assert.is(decoded.message, message)
      assert.is(decoded.length, length)
      const values = parseExactly(decoded.json)
      expectValue(values, expected, `${packet.name} ${message}`)
      expectReference(values, parseExactly(referenceJson), `${packet.name} ${message}`)
      const { json } = decodeToJson(ir, buffer, { offset, length, meaning: 'reference' })
      assert.equal(parseExactly(json), parseExactly(referenceJson), `${packet.name} ${message}`)
      messages++
    }
  }
  assert.ok(messages >= 6, `${messages}`)
})

test.run()
