/** XInclude: what it joins, and what it must not reach. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileSchemaFile, compileSchemaText } from '../../../codegen/index.ts'
import type { CompileOptions, CompileResult } from '../../../codegen/index.ts'
import { MAX_DOCUMENT_BYTES, MAX_INCLUDE_DEPTH, MAX_INCLUDES } from '../../../codegen/limits.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { HEADER } from './schema-text.ts'

const test = suite('includes')

const XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
const COMMON = `<types>${HEADER}</types>`
const MESSAGE = '<message name="M" id="1"><field name="f" id="1" type="int8"/></message>'

function schemaIncluding(...hrefs: readonly string[]): string {
  const includes = hrefs.map((href) => `<xi:include href="${href}"/>`).join('\n')
  return `<messageSchema package="p" id="1" ${XI}>\n${includes}\n${MESSAGE}</messageSchema>`
}

const scratch = scratchFolder('includes')
let folders = 0

function newFolder(): string {
  const folder = join(scratch, String(folders++))
  mkdirSync(folder)
  return folder
}

type Files = Readonly<Record<string, string>>

function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** Compiles `main` of these files, once from the disk and once from memory; both must say the same. */
function compileBoth(files: Files, main = 'main.xml', options: CompileOptions = {}): CompileResult {
  const folder = newFolder()
  writeFiles(folder, files)
  const inFolder = (paths: readonly string[] = []): readonly string[] => paths.map((path) => join(folder, path))
  const onDisk = compileSchemaFile(join(folder, main), { ...options, includePaths: inFolder(options.includePaths) })
  const readFile = (path: string): Uint8Array => {
    const text = files[path]
    if (text === undefined) throw new Error(`no file ${path}`)
    return new TextEncoder().encode(text)
  }
  const inMemory = compileSchemaFile(main, { ...options, readFile })
  const codes = ({ diagnostics }: CompileResult): readonly string[] =>
    diagnostics.map(({ code, file, line, column }) => `${file.replace(`${folder}/`, '')}:${line}:${column} ${code}`)
  assert.equal(codes(inMemory), codes(onDisk))
  assert.equal(inMemory.ir, onDisk.ir)
  const documents = ({ files, absentFiles }: CompileResult): readonly string[] =>
    [...files, '', ...absentFiles].map((file) => file.replace(`${folder}/`, ''))
  assert.equal(documents(inMemory), documents(onDisk))
  return inMemory
}

function expectProblem(files: Files, message: RegExp, options?: CompileOptions): void {
  const { ir, diagnostics } = compileBoth(files, undefined, options)
  assert.is(ir, undefined)
  const found = diagnostics.find(({ code }) => code === 'include')
  assert.match(found?.message ?? '', message)
}

test('what is included takes the place of the instruction', () => {
  const { ir } = compileBoth({ 'main.xml': schemaIncluding('common.xml'), 'common.xml': COMMON })
  assert.is(ir?.headerTokens.length, 6)
})

test('the result tells which documents were read, and where one was looked for in vain', () => {
  const files = {
    'main.xml': schemaIncluding('a/one.xml', 'common.xml', 'a/one.xml'),
    'a/one.xml': `<types ${XI}><xi:include href="two.xml"/></types>`,
    'lib/common.xml': COMMON,
    'more/two.xml': '<types/>',
  }
  const found = compileBoth(files, 'main.xml', { includePaths: ['lib', 'more'] })
  assert.ok(found.ir !== undefined)
  assert.equal(found.files, ['main.xml', 'a/one.xml', 'more/two.xml', 'lib/common.xml'])
  assert.equal(found.absentFiles, ['a/two.xml', 'lib/two.xml', 'common.xml'])

  const { 'lib/common.xml': _, ...others } = files
  const notFound = compileBoth(others, 'main.xml', { includePaths: ['lib', 'more'] })
  assert.is(notFound.ir, undefined)
  assert.equal(notFound.files, ['main.xml', 'a/one.xml', 'more/two.xml'])
  assert.equal(notFound.absentFiles, ['a/two.xml', 'lib/two.xml', 'common.xml', 'lib/common.xml', 'more/common.xml'])
})

