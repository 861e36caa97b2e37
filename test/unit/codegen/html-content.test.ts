import * as assert from 'uvu/assert'
import { cellsOf, descendants, textOf, withClass } from '../../support/html-page.ts'
import type { HtmlPage } from '../../support/html-page.ts'
import { suite } from '../../support/suite.ts'
import { FULL_SCHEMA } from './full-schema.ts'
import { pageOf } from './html-of-schema.ts'
import { schemaOf, schemaWith } from './schema-text.ts'

const test = suite('what pages say of a schema', { timeoutMs: 30_000 })

const full = pageOf(FULL_SCHEMA)

/** Rows of bytes with what lies in them: `0: name*4 other*4`. */
function mapOf(page: HtmlPage, anchor: string): readonly string[] {
  const map = withClass(page.withId(anchor), 'map')
  const rows = map === undefined ? [] : [...descendants(map)].filter(({ localName }) => localName === 'tr').slice(1)
  return rows.map(({ children: [head, ...cells] }) => {
    const texts = cells
      .filter(({ attributes }) => attributes.get('class') !== 'none')
      .map((cell) => {
        const name = cell.children.find(({ localName }) => localName === 'a')?.text ?? cell.text.trim()
        return `${name}*${cell.attributes.get('colspan') ?? 1}`
      })
    return `${head === undefined ? '' : textOf(head)}: ${texts.join(' ')}`
  })
}

test('begins with what the schema is', () => {
  const [title] = full.elements.filter(({ localName }) => localName === 'title')
  assert.is(title?.text, 'full, schema 7 version 3')
  const text = textOf(full.withId('top'))
  assert.match(text, 'full All there is Package full Schema id 7 Version 3 Semantic version 1.2 Byte order big-endian')
  assert.match(text, 'Numbers have their most significant byte first')
})

test('has the title that it is given', () => {
  const page = pageOf(FULL_SCHEMA, { title: 'Orders & more' })
  assert.match(textOf(page.withId('top')), /^Orders & more All there is Package full /)
})

test('lists all messages with ids, lengths and versions', () => {
  const overview = withClass(full.root, 'overview')
  const rows = overview?.children.find(({ localName }) => localName === 'tbody')?.children ?? []
  const [order, cancel] = rows.map(cellsOf)
  // 8 header, 80 block, 8 header of legs with up to 100 entries, remark of 4 + 1,000; an entry of legs is 12, with 8
  // for the header of parts of 8 in 100 entries, and a note of 4 + 1,000.
  const most = 8 + 80 + 8 + 100 * (12 + 8 + 100 * 8 + 1004) + 1004
  assert.equal(order, {
    id: '11',
    th: 'Order',
    bytes: '80 bytes',
    length: `100 to ${most.toLocaleString('en-US')} bytes`,
    notes: 'An order',
  })
  const name = 'Cancel since 2 deprecated in 3'
  assert.equal(cancel, { id: '12', th: name, bytes: '0 bytes', length: '8 bytes', notes: '' })
})

