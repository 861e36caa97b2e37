import * as assert from 'uvu/assert'
import { DirectBuffer, Slice } from '../../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, encoderOf, fails, loadModules, make, read } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('generated versions')

interface Kind {
  readonly name: string
  readonly type: string
  readonly set: (encoder: unknown) => unknown
  /** Accessors with their arguments, what they give when the field is there, and when it is absent. */
  readonly reads: readonly (readonly [accessor: string, args: readonly unknown[], present: unknown, absent: unknown])[]
}

const bytes = (): Uint8Array => new Uint8Array(8)
const set = (name: string, ...args: readonly unknown[]) => (encoder: unknown): unknown => call(encoder, name, ...args)

/** One field of each kind; the name of a field is that of its kind. */
const KINDS: readonly Kind[] = [
  { name: 'small', type: 'uint8', set: set('small', 1), reads: [
    ['small', [], 1, 255], ['smallIsNull', [], false, true], ['smallOrNull', [], 1, null],
  ] },
  { name: 'signed', type: 'int32', set: set('signed', -2), reads: [['signed', [], -2, -2147483648]] },
  { name: 'ratio', type: 'double', set: set('ratio', 0.5), reads: [
    ['ratio', [], 0.5, NaN], ['ratioOrNull', [], 0.5, null],
  ] },
  { name: 'port', type: 'Port', set: set('port', 80), reads: [['port', [], 80, 7], ['portIsNull', [], false, true]] },
  { name: 'wide', type: 'int64', set: set('wide', 3n), reads: [
    ['wide', [], 3n, -(2n ** 63n)], ['wideHi', [], 0, -(2 ** 31)], ['wideLo', [], 3, 0], ['wideOrNull', [], 3n, null],
  ] },
  { name: 'unsigned', type: 'uint64', set: set('unsigned', 3n), reads: [
    ['unsigned', [], 3n, 2n ** 64n - 1n], ['unsignedHi', [], 0, 2 ** 32 - 1], ['unsignedLo', [], 3, 2 ** 32 - 1],
  ] },
  { name: 'letter', type: 'char', set: set('letter', 65), reads: [['letter', [], 65, 0]] },
  { name: 'text', type: 'Text', set: set('text', 'abc'), reads: [
    ['text', [], 'abc', ''], ['textEquals', ['abc'], true, false], ['textEquals', [''], false, true],
    ['textAt', [1], 98, 0], ['getText', [bytes()], 4, 0], ['textIsNull', [], false, true], ['textLength', [], 4, 4],
  ] },
  { name: 'numbers', type: 'Numbers', set: set('putNumbers', 5, 6), reads: [
    ['numbersAt', [1], 6, 65535], ['numbersLength', [], 2, 2],
  ] },
  { name: 'wides', type: 'Wides', set: set('putWides', 5n, 6n), reads: [['widesAt', [0], 5n, -(2n ** 63n)]] },
  { name: 'octets', type: 'Octets', set: set('putOctets', Uint8Array.of(1, 2, 3)), reads: [
    ['octetsAt', [2], 3, 255], ['getOctets', [bytes()], 3, 0],
  ] },
  { name: 'side', type: 'Side', set: set('side', 2), reads: [['side', [], 2, 9], ['sideRaw', [], 2, 9]] },
  { name: 'marks', type: 'Marks', set: set('marksRaw', 1), reads: [
    ['marks', [], 'flyweight', null], ['marksRaw', [], 1, 0],
  ] },
  { name: 'many', type: 'Many', set: set('manyRaw', 1n << 40n), reads: [
    ['many', [], 'flyweight', null], ['manyRaw', [], 1n << 40n, 0n], ['manyRawHi', [], 256, 0], ['manyRawLo', [], 0, 0],
  ] },
  { name: 'price', type: 'Price', set: set('priceMantissa', 4n), reads: [
    ['price', [], 'flyweight', null], ['priceMantissa', [], 4n, -(2n ** 63n)], ['priceMantissaIsNull', [], false, true],
    ['priceExponent', [], -2, -2], ['priceSideRaw', [], 0, 9], ['priceMarksRaw', [], 0, 0],
  ] },
  { name: 'fixed', type: 'Fixed', set: () => undefined, reads: [['fixed', [], 42, 42]] },
]

