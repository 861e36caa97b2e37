/** Ways to spoil the text of a schema: bytes, attributes, structure. What comes out may still be a good schema. */
import type { Random } from '../../support/random.ts'

type TextMutation = (random: Random, text: string, other: string) => string
type ByteMutation = (random: Random, bytes: Uint8Array) => Uint8Array

/** Names that mean something to JavaScript, to generated code, or to what the code is written as. */
const NAMES = [
  '', ' ', 'a`b', '${x}', '*/', '\'', '&quot;', '\\', '\\u0027', '//', '__proto__', 'constructor', 'toString',
  'valueOf', 'wrap', 'limit', 'offset', 'next', 'count', 'at', 'class', 'await', 'arguments', 'eval', 'Number', 'Math',
  'DirectBuffer', 'SbeError', 'Slice', 'messageHeader', 'MessageHeader', 'MessageDispatcher', 'a-b', 'a.b', 'a b', '1',
  '_', '$', 'é', '漢字', '😀', '&#10;', '&#x2028;', '&#xD800;', 'NULL_VAL', 'index', 'dispatcher', 'then', 'length',
  'name', 'prototype', '_offset', 'putX', 'getX', 'xLength', 'xRaw', 'x', 'X', 'raw', 'clear', 'value', 'message',
  'view', 'CarDecoder', 'n'.repeat(256), 'n'.repeat(257),
]
const NUMBERS = [
  '0', '1', '2', '-1', '3', '8', '63', '64', '127', '128', '254', '255', '256', '32767', '65534', '65535', '65536',
  '2147483647', '2147483648', '4294967294', '4294967295', '9223372036854775807', '-9223372036854775808',
  '18446744073709551614', '18446744073709551615', '99999999999999999999999', '1.5', '1e3', 'NaN', 'Infinity', '-0',
  '+4', ' 5', '0x10', '', 'abc', '٣',
]
const PRIMITIVES = [
  'char', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float', 'double', 'nope', '',
]
const WORDS = [
  'required', 'optional', 'constant', 'bigEndian', 'littleEndian', 'true', 'false', 'UTF-8', 'UTF-16', 'GB18030',
  'ISO-8859-1', 'US-ASCII', 'no-such-encoding', 'Shift_JIS', 'utf-16be', 'replacement',
]
const ATTRIBUTES = [
  'name', 'id', 'type', 'primitiveType', 'encodingType', 'presence', 'length', 'offset', 'sinceVersion', 'deprecated',
  'nullValue', 'minValue', 'maxValue', 'blockLength', 'dimensionType', 'headerType', 'valueRef', 'byteOrder', 'package',
  'version', 'characterEncoding', 'description', 'semanticType', 'epoch', 'timeUnit', 'variableLength', 'xmlns', 'href',
]
const INSERTIONS = [
  '<!-- c -->', '<![CDATA[7]]>', '<?pi x?>', '<!DOCTYPE a [<!ENTITY e "x">]>', '&e;', '&#0;', '&amp;', '<', '>', ']]>',
  '<field name="new" id="77" type="uint8"/>', '<data name="newData" id="78" type="varDataEncoding"/>',
  '<group name="newGroup" id="79"/>', '<ref name="r" type="messageHeader"/>', '<type name="t" primitiveType="uint8"/>',
  '<validValue name="v">9</validValue>', '<choice name="c">3</choice>', '<types/>', '<composite name="empty"/>',
  '<enum name="none" encodingType="uint8"/>', '<set name="bits" encodingType="uint64"/>', '\0', '\u2028', '\uffff',
  '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="common-types.xml"/>',
]
const TAGS = [
  'type', 'composite', 'enum', 'set', 'ref', 'field', 'group', 'data', 'message', 'sbe:message', 'types', 'x',
]
const REPEATS = [1, 2, 5, 40, 300]

interface Span {
  readonly begin: number
  readonly end: number
}

