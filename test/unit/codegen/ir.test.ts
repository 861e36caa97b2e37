/** The tokens made from a schema with everything that the format has. */
import * as assert from 'uvu/assert'
import { type Ir, type PrimitiveValue, type Token } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { FULL_SCHEMA } from './full-schema.ts'
import { compile, schemaWith } from './schema-text.ts'

const test = suite('intermediate representation')

function irOf(text: string): Ir {
  const { ir, diagnostics } = compile(text)
  if (ir === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return ir
}

const full = irOf(FULL_SCHEMA)

function messageTokens(name: string): readonly Token[] {
  return full.messages.find((message) => message.name === name)?.tokens ?? []
}

function find(tokens: readonly Token[], name: string, signal: Token['signal'] = 'BEGIN_FIELD'): Token {
  const token = tokens.find((candidate) => candidate.signal === signal && candidate.name === name)
  if (token === undefined) throw new Error(`no ${signal} ${name}`)
  return token
}

function shape({ signal, name, offset, encodedLength, version, sinceVersion, componentTokenCount }: Token): string {
  return `${signal} ${name} @${offset} +${encodedLength} v${version}/${sinceVersion} #${componentTokenCount}`
}

test('the schema itself', () => {
  assert.equal(
    [full.packageName, full.schemaId, full.schemaVersion, full.semanticVersion, full.description, full.byteOrder],
    ['full', 7, 3, '1.2', 'All there is', 'bigEndian'],
  )
  assert.equal(full.messages.map(({ name, id }) => [name, id]), [['Order', 11], ['Cancel', 12]])
})

test('the header keeps the order of its members', () => {
  assert.equal(full.headerTokens.map(shape), [
    'BEGIN_COMPOSITE header @0 +8 v0/0 #6',
    'ENCODING version @0 +2 v0/0 #1',
    'ENCODING blockLength @2 +2 v0/0 #1',
    'ENCODING schemaId @4 +2 v0/0 #1',
    'ENCODING templateId @6 +2 v0/0 #1',
    'END_COMPOSITE header @0 +8 v0/0 #6',
  ])
})

test('fields follow one another, with explicit offsets and padding', () => {
  const fields = messageTokens('Order').filter(({ signal, offset }) => signal === 'BEGIN_FIELD' && offset >= 0)
  assert.equal(fields.slice(0, 13).map(({ name, offset, encodedLength }) => `${name} @${offset} +${encodedLength}`), [
    'percent @0 +1',
    'optional @8 +8',
    'code @16 +6',
    'label @22 +0',
    'letter @22 +0',
    'nine @22 +0',
    'big @22 +0',
    'side @22 +1',
    'fixedSide @23 +0',
    'fixedNumber @23 +0',
    'flags @23 +2',
    'time @25 +8',
    'outer @33 +18',
  ])
  assert.equal(messageTokens('Order').slice(0, 1).map(shape), ['BEGIN_MESSAGE Order @0 +80 v0/0 #103'])
  assert.is(messageTokens('Order').length, 103)
})

test('values are bigint, number or bytes', () => {
  const value = (name: string, key: 'minValue' | 'maxValue' | 'nullValue' | 'constValue'): PrimitiveValue | undefined =>
    find(messageTokens('Order'), name, 'ENCODING').encoding[key]
  assert.is(value('Percent', 'minValue'), 0n)
  assert.is(value('Percent', 'maxValue'), 100n)
  assert.is(value('Optional', 'nullValue'), 0n)
  assert.is(value('Nine', 'constValue'), -9n)
  assert.is(value('Letter', 'constValue'), 0x78n)
  assert.is(value('Big', 'constValue'), 18446744073709551614n)
  assert.equal(value('Label', 'constValue'), Uint8Array.from([0x61, 0x62, 0x63, 0, 0]))
  assert.is(value('Percent', 'nullValue'), undefined)
})

test('a constant field keeps the text of its valueRef, and its type the value', () => {
  const tokens = messageTokens('Order')
  const text = find(tokens, 'fixedSide').encoding.constValue
  assert.is(text instanceof Uint8Array ? new TextDecoder().decode(text) : undefined, 'Side.Sell')
  const index = tokens.indexOf(find(tokens, 'fixedNumber'))
  assert.equal([tokens[index + 1]?.encoding.presence, tokens[index + 1]?.encoding.constValue], ['constant', 1n])
})

test('what the field says of presence, time and meaning is on its tokens', () => {
  const tokens = messageTokens('Order')
  const index = tokens.indexOf(find(tokens, 'time'))
  for (const token of tokens.slice(index, index + 3)) {
    const { presence, epoch, timeUnit } = token.encoding
    assert.equal([presence, epoch, timeUnit], ['optional', 'unix', 'nanosecond'])
  }
  assert.is(find(tokens, 'code').encoding.semanticType, 'String')
  assert.is(find(tokens, 'Optional', 'ENCODING').encoding.semanticType, 'Qty')
})

test('a composite is written out where it is used, and refs keep the name of their target', () => {
  const tokens = messageTokens('Order')
  const start = tokens.indexOf(find(tokens, 'Outer', 'BEGIN_COMPOSITE'))
  const outer = tokens.slice(start, start + (tokens[start]?.componentTokenCount ?? 0))
  assert.equal(outer.map(shape), [
    'BEGIN_COMPOSITE Outer @33 +18 v1/0 #19',
    'BEGIN_COMPOSITE inner @4 +2 v2/2 #4',
    'ENCODING a @0 +2 v2/2 #1',
    'ENCODING scale @2 +0 v2/0 #1',
    'END_COMPOSITE inner @4 +2 v2/2 #4',
    'BEGIN_ENUM Kind @6 +1 v1/0 #3',
    'VALID_VALUE Odd @0 +0 v0/0 #1',
    'END_ENUM Kind @6 +1 v1/0 #3',
    'BEGIN_SET Bits @7 +1 v1/0 #3',
    'CHOICE Zero @0 +0 v0/0 #1',
    'END_SET Bits @7 +1 v1/0 #3',
    'BEGIN_COMPOSITE Deep @8 +4 v1/0 #3',
    'ENCODING x @0 +4 v1/0 #1',
    'END_COMPOSITE Deep @8 +4 v1/0 #3',
    'BEGIN_SET flags @16 +2 v1/0 #4',
    'CHOICE First @0 +0 v0/0 #1',
    'CHOICE Last @0 +0 v2/2 #1',
    'END_SET flags @16 +2 v1/0 #4',
    'END_COMPOSITE Outer @33 +18 v1/0 #19',
  ])
  const referenced = outer.flatMap(({ referencedName }) => referencedName ?? [])
  assert.equal(referenced, ['Inner', 'Inner', 'Flags', 'Flags'])
})

test('a member of a composite keeps its own version beside that of the field', () => {
  const types = '<composite name="C"><type name="a" primitiveType="int8" sinceVersion="2"/></composite>'
  const { messages } = irOf(schemaWith('<field name="f" id="1" type="C" sinceVersion="1"/>', types, 'version="2"'))
  const member = find(messages[0]?.tokens ?? [], 'a', 'ENCODING')
  assert.equal([member.version, member.sinceVersion], [1, 2])
})

test('groups hold their dimensions, and what follows them has no offset', () => {
  const tokens = messageTokens('Order')
  const start = tokens.indexOf(find(tokens, 'legs', 'BEGIN_GROUP'))
  assert.equal(tokens.slice(start, start + 6).map(shape), [
    'BEGIN_GROUP legs @80 +12 v0/0 #29',
    'BEGIN_COMPOSITE groupSizeEncoding @0 +8 v0/0 #4',
    'ENCODING blockLength @0 +2 v0/0 #1',
    'ENCODING numInGroup @7 +1 v0/0 #1',
    'END_COMPOSITE groupSizeEncoding @0 +8 v0/0 #4',
    'BEGIN_FIELD quantity @0 +4 v0/0 #3',
  ])
  assert.is(shape(find(tokens, 'parts', 'BEGIN_GROUP')), 'BEGIN_GROUP parts @5 +8 v0/0 #9')
  assert.is(find(tokens, 'groupSizeEncoding', 'BEGIN_COMPOSITE').packageName, 'full.types')
})

test('data is a length and bytes of variable length', () => {
  const tokens = messageTokens('Order')
  const start = tokens.indexOf(find(tokens, 'remark', 'BEGIN_VAR_DATA'))
  assert.equal(tokens.slice(start, start + 6).map(shape), [
    'BEGIN_VAR_DATA remark @-1 +0 v2/2 #6',
    'BEGIN_COMPOSITE text @-1 +-1 v2/0 #4',
    'ENCODING length @0 +4 v2/0 #1',
    'ENCODING varData @4 +-1 v2/0 #1',
    'END_COMPOSITE text @-1 +-1 v2/0 #4',
    'END_VAR_DATA remark @-1 +0 v2/2 #6',
  ])
  assert.is(tokens[start + 3]?.encoding.characterEncoding, 'UTF-8')
})

test('an enum has its null value, its values their version and deprecation', () => {
  const tokens = messageTokens('Order')
  assert.is(find(tokens, 'State', 'BEGIN_ENUM').encoding.nullValue, 9n)
  assert.is(find(tokens, 'Side', 'BEGIN_ENUM').encoding.nullValue, 0n)
  const sell = find(tokens, 'Sell', 'VALID_VALUE')
  assert.equal([sell.version, sell.deprecated, sell.encoding.constValue], [1, 3, 0x53n])
  assert.is(find(tokens, 'Buy', 'VALID_VALUE').description, 'To have')
})

test('a message of no fields is two tokens', () => {
  assert.equal(messageTokens('Cancel').map(shape), [
    'BEGIN_MESSAGE Cancel @0 +0 v2/2 #2',
    'END_MESSAGE Cancel @0 +0 v2/2 #2',
  ])
  assert.is(messageTokens('Cancel')[0]?.deprecated, 3)
})

test('types are kept by name, in the use of the lowest version', () => {
  assert.equal([...full.types.keys()], [
    'header', 'Side', 'Flags', 'Outer', 'Inner', 'Kind', 'Bits', 'Deep', 'groupSizeEncoding', 'State', 'text',
  ])
  assert.is(full.types.get('Flags')?.[0]?.version, 0)
  assert.is(full.types.get('text')?.[0]?.version, 0)
})

test('a constant field does not move the end of the block, but its offset does', () => {
  const types = '<type name="One" primitiveType="int8" presence="constant">1</type>'
  const blockLength = (fields: string): number | undefined => {
    return irOf(schemaWith(fields, types)).messages[0]?.tokens[0]?.encodedLength
  }
  assert.is(blockLength('<field name="a" id="1" type="int32"/><field name="b" id="2" type="One"/>'), 4)
  assert.is(blockLength('<field name="a" id="1" type="int32"/><field name="b" id="2" type="One" offset="9"/>'), 9)
})

test('sets and enums through named types have the size of the type', () => {
  const types = `<type name="W" primitiveType="uint64"/>
    <set name="S" encodingType="W"><choice name="A">63</choice></set>
    <enum name="E" encodingType="W"><validValue name="A">5</validValue></enum>`
  const { messages } = irOf(schemaWith('<field name="s" id="1" type="S"/><field name="e" id="2" type="E"/>', types))
  const tokens = messages[0]?.tokens ?? []
  assert.equal([find(tokens, 's').encodedLength, find(tokens, 'e').offset], [8, 8])
  assert.is(find(tokens, 'S', 'BEGIN_SET').encoding.primitiveType, 'uint64')
})

test.run()
