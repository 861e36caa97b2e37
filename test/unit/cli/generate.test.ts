import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { GENERATED_MARK, writeOutput } from '../../../codegen/output-folder.ts'
import { GodwitError } from '../../../codegen/runtime/errors.ts'
import { BANNER } from '../../../codegen/typescript/module.ts'
import { suite } from '../../support/suite.ts'
import { contents, inFolder, runSbe } from './run-godwit.ts'
import { badSchema, deviatingSchema, goodSchema } from './sample-schemas.ts'

const test = suite('cli: sbe generate')

async function outputError(body: () => unknown): Promise<GodwitError> {
  try {
    await body()
  } catch (error) {
    if (error instanceof GodwitError && error.code === 'ERR_GODWIT_CLI_OUTPUT') return error
    throw error
  }
  throw new Error('no error')
}

test('writes the codecs of one schema to the folder itself, with its parents', async () => {
  await inFolder({ 's.xml': goodSchema('a.b', 'First') }, async (path) => {
    const { code, out, err } = await runSbe('generate', '--schema', path('s.xml'), '--out', path('x/y/gen'))
    assert.is(code, 0, err)
    assert.is(err, '')
    const names = readdirSync(path('x/y/gen'))
    for (const name of ['first.ts', 'index.ts', 'message-header.ts']) assert.ok(names.includes(name), name)
    assert.is(out, `${path('s.xml')}: 1 message of package a.b\n${path('x/y/gen')}: ${names.length} files written\n`)
    for (const text of Object.values(contents(path('x/y/gen')))) assert.ok(text.startsWith(GENERATED_MARK))
  })
})

test('generated code begins with the mark that later runs know it by', () => {
  assert.ok(BANNER.startsWith(GENERATED_MARK))
})

test('writes the codecs of several schemas to one folder for each package', async () => {
  const files = { 'a.xml': goodSchema('one.a', 'First'), 'b.xml': goodSchema('two', 'Second') }
  await inFolder(files, async (path) => {
    const repeated = await runSbe('generate', '--schema', path('a.xml'), '--schema', path('b.xml'), '--out', path('x'))
    const listed = await runSbe('generate', '--schema', path('a.xml'), path('b.xml'), '--out', path('y'))
    assert.equal([repeated.code, listed.code], [0, 0])
    for (const out of ['x', 'y']) {
      assert.equal(readdirSync(path(out)).sort(), ['one.a', 'two'])
      assert.ok(existsSync(path(`${out}/one.a/first.ts`)) && existsSync(path(`${out}/two/second.ts`)))
    }
  })
})

test('writes nothing when any schema has an error, and prints all errors', async () => {
  const files = { 'good.xml': goodSchema('one', 'First'), 'bad.xml': badSchema('two') }
  await inFolder(files, async (path) => {
    const args = ['--schema', path('good.xml'), path('bad.xml'), '--out', path('gen')]
    const { code, out, err } = await runSbe('generate', ...args)
    assert.is(code, 1)
    assert.is(out, '')
    assert.is(err.match(/: error: /g)?.length, 3)
    assert.match(err, 'bad.xml: not valid, 3 errors\nnothing was written\n')
    assert.not.ok(existsSync(path('gen')))
  })
})

test('changes nothing of an earlier run when the schema has become bad', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First') }, async (path) => {
    const args = ['--schema', path('s.xml'), '--out', path('gen')]
    assert.is((await runSbe('generate', ...args)).code, 0)
    const before = contents(path('gen'))
    writeFileSync(path('s.xml'), badSchema('a'))
    assert.is((await runSbe('generate', ...args)).code, 1)
    assert.equal(contents(path('gen')), before)
  })
})

test('a second run leaves files that stay the same untouched', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First') }, async (path) => {
    const args = ['--schema', path('s.xml'), '--out', path('gen')]
    await runSbe('generate', ...args)
    const inode = statSync(path('gen/first.ts')).ino
    const { out } = await runSbe('generate', ...args)
    assert.match(out, /: 0 files written, \d+ unchanged\n/)
    assert.is(statSync(path('gen/first.ts')).ino, inode)
  })
})

