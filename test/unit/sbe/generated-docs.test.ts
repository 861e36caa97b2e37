import * as assert from 'uvu/assert'
import { generateTypeScript } from '../../../codegen/index.ts'
import type { CodecSource } from '../../support/codecs.ts'
import { irOf } from '../../support/codecs.ts'
import { suite } from '../../support/suite.ts'
import { sharedVector, withVectors } from '../../support/vectors.ts'
import { escaped, schemaText } from './schema-parts.ts'

const test = suite('doc comments of generated codecs')

/** The doc comment of each declaration, by `Class.member` or by the name of an export; '' where there is none. */
function docsOf(source: CodecSource): ReadonlyMap<string, string> {
  const docs = new Map<string, string>()
  for (const { text } of generateTypeScript(irOf(source))) {
    let owner = ''
    for (const match of text.matchAll(/(?:^ *\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?^( *)(?!\/\*\*| \*)(\S.*)$/gm)) {
      const [, comment = '', indent = '', line = ''] = match
      const doc = comment.split('\n').map((part) => part.replace(/^ *\* ?/, '').trim()).join('\n').trim()
      const exported = /^export (?:class|const|interface|(?=type)|function) ?((?:type )?\w+)/.exec(line)?.[1]
      if (exported !== undefined) owner = exported
      const member = /^(?:static |readonly )*([\w$]+)\??[(:]/.exec(line)?.[1]
      if (exported !== undefined) docs.set(exported, doc)
      else if (indent === '  ' && member !== undefined) docs.set(`${owner}.${member}`, doc)
    }
  }
  return docs
}

/** Declarations whose comment has a line. */
function having(docs: ReadonlyMap<string, string>, line: string): string[] {
  return [...docs].filter(([, doc]) => doc.split('\n').includes(line)).map(([name]) => name).sort()
}

const schema = schemaText({
  attributes: 'version="9"',
  types: `
    <type name="Text" primitiveType="char" length="4" description="Four letters."/>
    <type name="Pair" primitiveType="int64" length="2"/><type name="Octets" primitiveType="uint8" length="5"/>
    <type name="Word" primitiveType="char" presence="constant">word</type>
    <enum name="Side" encodingType="uint8" deprecated="8" description="A side.">
      <validValue name="BUY">1</validValue><validValue name="SELL" sinceVersion="2" deprecated="7">2</validValue></enum>
    <set name="Marks" encodingType="uint64" deprecated="8"><choice name="on">0</choice>
      <choice name="off" sinceVersion="2" deprecated="7">1</choice></set>
    <composite name="Price" deprecated="8"><type name="mantissa" primitiveType="int64"/>
      <type name="scale" primitiveType="int8" sinceVersion="2" deprecated="7"/></composite>`,
  messages: `
    <message name="Fields" id="1" sinceVersion="1" deprecated="6">
      <field name="n" id="1" type="uint32" presence="optional" sinceVersion="2" deprecated="3"/>
      <field name="big" id="2" type="uint64" presence="optional" sinceVersion="2" deprecated="3"/>
      <field name="text" id="3" type="Text" presence="optional" sinceVersion="2" deprecated="3"/>
      <field name="pair" id="4" type="Pair" sinceVersion="2" deprecated="3"/>
      <field name="octets" id="5" type="Octets" sinceVersion="2" deprecated="3"/>
      <field name="word" id="6" type="Word" sinceVersion="2" deprecated="3"/>
      <field name="side" id="7" type="Side" sinceVersion="2" deprecated="3"/>
      <field name="marks" id="8" type="Marks" sinceVersion="2" deprecated="3"/>
      <field name="price" id="9" type="Price" sinceVersion="2" deprecated="3"/>
    </message>
    <message name="Parts" id="2">
      <field name="plain" id="1" type="Text"/><field name="said" id="2" type="Text" description="As it was said."/>
      <field name="cost" id="3" type="Price"/>
      <group name="legs" id="4" sinceVersion="4" deprecated="5" description="Legs.">
        <field name="x" id="1" type="uint8"/></group>
      <data name="note" id="5" type="varString" sinceVersion="4" deprecated="5" description="A note."/>
    </message>`,
})
const docs = docsOf({ name: 'docs', schema: { text: schema } })

test('every form of a field says since when it is there and since when it is deprecated', () => {
  const forms: Readonly<Record<string, readonly string[]>> = {
    FieldsDecoder: [
      'n', 'nIsNull', 'nOrNull', 'big', 'bigAsNumber', 'bigHi', 'bigLo', 'bigIsNull', 'bigOrNull', 'text',
      'textEquals',
      'textIsNull', 'textOrNull', 'textLength', 'textAt', 'getText', 'pairLength', 'pairAt', 'pairAtAsNumber',
      'octetsLength', 'octetsAt', 'getOctets', 'word', 'wordLength', 'side', 'sideRaw', 'marks', 'marksRaw',
      'marksRawHi', 'marksRawLo', 'price', 'priceMantissa', 'priceMantissaAsNumber', 'priceMantissaHi',
      'priceMantissaLo', 'priceMantissaIsNull', 'priceMantissaOrNull', 'priceScale', 'priceScaleIsNull',
      'priceScaleOrNull',
    ],
    FieldsEncoder: [
      'n', 'nNull', 'big', 'bigAsNumber', 'bigWords', 'bigNull', 'text', 'textLength', 'textAt', 'putText',
      'pairLength', 'pairAt', 'putPair', 'octetsLength', 'octetsAt', 'putOctets', 'word', 'wordLength', 'side',
      'sideRaw', 'marks', 'marksRaw', 'price', 'priceMantissa', 'priceMantissaAsNumber', 'priceMantissaWords',
      'priceScale',
    ],
  }
  const expected = Object.entries(forms).flatMap(([owner, names]) => names.map((name) => `${owner}.${name}`)).sort()
  assert.equal(having(docs, '@deprecated since version 3'), expected)
  const since2 = having(docs, 'Since version 2.')
  for (const name of expected) assert.ok(since2.includes(name), name)
})

test('messages, groups and data, values and choices, types and members of composites say so as well', () => {
  assert.equal(having(docs, '@deprecated since version 6'),
    ['FieldsDecoder', 'FieldsEncoder', 'FieldsMeta', 'MessageHandlers.fields'])
  const data = [
    'PartsDecoder.getNote', 'PartsDecoder.note', 'PartsDecoder.noteBytes', 'PartsDecoder.noteLength',
    'PartsDecoder.skipNote', 'PartsDecoder.wrapNote', 'PartsEncoder.note', 'PartsEncoder.putNote',
    'PartsEncoder.reserveNote', 'PartsLengths.note',
  ]
  const group = [
    'PartsDecoder.legs', 'PartsEncoder.legsCount', 'PartsLegsDecoder', 'PartsLegsEncoder', 'PartsLengths.legs',
  ]
  assert.equal(having(docs, '@deprecated since version 5'), [...data, ...group].sort())
  assert.equal(having(docs, 'Since version 4.'), [...data, ...group].sort())
  assert.equal(having(docs, '@deprecated since version 7'), [
    'Marks.off', 'MarksDecoder.off', 'MarksEncoder.off', 'PartsDecoder.costScale', 'PartsDecoder.costScaleIsNull',
    'PartsDecoder.costScaleOrNull', 'PartsEncoder.costScale', 'PriceDecoder.scale', 'PriceDecoder.scaleIsNull',
    'PriceDecoder.scaleOrNull', 'PriceEncoder.scale', 'Side.SELL',
  ])
  assert.equal(having(docs, '@deprecated since version 8'), [
    'Marks', 'MarksDecoder', 'MarksEncoder', 'PriceDecoder', 'PriceEncoder', 'PriceMeta', 'Side', 'type Side',
  ])
})

test('metadata has the versions of what is deprecated', () => {
  const texts = generateTypeScript(irOf({ name: 'docs', schema: { text: schema } }))
  const metaOf = (path: string): string => {
    return texts.find((file) => file.path === path)?.text.replace(/^[^]*Meta = /, '') ?? ''
  }
  assert.is(metaOf('fields.ts').match(/sinceVersion: 2,\s*deprecated: 3,/g)?.length, 9)
  assert.match(metaOf('fields.ts'), /^ {2}sinceVersion: 1,\n {2}deprecated: 6,$/m)
  assert.match(metaOf('parts.ts'), /^ {4}legs: \{\n.*\n.*\n {6}deprecated: 5,$/m)
  assert.match(metaOf('parts.ts'), /note: \{ id: 5, sinceVersion: 4, deprecated: 5,/)
  assert.match(metaOf('price.ts'), /name: 'Price',\n {2}deprecated: 8,/)
  assert.match(metaOf('price.ts'), /scale: \{[^}]*deprecated: 7/)
})

test('nothing follows the tag, which would be taken for part of it', () => {
  const tagged = [...docs].filter(([, doc]) => doc.includes('@deprecated'))
  assert.ok(tagged.length > 50)
  for (const [name, doc] of tagged) assert.match(doc, /(?:^|\n)@deprecated since version \d$/, name)
})

test('fields without a description have that of their type', () => {
  assert.is(docs.get('PartsDecoder.plain'), 'Four letters.\nField 1: char[4], US-ASCII.')
  assert.is(docs.get('PartsDecoder.said'), 'As it was said.\nField 2: char[4], US-ASCII.')
  assert.match(docs.get('Side') ?? '', /^A side\.\n/)
})

test('text of a schema cannot bring in a tag, wherever a line begins', () => {
  const words = `${'word '.repeat(40)}@deprecated by nobody `.repeat(9)
  for (const text of ['@deprecated', 'Text.\n@internal', 'Text.\n  * @deprecated', '{@link x}', words]) {
    const description = `description="${escaped(text)}"`
    const hostile = docsOf({
      name: 'tags',
      schema: {
        text: schemaText({
          types: `<enum name="E" encodingType="uint8" ${description}>
            <validValue name="A" ${description}>1</validValue></enum>`,
          messages: `<message name="M" id="1" ${description}><field name="e" id="1" type="E" ${description}/>
            <field name="n" id="2" type="uint8" semanticType="${escaped(text)}" timeUnit="${escaped(text)}"/>
            <data name="d" id="3" type="varString" ${description}/></message>`,
        }),
      },
    })
    for (const name of ['MDecoder', 'MDecoder.e', 'MDecoder.n', 'MDecoder.d', 'E', 'E.A', 'MessageHandlers.m']) {
      const doc = hostile.get(name) ?? ''
      assert.match(doc, /\\@/, `${name}: ${doc}`)
      assert.not.match(doc, /(?:^|\n)[\s*]*@|\{@/, `${name}: ${doc}`)
    }
  }
})

const withShared = withVectors(test)

withShared('fields of the reference\'s schemas are deprecated where these say so', () => {
  const schemas = (name: string): string => sharedVector(`sbe/schemas/sbe-tool/${name}-test-schema.xml`)
  const fields = docsOf({ name: 'since-deprecated', schema: schemas('since-deprecated') })
  const forms = ['', 'AsNumber', 'Hi', 'IsNull', 'Lo', 'OrNull'].map((form) => `SinceDeprecatedDecoder.v3${form}`)
  const setters = ['', 'AsNumber', 'Words'].map((form) => `SinceDeprecatedEncoder.v3${form}`)
  assert.equal(having(fields, '@deprecated since version 4'), [...forms, ...setters])
  assert.equal(having(fields, 'Since version 3.'), [...forms, ...setters])
  assert.is(having(fields, 'Since version 2.').length, forms.length + setters.length)

  const message = docsOf({ name: 'deprecated-msg', schema: schemas('deprecated-msg') })
  assert.equal(having(message, '@deprecated since version 3'), [
    'DeprecatedMessageDecoder', 'DeprecatedMessageEncoder', 'DeprecatedMessageMeta',
    'MessageHandlers.deprecatedMessage',
  ])
})

test.run()
