import * as assert from 'uvu/assert'
import { compareSchemas } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { changeLines, checkReadings, expectChanges, irOfText, membersOf } from './diff-cases.ts'
import { schemaOf } from './schema-text.ts'

const test = suite('differences of schemas and messages')

const FIELD = '<field name="n" id="1" type="uint32"/>'

function message(name: string, id: number, attributes: string = '', members: string = FIELD): string {
  return `<message name="${name}" id="${id}" ${attributes}>${members}</message>`
}

function messages(version: number, ...elements: readonly string[]): string {
  return schemaOf('', elements.join(''), `version="${version}"`)
}

test('a schema is the same as itself', () => {
  const comparison = compareSchemas(irOfText(membersOf(FIELD)), irOfText(membersOf(FIELD)))
  assert.equal(comparison, {
    forward: 'compatible',
    backward: 'compatible',
    messages: [{ name: 'M', templateId: 1, forward: 'compatible', backward: 'compatible' }],
    changes: [],
  })
})

test('messages of another schema, or with numbers in another order, are not read', () => {
  expectChanges(membersOf(FIELD), membersOf(FIELD, 1).replace('id="1" version', 'id="2" version'),
    'schema schema-id : 1 -> 2',
    '  forward incompatible: messages of schema 2 are refused',
    '  backward incompatible: messages of schema 1 are refused')
  expectChanges(membersOf(FIELD), membersOf(FIELD, 1).replace(' version', ' byteOrder="bigEndian" version'),
    'schema byte-order : littleEndian -> bigEndian',
    '  forward incompatible: all numbers are read as littleEndian',
    '  backward incompatible: all numbers are read as bigEndian')
})

test('the id of a schema does not matter where headers do not have it', () => {
  const constant = '<type name="schemaId" primitiveType="uint16" presence="constant">7</type>'
  const of = (id: number, version: number): string => membersOf(FIELD, version)
    .replace('<type name="schemaId" primitiveType="uint16"/>', constant).replace('id="1" version', `id="${id}" version`)
  expectChanges(of(1, 0), of(2, 1), 'schema schema-id : 1 -> 2')
})

test('names and texts of a schema are told', () => {
  const after = membersOf(FIELD, 1)
    .replace('package="test"', 'package="other" semanticVersion="2" description="New."')
  expectChanges(membersOf(FIELD), after,
    'schema package : test -> other', 'schema semantic-version : none -> 2', 'schema description : none -> New.')
})

test('changes with the same version, or a lower one, cannot be told by it', () => {
  const versionsOf = (before: string, after: string): string[] => {
    const { changes } = compareSchemas(irOfText(before), irOfText(after))
    return changes.filter(({ change }) => change === 'version').flatMap(changeLines)
  }
  const reason = 'caveat: decoders know only by a higher version that messages have changed'
  const grown = `${FIELD}<field name="m" id="2" type="uint8"/>`
  assert.equal(versionsOf(membersOf(FIELD, 1), membersOf(grown, 1)),
    ['schema version : 1 -> 1', `  forward ${reason}`, `  backward ${reason}`])
  assert.equal(versionsOf(membersOf(FIELD, 1), membersOf(FIELD, 0)),
    ['schema version : 1 -> 0', `  forward ${reason}`, `  backward ${reason}`])
  assert.equal(versionsOf(membersOf(FIELD, 1), membersOf(grown, 2)), ['schema version : 1 -> 2'])
  const described = FIELD.replace('/>', ' description="New."/>')
  assert.equal(versionsOf(membersOf(FIELD, 1), membersOf(described, 1)), [])
})