test('removes generated files of an earlier run, and nothing else', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First', 'Second') }, async (path) => {
    const args = ['--schema', path('s.xml'), '--out', path('gen')]
    await runSbe('generate', ...args)
    writeFileSync(path('gen/mine.ts'), 'export const mine = 1\n')
    writeFileSync(path('gen/notes.md'), `${GENERATED_MARK} is how they begin\n`)
    mkdirSync(path('gen/folder.ts'))
    writeFileSync(path('s.xml'), goodSchema('a', 'Second'))
    const { code, out } = await runSbe('generate', ...args)
    assert.is(code, 0)
    assert.match(out, ', 1 removed')
    assert.not.ok(existsSync(path('gen/first.ts')))
    const names = readdirSync(path('gen'))
    for (const name of ['second.ts', 'mine.ts', 'notes.md', 'folder.ts']) assert.ok(names.includes(name), name)
  })
})

test('refuses to replace a file that it did not generate, and writes nothing', async () => {
  const files = { 's.xml': goodSchema('a', 'First'), 'gen/index.ts': 'export const mine = 1\n' }
  await inFolder(files, async (path) => {
    const args = ['generate', '--schema', path('s.xml'), '--out', path('gen')]
    const error = await outputError(() => runSbe(...args))
    assert.match(error.message, 'index.ts exists and was not generated')
    assert.equal(readdirSync(path('gen')), ['index.ts'])
    assert.is(readFileSync(path('gen/index.ts'), 'utf8'), files['gen/index.ts'])
  })
})

test('a folder that cannot be made is a clear error', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First'), 'file': '' }, async (path) => {
    for (const out of ['file', 'file/gen']) {
      const error = await outputError(() => runSbe('generate', '--schema', path('s.xml'), '--out', path(out)))
      assert.match(error.message, /^cannot write .*file.*(ENOTDIR|EEXIST)/)
    }
  })
})

test('a folder that cannot be written to is a clear error', async () => {
  // Permissions do not stop the superuser.
  if (process.getuid?.() === 0) return
  await inFolder({ 's.xml': goodSchema('a', 'First'), 'gen/keep': '' }, async (path) => {
    chmodSync(path('gen'), 0o500)
    const error = await outputError(() => runSbe('generate', '--schema', path('s.xml'), '--out', path('gen')))
    assert.match(error.message, 'permission denied')
    chmodSync(path('gen'), 0o700)
    assert.equal(readdirSync(path('gen')), ['keep'])
  })
})

test('what was staged is removed when a later file cannot be written', async () => {
  await inFolder({ 'gen/keep': 'x' }, async (path) => {
    // The second name is longer than file systems take.
    const files = [{ path: 'a.ts', text: 'a' }, { path: `sub/${'b'.repeat(300)}.ts`, text: 'b' }]
    const error = await outputError(() => writeOutput([{ path: path('gen'), files }]))
    assert.match(error.message, 'the name is too long (ENAMETOOLONG)')
    assert.match(error.message, /; shorten the name in the schema$/)
    assert.equal(readdirSync(path('gen')), ['keep'])
  })
})

test('generated files stay within the folder, whatever the schema calls them', async () => {
  await inFolder({ 'other/x': '' }, async (path) => {
    for (const name of ['../a.ts', '..', '.', 'sub/../../a.ts', path('other/a.ts')]) {
      const error = await outputError(() => writeOutput([{ path: path('gen'), files: [{ path: name, text: '' }] }]))
      assert.match(error.message, 'would lie outside', name)
    }
    assert.not.ok(existsSync(path('gen')))
  })
})

