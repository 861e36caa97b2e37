/**
 * Compares what both sides say of a message from its representation alone. The reference prints null values as the
 * numbers they are, `uint64` as if it were signed, and whatever bytes are where a field is absent.
 */
import type { Ir } from '../../../codegen/ir/ir.ts'
import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { PrimitiveName } from '../../../codegen/ir/primitive-type.ts'
import { decodeToJson } from '../../../codegen/otf/decode-to-json.ts'
import type { DecodedToJson } from '../../../codegen/otf/decode-to-json.ts'
import { NUMBER_MARK, parseExactly } from '../../support/exact-json.ts'
import type { ExactJson } from '../../support/exact-json.ts'
import type { Group, Layout, Member } from './ir-layout.ts'
import { messageLayout, primitiveOf } from './ir-layout.ts'
import type { DecodedOnTheFly } from './reference-process.ts'
import { firstOf } from './value-check.ts'

/** Whether the reference can decode messages of a layout: it takes members of dimensions by their position. */
export function isFitForReference({ groups }: Layout): boolean {
  return groups.every(({ dimensions, entry }) => {
    return dimensions[1]?.name === 'blockLength' && dimensions[2]?.name === 'numInGroup' && isFitForReference(entry)
  })
}

/** How ours differs from theirs; undefined when it does not. */
export function checkOnTheFly(
  ir: Ir, message: string, bytes: Uint8Array, offset: number, version: number, theirs: DecodedOnTheFly,
): string | undefined {
  const layout = messageLayout(ir.messages.find(({ name }) => name === message)?.tokens ?? [])
  let ours: DecodedToJson
  try {
    ours = decodeToJson(ir, bytes, { offset })
  } catch (error) {
    return `${message} cannot be decoded: ${String(error)}`
  }
  if (ours.message !== message) return `${message} is decoded as ${ours.message}`
  if ('otfError' in theirs) return `the reference throws ${theirs.otfError}`
  if (ours.length !== theirs.otfLength) return `${ours.length} bytes decoded, ${theirs.otfLength} by the reference`
  return new Comparison(ir, version).level(layout, parseExactly(ours.json), parseExactly(theirs.otfJson), message)
}

class Comparison {
  readonly #ir: Ir
  readonly #version: number

  constructor(ir: Ir, version: number) {
    this.#ir = ir
    this.#version = version
  }

  level(layout: Layout, ours: ExactJson, theirs: ExactJson, path: string): string | undefined {
    const keys = [Object.keys(ours), Object.keys(theirs)].map((names) => names.join())
    if (keys[0] !== keys[1]) return `${path}: members ${keys.join(' and ')}`
    return firstOf([
      ...layout.fields.map((field) => () => this.#member(field, ours, theirs, path)),
      ...layout.groups.map((group) => () => this.#group(group, ours, theirs, path)),
      ...layout.data.map(({ token: { name } }) => () => expectEqual(`${path}.${name}`, ours[name], theirs[name])),
    ])
  }

  #group({ token, entry }: Group, ours: ExactJson, theirs: ExactJson, path: string): string | undefined {
    const [a, b] = [ours[token.name], theirs[token.name]] as [ExactJson[], ExactJson[]]
    const at = `${path}.${token.name}`
    if (a.length !== b.length) return `${at}: ${a.length} entries and ${b.length}`
    return firstOf(a.map((block, index) => () => this.level(entry, block, b[index] ?? {}, `${at}[${index}]`)))
  }

  #member(member: Member, ours: ExactJson, theirs: ExactJson, path: string): string | undefined {
    const { token, type, constant, arrayLength } = member
    const [a, b] = [ours[token.name], theirs[token.name]]
    const at = `${path}.${token.name}`
    if (!constant && Math.max(token.version, token.sinceVersion) > this.#version) return expectEqual(at, a, null)
    switch (type.signal) {
      case 'BEGIN_COMPOSITE': {
        const keys = [a, b].map((object) => Object.keys(object as ExactJson).join())
        if (keys[0] !== keys[1]) return `${path}: members ${keys.join(' and ')}`
        return firstOf(member.members.map((inner) => () => this.#member(inner, a as ExactJson, b as ExactJson, at)))
      }
      case 'BEGIN_ENUM':
        if (a === null || String(a).startsWith(NUMBER_MARK)) return expectEqual(at, 'null', b)
        return expectEqual(at, a, b)
      case 'BEGIN_SET':
        // The reference reads sets as little-endian.
        if (this.#ir.byteOrder === 'bigEndian' && type.encodedLength > 1) return undefined
        return expectEqual(at, JSON.stringify(a), JSON.stringify(b))
      default:
        if (type.encoding.constValue instanceof Uint8Array) return expectEqual(at, a, b)
        if (constant || arrayLength === 1) return this.#value(member, a, b, at)
        if (primitiveOf(type) === 'char') return expectEqual(at, asciiOf(String(a)), b)
        return firstOf((a as unknown[]).map((item, index) => () =>
          this.#value(member, item, (b as unknown[])[index], at)))
    }
  }

  #value({ type }: Member, a: unknown, b: unknown, path: string): string | undefined {
    const primitive = primitiveOf(type)
    const nullValue = type.encoding.nullValue ?? PRIMITIVE_TYPES[primitive].nullValue
    const theirs = valueOf(primitive, b)
    if (a !== null) return expectEqual(path, valueOf(primitive, a), theirs)
    const isNull = Number.isNaN(theirs) || theirs === hostValue(primitive, String(nullValue))
    return isNull ? undefined : `${path}: null, by the reference ${String(theirs)}`
  }
}

/** As much of a `char` array as the reference prints: it ends at the first character beyond ASCII. */
function asciiOf(text: string): string {
  return /^[\0-\x7f]*/.exec(text)?.[0] ?? ''
}

/** How the reference prints what JSON has no numbers for. */
const FRACTIONS: Readonly<Record<string, number>> = { '0/0': NaN, '1/0': Infinity, '-1/0': -Infinity }

/** The value that a number or character stands for, in the JSON of either side. */
function valueOf(primitive: PrimitiveName, json: unknown): unknown {
  if (typeof json !== 'string') return json
  // A byte above 127 is a negative number in Java.
  if (primitive === 'char') return json.length === 1 ? json.charCodeAt(0) & 0xff : json
  if (json.startsWith(NUMBER_MARK)) return hostValue(primitive, json.slice(NUMBER_MARK.length))
  return Object.hasOwn(FRACTIONS, json) ? FRACTIONS[json] : Number(json)
}

function hostValue(primitive: PrimitiveName, digits: string): number | bigint {
  if (primitive === 'char') return Number(digits)
  if (primitive === 'float') return Math.fround(Number(digits))
  if (primitive === 'double') return Number(digits)
  return primitive === 'uint64' ? BigInt.asUintN(64, BigInt(digits)) : BigInt(digits)
}

function expectEqual(path: string, ours: unknown, theirs: unknown): string | undefined {
  if (Object.is(ours, theirs)) return undefined
  return `${path}: ${String(ours)}, by the reference ${String(theirs)}`
}