const TYPES = `
  <type name="Port" primitiveType="uint16" nullValue="7" presence="optional"/>
  <type name="Text" primitiveType="char" length="4"/><type name="Numbers" primitiveType="uint16" length="2"/>
  <type name="Wides" primitiveType="int64" length="2"/><type name="Octets" primitiveType="uint8" length="3"/>
  <type name="Fixed" primitiveType="uint8" presence="constant">42</type>
  <enum name="Side" encodingType="uint8" nullValue="9"><validValue name="BUY">1</validValue>
    <validValue name="SELL">2</validValue></enum>
  <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
  <set name="Many" encodingType="uint64"><choice name="on">40</choice></set>
  <composite name="Price"><type name="mantissa" primitiveType="int64" presence="optional"/>
    <type name="exponent" primitiveType="int8" presence="constant">-2</type>
    <ref name="side" type="Side"/><ref name="marks" type="Marks"/></composite>
  <composite name="Grown"><type name="a" primitiveType="uint16"/>
    <type name="b" primitiveType="uint16" sinceVersion="2"/>
    <ref name="m" type="Marks" sinceVersion="2"/><type name="c" primitiveType="uint16" sinceVersion="3"/></composite>`
const fields = KINDS.map(({ name, type }, i) =>
  `<field name="${name}" id="${i + 10}" type="${type}" sinceVersion="1"/>`)
const FIRST = '<field name="first" id="1" type="uint16"/>'

const { versions } = await loadModules({
  versions: schemaText({
    attributes: 'version="3"', types: TYPES,
    messages: `
      <message name="Root" id="1">${FIRST}${fields.join('')}
        <field name="last" id="2" type="uint16" sinceVersion="3"/></message>
      <message name="Entries" id="2"><group name="g" id="3">${FIRST}${fields.join('')}
        <field name="last" id="2" type="uint16" sinceVersion="3"/></group>
        <data name="tail" id="4" type="varString"/></message>
      <message name="Steps" id="3"><field name="v0" id="1" type="uint16"/>
        <field name="v1a" id="2" type="uint16" sinceVersion="1"/>
        <field name="v1b" id="3" type="uint32" sinceVersion="1"/>
        <field name="v2" id="4" type="uint8" sinceVersion="2"/><field name="v3" id="5" type="uint64" sinceVersion="3"/>
        <group name="g" id="6"><field name="w0" id="1" type="uint8"/>
          <field name="w2" id="2" type="uint16" sinceVersion="2"/></group></message>
      <message name="Parts" id="4">${FIRST}
        <group name="a" id="2"><field name="x" id="1" type="uint8"/>
          <data name="note" id="3" type="varString" sinceVersion="2"/></group>
        <group name="b" id="4" sinceVersion="1"><field name="y" id="1" type="uint8"/>
          <group name="deep" id="5" sinceVersion="2"><field name="z" id="1" type="uint8"/></group></group>
        <data name="c" id="6" type="varString"/><data name="d" id="7" type="varBytes" sinceVersion="1"/>
        <data name="e" id="8" type="varString" sinceVersion="3"/></message>
      <message name="Members" id="5"><field name="own" id="1" type="Grown"/>
        <field name="later" id="2" type="Grown" sinceVersion="1"/></message>
      <message name="Own" id="7"><field name="own" id="1" type="Grown"/></message>
      <message name="New" id="6" sinceVersion="2"><field name="x" id="1" type="uint16" sinceVersion="2"/></message>
      <message name="Late" id="8">${FIRST}<group name="g" id="2" sinceVersion="2"><field name="x" id="3" type="uint8"/>
        <field name="y" id="4" type="uint8" sinceVersion="1"/></group></message>`,
  }),
})

const buffer = new DirectBuffer(new Uint8Array(512))

function wrapped(message: string, blockLength: number, version: number, length?: number): unknown {
  return call(make(versions, `${message}Decoder`), 'wrap', buffer, 8, blockLength, version, length)
}

