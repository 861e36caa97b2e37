import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileSchemaFile, generateHtml } from '../../../codegen/index.ts'
import type { BlockModel, FieldModel, Ir, NamedTypeModel } from '../../../codegen/index.ts'
import { buildSchemaModel } from '../../../codegen/model/build-schema-model.ts'
import { isConstant } from '../../../codegen/model/schema-model.ts'
import { cellsOf, HtmlPage, textOf } from '../../support/html-page.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { readVector, sharedVector, vectorsPresent, withVectors } from '../../support/vectors.ts'
import { FULL_SCHEMA } from './full-schema.ts'
import { compile } from './schema-text.ts'

const test = suite('documentation of schemas as pages', { timeoutMs: 60_000 })
const testWithVectors = withVectors(test)

const OWN_SCHEMAS = ['aeron-commands', 'aeron-memory', 'aeron-wire', 'file-transfer', 'market-data']

/** Elements that a page may have, and those among them that have no content. */
const ELEMENTS = new Set([
  'html', 'head', 'meta', 'title', 'style', 'script', 'body', 'header', 'nav', 'main', 'section', 'div', 'span', 'a',
  'p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'table', 'caption', 'thead', 'tbody',
  'tr', 'th', 'td', 'small', 'b', 'br', 'wbr', 'label', 'input', 'output',
])
const VOID = new Set(['meta', 'br', 'wbr', 'input'])

function irOfFile(file: string): Ir {
  const { ir } = compileSchemaFile(file, { lenient: true })
  if (ir === undefined) throw new Error(`${file} is not valid`)
  return ir
}

function* schemas(): Iterable<readonly [name: string, ir: Ir]> {
  const { ir } = compile(FULL_SCHEMA)
  if (ir !== undefined) yield ['full', ir]
  for (const name of OWN_SCHEMAS) yield [name, irOfFile(join(repositoryRoot, 'schemas', `${name}.xml`))]
  if (!vectorsPresent) return
  const verdicts = JSON.parse(readVector('sbe/reference-verdicts.json')) as { schema: string; verdict: string }[]
  for (const { schema, verdict } of verdicts) {
    if (verdict === 'accept') yield [schema, irOfFile(sharedVector(`sbe/${schema}`))]
  }
}

const pages = new Map<string, { readonly ir: Ir; readonly page: HtmlPage }>()

test.before(() => {
  for (const [name, ir] of schemas()) pages.set(name, { ir, page: new HtmlPage(generateHtml(ir)) })
})

test('there is a page of every schema', () => {
  assert.ok(pages.size >= 1 + OWN_SCHEMAS.length)
})

testWithVectors('there is a page of every schema that the reference accepts', () => {
  assert.is(pages.size, 1 + OWN_SCHEMAS.length + 78)
})

test('pages have known elements only, with ends as HTML wants them', () => {
  for (const [name, { page }] of pages) {
    for (const { localName } of page.elements) assert.ok(ELEMENTS.has(localName), `${name}: <${localName}>`)
    const markup = page.text.replace(/<(style|script)>[^]*?<\/\1>/g, '')
    for (const [tag, element] of markup.matchAll(/<([a-z]\w*)[^>]*\/>/g)) assert.ok(VOID.has(element ?? ''), tag)
    const opened = markup.matchAll(/<([a-z]\w*)(?:[^>]*[^/>])?>/g)
    for (const [tag, element] of opened) assert.not(VOID.has(element ?? ''), tag)
  }
})