test('a header of another form is not read', () => {
  const member = (name: string): string => `<type name="${name}" primitiveType="uint16"/>`
  const [four, swapped] = [['blockLength', 'templateId'], ['templateId', 'blockLength']].map((names) => {
    return names.map(member).join('\n    ')
  })
  const after = membersOf(FIELD, 1).replace(four ?? '', swapped ?? '')
  assert.is.not(after, membersOf(FIELD, 1))
  expectChanges(membersOf(FIELD), after,
    'header layout messageHeader: ' +
      'blockLength uint16 at 0, templateId uint16 at 2, schemaId uint16 at 4, version uint16 at 6, 8 bytes -> ' +
      'blockLength uint16 at 2, templateId uint16 at 0, schemaId uint16 at 4, version uint16 at 6, 8 bytes',
    '  forward incompatible: headers are read from other bytes than they are written to',
    '  backward incompatible: headers are read from other bytes than they are written to')
})

test('other members of a header are compared as those of composites', () => {
  const version = '<type name="version" primitiveType="uint16"/>'
  const of = (members: string, number: number): string => membersOf(FIELD, number).replace(version, version + members)
  const flags = (offset: number): string => `<type name="flags" primitiveType="uint8" offset="${offset}"/>
    <type name="end" primitiveType="uint8" offset="15"/>`
  const comparison = compareSchemas(irOfText(of(flags(10), 0)), irOfText(of(flags(11), 1)))
  assert.equal(comparison.changes.filter(({ change }) => change !== 'version').flatMap(changeLines), [
    'member moved messageHeader.flags: 10 -> 11',
    '  forward incompatible: written at offset 11, read at 10',
    '  backward incompatible: written at offset 10, read at 11',
  ])
  assert.equal(comparison.messages.map(({ forward }) => forward), ['incompatible'])
})

test('a message that is new is unknown to old decoders', () => {
  expectChanges(messages(0, message('M', 1)), messages(1, message('M', 1), message('N', 2)),
    'message added N: template id 2 (extended)',
    '  forward caveat: unknown: only the framing tells where such a message ends')
})

test('a message that is gone cannot be read any longer', () => {
  expectChanges(messages(0, message('M', 1), message('N', 2)), messages(1, message('M', 1)),
    'message removed N: template id 2 (breaking)',
    '  backward incompatible: template id 2 is unknown')
})

test('a message is known by its template id', () => {
  expectChanges(messages(0, message('M', 1)), messages(1, message('M', 2)),
    'message template-id M: 1 -> 2',
    '  forward incompatible: template id 2 is unknown',
    '  backward incompatible: template id 1 is unknown')
  expectChanges(messages(0, message('M', 1), message('N', 2)), messages(1, message('M', 2), message('N', 1)),
    'message template-id M: 1 -> 2',
    '  forward incompatible: taken for N', '  backward incompatible: taken for N',
    'message template-id N: 2 -> 1',
    '  forward incompatible: taken for M', '  backward incompatible: taken for M')
  expectChanges(messages(0, message('M', 1)), messages(1, message('M', 2), message('N', 1)),
    'message added N: template id 1 (extended)',
    '  forward incompatible: taken for M',
    'message template-id M: 1 -> 2',
    '  forward incompatible: template id 2 is unknown',
    '  backward incompatible: taken for N')
})

test('a message may be renamed, and is one message still', () => {
  const [before, after] = [messages(0, message('M', 1)), messages(1, message('N', 1, 'description="New."'))]
  const comparison = compareSchemas(irOfText(before), irOfText(after))
  assert.equal(comparison.changes.filter(({ change }) => change !== 'version').flatMap(changeLines), [
    'message renamed M: M -> N (breaking)', 'message description M: none -> New.',
  ])
  assert.equal(comparison.messages, [{ name: 'M', templateId: 1, forward: 'compatible', backward: 'compatible' }])
  checkReadings(comparison, 'backward', irOfText(after), irOfText(before))
})

test('what is said of a message is told', () => {
  expectChanges(messages(1, message('M', 1)),
    messages(2, message('M', 1, 'sinceVersion="1" deprecated="2" description="New." semanticType="S"')),
    'message since-version M: 0 -> 1', 'message deprecated M: none -> 2', 'message description M: none -> New.',
    'message semantic-type M: none -> S')
})

test.run()
