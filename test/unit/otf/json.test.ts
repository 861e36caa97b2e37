import * as assert from 'uvu/assert'
import { compileSchemaText, decodeToJson } from '../../../codegen/index.ts'
import type { Ir } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { schemaText } from '../sbe/schema-parts.ts'

const test = suite('messages as JSON')

function irOf(types: string, message: string, attributes = 'version="2"'): Ir {
  const text = schemaText({ attributes, types, messages: `<message name="M" id="7">${message}</message>` })
  const { ir, diagnostics } = compileSchemaText(text, 'json.xml')
  if (ir === undefined) throw new Error(JSON.stringify(diagnostics))
  return ir
}

/** The usual header, little-endian, and the bytes behind it. */
function frame(blockLength: number, body: Uint8Array, version = 2): Uint8Array {
  const bytes = new Uint8Array(8 + body.length)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of [blockLength, 7, 1, version].entries()) view.setUint16(index * 2, value, true)
  bytes.set(body, 8)
  return bytes
}

/** JSON of a message whose block is `body`. */
function jsonOf(ir: Ir, body: Uint8Array, version?: number): string {
  return decodeToJson(ir, frame(body.length, body, version)).json
}

function numbers(...values: readonly [set: 'Float32' | 'Float64' | 'BigInt64', value: number | bigint][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  let end = 0
  for (const [type, value] of values) {
    if (type === 'BigInt64') view.setBigInt64(end, value as bigint, true)
    else view[`set${type}`](end, value as number, true)
    end += type === 'Float32' ? 4 : 8
  }
  return new Uint8Array(view.buffer, 0, end)
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

test('integers of 64 bits have all their digits', () => {
  const ir = irOf('', '<field name="s" id="1" type="int64"/><field name="u" id="2" type="uint64"/>')
  assert.is(jsonOf(ir, hex('0100000000002000 ffffffffffffff7f')), '{"s":9007199254740993,"u":9223372036854775807}')
  assert.is(jsonOf(ir, hex('0000000000000080 ffffffffffffffff')), '{"s":-9223372036854775808,"u":18446744073709551615}')
})

test('a null is null where the field is optional, and the number where it is not', () => {
  const types = '<type name="Own" primitiveType="int64" presence="optional" nullValue="5"/>'
  const ir = irOf(types, `<field name="own" id="1" type="Own"/>
    <field name="one" id="2" type="uint8" presence="optional"/><field name="required" id="3" type="uint8"/>
    <field name="letter" id="4" type="char" presence="optional"/>
    <field name="real" id="5" type="float" presence="optional"/>`)
  assert.is(jsonOf(ir, hex('0500000000000000 ff ff 00 0000c07f')),
    '{"own":null,"one":null,"required":255,"letter":null,"real":null}')
  assert.is(jsonOf(ir, hex('0600000000000000 fe fe 41 0000003f')),
    '{"own":6,"one":254,"required":254,"letter":"A","real":0.5}')
})

test('fractions have the shortest digits that give them; what is no number is null or a string', () => {
  const ir = irOf('', [1, 2, 3].map((id) => `<field name="f${id}" id="${id}" type="float"/>`).join('') +
    [4, 5, 6].map((id) => `<field name="d${id}" id="${id}" type="double"/>`).join(''))
  const fields = (...values: readonly number[]): Uint8Array => numbers(...values.map((value, index) => {
    return [index < 3 ? 'Float32' : 'Float64', value] as ['Float32' | 'Float64', number]
  }))
  assert.is(jsonOf(ir, fields(35.9, -0, 1e30, 0.1, -0, 1e300)),
    '{"f1":35.9,"f2":-0,"f3":1e+30,"d4":0.1,"d5":-0,"d6":1e+300}')
  assert.is(jsonOf(ir, fields(NaN, Infinity, -Infinity, NaN, Infinity, -Infinity)),
    '{"f1":null,"f2":"Infinity","f3":"-Infinity","d4":null,"d5":"Infinity","d6":"-Infinity"}')
})

test('enums are names, null, or the number of a value that the schema lacks', () => {
  const ir = irOf(`
    <enum name="Letter" encodingType="char"><validValue name="Buy">B</validValue></enum>
    <type name="wide" primitiveType="uint64"/>
    <enum name="Wide" encodingType="wide"><validValue name="Top">18446744073709551614</validValue></enum>`,
  '<field name="letter" id="1" type="Letter"/><field name="wide" id="2" type="Wide"/>')
  assert.is(jsonOf(ir, hex('42 feffffffffffffff')), '{"letter":"Buy","wide":"Top"}')
  assert.is(jsonOf(ir, hex('00 ffffffffffffffff')), '{"letter":null,"wide":null}')
  assert.is(jsonOf(ir, hex('43 fdffffffffffffff')), '{"letter":67,"wide":18446744073709551613}')
})

test('sets are objects of booleans, up to 64 of them, in either byte order', () => {
  const types = `<set name="Wide" encodingType="uint64"><choice name="a">0</choice><choice name="b">31</choice>
    <choice name="c">32</choice><choice name="d">63</choice></set>`
  const field = '<field name="s" id="1" type="Wide"/>'
  assert.is(jsonOf(irOf(types, field), hex('0000008001000000')), '{"s":{"a":false,"b":true,"c":true,"d":false}}')
  const big = irOf(types, field, 'version="2" byteOrder="bigEndian"')
  const bytes = hex('0008 0007 0001 0002 8000000000000001')
  assert.is(decodeToJson(big, bytes).json, '{"s":{"a":true,"b":false,"c":false,"d":true}}')
})

test('text goes by its encoding and is escaped; what has none is hex', () => {
  const text = (name: string, encoding: string): string =>
    `<type name="${name}" primitiveType="char" length="6" characterEncoding="${encoding}"/>`
  const ir = irOf(text('Utf', 'UTF-8') + text('Latin', 'ISO-8859-1') + text('Chinese', 'GB18030') +
    '<type name="Plain" primitiveType="char" length="6"/><type name="Bytes" primitiveType="uint8" length="3"/>',
  `<field name="utf" id="1" type="Utf"/><field name="latin" id="2" type="Latin"/>
    <field name="chinese" id="3" type="Chinese"/><field name="plain" id="4" type="Plain"/>
    <field name="bytes" id="5" type="Bytes"/>
    <data name="text" id="6" type="varString"/><data name="raw" id="7" type="varBytes"/>`)
  const block = hex('e282ac410042 e90a22000000 c4e3ba430000 41ff5c2f0d00 0102ff')
  const body = new Uint8Array([...block, 3, 0xf0, 0x9f, 0x22, 2, 0, 0xca, 0xfe])
  assert.is(decodeToJson(ir, frame(block.length, body)).json, '{"utf":"€A","latin":"é\\n\\"","chinese":"你篊",' +
    '"plain":"A\ufffd\\\\/\\r","bytes":[1,2,255],"text":"\ufffd\\"","raw":"cafe"}')
})

test('text in an encoding that the platform does not know is hex', () => {
  const ir = irOf('<type name="Odd" primitiveType="char" length="3" characterEncoding="x-nobody"/>',
    '<field name="odd" id="1" type="Odd"/>')
  assert.is(jsonOf(ir, hex('410042')), '{"odd":"410042"}')
})

test('constants are there in every version, without bytes', () => {
  const ir = irOf(`<type name="Four" primitiveType="uint8" presence="constant">4</type>
    <type name="Fuel" primitiveType="char" presence="constant">Petrol</type>
    <type name="Big" primitiveType="uint64" presence="constant">18446744073709551614</type>
    <type name="Letter" primitiveType="char" length="1" presence="constant">x</type>
    <enum name="Side" encodingType="uint8"><validValue name="Buy">1</validValue></enum>`,
  `<field name="four" id="1" type="Four"/><field name="fuel" id="2" type="Fuel"/><field name="big" id="3" type="Big"/>
    <field name="letter" id="4" type="Letter" sinceVersion="1"/>
    <field name="side" id="5" type="Side" presence="constant" valueRef="Side.Buy"/>`)
  assert.is(jsonOf(ir, hex(''), 0),
    '{"four":4,"fuel":"Petrol","big":18446744073709551614,"letter":"x","side":"Buy"}')
})

const VERSIONED = irOf(`
  <type name="Pair" primitiveType="uint8" length="2"/><type name="Text" primitiveType="char" length="2"/>
  <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
  <enum name="Side" encodingType="uint8"><validValue name="Buy">1</validValue></enum>
  <composite name="Point"><type name="x" primitiveType="uint8"/><type name="y" primitiveType="uint8" sinceVersion="2"/>
  </composite>`,
`<field name="first" id="1" type="uint8"/>
  ${['uint8', 'Pair', 'Text', 'Marks', 'Side'].map((type, i) =>
    `<field name="f${type}" id="${i + 2}" type="${type}" sinceVersion="1"/>`).join('')}
  <field name="point" id="9" type="Point" sinceVersion="1"/>
  <group name="g" id="10" sinceVersion="1"><field name="a" id="1" type="uint8"/>
    <field name="b" id="2" type="uint8" sinceVersion="2"/></group>
  <data name="d" id="11" type="varString" sinceVersion="2"/>`)

test('what the version of the sender lacks is null; groups have no entries then, and data no bytes', () => {
  assert.is(jsonOf(VERSIONED, hex('05'), 0), '{"first":5,"fuint8":null,"fPair":null,"fText":null,"fMarks":null,' +
    '"fSide":null,"point":null,"g":[],"d":""}')
  const block = hex('05 06 0102 4142 01 01 07')
  const body = hex(`${Buffer.from(block).toString('hex')} 01 01 08`)
  assert.is(decodeToJson(VERSIONED, frame(block.length, body, 1)).json, '{"first":5,"fuint8":6,"fPair":[1,2],' +
    '"fText":"AB","fMarks":{"on":true},"fSide":"Buy","point":{"x":7,"y":null},"g":[{"a":8,"b":null}],"d":""}')
})

test('a block shorter than its version promises is read as the newest version that fits', () => {
  const block = hex('05 06 0102 4142 01 01 07')
  const body = hex(`${Buffer.from(block).toString('hex')} 01 01 08 00`)
  assert.is(decodeToJson(VERSIONED, frame(block.length, body, 2)).json, '{"first":5,"fuint8":6,"fPair":[1,2],' +
    '"fText":"AB","fMarks":{"on":true},"fSide":"Buy","point":{"x":7,"y":null},"g":[{"a":8,"b":null}],"d":""}')
})

test('blocks that a newer version made longer are read up to what is known', () => {
  const block = hex('05 06 0102 4142 01 01 07 08 eeee')
  const body = hex(`${Buffer.from(block).toString('hex')} 04 02 0102eeee 0304eeee 01 41 ffffff`)
  const decoded = decodeToJson(VERSIONED, frame(block.length, body, 9))
  assert.ok(decoded.json.endsWith('"point":{"x":7,"y":8},"g":[{"a":1,"b":2},{"a":3,"b":4}],"d":"A"}'))
  assert.is(decoded.length, 8 + body.length - 3)
})

test('integers of 64 bits are strings on demand: values, nulls, arrays, constants and enums', () => {
  const types = `<type name="Own" primitiveType="int64" presence="optional" nullValue="5"/>
    <type name="Two" primitiveType="uint64" length="2"/><type name="u64" primitiveType="uint64"/>
    <type name="Big" primitiveType="uint64" presence="constant">18446744073709551614</type>
    <enum name="Wide" encodingType="u64"><validValue name="Top">1</validValue></enum>
    <type name="Four" primitiveType="uint32" presence="constant">4</type>`
  const ir = irOf(types, `<field name="own" id="1" type="Own"/><field name="two" id="2" type="Two"/>
    <field name="big" id="3" type="Big"/><field name="wide" id="4" type="Wide"/><field name="named" id="5" type="Wide"/>
    <field name="four" id="6" type="Four"/><field name="small" id="7" type="uint32"/>`)
  const body = hex('0500000000000000 ffffffffffffffff 0100000000000000 0200000000000000 0100000000000000 07000000')
  assert.is(decodeToJson(ir, frame(body.length, body), { bigints: 'strings' }).json,
    '{"own":null,"two":["18446744073709551615","1"],"big":"18446744073709551614","wide":"2","named":"Top","four":4,' +
      '"small":7}')
})

const NULLS = irOf(`
  <type name="Two" primitiveType="int16" length="2" presence="optional"/>
  <type name="Text" primitiveType="char" length="4"/>
  <enum name="Side" encodingType="uint8"><validValue name="Buy">1</validValue></enum>
  <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
  <composite name="Inner"><type name="z" primitiveType="int8" presence="optional"/><ref name="side" type="Side"/>
    <ref name="marks" type="Marks"/></composite>
  <composite name="Point"><type name="x" primitiveType="uint64" presence="optional"/><ref name="inner" type="Inner"/>
  </composite>`,
`<field name="two" id="1" type="Two"/><field name="side" id="2" type="Side"/><field name="real" id="3" type="float"/>
  <field name="wide" id="4" type="double"/><field name="letter" id="5" type="char"/>
  <field name="text" id="6" type="Text"/>
  <field name="point" id="7" type="Point" sinceVersion="1"/><field name="late" id="8" type="Two" sinceVersion="1"/>
  <field name="lateText" id="9" type="Text" sinceVersion="1"/><field name="lateReal" id="10" type="float"
  presence="optional" sinceVersion="1"/><data name="d" id="11" type="varBytes"/>`)

test('values mean what the reference prints on demand: nulls are numbers, and uint64 is signed', () => {
  const block = hex('0080 0100 02 0000807f 000000000000f0ff e9 41e94242' +
    'ffffffffffffffff 80 ff 01 0080 0500 41000000 0000c07f')
  const body = new Uint8Array([...block, 2, 0, 0xca, 0xfe])
  const json = (version: number, length: number): string => {
    const bytes = new Uint8Array([...body.subarray(0, length), ...body.subarray(block.length)])
    return decodeToJson(NULLS, frame(length, bytes, version), { meaning: 'reference' }).json
  }
  const known = '{"two":[-32768,1],"side":"null","real":"1/0","wide":"-1/0","letter":"\uffe9","text":"A",'
  assert.is(json(1, block.length), `${known}"point":{"x":-1,"inner":{"z":-128,"side":"null","marks":{"on":true}}},` +
    '"late":[-32768,5],"lateText":"A","lateReal":"0/0","d":"cafe"}')
  assert.is(json(0, 22), `${known}"point":{"x":-1,"inner":{"z":-128,"side":"null","marks":{"on":false}}},` +
    '"late":[-32768,-32768],"lateText":"","lateReal":"0/0","d":"cafe"}')
})

test('pretty JSON is laid out as JSON.stringify lays it out with an indent of two', () => {
  const block = hex('05 06 0102 4142 01 01 07 08')
  for (const rest of ['02 00 00', '02 02 0102 0304 01 22']) {
    const bytes = frame(block.length, hex(Buffer.from(block).toString('hex') + rest))
    const compact = decodeToJson(VERSIONED, bytes).json
    const pretty = decodeToJson(VERSIONED, bytes, { pretty: true }).json
    assert.is(compact, JSON.stringify(JSON.parse(compact)))
    assert.is(pretty, JSON.stringify(JSON.parse(compact), null, 2))
  }
  const empty = irOf('<composite name="Nothing"><type name="x" primitiveType="uint8"/></composite>', '')
  assert.is(decodeToJson(empty, frame(0, hex('')), { pretty: true }).json, '{}')
})

test('names that mean something to JavaScript are names like all others', () => {
  const ir = irOf('', ['__proto__', 'constructor', 'toString'].map((name, i) =>
    `<field name="${name}" id="${i + 1}" type="uint8"/>`).join(''))
  assert.is(jsonOf(ir, hex('010203')), '{"__proto__":1,"constructor":2,"toString":3}')
})

test.run()