test('tells of each field where it is and what it can be', () => {
  const field = (name: string): Readonly<Record<string, string>> => cellsOf(full.withId(`message-Order.${name}`))
  const row = (...cells: readonly string[]): Readonly<Record<string, string>> => {
    const [offset = '', bytes = '', th = '', id = '', type = '', presence = '', notes = ''] = cells
    return { offset, bytes, th, id, type, presence, notes }
  }
  assert.equal(field('percent'), row('0', '1', 'percent', '1', 'Percent int8, 0 to 100', 'required', '0 to 100'))
  const optional = row('8', '8', 'optional', '2', 'Optional uint64', 'optional null is 0', 'semantic type Qty')
  assert.equal(field('optional'), optional)
  assert.equal(field('code'), row('16', '6', 'code', '3', 'Code char[6], ASCII', 'required', 'semantic type String'))
  assert.equal(field('label'), row('–', '0', 'label', '4', 'Label char, US-ASCII', 'constant = "abc"', ''))
  assert.equal(field('letter'), row('–', '0', 'letter', '5', 'Letter char, US-ASCII', `constant = 'x'`, ''))
  assert.equal(field('nine'), row('–', '0', 'nine', '6', 'Nine int8', 'constant = -9', ''))
  assert.equal(field('big'), row('–', '0', 'big', '7', 'Big uint64', 'constant = 18446744073709551614', ''))
  const sides = 'Side char: B\u00a0Buy, S\u00a0Sell'
  assert.equal(field('side'), row('22', '1', 'side', '8', sides, 'required', 'Buy or sell'))
  assert.match(field('fixedSide')['presence'] ?? '', `constant = Sell, 'S'`)
  assert.match(field('fixedNumber')['presence'] ?? '', 'constant = 1')
  const noTime = 'optional null is 18446744073709551615'
  assert.equal(field('time'), row('25', '8', 'time', '12', 'uint64', noTime, 'time unit nanosecond, epoch unix'))
  assert.is(field('outer')['th'], 'outer since 1')
})

test('shows the bytes of a block with padding, and members of composites by their paths', () => {
  assert.equal(mapOf(full, 'message-Order'), [
    '0: percent*1 padding*7',
    '8: optional*8',
    '16: code*6 side*1 flags*1',
    '24: …*1 time*7',
    '32: …*1 padding*4 outer.inner*2 outer.Kind*1',
    '40: outer.Bits*1 outer.Deep*4 padding*3',
    '48: …*1 outer.flags*2 padding …*5',
    '56to 79: padding*8',
  ])
  const rows = [...descendants(full.withId('message-Order'))].filter((row) => row.attributes.get('class') === 'padding')
  const gaps = rows.filter(({ localName }) => localName === 'tr').map(textOf)
  assert.equal(gaps, ['1 7 padding', '51 29 padding', '5 7 padding'])
})

test('says which field goes on in the next row', () => {
  const fields = '<field name="head" id="1" type="uint32"/><field name="tail" id="2" type="uint64"/>'
  assert.equal(mapOf(pageOf(schemaWith(fields)), 'message-M'), ['0: head*4 tail*4', '8: … tail*4'])
})

test('shows groups with their headers, inside one another, and data', () => {
  const legs = full.withId('message-Order.legs')
  const header = 'groupSizeEncoding, 8 bytes: blockLength uint16 at 0, numInGroup uint8 at 7'
  const facts = 'Id 20 Entries 0 to 100 Bytes of an entry 12 and what follows Header'
  assert.ok(textOf(legs).startsWith(`legs repeating group ${facts} ${header} `), textOf(legs).slice(0, 200))
  assert.is(full.withId('message-Order.legs.parts').parent, legs)
  assert.equal(mapOf(full, 'message-Order.legs.parts'), ['0: weight*8'])
  assert.equal(cellsOf(full.withId('message-Order.legs.note')), {
    th: 'note', id: '25', length: 'uint32, up to 1,000 bytes text, 4 bytes', content: 'uint8, UTF-8', notes: '',
  })
  const order = withClass(full.withId('message-Order'), 'wire')
  assert.equal(order?.children.map(textOf), [
    'header 8', 'block 80', 'legs 8 + n\u00a0×\u00a0(12 + parts + note)', 'remark 4 + length',
  ])
})

