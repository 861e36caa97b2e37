import { mkdirSync, readdirSync, readFileSync, symlinkSync, lstatSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { compileSchemaFile, generateHtml } from '../../../codegen/index.ts'
import { GodwitError } from '../../../codegen/runtime/errors.ts'
import { HtmlPage, textOf } from '../../support/html-page.ts'
import { suite } from '../../support/suite.ts'
import { inFolder, runGodwit, runSbe } from './run-godwit.ts'
import { badSchema, deviatingSchema, goodSchema } from './sample-schemas.ts'

const test = suite('cli: sbe doc')

async function outputError(...args: readonly string[]): Promise<GodwitError> {
  try {
    await runSbe('doc', ...args)
  } catch (error) {
    if (error instanceof GodwitError && error.code === 'ERR_GODWIT_CLI_OUTPUT') return error
    throw error
  }
  throw new Error('no error')
}

test('writes the page of a schema to a file, and says so', async () => {
  await inFolder({ 's.xml': goodSchema('a.b', 'First', 'Second') }, async (path) => {
    const { code, out, err } = await runSbe('doc', '--schema', path('s.xml'), '--out', path('page.html'))
    assert.is(code, 0)
    assert.is(err, '')
    const text = readFileSync(path('page.html'), 'utf8')
    const { ir } = compileSchemaFile(path('s.xml'))
    assert.is(text, ir === undefined ? '' : generateHtml(ir))
    assert.is(out, `${path('page.html')}: 2 messages of package a.b\n`)
    assert.equal(readdirSync(path('.')).sort(), ['page.html', 's.xml'])
  })
})

test('without --out, or with -, the page goes to the standard output, and nothing else does', async () => {
  await inFolder({ 's.xml': goodSchema('a.b', 'First') }, async (path) => {
    for (const more of [[], ['--out', '-']]) {
      const { code, out, err } = await runSbe('doc', '--schema', path('s.xml'), ...more)
      assert.equal([code, err], [0, ''])
      assert.match(textOf(new HtmlPage(out).withId('message-First')), 'value')
    }
    const { code, stdout, stderr } = await runGodwit('sbe', 'doc', '--schema', path('s.xml'))
    assert.equal([code, stderr], [0, ''])
    assert.is(stdout, (await runSbe('doc', '--schema', path('s.xml'))).out)
  })
})

test('--title is the title of the page', async () => {
  await inFolder({ 's.xml': goodSchema('a.b', 'First') }, async (path) => {
    const { out } = await runSbe('doc', '--schema', path('s.xml'), '--title', 'Feed <1>')
    assert.ok(textOf(new HtmlPage(out).withId('top')).startsWith('Feed <1> Package a.b '))
  })
})

test('replaces a page of its own, also through a link, and nothing else', async () => {
  const files = { 's.xml': goodSchema('a', 'First'), 'page.html': '<!DOCTYPE html>\n<p>mine</p>\n', 'empty.html': '' }
  await inFolder(files, async (path) => {
    for (const name of ['s.xml', 'page.html']) {
      const { message } = await outputError('--schema', path('s.xml'), '--out', path(name))
      assert.match(message, `${name} exists and is not a page of this command: it is not replaced`)
      assert.is(readFileSync(path(name), 'utf8'), files[name as keyof typeof files])
    }
    symlinkSync(path('empty.html'), path('link.html'))
    for (const title of ['one', 'two']) {
      const args = ['--schema', path('s.xml'), '--out', path('link.html'), '--title', title]
      assert.is((await runSbe('doc', ...args)).code, 0)
      assert.match(readFileSync(path('empty.html'), 'utf8'), `<title>${title}, `)
    }
    assert.ok(lstatSync(path('link.html')).isSymbolicLink())
  })
})

test('a file that cannot be written is a clear error, and nothing is left', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First') }, async (path) => {
    mkdirSync(path('folder'))
    const folder = await outputError('--schema', path('s.xml'), '--out', path('folder'))
    assert.match(folder.message, 'is a folder')
    const missing = await outputError('--schema', path('s.xml'), '--out', path('no/page.html'))
    assert.match(missing.message, /cannot write .*: there is no such folder/)
    assert.equal(readdirSync(path('.')).sort(), ['folder', 's.xml'])
  })
})

test('a schema with errors has no page: all errors are printed, and an earlier page stays', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First') }, async (path) => {
    const args = ['doc', '--schema', path('s.xml'), '--out', path('page.html')]
    await runSbe(...args)
    const before = readFileSync(path('page.html'), 'utf8')
    writeFileSync(path('s.xml'), badSchema('a'))
    const { code, out, err } = await runSbe(...args)
    assert.equal([code, out], [1, ''])
    assert.is(err.match(/: error: /g)?.length, 3)
    assert.match(err, 's.xml: not valid, 3 errors\n')
    assert.is(readFileSync(path('page.html'), 'utf8'), before)
  })
})

test('takes deviations with --lenient, and includes from --include-path', async () => {
  const include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="extra.xml"/>'
  const schema = deviatingSchema('a').replace('<types>', `${include}<types>`)
  await inFolder({ 's.xml': schema, 'lib/extra.xml': '<types/>' }, async (path) => {
    assert.is((await runSbe('doc', '--schema', path('s.xml'), '--include-path', path('lib'))).code, 1)
    const lenient = await runSbe('doc', '--schema', path('s.xml'), '--include-path', path('lib'), '--lenient')
    assert.is(lenient.code, 0)
    assert.match(lenient.err, ': warning: ')
    assert.is((await runSbe('doc', '--schema', path('s.xml'), '--lenient')).code, 1)
  })
})

test('a wrong command line is refused before anything is read', async () => {
  const wrong = [
    [[], 'no schema given'],
    [['s.xml'], 'Put --schema before "s.xml"'],
    [['--schema', 'a.xml', 'b.xml'], 'There can be one schema'],
    [['--schema', ''], 'the name of a schema file is empty'],
    [['--schema', 'a.xml', '--out', ''], 'the name of the file to write to is empty'],
    [['--schema', 'a.xml', '--include-path', 'no-folder'], '"no-folder" is not a folder'],
    [['--schema', 'a.xml', '--outt', 'x'], 'Did you mean "--out"?'],
  ] as const
  for (const [args, message] of wrong) {
    const { code, out, err } = await runSbe('doc', ...args)
    assert.equal([code, out], [2, ''])
    assert.match(err, message)
  }
})

test('--help says what it does', async () => {
  const { code, out } = await runSbe('doc', '--help')
  assert.is(code, 0)
  const options = ['--schema', '--out', '--title', '--lenient', '--include-path']
  for (const option of options) assert.match(out, `  ${option} `)
})

test.run()