test('pages load nothing, and run no script but their own', () => {
  for (const [name, { page }] of pages) {
    const scripts = page.elements.filter(({ localName }) => localName === 'script')
    assert.is(scripts.length, 1)
    const hash = createHash('sha256').update(scripts[0]?.text ?? '').digest('base64')
    const policy = page.elements.find(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy')
    const allowed = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; `
    assert.is(policy?.attributes.get('content'), `${allowed}base-uri 'none'; form-action 'none'`)
    for (const { localName, attributes } of page.elements) {
      for (const [attribute, value] of attributes) {
        assert.not.match(attribute, /^(on.*|src|srcset|style|action|formaction|xlink:href)$/, name)
        if (attribute === 'href') assert.ok(value.startsWith('#'), value)
      }
      if (localName === 'style') assert.not.match(page.text.match(/<style>[^]*<\/style>/)?.[0] ?? '', /url\(|@import/)
    }
  }
})

test('all links lead to a place in the page', () => {
  for (const [name, { page }] of pages) {
    let links = 0
    for (const { attributes } of page.elements) {
      const href = attributes.get('href')
      if (href === undefined) continue
      assert.ok(page.hasId(href.slice(1)), `${name}: ${href}`)
      links++
    }
    assert.ok(links > 5)
    for (const { attributes } of page.elements) {
      const labelledBy = attributes.get('aria-labelledby')
      if (labelledBy !== undefined) assert.ok(page.hasId(labelledBy))
    }
  }
})

test('pages are in a language, and have headings without a level left out', () => {
  for (const [name, { page }] of pages) {
    assert.is(page.root.attributes.get('lang'), 'en')
    let level = 0
    for (const { localName } of page.elements) {
      const next = Number(/^h(\d)$/.exec(localName)?.[1] ?? level)
      assert.ok(next <= level + 1, `${name}: h${next} after h${level}`)
      level = next
    }
    const tables = page.elements.filter(({ localName }) => localName === 'table')
    for (const table of tables) assert.is(table.children[0]?.localName, 'caption')
    for (const { localName, attributes } of page.elements) {
      if (localName === 'th') assert.match(attributes.get('scope') ?? '', /^(row|col)$/)
    }
  }
})

/** Names that are no identifiers are accepted with a warning; what anchors cannot have is written by its number. */
function slug(name: string): string {
  return name.replace(/[^\w-]/g, (character) => `~${character.charCodeAt(0).toString(16)}~`)
}

/** Names are never cut, and longer texts hold others: each must stand in the place that is its own. */
function expectFields(page: HtmlPage, block: BlockModel, path: string): number {
  for (const field of block.fields) expectField(page, field, `${path}.${slug(field.name)}`, field.id)
  let count = block.fields.length
  for (const group of block.groups) {
    const inside = `${path}.${slug(group.name)}`
    const text = textOf(page.withId(inside))
    assert.ok(text.startsWith(`${group.name} repeating group`), text.slice(0, 80))
    assert.match(text, `Id ${group.id} `)
    assert.match(text, `${group.header.name}, ${group.headerLength} byte`)
    expectDescription(text, group.description)
    count += expectFields(page, group, inside)
  }
  for (const data of block.data) {
    const cells = cellsOf(page.withId(`${path}.${slug(data.name)}`))
    assert.is(cells['id'], String(data.id))
    assert.match(cells['length'] ?? '', `${data.headerName}, ${data.headerLength} byte`)
    if (data.characterEncoding !== undefined) assert.match(cells['content'] ?? '', data.characterEncoding)
    expectDescription(cells['notes'] ?? '', data.description)
  }
  return count + block.data.length
}

function expectField(page: HtmlPage, field: FieldModel, anchor: string, id: number | undefined): void {
  const { type, presence, name, epoch, timeUnit, semanticType, sinceVersion, deprecated } = field
  const cells = cellsOf(page.withId(anchor))
  const size = isConstant(field) ? 0 : type.encodedLength
  assert.is(cells['offset'], size > 0 ? String(field.offset) : '–', anchor)
  assert.is(cells['bytes']?.replaceAll(',', ''), String(size), anchor)
  assert.is(cells['id'], id === undefined ? undefined : String(id), anchor)
  const since = sinceVersion > 0 ? ` since ${sinceVersion}` : ''
  assert.is(cells['th'], name + since + (deprecated > 0 ? ` deprecated in ${deprecated}` : ''), anchor)
  assert.match(cells['type'] ?? '', type.kind === 'scalar' ? type.primitive : type.name, anchor)
  assert.ok(cells['presence']?.startsWith(isConstant(field) ? 'constant' : presence), anchor)
  if (presence === 'optional' && type.kind === 'scalar' && type.primitive !== 'char') {
    assert.match(cells['presence'] ?? '', `null is ${type.nullValue}`, anchor)
  }
  expectDescription(cells['notes'] ?? '', field.description)
  for (const fact of [epoch, timeUnit, semanticType]) assert.match(cells['notes'] ?? '', fact ?? '', anchor)
}

function expectDescription(text: string, description: string | undefined): void {
  assert.ok(text.includes(description?.trim() ?? ''), `${text}: ${description}`)
}

function expectType(page: HtmlPage, type: NamedTypeModel, anchor: string): void {
  const text = textOf(page.withId(anchor))
  expectDescription(text, type.description)
  if (type.kind === 'composite') {
    for (const member of type.members) expectField(page, member, `${anchor}.${slug(member.name)}`, undefined)
    return
  }
  assert.match(text, `Encoding ${type.primitive}, `)
  for (const part of type.kind === 'enum' ? type.values : type.choices) {
    const { th = '', value = '', mask, notes = '' } = cellsOf(page.withId(`${anchor}.${slug(part.name)}`))
    assert.ok(th.startsWith(part.name), th)
    expectDescription(notes, part.description)
    const number = 'bit' in part ? BigInt(part.bit) : part.value
    const isText = type.primitive === 'char' && number > 0x20n && number < 0x7fn
    assert.ok(value.startsWith(isText ? `'${String.fromCharCode(Number(number))}'` : ''), value)
    if (type.primitive !== 'char') assert.is(value, String(number))
    if ('bit' in part) assert.is(BigInt(mask ?? 0), 1n << number)
  }
}

test('pages have all messages, fields, groups, data, types, values and descriptions, with offsets and lengths', () => {
  let fields = 0
  for (const { ir, page } of pages.values()) {
    const model = buildSchemaModel(ir)
    for (const message of model.messages) {
      const anchor = `message-${slug(message.name)}`
      const text = textOf(page.withId(anchor))
      assert.match(text, `Template id ${message.id} `)
      assert.match(text.replaceAll(',', ''), `Block ${message.blockLength} byte`)
      expectDescription(text, message.description)
      fields += expectFields(page, message, anchor)
    }
    const names = new Set<string>()
    for (const type of model.types) {
      // A second type of a name has a number behind its own.
      if (!names.has(type.name)) expectType(page, type, `type-${slug(type.name)}`)
      names.add(type.name)
    }
  }
  assert.ok(fields > 100)
})

test('the bytes of a block are all in its map, once', () => {
  for (const [name, { ir, page }] of pages) {
    for (const { name: message, blockLength } of buildSchemaModel(ir).messages) {
      if (blockLength === 0) continue
      const section = page.withId(`message-${slug(message)}`)
      const map = section.children.find(({ localName }) => localName === 'div')
      assert.is(mappedBytes(map === undefined ? [] : [map]), blockLength, `${name}: ${message}`)
    }
  }
})

/** Bytes in a map: spans of cells, and where rows are left out, what their heads say. */
function mappedBytes(elements: readonly HtmlPage['root'][]): number {
  let bytes = 0
  for (const element of elements) {
    const { localName, attributes, children } = element
    if (localName === 'tr' && attributes.get('class') === 'long') {
      const [from, to] = (children[0]?.text ?? '').split('to ').map(Number)
      bytes += (to ?? 0) - (from ?? 0) + 1
    } else if (localName === 'td' && attributes.get('class') !== 'none') {
      bytes += Number(attributes.get('colspan') ?? 1)
    } else {
      bytes += mappedBytes(children)
    }
  }
  return bytes
}

test('the same schema gives the same page', () => {
  for (const { ir, page } of pages.values()) assert.is(generateHtml(ir), page.text)
})

testWithVectors('pages of the largest schemas stay small', () => {
  const { page } = pages.get('schemas/sbe-tool/ilinkbinary.xml') ?? {}
  assert.ok((page?.text.length ?? Infinity) < 1_500_000, String(page?.text.length))
})

test.run()
