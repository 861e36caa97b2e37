import { suite } from '../../support/suite.ts'
import { expectChanges, membersOf } from './diff-cases.ts'

const test = suite('differences of groups and data')

function group(name: string, id: number, attributes: string = '', inner: string = ''): string {
  return `<group name="${name}" id="${id}" ${attributes}><field name="x" id="1" type="uint16"/>${inner}</group>`
}

function data(name: string, id: number, attributes: string = ''): string {
  return `<data name="${name}" id="${id}" type="varData" ${attributes}/>`
}

const SINCE = 'sinceVersion="1"'

test('a group behind all others is left unread, and has no entries in old messages', () => {
  expectChanges(membersOf(group('g', 1)), membersOf(group('g', 1) + group('h', 2, SINCE), 1),
    'group added M.h: entries of 2 bytes, since version 1 (breaking)',
    '  forward caveat: left unread: only the framing tells where the message ends')
})

test('data behind all other is left unread, and empty in old messages', () => {
  expectChanges(membersOf(data('d', 1)), membersOf(data('d', 1) + data('e', 2, SINCE), 1),
    'data added M.e: bytes after a length of uint16, since version 1 (breaking)',
    '  forward caveat: left unread: only the framing tells where the message ends')
})

test('a group before another, or before data, is taken for that', () => {
  expectChanges(membersOf(group('g', 1)), membersOf(group('h', 2, SINCE) + group('g', 1), 1),
    'group added M.h: entries of 2 bytes, since version 1 (breaking)', '  forward incompatible: read as g')
  const [g, h, d] = [group('g', 1), group('h', 2, SINCE), data('d', 3)]
  expectChanges(membersOf(g + d), membersOf(g + h + d, 1),
    'group added M.h: entries of 2 bytes, since version 1 (breaking)', '  forward incompatible: read as d')
  expectChanges(membersOf(data('d', 1)), membersOf(data('e', 2, SINCE) + data('d', 1), 1),
    'data added M.e: bytes after a length of uint16, since version 1 (breaking)', '  forward incompatible: read as d')
})

test('groups and data that are said to be older than they are, are looked for in old messages', () => {
  expectChanges(membersOf(group('g', 1)), membersOf(group('g', 1) + group('h', 2), 1),
    'group added M.h: entries of 2 bytes (breaking)',
    '  forward caveat: left unread: only the framing tells where the message ends',
    '  backward incompatible: looked for in messages of version 0, which lack it: its sinceVersion is 0')
  expectChanges(membersOf(data('d', 1)), membersOf(data('d', 1) + data('e', 2), 1),
    'data added M.e: bytes after a length of uint16 (breaking)',
    '  forward caveat: left unread: only the framing tells where the message ends',
    '  backward incompatible: looked for in messages of version 0, which lack it: its sinceVersion is 0')
})

test('what is gone is looked for in new messages', () => {
  expectChanges(membersOf(group('g', 1) + data('d', 2)), membersOf(data('d', 2), 1),
    'group removed M.g: entries of 2 bytes (breaking)',
    '  forward incompatible: looked for in messages of version 1, which lack it: its sinceVersion is 0',
    '  backward incompatible: read as d')
  expectChanges(membersOf(data('d', 1) + data('e', 2)), membersOf(data('d', 1), 1),
    'data removed M.e: bytes after a length of uint16 (breaking)',
    '  forward incompatible: looked for in messages of version 1, which lack it: its sinceVersion is 0',
    '  backward caveat: left unread: only the framing tells where the message ends')
})

test('groups and data are read in their order', () => {
  expectChanges(membersOf(group('g', 1) + group('h', 2)), membersOf(group('h', 2) + group('g', 1), 1),
    'group order M.h: place 2 -> place 1 (breaking)',
    '  forward incompatible: read as g', '  backward incompatible: read as g',
    'group order M.g: place 1 -> place 2 (breaking)',
    '  forward incompatible: read as h', '  backward incompatible: read as h')
})

test('entries grow by fields, and by nothing else', () => {
  const of = (inner: string, version: number): string => membersOf(group('g', 1, '', inner), version)
  expectChanges(of('', 0), of(`<field name="y" id="2" type="uint8" ${SINCE}/>`, 1),
    'field added M.g.y: uint8 at offset 2, since version 1 (extended)')
  expectChanges(of('', 0), of(group('h', 2, SINCE), 1),
    'group added M.g.h: entries of 2 bytes, since version 1 (breaking)',
    '  forward incompatible: read as the next entry, or as what follows the group')
  expectChanges(of('', 0), of(data('d', 2, SINCE), 1),
    'data added M.g.d: bytes after a length of uint16, since version 1 (breaking)',
    '  forward incompatible: read as the next entry, or as what follows the group')
})