const TEXT_MUTATIONS: readonly TextMutation[] = [
  setAttribute, setAttribute, setAttribute, setAttribute, setContent, removeAttribute, addAttribute, copyValue,
  copyValue, removeElement, copyElement, moveElement, swapElements, repeatElement, renameElement, insert, nest, graft,
]

const BYTE_MUTATIONS: readonly ByteMutation[] = [
  (random, bytes) => changed(bytes, random.int(bytes.length), 1 << random.int(8)),
  (random, bytes) => changed(bytes, random.int(bytes.length), random.int(256)),
  (random, bytes) => bytes.slice(0, random.int(bytes.length)),
  (random, bytes) => spliced(bytes, random.int(bytes.length), random.int(8), new Uint8Array(0)),
  (random, bytes) => spliced(bytes, random.int(bytes.length), 0, random.bytes(random.between(1, 6))),
  (random, bytes) => spliced(bytes, 0, 0, random.pick([[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff], [0]])),
  (_random, bytes) => new Uint8Array(Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf16le')),
]

/** A schema made from another, and from a second one that parts are taken from. */
export function mutateSchema(random: Random, text: string, other: string): string | Uint8Array {
  let result = text
  for (let left = random.pick([0, 1, 1, 1, 2, 2, 3, 6]); left > 0; left--) {
    result = random.pick(TEXT_MUTATIONS)(random, result, other)
  }
  if (random.bool(0.85) || result === '') return result
  const bytes = new Uint8Array(Buffer.from(result, 'utf8'))
  return random.pick(BYTE_MUTATIONS)(random, bytes)
}

function changed(bytes: Uint8Array, index: number, bits: number): Uint8Array {
  const copy = bytes.slice()
  copy[index] = (copy[index] ?? 0) ^ bits
  return copy
}

function spliced(bytes: Uint8Array, start: number, length: number, inserted: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, start), ...Array.from(inserted), ...bytes.subarray(start + length)])
}

function replace(text: string, { begin, end }: Span, by: string): string {
  return text.slice(0, begin) + by + text.slice(end)
}

function spansOf(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map((match) => ({ begin: match.index, end: match.index + match[0].length }))
}

/** The insides of the quotes. */
function valuesOf(text: string): Span[] {
  return spansOf(text, /="[^"]*"/g).map(({ begin, end }) => ({ begin: begin + 2, end: end - 1 }))
}

function anyValue(random: Random): string {
  return random.pick(random.pick([NAMES, NUMBERS, NUMBERS, PRIMITIVES, WORDS]))
}

function setAttribute(random: Random, text: string): string {
  const spans = valuesOf(text)
  if (spans.length === 0) return text
  const span = random.pick(spans)
  const old = text.slice(span.begin, span.end)
  const likely = /^-?\d/.test(old) ? NUMBERS : PRIMITIVES.includes(old) ? PRIMITIVES : NAMES
  return replace(text, span, random.bool(0.7) ? random.pick(likely) : anyValue(random))
}