test('describes enums, sets and composites, and who uses them', () => {
  assert.match(textOf(full.withId('type-Side')), /^Side enum Buy or sell Encoding char, 1 byte Null value 0x00 /)
  assert.equal(cellsOf(full.withId('type-Side.Buy')), { value: `'B' 0x42`, th: 'Buy', notes: 'To have' })
  assert.is(cellsOf(full.withId('type-Side.Sell'))['th'], 'Sell since 1 deprecated in 3')
  assert.match(textOf(full.withId('type-State')), 'Null value 9')
  assert.equal(cellsOf(full.withId('type-Flags.Last')), { value: '15', mask: '0x8000', th: 'Last since 2', notes: '' })
  const inner = cellsOf(full.withId('type-Inner.scale'))
  assert.equal([inner['offset'], inner['bytes'], inner['presence']], ['–', '0', 'constant = -3'])
  const outer = textOf(full.withId('type-Outer'))
  assert.match(outer, /^Outer composite Holds others Length 18 bytes /)
  assert.match(outer, /Used by Order$/)
  assert.equal(mapOf(full, 'type-Outer'), [
    '0: padding*4 inner*2 Kind*1 Bits*1', '8: Deep*4 padding*4', '16: flags*2',
  ])
})

test('describes simple types by their names, and the primitive types in use', () => {
  assert.equal(cellsOf(full.withId('type-Percent')), {
    th: 'Percent', type: 'int8', bytes: '1', limits: '0 to 100', notes: '0 to 100', users: 'Order',
  })
  assert.is(cellsOf(full.withId('type-Label'))['limits'], 'constant "abc", US-ASCII')
  assert.equal(cellsOf(full.withId('primitive-uint64')), {
    th: 'uint64', bytes: '8', limits: '0 to 18446744073709551614', null: `18446744073709551615 0x${'F'.repeat(16)}`,
  })
  assert.not(full.hasId('primitive-int64'))
})

test('tells a type from a field that makes a constant of it', () => {
  const types = '<type name="Code" primitiveType="uint8"/><enum name="E" encodingType="uint8">' +
    '<validValue name="One">1</validValue></enum>'
  const fields = '<field name="a" id="1" type="Code" presence="constant" valueRef="E.One"/>' +
    '<field name="b" id="2" type="Code"/>'
  const page = pageOf(schemaWith(fields, types))
  assert.is(cellsOf(page.withId('message-M.a'))['presence'], 'constant = 1')
  assert.equal([cellsOf(page.withId('type-Code'))['bytes'], cellsOf(page.withId('type-Code'))['limits']], ['1', ''])
})

test('says what came in each version and what was given up, the last version first', () => {
  const versions = full.elements.filter(({ attributes }) => attributes.get('class') === 'version')
  assert.equal(versions.map(textOf), [
    'Version 3 Added field Order.legs.parts.weight 8 bytes at 0 ' +
    'Deprecated message Cancel template id 12 value Side.Sell',
    // Nothing uses Inner before version 2, so its member of that version came with it.
    'Version 2 Added data Order.remark message Cancel template id 12 flag Flags.Last composite Inner ' +
    'member Outer.inner 2 bytes at 4',
    'Version 1 Added field Order.outer 18 bytes at 33 value Side.Sell',
  ])
})

test('says that nothing has changed where nothing has', () => {
  const page = pageOf(schemaOf(''))
  assert.match(textOf(page.withId('versions').parent ?? page.root), 'All of it has been there since version 0.')
})

test('a schema without messages, and messages without fields, have pages', () => {
  assert.match(textOf(pageOf(schemaOf('', '')).root), 'The schema has no messages.')
  const page = pageOf(schemaOf('', '<message name="Empty" id="1"/>'))
  assert.match(textOf(page.withId('message-Empty')), 'The message has no fields.')
  assert.equal(mapOf(page, 'message-Empty'), [])
})

test('messages that can be longer than any buffer are so many bytes or more', () => {
  const wide = '<composite name="wide"><type name="blockLength" primitiveType="uint16"/>' +
    '<type name="numInGroup" primitiveType="uint32" maxValue="2147483647"/></composite>'
  const group = '<group name="g" id="2" dimensionType="wide"><field name="f" id="1" type="uint64"/></group>'
  const page = pageOf(schemaWith(group, wide))
  assert.match(textOf(page.withId('message-M')), 'Length with header 14 bytes or more')
})

test.run()
