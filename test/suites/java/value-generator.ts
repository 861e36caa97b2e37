import type { PrimitiveName, PrimitiveValue } from '../../../codegen/ir/primitive-type.ts'
import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { Token } from '../../../codegen/ir/token.ts'
import type { Random } from '../../support/random.ts'
import type { Data, Group, Layout, Member } from './ir-layout.ts'
import { primitiveOf } from './ir-layout.ts'
import type { ArrayValue, Block, DataValue, Value } from './value-tree.ts'
import { doubleText, floatText } from './value-tree.ts'

/** Each level of nesting has at most this many entries per group. */
const MAX_ENTRIES = [4, 3, 2, 2]
const MAX_DATA_BYTES = 300
const FLOATS = [0, -0, 1.5, -1, NaN, Infinity, -Infinity, 1e-45, -1.1754942e-38, 3.4028234663852886e38, 0.1, 16777217]
const DOUBLES = [...FLOATS, 5e-324, -2.2250738585072009e-308, Number.MAX_VALUE, Number.EPSILON, 2 ** 53]
const ASCII = 'ABC xyz~!09'
const LATIN = `${ASCII}é£ÿ`
const UNICODE = `${LATIN}Ω€✓😀`

/** Values for every field, group and data of a message. */
export function generateBlock(random: Random, layout: Layout, depth = 0): Block {
  const block: Record<string, Value> = {}
  for (const field of layout.fields) addMember(random, field, block)
  for (const group of layout.groups) block[group.name] = generateEntries(random, group, depth)
  for (const data of layout.data) block[data.name] = generateData(random, data)
  return block
}

function addMember(random: Random, member: Member, block: Record<string, Value>): void {
  if (member.constant || member.arrayLength === 0) return
  block[member.name] = generateMember(random, member)
}

function generateMember(random: Random, member: Member): Value {
  const { type } = member
  switch (type.signal) {
    case 'BEGIN_COMPOSITE': {
      const block: Record<string, Value> = {}
      for (const inner of member.members) addMember(random, inner, block)
      return block
    }
    case 'BEGIN_ENUM':
      return generateEnum(random, member)
    case 'BEGIN_SET':
      return generateSet(random, member)
    default:
      return member.arrayLength === 1 ? scalarText(random, type) : generateArray(random, member)
  }
}

function integerText(random: Random, primitive: PrimitiveName): string {
  const { size, signed, minValue, maxValue, nullValue } = PRIMITIVE_TYPES[primitive]
  const bits = size * 8
  const edges = [minValue, maxValue, nullValue, 0, 1, ...(signed ? [-1] : [])].map(BigInt)
  const arbitrary = random.bigint(bits)
  const value = random.bool(0.4) ? random.pick(edges) : random.bool(0.2) ? random.bigint(6) : arbitrary
  return String(signed ? BigInt.asIntN(bits, value) : value)
}

function scalarText(random: Random, type: Token): string {
  const primitive = primitiveOf(type)
  const { nullValue } = type.encoding
  if (primitive === 'float') return floatText(floatValue(random, nullValue, FLOATS, 30))
  if (primitive === 'double') return doubleText(floatValue(random, nullValue, DOUBLES, 300))
  if (typeof nullValue === 'bigint' && random.bool(0.2)) return String(nullValue)
  return integerText(random, primitive)
}

function floatValue(
  random: Random,
  nullValue: PrimitiveValue | undefined,
  edges: readonly number[],
  exponent: number,
): number {
  if (typeof nullValue === 'number' && random.bool(0.1)) return nullValue
  return random.bool() ? random.pick(edges) : (random.float() - 0.5) * 10 ** random.between(-exponent, exponent)
}

function generateEnum(random: Random, { type, members }: Member): string {
  const nullValue = type.encoding.nullValue ?? PRIMITIVE_TYPES[primitiveOf(type)].nullValue
  const values = members.map((value) => value.type.encoding.constValue)
  return String(random.bool(0.2) || values.length === 0 ? nullValue : random.pick(values))
}

function generateSet(random: Random, { members }: Member): string {
  const density = random.pick([0, 0.3, 0.7, 1])
  let bits = 0n
  for (const { type } of members) {
    if (random.bool(density)) bits |= 1n << BigInt(String(type.encoding.constValue))
  }
  return String(bits)
}

function generateArray(random: Random, { type, arrayLength }: Member): ArrayValue {
  const primitive = primitiveOf(type)
  if (primitive === 'char' && random.bool(0.7)) {
    const text = encodableText(random, type.encoding.characterEncoding, arrayLength)
    if (random.bool(0.6)) return { text }
    const bytes = Buffer.alloc(arrayLength)
    bytes.set(encodeText(text, type.encoding.characterEncoding))
    return { bytes: bytes.toString('hex') }
  }
  if (primitive === 'char') return { at: textElements(random, arrayLength) }
  if (primitive === 'uint8' && random.bool(0.4)) {
    return { bytes: Buffer.from(random.bytes(random.int(arrayLength + 1))).toString('hex') }
  }
  const elements = Array.from({ length: arrayLength }, () => scalarText(random, type))
  return arrayLength <= 4 && random.bool() ? { put: elements } : { at: elements }
}

/** Codes that every character encoding reads the same way. */
function textElements(random: Random, length: number): string[] {
  return Array.from({ length }, () => String(random.bool(0.1) ? 0 : random.between(0x20, 0x7e)))
}

/** Text without NUL that takes at most `maxBytes` bytes. */
export function encodableText(random: Random, encoding: string | undefined, maxBytes: number): string {
  const name = (encoding ?? 'US-ASCII').toUpperCase()
  const alphabet = [...(name.includes('UTF') ? UNICODE : name.includes('8859') || name === 'LATIN1' ? LATIN : ASCII)]
  const wanted = random.bool(0.2) ? maxBytes : random.int(maxBytes + 1)
  let text = ''
  let bytes = 0
  for (;;) {
    const character = random.pick(alphabet)
    bytes += encodeText(character, encoding).length
    if (bytes > wanted) return text
    text += character
  }
}

function encodeText(text: string, encoding: string | undefined): Buffer {
  return Buffer.from(text, (encoding ?? '').toUpperCase().includes('UTF') ? 'utf8' : 'latin1')
}

function generateEntries(random: Random, { dimensions, entry }: Group, depth: number): Block[] {
  const numInGroup = dimensions.find(({ name }) => name === 'numInGroup')
  const { minValue } = numInGroup?.encoding ?? {}
  const least = typeof minValue === 'bigint' ? Number(minValue) : 0
  const most = Math.max(least, MAX_ENTRIES[depth] ?? 1)
  const count = random.bool(0.25) ? least : random.between(least, most)
  return Array.from({ length: count }, () => generateBlock(random, entry, depth + 1))
}

function generateData(random: Random, { length, content }: Data): DataValue {
  const { maxValue } = length.encoding
  const limit = Number(maxValue ?? PRIMITIVE_TYPES[primitiveOf(length)].maxValue)
  const most = Math.min(limit, random.pick([0, 8, 40, MAX_DATA_BYTES]))
  const { characterEncoding } = content.encoding
  if (characterEncoding === undefined) {
    return { bytes: Buffer.from(random.bytes(random.int(most + 1))).toString('hex') }
  }
  const text = encodableText(random, characterEncoding, most)
  return random.bool() ? { text } : { bytes: encodeText(text, characterEncoding).toString('hex') }
}