test('the result names documents with errors, and a schema that is not there', () => {
  const broken = compileBoth({ 'main.xml': schemaIncluding('bad.xml'), 'bad.xml': '<types>' })
  assert.equal([broken.ir, broken.files], [undefined, ['main.xml', 'bad.xml']])
  const missing = compileBoth({}, 'main.xml')
  assert.equal([missing.ir, missing.files, missing.absentFiles], [undefined, ['main.xml'], []])
  const fatal = compileBoth({ 'main.xml': schemaIncluding('common.xml'), 'common.xml': HEADER }, undefined, {
    warningsFatal: true,
  })
  assert.equal(fatal.files, ['main.xml', 'common.xml'])
})

test('paths are relative to the including document', () => {
  const { ir } = compileBoth({
    'main.xml': schemaIncluding('a/one.xml'),
    'a/one.xml': `<types ${XI}><xi:include href="b/two.xml"/></types>`,
    'a/b/two.xml': HEADER,
  })
  assert.ok(ir !== undefined)
})

test('a finding in an included document names that document', () => {
  const { diagnostics } = compileBoth({
    'main.xml': schemaIncluding('a/common.xml'),
    'a/common.xml': COMMON.replace('<types>', '<types>\n  <type name="a" primitiveType="none"/>'),
  })
  const finding = diagnostics.find(({ code }) => code === 'unknown-primitive-type')
  assert.equal([finding?.file, finding?.line, finding?.column], ['a/common.xml', 2, 18])
})

test('types of included documents are not unused', () => {
  const { diagnostics } = compileBoth({
    'main.xml': schemaIncluding('common.xml'),
    'common.xml': COMMON.replace('<types>', '<types><type name="a" primitiveType="int8"/>'),
  })
  assert.equal(diagnostics, [])
})

test('the instruction is known by its namespace', () => {
  const main = schemaIncluding('common.xml').replaceAll('xi:', 'inc:').replace('xmlns:xi', 'xmlns:inc')
  assert.ok(compileBoth({ 'main.xml': main, 'common.xml': COMMON }).ir !== undefined)
  const other = schemaIncluding('common.xml').replace('http://www.w3.org/2001/XInclude', 'urn:other')
  assert.ok(compileBoth({ 'main.xml': other, 'common.xml': COMMON }).ir === undefined)
  const unprefixed = `<messageSchema package="p" id="1"><include xmlns="http://www.w3.org/2001/XInclude"
    href="common.xml"/>${MESSAGE}</messageSchema>`
  assert.ok(compileBoth({ 'main.xml': unprefixed, 'common.xml': COMMON }).ir !== undefined)
})

test('a missing document is an error that names it, unless there is a fallback', () => {
  const missing = { 'main.xml': schemaIncluding('none.xml') }
  expectProblem(missing, /^cannot include 'none\.xml': there is no file '.*none\.xml'$/)
  const fallback = schemaIncluding('none.xml').replace('"/>', `"><xi:fallback>${COMMON}</xi:fallback></xi:include>`)
  assert.ok(compileBoth({ 'main.xml': fallback }).ir !== undefined)
})

test('an include may be the whole document, if it includes something', () => {
  const files = { 'main.xml': `<xi:include ${XI} href="real.xml"/>`, 'real.xml': schemaIncluding('common.xml') }
  assert.ok(compileBoth({ ...files, 'common.xml': COMMON }).ir !== undefined)
  const nothing = `<xi:include ${XI} href="none.xml"><xi:fallback/></xi:include>`
  expectProblem({ 'main.xml': nothing }, /leaves the document without an element/)
})

test('what an include cannot do is an error', () => {
  const including = (attributes: string): Files => ({
    'main.xml': schemaIncluding('common.xml').replace('href="common.xml"', attributes),
    'common.xml': COMMON,
  })
  expectProblem(including('href="common.xml" parse="text"'), /parse="text" is not supported/)
  expectProblem(including('href="common.xml" xpointer="x"'), /xpointer is not supported/)
  expectProblem(including(''), /names no document/)
  expectProblem(including('href="common.xml#types"'), /does not name a whole file/)
  expectProblem(including('href="common.xml%00"'), /does not name a whole file/)
  expectProblem(including('href="https://example.com/common.xml"'), /is not a file/)
})