test('a package cannot lead out of the folder', async () => {
  const files = { 'a.xml': goodSchema('../../up', 'First'), 'b.xml': goodSchema('x/y', 'First') }
  await inFolder(files, async (path) => {
    const { code } = await runSbe('generate', '--schema', path('a.xml'), path('b.xml'), '--out', path('out/gen'))
    assert.is(code, 0)
    assert.equal(readdirSync(path('out/gen')).sort(), ['.._.._up', 'x_y'])
    assert.equal(readdirSync(path('out')), ['gen'])
    writeFileSync(path('b.xml'), goodSchema('..', 'First'))
    const dots = await runSbe('generate', '--schema', path('a.xml'), path('b.xml'), '--out', path('out/gen'))
    assert.is(dots.code, 2)
    assert.match(dots.err, 'names no folder')
  })
})

test('two schemas of one package cannot share a folder', async () => {
  const files = { 'a.xml': goodSchema('same', 'First'), 'b.xml': goodSchema('same', 'Second') }
  await inFolder(files, async (path) => {
    const { code, err } = await runSbe('generate', '--schema', path('a.xml'), path('b.xml'), '--out', path('gen'))
    assert.is(code, 2)
    assert.match(err, 'both have the package "same"')
    assert.not.ok(existsSync(path('gen')))
  })
})

test('options reach the generator', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First') }, async (path) => {
    const generate = async (...options: readonly string[]): Promise<string> => {
      const { code, err } = await runSbe('generate', '--schema', path('s.xml'), '--out', path('gen'), ...options)
      assert.is(code, 0, err)
      return Object.values(contents(path('gen'))).join('')
    }
    assert.match(await generate(), /from '\.\/[a-z-]+\.js'/)
    assert.match(await generate('--import-extension', 'ts'), /from '\.\/[a-z-]+\.ts'/)
    assert.match(await generate('--import-extension', 'none'), /from '\.\/[a-z-]+'/)
    assert.match(await generate('--runtime-module', '@mine/sbe'), "from '@mine/sbe'")
    assert.not.match(await generate(), 'AccessOrder')
    assert.match(await generate('--precedence-checks'), 'AccessOrder')
    assert.not.match(await generate(), 'staged()')
    assert.match(await generate('--staged'), 'staged()')
    assert.not.match(await generate(), 'FromObject')
    assert.match(await generate('--objects', 'bigint'), 'export function firstFromObject(')
    assert.match(await generate('--objects=number'), 'export function firstFromObject(')
    for (const args of [['--objects', 'string'], ['--objects'], ['--objects=']]) {
      const { code, err } = await runSbe('generate', '--schema', path('s.xml'), '--out', path('gen'), ...args)
      assert.is(code, 2)
      assert.match(err, '--objects')
    }
  })
})

test('lenient takes a deviating schema with a warning', async () => {
  await inFolder({ 's.xml': deviatingSchema('a') }, async (path) => {
    const args = ['--schema', path('s.xml'), '--out', path('gen')]
    assert.is((await runSbe('generate', ...args)).code, 1)
    const { code, err } = await runSbe('generate', '--lenient', ...args)
    assert.is(code, 0)
    assert.match(err, ': warning: ')
    assert.ok(existsSync(join(path('gen'), 'first.ts')))
  })
})

test('wrong usage is told from a bad schema', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First') }, async (path) => {
    const schema = ['--schema', path('s.xml')]
    const out = ['--out', path('gen')]
    const wrong: readonly (readonly [string, readonly string[]])[] = [
      ['no schema given', out],
      ['Put --schema before', [path('s.xml'), ...out]],
      ['--out is missing', schema],
      ['s.xml is given twice.', [...schema, `${path('.')}/./s.xml`, ...out]],
      ['the name of a schema file is empty', ['--schema', '', ...out]],
      ['--out is missing', [...schema, '--out', '']],
      ['expected one of js, ts, none', [...schema, ...out, '--import-extension', 'mjs']],
      ['expected the name of a module', [...schema, ...out, '--runtime-module', "a'b"]],
      ['is not a folder', [...schema, ...out, '--include-path', path('s.xml')]],
    ]
    for (const [message, args] of wrong) {
      const { code, err } = await runSbe('generate', ...args)
      assert.is(code, 2, message)
      assert.match(err, message)
    }
    assert.not.ok(existsSync(path('gen')))
  })
})

test.run()