function blockLengthOf(message: string): number {
  return (versions[`${message}Meta`] as MessageMeta).blockLength
}

function expectKinds(target: unknown, isPresent: boolean, what: string): void {
  for (const { reads } of KINDS) {
    for (const [accessor, args, present, absent] of reads) {
      const actual = call(target, accessor, ...args)
      const expected = isPresent ? present : absent
      const isObject = typeof actual === 'object' && actual !== null
      const same = expected === 'flyweight' ? isObject : Object.is(actual, expected)
      assert.ok(same, `${what}: ${accessor}(${args.join()}) gave ${String(actual)}, not ${String(expected)}`)
    }
  }
  for (const accessor of ['wideAsNumber', 'unsignedAsNumber']) {
    if (isPresent) assert.is(call(target, accessor), 3)
    else fails('ERR_GODWIT_SBE_INEXACT', () => call(target, accessor))
  }
  if (isPresent) assert.is(call(target, 'widesAtAsNumber', 1), 6)
  else fails('ERR_GODWIT_SBE_INEXACT', () => call(target, 'widesAtAsNumber', 1))
}

function encodeKinds(encoder: unknown): void {
  call(encoder, 'first', 11)
  for (const kind of KINDS) kind.set(encoder)
  call(call(encoder, 'priceSide', 0), 'priceMarksRaw', 0)
  call(encoder, 'last', 22)
}

test('fields of every kind are absent in older versions, in the root block', () => {
  encodeKinds(encoderOf(versions, 'Root', buffer))
  const full = blockLengthOf('Root')
  for (const version of [0, 1, 2, 3, 4, 65535]) {
    const decoder = wrapped('Root', full, version)
    assert.is(call(decoder, 'first'), 11)
    expectKinds(decoder, version >= 1, `version ${version}`)
    assert.is(call(decoder, 'last'), version >= 3 ? 22 : 65535)
    assert.equal(read(decoder, 'actingVersion', 'actingBlockLength'), [version, full])
  }
})

test('fields of every kind are absent in older versions, in entries of a group', () => {
  buffer.bytes.fill(0)
  const encoder = encoderOf(versions, 'Entries', buffer)
  const group = call(encoder, 'gCount', 2)
  for (let i = 0; i < 2; i++) encodeKinds(call(group, 'next'))
  call(encoder, 'tail', 'end')
  for (const version of [0, 1, 2, 3, 4]) {
    const decoder = wrapped('Entries', 0, version)
    for (const entry of call(decoder, 'g') as Iterable<unknown>) {
      assert.is(call(entry, 'first'), 11)
      expectKinds(entry, version >= 1, `version ${version}`)
      assert.is(call(entry, 'last'), version >= 3 ? 22 : 65535)
    }
    assert.is(call(decoder, 'tail'), 'end')
  }
})

test('a required field that is there has no null value, whatever it is', () => {
  const encoder = encoderOf(versions, 'Root', buffer)
  call(call(call(encoder, 'first', 65535), 'small', 255), 'wide', -(2n ** 63n))
  call(call(encoder, 'port', 7), 'last', 65535)
  const decoder = wrapped('Root', blockLengthOf('Root'), 3)
  assert.equal(read(decoder, 'smallIsNull', 'smallOrNull', 'wideIsNull', 'lastOrNull'), [false, 255, false, 65535])
  assert.equal(read(decoder, 'portIsNull', 'portOrNull'), [true, null])
  const { first, small, wide, port, last } = call(decoder, 'toJSON') as Readonly<Record<string, unknown>>
  assert.equal([first, small, wide, port, last], [65535, 255, String(-(2n ** 63n)), null, 65535])
  call(call(encoder, 'putNumbers', 65535, 1), 'putOctets', Uint8Array.of(255, 1, 0))
  const { numbers, octets } = call(decoder, 'toJSON') as Readonly<Record<string, unknown>>
  assert.equal([numbers, octets], [[65535, 1], [255, 1, 0]])
})