test('an include that fails does not hide other errors, and hides what may be in it', () => {
  const wrong = '<types><type name="a" primitiveType="wrong"/></types>'
  const message = `<message name="M" id="1" sinceVersion="3">
    <field name="f" id="1" type="Unread" presence="constant" valueRef="Unread.A"/>
    <field name="g" id="1" type="int8"/><group name="h" id="2"/><data name="i" id="3" type="Unread"/></message>`
  const types = `<types><composite name="c"><ref name="r" type="Unread"/></composite>
    <enum name="e" encodingType="Unread"/><set name="s" encodingType="Unread"/>
    <type name="t" primitiveType="int8" presence="constant" valueRef="Unread.A"/></types>`
  const files = {
    'main.xml': schemaIncluding('bad.xml', 'dtd.xml', 'none.xml', '../out.xml', 'wrong.xml')
      .replace(MESSAGE, types + message),
    'bad.xml': '<types>\n</typos>',
    'dtd.xml': '<!DOCTYPE types>\n<types/>',
    'wrong.xml': wrong,
  }
  const { diagnostics } = compileBoth(files)
  assert.equal(diagnostics.map(({ code, file }) => `${file} ${code}`), [
    'bad.xml xml-syntax',
    'dtd.xml xml-doctype',
    'main.xml include',
    'main.xml include',
    'wrong.xml unknown-primitive-type',
    'main.xml duplicate-id',
    'main.xml since-version',
  ])
  const onlyInclude = compileBoth({ 'main.xml': schemaIncluding('none.xml').replace(MESSAGE, '') })
  assert.equal(onlyInclude.diagnostics.map(({ code }) => code), ['include'])
})

test('what is too much in all ends the run', () => {
  const long = `<types><!--${' '.repeat(MAX_DOCUMENT_BYTES - 100)}--></types>`
  const files = { 'main.xml': schemaIncluding('a.xml', 'b.xml', 'c.xml', 'd.xml'), 'long.xml': long }
  const readFile = (path: string): Uint8Array => {
    return new TextEncoder().encode(path === 'main.xml' ? files['main.xml'] : files['long.xml'])
  }
  const { diagnostics } = compileSchemaFile('main.xml', { readFile })
  assert.equal(diagnostics.map(({ code, file }) => [code, file]), [['xml-size', 'b.xml']])
})

test('a path may be escaped, as in every URI', () => {
  const main = schemaIncluding('common%20types.xml')
  assert.ok(compileBoth({ 'main.xml': main, 'common types.xml': COMMON }).ir !== undefined)
})

test('nothing outside the folder of the schema is read', () => {
  const outside = /is outside the folder of the schema$/
  const files = { 'schemas/common.xml': COMMON, 'secret.xml': COMMON, 'schemas-of-others/common.xml': COMMON }
  for (
    const href of [
      '../secret.xml',
      'a/../../secret.xml',
      '%2e%2e/secret.xml',
      '../schemas-of-others/common.xml',
      '/etc/passwd',
      'file:///etc/passwd',
      '..',
      '../none.xml',
    ]
  ) {
    const { ir, diagnostics } = compileBoth({ ...files, 'schemas/main.xml': schemaIncluding(href) }, 'schemas/main.xml')
    assert.is(ir, undefined, href)
    assert.match(diagnostics.find(({ code }) => code === 'include')?.message ?? '', outside)
  }
})

test('include paths allow and search more folders', () => {
  const files = { 'schemas/main.xml': schemaIncluding('../shared/common.xml'), 'shared/common.xml': COMMON }
  assert.is(compileBoth(files, 'schemas/main.xml').ir, undefined)
  assert.ok(compileBoth(files, 'schemas/main.xml', { includePaths: ['shared'] }).ir !== undefined)
  const searched = { ...files, 'schemas/main.xml': schemaIncluding('common.xml') }
  assert.ok(compileBoth(searched, 'schemas/main.xml', { includePaths: ['shared'] }).ir !== undefined)
})

test('a symbolic link does not lead outside', () => {
  const folder = newFolder()
  writeFiles(
    folder,
    { 'schemas/main.xml': schemaIncluding('link.xml'), 'secret.xml': COMMON, 'schemas/real.xml': COMMON },
  )
  symlinkSync('../secret.xml', join(folder, 'schemas/link.xml'))
  const main = join(folder, 'schemas/main.xml')
  const { ir, diagnostics } = compileSchemaFile(main)
  assert.is(ir, undefined)
  assert.match(diagnostics[0]?.message ?? '', 'is outside the folder of the schema')
  assert.ok(compileSchemaFile(main, { includePaths: [folder] }).ir !== undefined)

  symlinkSync('..', join(folder, 'schemas/up'))
  assert.is(compileSchemaText(schemaIncluding('up/secret.xml'), main).ir, undefined)
  symlinkSync('real.xml', join(folder, 'schemas/inside.xml'))
  assert.ok(compileSchemaText(schemaIncluding('inside.xml'), main).ir !== undefined)
})

