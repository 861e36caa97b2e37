import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { buildCodecs } from '../../support/codecs.ts'
import { decodeJson } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { encoderOf } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'
import { compileProgram } from './stage-program.ts'

const test = suite('names of stages')

const uint8s = (...names: readonly string[]): string =>
  names.map((name, index) => `<field name="${name}" id="${index + 1}" type="uint8"/>`).join('')

/** Members and types with the names that stages have, or would have. */
const SCHEMA = schemaText({
  types: `
    <composite name="Point"><type name="x" primitiveType="uint8"/></composite>
    <enum name="OrderGEntries" encodingType="uint8"><validValue name="ONE">1</validValue></enum>
    <enum name="OrderComplete" encodingType="uint8"><validValue name="ONE">1</validValue></enum>`,
  messages: `
    <message name="Order" id="1">
      ${uint8s('staged', '_stage', 'end', 'parent', 'roomForNote', 'complete')}
      <field name="a" id="20" type="OrderGEntries"/><field name="b" id="21" type="OrderComplete"/>
      <group name="g" id="30">${uint8s('end', '_parent', 'staged', '_stage', 'roomForNote')}
        <field name="parent" id="20" type="Point"/>
        <group name="entries" id="31">${uint8s('entry')}
          <group name="end" id="32">${uint8s('next')}</group>
        </group>
        <data name="note" id="33" type="varString"/>
      </group>
      <group name="entry" id="40">${uint8s('fields')}</group>
      <data name="note" id="41" type="varString"/><data name="Note" id="42" type="varString"/>
    </message>
    <message name="OrderFields" id="2">${uint8s('a')}</message>
    <message name="OrderAtG" id="3">${uint8s('a')}<data name="G" id="4" type="varString"/></message>`,
})

/** `end` is what stages need in groups, `staged` what they need in messages. */
const VALUES = {
  staged_: 1, _stage_: 2, end: 3, parent: 4, roomForNote: 5, complete: 6, a: 'ONE', b: 'ONE',
  g: [{
    end_: 1, _parent_: 2, staged: 3, _stage: 4, roomForNote: 5, parent: { x: 6 },
    entries: [{ entry: 8, end_: [{ next_: 9 }] }],
    note: 'in g',
  }],
  entry: [{ fields: 1 }, { fields: 2 }],
  note: 'one',
  note_: 'two',
}

/** The same message by its stages, whose names yield to those of the schema's own types. */
const PROGRAM = `
export function encode(order: c.OrderEncoder): c.OrderComplete_ {
  order.end(3).parent(4).roomForNote(5).complete(6).a(c.OrderGEntries.ONE).b(c.OrderComplete.ONE)
  const first: c.OrderAtG = order.staged().staged_(1)._stage_(2)
  const g: c.OrderGEntries_ = first.gCount(1)
  const inG: c.OrderGAtEntries = g.next().end_(1)._parent_(2).staged(3)._stage(4).roomForNote(5).parentX(6)
  const inEntries: c.OrderGEntriesAtEnd = inG.entriesCount(1).next().entry(8)
  const end: c.OrderGEntriesEndEntry = inEntries.end_Count(1).next().next_(9)
  const entries: c.OrderGEntriesEntries = end.end()
  const note: c.OrderGAtNote = entries.end()
  const entry: c.OrderEntryEntry = note.note('in g').end().entryCount(2).next().fields(1).next().fields(2)
  return entry.end().note('one').note_('two')
}
export const fields: c.OrderFieldsComplete = new c.OrderFieldsEncoder().staged()
export const atG: c.OrderAtGAtG = new c.OrderAtGEncoder().staged()
`

test('members and types keep their names, and stages and what they need have or get their own', async () => {
  const source = { name: 'codecs', schema: { text: SCHEMA }, generate: { staged: true } }
  const index = (await buildCodecs([source])).get('codecs') ?? ''
  const codecs = (await import(pathToFileURL(index).href)) as CodecModule
  const { file, errors } = await compileProgram(`import * as c from '${index}'\n${PROGRAM}`)
  assert.equal(errors, [])
  const program = (await import(pathToFileURL(file).href)) as { encode(order: unknown): unknown }
  const buffer = new DirectBuffer(new Uint8Array(256))
  program.encode(encoderOf(codecs, 'Order', buffer))
  assert.equal(decodeJson(codecs, 'Order', buffer), VALUES)
})

test.run()