test('absent fields are null in JSON', () => {
  encodeKinds(encoderOf(versions, 'Root', buffer))
  assert.equal(call(wrapped('Root', blockLengthOf('Root'), 0), 'toJSON'), {
    first: 11, small: null, signed: null, ratio: null, port: null, wide: null, unsigned: null, letter: null, text: '',
    numbers: null, wides: null, octets: null, side: null, marks: null, many: null,
    price: null, fixed: 42, last: null,
  })
  assert.equal(call(wrapped('Root', blockLengthOf('Root'), 1), 'toJSON'), {
    first: 11, small: 1, signed: -2, ratio: 0.5, port: 80, wide: '3', unsigned: '3', letter: 'A', text: 'abc',
    numbers: [5, 6], wides: ['5', '6'], octets: [1, 2, 3], side: 'SELL', marks: { on: true }, many: { on: true },
    price: { mantissa: '4', exponent: -2, side: 0, marks: { on: false } }, fixed: 42, last: null,
  })
})

test('of a block that is shorter than its version promises, what does not fit is absent', () => {
  buffer.bytes.fill(0)
  const encoder = encoderOf(versions, 'Steps', buffer)
  call(call(call(call(call(encoder, 'v0', 1), 'v1a', 2), 'v1b', 3), 'v2', 4), 'v3', 5n)
  // Ends of the versions: 2, 8, 9, 17.
  const full = blockLengthOf('Steps')
  assert.is(full, 17)
  for (let blockLength = 2; blockLength <= full + 3; blockLength++) {
    for (const version of [0, 1, 2, 3, 9]) {
      const fits = blockLength >= 17 ? 3 : blockLength >= 9 ? 2 : blockLength >= 8 ? 1 : 0
      const seen = Math.min(version, fits)
      const since = <T>(first: number, value: T, nullValue: T): T => (seen >= first ? value : nullValue)
      const expected = [
        1, since(1, 2, 65535), since(1, 3, 4294967295), since(2, 4, 255), since(3, 5n, 2n ** 64n - 1n),
      ]
      const decoder = wrapped('Steps', blockLength, version, blockLength)
      const what = `${blockLength} bytes of version ${version}`
      assert.equal(read(decoder, 'v0', 'v1a', 'v1b', 'v2', 'v3'), expected, what)
    }
  }
  for (const blockLength of [0, 1]) fails('ERR_GODWIT_SBE_BLOCK_LENGTH', () => wrapped('Steps', blockLength, 3))
})

test('of entries that are shorter than their version promises, what does not fit is absent', () => {
  const write = (blockLength: number): void => void buffer.bytes.set([1, 0, blockLength, 2, 1, 2, 3, 4, 5, 6, 7, 8], 8)
  for (const [blockLength, expected] of [
    [1, [1, 65535, 2, 65535]], [2, [1, 65535, 3, 65535]], [3, [1, 0x0302, 4, 0x0605]], [4, [1, 0x0302, 5, 0x0706]],
  ] as const) {
    write(blockLength)
    const decoder = wrapped('Steps', 2, 3)
    const seen: unknown[] = []
    for (const entry of call(decoder, 'g') as Iterable<unknown>) seen.push(...read(entry, 'w0', 'w2'))
    assert.equal(seen, expected, `entries of ${blockLength} bytes`)
    assert.is(call(decoder, 'encodedLength'), 2 + 2 + 2 * blockLength)
  }
  write(0)
  fails('ERR_GODWIT_SBE_BLOCK_LENGTH', () => call(wrapped('Steps', 2, 3), 'g'))
})

test('what a newer sender appends to blocks is passed over', () => {
  buffer.bytes.fill(0)
  // A root block of 20 bytes, two entries of 6.
  buffer.view.setUint16(8, 1, true)
  buffer.bytes.set([0xff, 0xff, 0xff], 25)
  buffer.bytes.set([6, 2, 10, 20, 0, 0xff, 0xff, 0xff, 11, 21, 0, 0xff, 0xff, 0xff], 28)
  const decoder = wrapped('Steps', 20, 7)
  assert.equal(call(decoder, 'toJSON'), {
    v0: 1, v1a: 0, v1b: 0, v2: 0, v3: '0', g: [{ w0: 10, w2: 20 }, { w0: 11, w2: 21 }],
  })
  assert.is(call(decoder, 'sbeDecodedLength'), 20 + 2 + 12)
  assert.match(String(decoder), '|sbeSchemaVersion=7/3|sbeBlockLength=20/17):v0=1|')
})