test('a folder and a file that is too long cannot be included', () => {
  const folder = newFolder()
  writeFiles(folder, { 'a/b.xml': COMMON, 'long.xml': ' '.repeat(MAX_DOCUMENT_BYTES + 1) })
  const compile = (href: string): readonly string[] =>
    compileSchemaText(schemaIncluding(href), join(folder, 'main.xml')).diagnostics.map(({ message }) => message)
  assert.match(compile('a').join(), /is not a file/)
  assert.match(compile('a/b.xml/c.xml').join(), /there is no file/)
  assert.match(compile('long.xml').join(), /is longer than/)
})

test('documents that include one another are found out', () => {
  expectProblem({ 'main.xml': schemaIncluding('main.xml') }, /'main\.xml' includes itself: .*main\.xml > .*main\.xml$/)
  const include = (href: string): string => `<types ${XI}><xi:include href="${href}"/></types>`
  expectProblem(
    { 'main.xml': schemaIncluding('a.xml'), 'a.xml': include('b.xml'), 'b.xml': include('a.xml') },
    /includes itself: .*main\.xml > .*a\.xml > .*b\.xml > .*a\.xml$/,
  )
})

test('one document may be included twice', () => {
  const { ir, diagnostics } = compileBoth({
    'main.xml': schemaIncluding('common.xml', 'enum.xml', 'enum.xml'),
    'common.xml': COMMON,
    'enum.xml': '<types><enum name="E" encodingType="int8"><validValue name="A">1</validValue></enum></types>',
  })
  assert.ok(ir !== undefined)
  assert.equal(diagnostics.map(({ code }) => code), ['duplicate-type'])
})

test('there is an end to includes', () => {
  const chain: Record<string, string> = { 'main.xml': schemaIncluding('0.xml') }
  const including = (href: string, times: number): string => {
    return `<types ${XI}>${`<xi:include href="${href}"/>`.repeat(times)}</types>`
  }
  for (let i = 0; i <= MAX_INCLUDE_DEPTH; i++) chain[`${i}.xml`] = including(`${i + 1}.xml`, 1)
  expectProblem(chain, /nested more than 16 deep/)

  const hrefs = Array.from({ length: MAX_INCLUDES + 1 }, () => 'common.xml')
  expectProblem({ 'main.xml': schemaIncluding(...hrefs), 'common.xml': COMMON }, /more than 256 includes/)

  // Depth counts across documents.
  const deep: Record<string, string> = { 'main.xml': schemaIncluding('0.xml') }
  for (let i = 0; i < 5; i++) {
    deep[`${i}.xml`] = `${'<a>'.repeat(20)}<xi:include href="${i + 1}.xml"/>${'</a>'.repeat(20)}`
  }
  deep['5.xml'] = '<a/>'
  const { diagnostics } = compileBoth(deep)
  assert.equal(diagnostics.map(({ code, file }) => [code, file]), [['xml-depth', '3.xml']])

  // Each step ten times as many.
  const bomb: Record<string, string> = { 'main.xml': schemaIncluding('0.xml') }
  for (let i = 0; i < 9; i++) bomb[`${i}.xml`] = including(`${i + 1}.xml`, 10)
  bomb['9.xml'] = '<types/>'
  expectProblem(bomb, /more than 256 includes/)
})

test('a schema file that cannot be read is a finding', () => {
  const folder = newFolder()
  const reasons = [
    [join(folder, 'none.xml'), 'there is no such file'],
    [folder, 'it is a folder'],
    [join(folder, 'n'.repeat(1000)), 'the name is too long'],
  ] as const
  for (const [path, reason] of reasons) {
    const { ir, diagnostics } = compileSchemaFile(path)
    assert.is(ir, undefined)
    assert.is(diagnostics[0]?.message, `cannot read the schema: ${reason}`)
    assert.is(diagnostics[0]?.expected, 'the path of a schema file')
    assert.equal(
      diagnostics.map(({ code, file, line, column }) => [code, file, line, column]),
      [['cannot-read', path, 1, 1]],
    )
  }
  const unreadable = compileSchemaFile('main.xml', { readFile: () => { throw 'no text' } })
  assert.equal(unreadable.diagnostics.map(({ message }) => message), ['cannot read the schema: no text'])
})

test.run()
