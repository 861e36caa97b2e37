import * as assert from 'uvu/assert'
import { generateHtml } from '../../../codegen/index.ts'
import { GodwitError } from '../../../codegen/runtime/errors.ts'
import { HtmlPage, textOf, withClass } from '../../support/html-page.ts'
import { suite } from '../../support/suite.ts'
import { irOf, pageOf } from './html-of-schema.ts'
import { DATA, DIMENSIONS, schemaOf, schemaWith } from './schema-text.ts'

const test = suite('pages of schemas that come from strangers', { timeoutMs: 30_000 })

const SCRIPT = `<script>alert(1)</script>`
const HOSTILE = `"'><img src=x onerror=alert(1)>&amp;]]>--!><!--\u202e${SCRIPT}`

/** As the value of an attribute. */
function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

test('what a schema says is text, whatever it says', () => {
  const name = quoted(HOSTILE)
  const types = `
    <type name="T${name}" primitiveType="char" length="4" description="${name}" characterEncoding="${name}"/>
    <type name="C${name}" primitiveType="char" presence="constant" description="${name}">${quoted(SCRIPT)}</type>
    <enum name="E${name}" encodingType="char" description="${name}">
      <validValue name="V${name}" description="${name}">&lt;</validValue></enum>
    <set name="S${name}" encodingType="uint8" description="${name}">
      <choice name="B${name}" description="${name}">1</choice></set>
    <composite name="K${name}" description="${name}"><ref name="M${name}" type="E${name}"/>
      <type name="N${name}" primitiveType="int8" description="${name}"/></composite>`
  const of = (kind: string, id: number): string =>
    `<field name="f${kind}${name}" id="${id}" type="${kind}${name}" description="${name}" epoch="${name}" ` +
    `timeUnit="${name}" semanticType="${name}"/>`
  const message = `<message name="M${name}" id="1" description="${name}" semanticType="${name}">
    ${of('T', 1)}${of('C', 2)}${of('E', 3)}${of('S', 4)}${of('K', 5)}
    <group name="g${name}" id="6" description="${name}">${of('T', 1)}</group>
    <data name="d${name}" id="7" type="varData" description="${name}" semanticType="${name}"/>
  </message>`
  const schema = schemaOf(`${DIMENSIONS}${DATA}${types}`, message, 'version="0"')
    .replace('package="test"', `package="${name}" description="${name}" semanticVersion="${name}"`)
  const page = pageOf(schema, { title: HOSTILE })
  assert.equal(page.elements.filter(({ localName }) => localName === 'script').length, 1)
  assert.not(page.elements.some(({ localName }) => localName === 'img'))
  assert.not.match(page.text.replace(/<script>\n[^]*?<\/script>/, ''), SCRIPT)
  for (const { attributes } of page.elements) {
    const id = attributes.get('id')
    if (id !== undefined) assert.match(id, /^[A-Za-z0-9_.~-]+$/)
    const href = attributes.get('href')
    if (href !== undefined) assert.ok(page.hasId(href.slice(1)), href)
  }
  // It is all there, as it was.
  const places = textOf(page.root).split(HOSTILE).length - 1
  assert.ok(places > 40, String(places))
})

test('characters that markup cannot hold are replaced', () => {
  const ir = irOf(schemaOf(''))
  const description = 'a\0b\u0085c\uD800d\uFFFEe\tf\u{1F600}'
  const page = new HtmlPage(generateHtml({ ...ir, description }))
  assert.match(textOf(page.root), 'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\tf\u{1F600}')
})

test('types that share a name, and names that look alike as anchors, have places of their own', () => {
  const inline = (values: string): string => `<enum name="Kind" encodingType="uint8">${values}</enum>`
  const types = `<composite name="A">${inline('<validValue name="One">1</validValue>')}</composite>
    <composite name="B">${inline('<validValue name="Two">2</validValue>')}</composite>`
  const page = pageOf(schemaWith('<field name="a" id="1" type="A"/><field name="b" id="2" type="B"/>', types))
  assert.match(textOf(page.withId('type-Kind')), 'One')
  assert.match(textOf(page.withId('type-Kind~1')), 'Two')
  assert.is(withClass(page.withId('type-B.Kind'), 'type')?.children[0]?.attributes.get('href'), '#type-Kind~1')
})

test('names as long as they can be have anchors of bounded length', () => {
  const name = 'n'.repeat(256)
  const fields = ['a', 'b'].map((last, i) => `<field name="${name.slice(1)}${last}" id="${i}" type="uint8"/>`)
  const page = pageOf(schemaWith(fields.join('')).replace('name="M"', `name="${name}"`))
  for (const { attributes } of page.elements) assert.ok((attributes.get('id')?.length ?? 0) < 140)
})

test('a page that would get too long is an error, not all memory', () => {
  const type = `<type name="T" primitiveType="uint8" description="${'long '.repeat(200_000)}"/>`
  const fields = Array.from({ length: 80 }, (_, i) => `<field name="f${i}" id="${i}" type="T"/>`).join('')
  const ir = irOf(schemaWith(fields, type))
  assert.throws(() => generateHtml(ir), (error: unknown) => {
    return error instanceof GodwitError && error.code === 'ERR_GODWIT_CODEGEN_PAGE' &&
      error.message.includes('longer than 67108864 characters')
  })
})

test.run()
