/** Tokens that come of no valid schema: each rule, by a file that breaks only this one. */
import type { Ir, Token } from '../../../codegen/index.ts'
import { decodeIr, encodeIr } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { assertContentRefused, compiled, FULL_IR, withToken } from './ir-files.ts'

const test = suite('ir: content')

type Change = Partial<Omit<Token, 'encoding'>> & { readonly encoding?: Partial<Token['encoding']> }

function edited(ir: Ir, which: string, { encoding, ...change }: Change): Ir {
  return withToken(ir, which, (token) => ({ ...token, ...change, encoding: { ...token.encoding, ...encoding } }))
}

/** The first message with tokens taken out, put in or moved. */
function rearranged(change: (tokens: Token[]) => readonly Token[]): Ir {
  return {
    ...FULL_IR,
    messages: FULL_IR.messages.map((message, index) =>
      index === 0 ? { ...message, tokens: change([...message.tokens]) } : message),
  }
}

const CHAR_ARRAY = new Uint8Array([0x41, 0x42])

/** What must hold; a token as signal and name, and what is changed in it; what is said. */
const RULES: readonly (readonly [rule: string, which: string, change: Change, message: RegExp])[] = [
  ['names are not empty', 'BEGIN_FIELD code', { name: '' }, /BEGIN_FIELD '' has no name/],
  ['names are bounded', 'ENCODING Code', { name: 'x'.repeat(257) }, /has a name of more than 256 characters/],
  ['names of types are bounded', 'BEGIN_COMPOSITE inner', { referencedName: 'x'.repeat(257) }, /more than 256 char/],
  ['nothing is newer than the schema', 'BEGIN_FIELD code', { version: 4 }, /since version 4, and the schema has v/],
  ['versions are not negative', 'CHOICE Last', { version: -1 }, /'Last' is there since version -1/],
  ['deprecations are not negative', 'ENCODING Code', { deprecated: -1 }, /is deprecated since version -1/],
  ['limits are single values', 'ENCODING Code',
    { encoding: { minValue: CHAR_ARRAY } }, /a limit or null value of several/],
  ['only constants have values', 'ENCODING Code',
    { encoding: { constValue: 65n } }, /has a constant value and is none/],
  ['fields without constants have none', 'BEGIN_FIELD code', {
    encoding: { primitiveType: 'char', constValue: 65n },
  }, /BEGIN_FIELD 'code' has a constant value and is none/],
  ['parts have names of their own', 'BEGIN_FIELD code', { name: 'percent' }, /'percent' has the name of another part/],
  ['ends have the names of what they end', 'END_FIELD code', { name: 'kode' }, /END_FIELD 'kode' ends 'code'/],
  ['parts know how long they are', 'BEGIN_FIELD code', { componentTokenCount: 4 }, /has 4 tokens, and it has 3/],
  ['ends do, too', 'END_ENUM Side', { componentTokenCount: 9 }, /END_ENUM 'Side' says that the part has 9 tokens/],
  ['types have primitive types', 'ENCODING Code', { encoding: { primitiveType: undefined } }, /has no primitive type/],
  ['constants have values', 'ENCODING Nine', { encoding: { constValue: undefined } }, /is constant and has no value/],
  ['constants take no bytes', 'ENCODING Nine', { encodedLength: 1 }, /is constant and takes 1 bytes/],
  ['lengths are not negative', 'ENCODING Code', { encodedLength: -1 }, /is char and takes -1 bytes/],
  ['lengths are multiples', 'ENCODING Optional', { encodedLength: 9 }, /'Optional' is uint64 and takes 9 bytes/],
  ['enums are no fractions', 'BEGIN_ENUM State',
    { encoding: { primitiveType: 'float', nullValue: 1 } }, /is an enum encoded as float/],
  ['enums are as long as their type', 'BEGIN_ENUM Side', { encodedLength: 2 }, /'Side' is char and takes 2 bytes/],
  ['values are of the type of the enum', 'VALID_VALUE Buy',
    { encoding: { primitiveType: 'uint8' } }, /has no value of type char/],
  ['values are there', 'VALID_VALUE Buy', { encoding: { constValue: undefined } }, /'Buy' has no value of type char/],
  ['values have names of their own', 'VALID_VALUE Buy', { name: 'Sell' }, /VALID_VALUE 'Sell' has the name of another/],
  ['sets are no characters', 'BEGIN_SET Bits', { encoding: { primitiveType: 'char' } }, /is a set encoded as char/],
  ['choices are bits of the set', 'CHOICE Last', { encoding: { constValue: 16n } }, /is bit 16 of a set of 16 bits/],
  ['members come one after the other', 'BEGIN_COMPOSITE inner', { offset: -1 }, /has offset -1, and the members/],
  ['members do not overlap', 'BEGIN_SET Bits', { offset: 1 }, /'Bits' has offset 1, and the members before it end at/],
  ['members end somewhere', 'BEGIN_SET Bits', { offset: 2 ** 31 - 1 }, /'Bits' ends at 2147483648/],
  ['composites hold their members', 'BEGIN_COMPOSITE Outer',
    { encodedLength: 4 }, /has length 4, and its members end at/],
  ['members have names of their own', 'BEGIN_SET Bits', { name: 'inner' }, /ends 'inner'/],
  ['fields come one after the other', 'BEGIN_FIELD code',
    { offset: 3 }, /has offset 3, and the fields before it end at/],
  ['types lie where their fields do', 'ENCODING Code', { offset: 17 }, /has another offset than its field 'code'/],
  ['fields are as long as their types', 'BEGIN_FIELD code',
    { encodedLength: 5 }, /has length 5, and its type 'Code' has 6/],
  ['fields and plain types share a presence', 'BEGIN_FIELD code',
    { encoding: { presence: 'optional' } }, /is required, and its field is optional/],
  ['constants name a value', 'BEGIN_FIELD fixedSide',
    { encoding: { constValue: new TextEncoder().encode('Side.None') } }, /names no value of its enum/],
  ['constants have a name', 'BEGIN_FIELD fixedSide',
    { encoding: { constValue: undefined } }, /names no value of its enum/],
  ['sets and composites are no constants', 'BEGIN_FIELD flags',
    { encoding: { presence: 'constant' } }, /is constant, which a set cannot be/],
  ['blocks hold their fields', 'BEGIN_MESSAGE Order',
    { encodedLength: 3 }, /has a block of 3 bytes, and its fields end/],
  ['blocks of groups do, too', 'BEGIN_GROUP legs', { encodedLength: 3 }, /has a block of 3 bytes, and its fields end/],
  ['ids fit into the header', 'BEGIN_MESSAGE Order',
    { id: 65_536 }, /has 65536 for the templateId of 'header', which is uint16/],
  ['block lengths fit into the header', 'BEGIN_MESSAGE Order',
    { encodedLength: 65_536 }, /has 65536 for the blockLength/],
  ['block lengths fit into the dimensions', 'BEGIN_GROUP legs',
    { encodedLength: 65_536 }, /for the blockLength of 'group/],
  ['headers have their members', 'ENCODING templateId', { name: 'template' }, /has no member 'templateId'/],
  ['block lengths are unsigned', 'ENCODING blockLength',
    { encoding: { primitiveType: 'int16' } }, /is int16, where an unsigned/],
  ['counts of entries are bounded', 'ENCODING numInGroup', { encoding: { maxValue: 255n } }, /can be as large as 255/],
  ['counts of entries begin before they end', 'ENCODING numInGroup',
    { encoding: { minValue: 101n } }, /is at least 101 and at most 100/],
  ['counts of entries are not negative', 'ENCODING numInGroup',
    { encoding: { primitiveType: 'int8', maxValue: 1n } }, /is a count that can be negative/],
  ['counts differ', 'ENCODING numInGroup',
    { encodedLength: 0, encoding: { presence: 'constant', constValue: 1n, maxValue: undefined } },
    /is constant, where messages differ/],
  ['numbers of headers are single', 'ENCODING schemaId', { encodedLength: 0 }, /is not a single value/],
  ['lengths of data are bounded', 'ENCODING length',
    { encoding: { maxValue: undefined } }, /can be as large as 4294967294/],
  ['data has a length', 'ENCODING length', { name: 'size' }, /has no member 'length'/],
  ['data has data', 'ENCODING varData', { name: 'bytes' }, /has no member 'varData'/],
  ['data varies', 'BEGIN_COMPOSITE text', { encodedLength: 8 }, /has length 8, and its members end at -1/],
  ['data is not optional', 'BEGIN_VAR_DATA note',
    { encoding: { presence: 'optional' } }, /is optional, which data cannot be/],
]

for (const [rule, which, change, message] of RULES) {
  test(`${rule}: ${which}`, () => assertContentRefused(edited(FULL_IR, which, change), message))
}

test('fields of one level have names of their own', () => {
  const twice = rearranged((tokens) => {
    const field = tokens.slice(1, 4)
    const count = tokens.length + 3
    tokens.splice(1, 0, ...field)
    return tokens.map((token) => token.signal.endsWith('_MESSAGE') ? { ...token, componentTokenCount: count } : token)
  })
  assertContentRefused(twice, /BEGIN_FIELD 'percent' has the name of another part/)
})

test('messages have names and ids of their own', () => {
  const cancel = (change: Partial<Token>): Ir => ({
    ...FULL_IR,
    messages: FULL_IR.messages.map((message, index) => index === 0 ? message : {
      ...message,
      tokens: message.tokens.map((token) => ({ ...token, ...change })),
    }),
  })
  assertContentRefused(cancel({ name: 'Order' }), /BEGIN_MESSAGE 'Order' has the name of another part/)
  assertContentRefused(cancel({ id: 11 }), /has the id 11 of another message/)
})

test('parts begin and end in turn, fields before groups before data', () => {
  const without = (which: string): Ir => rearranged((tokens) =>
    tokens.filter(({ signal, name }) => `${signal} ${name}` !== which))
  assertContentRefused(without('END_FIELD code'), /BEGIN_FIELD 'label' is out of place: there must be END_FIELD/)
  assertContentRefused(without('END_MESSAGE Order'), /is out of place: there must be END_MESSAGE/)
  assertContentRefused(without('BEGIN_MESSAGE Order'), /there must be BEGIN_MESSAGE/)
  assertContentRefused(rearranged((tokens) => {
    const [end] = tokens.splice(-1)
    return end === undefined ? tokens : [...tokens, ...tokens.slice(1, 4), end]
  }), /BEGIN_FIELD 'percent' is out of place: there must be END_MESSAGE/)
})

test('nothing lies deeper than it may', () => {
  const inside = (tokens: readonly Token[], begin: number, length: number, depth: number): Token[] => {
    const part = tokens.slice(begin, begin + length)
    const [first, last] = [part[0], part.at(-1)]
    if (first === undefined || last === undefined) return []
    const many = (token: Token): Token[] => Array.from({ length: depth }, () => token)
    return [...many(first), ...part.slice(1, -1), ...many(last)]
  }
  const composite = rearranged((tokens) => {
    const begin = tokens.findIndex(({ signal, name }) => signal === 'BEGIN_COMPOSITE' && name === 'Outer')
    return [...tokens.slice(0, begin), ...inside(tokens, begin, 4, 100)]
  })
  assertContentRefused(composite, /'Outer' lies in more than 64 composites/)
  const group = rearranged((tokens) => {
    const begin = tokens.findIndex(({ signal }) => signal === 'BEGIN_GROUP')
    const head = tokens.slice(begin, begin + 5).map((token) =>
      token.signal === 'BEGIN_GROUP' ? { ...token, encodedLength: 0 } : token)
    return [...tokens.slice(0, begin), ...Array.from({ length: 100 }, () => head).flat(), ...tokens.slice(begin + 5)]
  })
  assertContentRefused(group, /'legs' lies in more than 64 groups/)
})

test('a schema has a package, a version and one byte order', () => {
  assertContentRefused({ ...FULL_IR, packageName: '' }, /the schema has no package/)
  assertContentRefused({ ...FULL_IR, schemaVersion: -1 }, /the schema has version -1/)
  assertContentRefused({ ...FULL_IR, schemaId: -1 }, /has -1 for the schemaId of 'header', which is uint16/)
  const bytes = encodeIr(FULL_IR)
  const at = new TextDecoder('latin1').decode(bytes).indexOf('varData')
  bytes[at - 2 - 28 + 22] = 0
  try {
    decodeIr(bytes)
  } catch (error) {
    if (String(error).includes("ENCODING 'varData' is littleEndian, and 'version' is bigEndian")) return
    throw error
  }
  throw new Error('two byte orders are taken')
})

test('what the compiler takes leniently is taken as well', () => {
  const ir = compiled(`<messageSchema package="p" id="1"><types><composite name="messageHeader">
    <type name="blockLength" primitiveType="uint16"/><type name="templateId" primitiveType="uint16"/>
    <type name="schemaId" primitiveType="uint16"/><type name="version" primitiveType="uint16"/></composite>
    <enum name="E" encodingType="uint8"><validValue name="None">255</validValue></enum></types>
    <message name="M" id="1"><field name="a" id="1" type="E"/><field name="b" id="1" type="E"/></message>
    </messageSchema>`)
  decodeIr(encodeIr(ir))
})

test.run()