/** The message Parts as a sender of the version writes it. */
function writeParts(version: number): number {
  const note = version >= 2 ? [1, 0x6e] : []
  const deep = version >= 2 ? [1, 1, 9] : []
  const parts = [
    7, 0, 1, 2, 1, ...note, 2, ...note, ...(version >= 1 ? [1, 1, 3, ...deep] : []), 1, 0x63,
    ...(version >= 1 ? [2, 0, 0xde, 0xad] : []), ...(version >= 3 ? [2, 0x65, 0x65] : []),
  ]
  buffer.bytes.fill(0xff).set(parts, 8)
  return parts.length
}

test('groups and data are absent in older versions, and the cursor does not move', () => {
  for (const version of [0, 1, 2, 3, 8]) {
    const length = writeParts(version)
    const decoder = wrapped('Parts', 2, version, length)
    const note = version >= 2 ? 'n' : ''
    assert.equal(call(decoder, 'toJSON'), {
      first: 7, a: [{ x: 1, note }, { x: 2, note }],
      b: version < 1 ? [] : [{ y: 3, deep: version < 2 ? [] : [{ z: 9 }] }],
      c: 'c', d: version < 1 ? '' : 'dead', e: version < 3 ? '' : 'ee',
    }, `version ${version}`)
    assert.equal(read(decoder, 'sbeDecodedLength'), [length])
    assert.is(call(call(decoder, 'sbeSkip'), 'encodedLength'), length)
  }
})

test('every accessor of an absent group or data gives nothing and moves nothing', () => {
  const length = writeParts(0)
  const decoder = wrapped('Parts', 2, 0, length)
  const limit = call(decoder, 'limit')
  const b = call(decoder, 'b')
  assert.equal(read(b, 'count', 'hasNext', 'actingBlockLength'), [0, false, 0])
  assert.equal([...b as Iterable<unknown>], [])
  fails('ERR_GODWIT_SBE_NO_MORE_ENTRIES', () => call(b, 'next'))
  const slice = new Slice()
  assert.equal(read(decoder, 'dLength', 'skipD', 'eLength', 'e', 'skipE'), [0, 0, 0, '', 0])
  assert.equal([call(decoder, 'getD', bytes()), (call(decoder, 'dBytes') as Uint8Array).length], [0, 0])
  call(decoder, 'wrapD', slice)
  assert.equal([slice.length, slice.toUint8Array().length, call(decoder, 'limit')], [0, 0, limit])
  const entry = call(call(decoder, 'a'), 'next')
  assert.equal([...read(entry, 'x', 'note', 'noteLength'), call(call(entry, 'next'), 'x')], [1, '', 0, 2])
})

test('a group that was there is absent when the codec is wrapped at an older message', () => {
  const length = writeParts(2)
  const decoder = wrapped('Parts', 2, 2, length)
  for (const entry of call(decoder, 'a') as Iterable<unknown>) call(entry, 'skipNote')
  const b = call(call(decoder, 'b'), 'next')
  assert.is(call(b, 'y'), 3)
  writeParts(0)
  call(decoder, 'wrap', buffer, 8, 2, 0, length)
  assert.equal(read(call(decoder, 'b'), 'count', 'hasNext'), [0, false])
  assert.throws(() => call(b, 'y'))
})

test('fields of an absent group go by the version of the message, whatever the flyweight was at before', () => {
  const expectNoEntry = (decoder: unknown, version: number): void => {
    const group = call(call(decoder, 'wrap', buffer, 8, 2, version, 2), 'g')
    assert.throws(() => call(group, 'x'))
    // Version 1 has the field, but not the group that it is in.
    if (version < 1) assert.is(call(group, 'y'), 255)
    else assert.throws(() => call(group, 'y'))
  }
  for (const version of [0, 1]) expectNoEntry(make(versions, 'LateDecoder'), version)
  buffer.bytes.set([7, 0, 2, 1, 5, 6], 8)
  for (const version of [0, 1]) {
    const decoder = wrapped('Late', 2, 2, 6)
    assert.equal(read(call(call(decoder, 'g'), 'next'), 'x', 'y'), [5, 6])
    expectNoEntry(decoder, version)
  }
})