/** Text between tags: valid values, choices and constants. */
function setContent(random: Random, text: string): string {
  const spans = spansOf(text, />[^<>]+<\//g)
  if (spans.length === 0) return text
  const { begin, end } = random.pick(spans)
  return replace(text, { begin: begin + 1, end: end - 2 }, anyValue(random))
}

/** The value of one attribute for another: names of types, mostly. */
function copyValue(random: Random, text: string): string {
  const spans = valuesOf(text)
  if (spans.length === 0) return text
  const from = random.pick(spans)
  return replace(text, random.pick(spans), text.slice(from.begin, from.end))
}

function removeAttribute(random: Random, text: string): string {
  const spans = spansOf(text, /\s[\w:]+="[^"]*"/g)
  return spans.length === 0 ? text : replace(text, random.pick(spans), '')
}

function addAttribute(random: Random, text: string): string {
  const spans = spansOf(text, /<[\w:]+(?=[\s/>])/g)
  if (spans.length === 0) return text
  const { end } = random.pick(spans)
  return replace(text, { begin: end, end }, ` ${random.pick(ATTRIBUTES)}="${anyValue(random)}"`)
}

/** A whole element; the schema itself now and then. */
function elementOf(random: Random, text: string): Span | undefined {
  const starts = spansOf(text, /<[\w:]+(?:\s[^<>]*)?>/g)
  if (starts.length === 0) return undefined
  const { begin, end } = random.pick(starts)
  if (text[end - 2] === '/') return { begin, end }
  let depth = 1
  const tag = /<(\/?)[\w:]+(?:\s[^<>]*)?(\/?)>/g
  tag.lastIndex = end
  for (let match = tag.exec(text); match !== null; match = tag.exec(text)) {
    if (match[1] === '/') depth--
    else if (!match[0].endsWith('/>')) depth++
    if (depth === 0) return { begin, end: tag.lastIndex }
  }
  return { begin, end }
}

function removeElement(random: Random, text: string): string {
  const span = elementOf(random, text)
  return span === undefined ? text : replace(text, span, '')
}

function copyElement(random: Random, text: string): string {
  const span = elementOf(random, text)
  const to = elementOf(random, text)
  if (span === undefined || to === undefined) return text
  const at = random.bool() ? to.begin : to.end
  return replace(text, { begin: at, end: at }, text.slice(span.begin, span.end))
}

function moveElement(random: Random, text: string): string {
  const span = elementOf(random, text)
  if (span === undefined) return text
  const rest = replace(text, span, '')
  const to = elementOf(random, rest)
  return to === undefined ? rest : replace(rest, { begin: to.end, end: to.end }, text.slice(span.begin, span.end))
}

function swapElements(random: Random, text: string): string {
  const spans = [elementOf(random, text), elementOf(random, text)].filter((span) => span !== undefined)
  const [first, second] = spans.sort((a, b) => a.begin - b.begin)
  if (first === undefined || second === undefined || first.end > second.begin) return text
  const part = ({ begin, end }: Span): string => text.slice(begin, end)
  return replace(replace(text, second, part(first)), first, part(second))
}

function repeatElement(random: Random, text: string): string {
  const span = elementOf(random, text)
  if (span === undefined || span.end - span.begin > 2000) return text
  const element = text.slice(span.begin, span.end)
  const copies = Array.from({ length: random.pick(REPEATS) }, (_, i) => {
    return random.bool(0.8) ? element.replace(/\b(name|id)="([^"]*)"/g, `$1="$2${i}"`) : element
  })
  return replace(text, span, element + copies.join(''))
}

function renameElement(random: Random, text: string): string {
  const span = elementOf(random, text)
  if (span === undefined) return text
  const name = random.pick(TAGS)
  const element = text.slice(span.begin, span.end)
  return replace(text, span, element.replace(/^<[\w:]+/, `<${name}`).replace(/<\/[\w:]+>$/, `</${name}>`))
}

function insert(random: Random, text: string): string {
  const spans = spansOf(text, />/g)
  const at = random.bool(0.8) && spans.length > 0 ? random.pick(spans).end : random.int(text.length + 1)
  return replace(text, { begin: at, end: at }, random.pick(INSERTIONS))
}

/** An element within others of its kind, deep. */
function nest(random: Random, text: string): string {
  const span = elementOf(random, text)
  if (span === undefined) return text
  const depth = random.pick([1, 3, 30, 70])
  const open = random.pick(['<composite name="deep@">', '<group name="deep@" id="@">', '<types>', '<x>'])
  const close = open.replace(/^<(\w+).*/, '</$1>')
  const opening = Array.from({ length: depth }, (_, i) => open.replaceAll('@', String(500 + i))).join('')
  return replace(text, span, opening + text.slice(span.begin, span.end) + close.repeat(depth))
}

/** An element of another schema. */
function graft(random: Random, text: string, other: string): string {
  const span = elementOf(random, other)
  const to = elementOf(random, text)
  if (span === undefined || to === undefined) return text
  return replace(text, random.bool() ? to : { begin: to.end, end: to.end }, other.slice(span.begin, span.end))
}
