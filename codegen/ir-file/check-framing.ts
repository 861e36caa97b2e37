/** Checks of the composites that frame messages, groups and data; the compiler asks the same of those in XML. */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveValue } from '../ir/primitive-type.ts'
import { MAX_BLOCK_LENGTH } from '../limits.ts'
import { bitRange } from '../schema/primitive-values.ts'
import type { CheckedComposite, CheckedScalar } from './check-types.ts'
import type { FileToken } from './read-tokens.ts'
import { fail } from './token-walk.ts'

export function checkHeader(header: CheckedComposite): void {
  for (const name of ['blockLength', 'templateId', 'schemaId', 'version']) {
    const member = single(header, name)
    if (name === 'blockLength') checkUnsigned(member)
  }
}

export function checkDimensions(dimensions: CheckedComposite): void {
  const blockLength = onWire(dimensions, 'blockLength')
  checkUnsigned(blockLength)
  checkMaximum(blockLength)
  const numInGroup = onWire(dimensions, 'numInGroup')
  const { minValue } = numInGroup.begin.token.encoding
  if (isUnsigned(numInGroup)) {
    checkMaximum(numInGroup)
    const [min, max] = rangeOf(dimensions, 'numInGroup')
    if (min > max) fail(numInGroup.begin, `is at least ${min} and at most ${max}`)
  } else if (typeof minValue !== 'bigint' || minValue < 0n) {
    fail(numInGroup.begin, 'is a count that can be negative')
  }
}

export function checkData(data: CheckedComposite): void {
  const length = onWire(data, 'length')
  checkUnsigned(length)
  checkMaximum(length)
  scalar(data, 'varData')
}

/** Checks that a number that every message or group has fits into the member of its header. */
export function checkFits(header: CheckedComposite, name: string, value: number, owner: FileToken): void {
  const { primitive, begin } = scalar(header, name)
  if (begin.token.encoding.presence === 'constant') return
  const isFloat = PRIMITIVE_TYPES[primitive].kind === 'float'
  const [min, max] = isFloat ? rangeOf(header, name) : bitRange(primitive)
  if (value < min || value > max) {
    fail(owner, `has ${value} for the ${name} of '${header.begin.token.name}', which is ${primitive}`)
  }
}

function scalar(composite: CheckedComposite, name: string): CheckedScalar {
  const member = composite.members.get(name)
  if (member === undefined) fail(composite.begin, `has no member '${name}'`)
  if (member.kind !== 'scalar') fail(member.begin, `is a ${member.kind}, where a number is needed`)
  return member
}

function single(composite: CheckedComposite, name: string): CheckedScalar {
  const member = scalar(composite, name)
  const { encodedLength, encoding } = member.begin.token
  const isSingle = encoding.presence === 'constant'
    ? !(encoding.constValue instanceof Uint8Array)
    : encodedLength === PRIMITIVE_TYPES[member.primitive].size
  if (!isSingle) fail(member.begin, 'is not a single value')
  return member
}

function onWire(composite: CheckedComposite, name: string): CheckedScalar {
  const member = single(composite, name)
  if (member.begin.token.encoding.presence === 'constant') fail(member.begin, 'is constant, where messages differ')
  return member
}

function isUnsigned({ primitive }: CheckedScalar): boolean {
  return primitive.startsWith('uint')
}

function checkUnsigned(member: CheckedScalar): void {
  if (!isUnsigned(member)) fail(member.begin, `is ${member.primitive}, where an unsigned type is needed`)
}

/** What a member can be, by its own limits and those of its type. */
function rangeOf(composite: CheckedComposite, name: string): readonly [bigint | number, bigint | number] {
  const { primitive, begin } = scalar(composite, name)
  const { minValue, maxValue } = begin.token.encoding
  const byDefault = PRIMITIVE_TYPES[primitive]
  return [limitOf(minValue, byDefault.minValue), limitOf(maxValue, byDefault.maxValue)]
}

function limitOf(value: PrimitiveValue | undefined, byDefault: bigint | number): bigint | number {
  return value === undefined || value instanceof Uint8Array ? byDefault : value
}

/** Counts and lengths are signed 32-bit numbers in memory, so 32-bit ones need a limit. */
function checkMaximum({ primitive, begin }: CheckedScalar): void {
  const highest = PRIMITIVE_TYPES[primitive].maxValue
  const max = limitOf(begin.token.encoding.maxValue, highest)
  if (max > highest || (primitive === 'uint32' && max > MAX_BLOCK_LENGTH)) fail(begin, `can be as large as ${max}`)
}