test('members of composites are absent in versions before their own', () => {
  const codec = versions as CodecModule
  const encoder = encoderOf(codec, 'Members', buffer)
  for (const name of ['own', 'later']) call(call(call(call(call(encoder, name), 'a', 1), 'b', 2), 'mRaw', 1), 'c', 3)
  for (const version of [0, 1, 2, 3, 4]) {
    const decoder = wrapped('Members', blockLengthOf('Members'), version)
    for (const [name, since] of [['own', 0], ['later', 1]] as const) {
      const flattened = [
        version >= since ? 1 : 65535, version >= 2 ? 2 : 65535, version >= 2 ? 1 : 0, version >= 3 ? 3 : 65535,
      ]
      assert.equal(read(decoder, `${name}A`, `${name}B`, `${name}MRaw`, `${name}C`), flattened, `${name} ${version}`)
      const composite = call(decoder, name)
      if (version < since) {
        assert.is(composite, null)
        continue
      }
      assert.equal(read(composite, 'a', 'b', 'mRaw', 'c'), flattened)
      assert.is(call(composite, 'm') === null, version < 2)
      assert.equal(call(composite, 'toJSON'), {
        a: 1, b: version >= 2 ? 2 : null, m: version >= 2 ? { on: true } : null, c: version >= 3 ? 3 : null,
      })
    }
  }
  // A composite of its own takes the newest version unless told otherwise.
  const alone = make(codec, 'GrownDecoder')
  assert.equal(read(call(alone, 'wrap', buffer, 8), 'b', 'c'), [2, 3])
  assert.equal(read(call(alone, 'wrap', buffer, 8, 2), 'b', 'c'), [2, 65535])
})

test('a block that ends within a composite has its older members', () => {
  call(call(call(call(call(encoderOf(versions, 'Own', buffer), 'own'), 'a', 1), 'b', 2), 'mRaw', 1), 'c', 3)
  for (let blockLength = 2; blockLength <= 8; blockLength++) {
    const [b, m, c] = [blockLength >= 5 ? 2 : 65535, blockLength >= 5 ? 1 : 0, blockLength >= 7 ? 3 : 65535]
    const decoder = wrapped('Own', blockLength, 3, blockLength)
    assert.equal(read(decoder, 'ownA', 'ownB', 'ownMRaw', 'ownC'), [1, b, m, c], `${blockLength} bytes`)
    assert.equal(read(call(decoder, 'own'), 'a', 'b', 'mRaw', 'c'), [1, b, m, c], `${blockLength} bytes`)
  }
  fails('ERR_GODWIT_SBE_BLOCK_LENGTH', () => wrapped('Own', 1, 3))
})

test('a message that is newer than its sender has nothing', () => {
  call(encoderOf(versions, 'New', buffer), 'x', 5)
  assert.is(call(wrapped('New', 2, 2), 'x'), 5)
  assert.is(call(wrapped('New', 0, 1), 'x'), 65535)
  assert.is(call(wrapped('New', 1, 2), 'x'), 65535)
})

test('metadata tells since when and until when', () => {
  const { fields: root } = versions['RootMeta'] as MessageMeta
  const { groups, data, sinceVersion } = versions['PartsMeta'] as MessageMeta
  assert.equal([root['first']?.sinceVersion, root['small']?.sinceVersion, root['last']?.sinceVersion], [0, 1, 3])
  assert.equal([groups['b']?.sinceVersion, groups['b']?.groups['deep']?.sinceVersion], [1, 2])
  assert.is(data['e']?.sinceVersion, 3)
  assert.equal([sinceVersion, (versions['NewMeta'] as MessageMeta).sinceVersion], [0, 2])
})

test.run()