test('what moves in entries is misread as in messages', () => {
  const of = (inner: string, version: number): string => membersOf(group('g', 1, '', inner), version)
  const field = '<field name="y" id="2" type="uint8"/>'
  expectChanges(of(field, 0), of(field.replace('/>', ' offset="5"/>'), 1),
    'field moved M.g.y: 2 -> 5',
    '  forward incompatible: written at offset 5, read at 2',
    '  backward incompatible: written at offset 2, read at 5')
})

test('groups and data of a later version than their messages are skipped', () => {
  expectChanges(membersOf(group('g', 1)), membersOf(group('g', 1, SINCE), 1),
    'group since-version M.g: 0 -> 1',
    '  backward incompatible: taken for absent in messages of version 0: its sinceVersion is 1')
  expectChanges(membersOf(data('d', 1)), membersOf(data('d', 1, SINCE), 1),
    'data since-version M.d: 0 -> 1',
    '  backward incompatible: taken for absent in messages of version 0: its sinceVersion is 1')
})

test('another form of dimensions is another place for the number of entries', () => {
  const sizes = `<composite name="small"><type name="blockLength" primitiveType="uint16"/>
    <type name="numInGroup" primitiveType="uint8"/></composite>`
  expectChanges(membersOf(group('g', 1), 0, sizes), membersOf(group('g', 1, 'dimensionType="small"'), 1, sizes),
    'group dimensions M.g: blockLength uint16 at 0, numInGroup uint16 at 2, 4 bytes -> ' +
      'blockLength uint16 at 0, numInGroup uint8 at 2, 3 bytes',
    '  forward incompatible: number and length of the entries are read from other bytes',
    '  backward incompatible: number and length of the entries are read from other bytes')
})

test('another form of lengths is another place for data', () => {
  const types = `<composite name="long"><type name="length" primitiveType="uint32" maxValue="1000"/>
    <type name="varData" primitiveType="uint8" length="0"/></composite>`
  expectChanges(membersOf(data('d', 1), 0, types), membersOf(data('d', 1).replace('varData', 'long'), 1, types),
    'data length-field M.d: uint16 at 0, 2 bytes -> uint32 at 0, 4 bytes',
    '  forward incompatible: the length is read from other bytes',
    '  backward incompatible: the length is read from other bytes')
})

test('limits of counts and lengths are no limits for decoders', () => {
  const types = (most: number): string => `<composite name="few"><type name="blockLength" primitiveType="uint16"/>
    <type name="numInGroup" primitiveType="uint8" maxValue="${most}"/></composite>
    <composite name="short"><type name="length" primitiveType="uint8" maxValue="${most}"/>
    <type name="varData" primitiveType="uint8" length="0"/></composite>`
  const members = group('g', 1, 'dimensionType="few"') + data('d', 2).replace('varData', 'short')
  expectChanges(membersOf(members, 0, types(2)), membersOf(members, 1, types(3)),
    'group range M.g: 0 to 2 -> 0 to 3',
    '  forward caveat: there may be more or fewer entries than the schema of the decoder allows',
    'data range M.d: 0 to 2 -> 0 to 3',
    '  forward caveat: there may be longer or shorter data than the schema of the decoder allows')
})

test('data with an encoding is text', () => {
  const types = `<composite name="text"><type name="length" primitiveType="uint16"/>
    <type name="varData" primitiveType="uint8" length="0" characterEncoding="UTF-8"/></composite>`
  expectChanges(membersOf(data('d', 1), 0, types), membersOf(data('d', 1).replace('varData', 'text'), 1, types),
    'data encoding M.d: bytes -> UTF-8 (breaking)',
    '  forward caveat: text is read as bytes',
    '  backward caveat: bytes are read as text in UTF-8')
})

test('names, ids and meanings of groups and data are told', () => {
  const meaning = 'description="New." deprecated="1"'
  expectChanges(membersOf(group('g', 1) + data('d', 2)),
    membersOf(group('h', 1, meaning) + data('d', 3, `${meaning} semanticType="S"`), 1),
    'group renamed M.g: g -> h (breaking)',
    'group deprecated M.g: none -> 1',
    'group description M.g: none -> New.',
    'data id M.d: 2 -> 3',
    'data deprecated M.d: none -> 1',
    'data description M.d: none -> New.',
    'data semantic-type M.d: none -> S')
})

test.run()
