import * as assert from 'uvu/assert'
import type { Diagnostic } from '../../../codegen/diagnostic.ts'
import { suite } from '../../support/suite.ts'
import { inFolder, runSbe } from './run-godwit.ts'
import { badSchema, deviatingSchema, goodSchema } from './sample-schemas.ts'

const test = suite('cli: sbe validate')

interface JsonVerdict {
  readonly valid: boolean
  readonly errors: number
  readonly warnings: number
  readonly files: readonly { file: string; valid: boolean; diagnostics: readonly Diagnostic[] }[]
}

test('a good schema is valid', async () => {
  await inFolder({ 'good.xml': goodSchema('a', 'First') }, async (path) => {
    assert.equal(await runSbe('validate', path('good.xml')), { code: 0, out: `${path('good.xml')}: valid\n`, err: '' })
  })
})

test('a bad schema gives all errors with their places', async () => {
  await inFolder({ 'bad.xml': badSchema('a') }, async (path) => {
    const { code, out, err } = await runSbe('validate', path('bad.xml'))
    assert.is(code, 1)
    assert.is(out, `${path('bad.xml')}: not valid, 3 errors\n`)
    const lines = err.trimEnd().split('\n')
    assert.is(lines.length, 3)
    for (const line of lines) {
      assert.ok(line.startsWith(`${path('bad.xml')}:`), line)
      assert.match(line, /:\d+:\d+: error: .*nothing.*\(expected .*\)$/)
    }
  })
})

test('one bad schema among good ones is enough to fail, and all are looked at', async () => {
  const files = { 'a.xml': badSchema('a'), 'b.xml': goodSchema('b', 'First'), 'c.xml': badSchema('c') }
  await inFolder(files, async (path) => {
    const { code, out } = await runSbe('validate', path('a.xml'), path('b.xml'), path('c.xml'))
    assert.is(code, 1)
    assert.match(out, /a\.xml: not valid.*\n.*b\.xml: valid\n.*c\.xml: not valid/)
  })
})

test('json holds the same findings, on standard output alone', async () => {
  await inFolder({ 'bad.xml': badSchema('a'), 'good.xml': goodSchema('b', 'First') }, async (path) => {
    const { code, out, err } = await runSbe('validate', '--json', path('bad.xml'), path('good.xml'))
    assert.is(code, 1)
    assert.is(err, '')
    const verdict = JSON.parse(out) as JsonVerdict
    assert.equal([verdict.valid, verdict.errors, verdict.warnings], [false, 3, 0])
    assert.equal(verdict.files.map(({ file }) => file), [path('bad.xml'), path('good.xml')])
    assert.equal(verdict.files.map(({ valid }) => valid), [false, true])
    const [first] = verdict.files[0]?.diagnostics ?? []
    assert.ok(first !== undefined && first.line > 1 && first.column > 1 && first.severity === 'error')
  })
})

test('lenient makes a warning of a deviation, and fatal warnings an error again', async () => {
  await inFolder({ 'odd.xml': deviatingSchema('a') }, async (path) => {
    assert.is((await runSbe('validate', path('odd.xml'))).code, 1)
    const lenient = await runSbe('validate', '--lenient', path('odd.xml'))
    assert.is(lenient.code, 0)
    assert.match(lenient.out, 'odd.xml: valid, 1 warning\n')
    assert.match(lenient.err, ': warning: ')
    assert.is((await runSbe('validate', '--lenient', '--warnings-fatal', path('odd.xml'))).code, 1)
  })
})

test('a schema that is not there fails as a bad one does', async () => {
  await inFolder({}, async (path) => {
    const { code, err } = await runSbe('validate', path('absent.xml'))
    assert.is(code, 1)
    assert.match(err, 'absent.xml:1:1: error: cannot read the schema: there is no such file')
  })
})

test('included files are found on the include path', async () => {
  const types = '<types><type name="Number" primitiveType="uint32"/></types>'
  const include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="types.xml"/>'
  const schema = goodSchema('a', 'First').replace('<types>', `${include}<types>`).replace('"uint32"', '"Number"')
  await inFolder({ 'main/schema.xml': schema, 'common/types.xml': types }, async (path) => {
    assert.is((await runSbe('validate', path('main/schema.xml'))).code, 1)
    const result = await runSbe('validate', '--include-path', path('common'), path('main/schema.xml'))
    assert.is(result.code, 0, result.err)
  })
})

test('wrong usage is told from a bad schema', async () => {
  assert.is((await runSbe('validate')).code, 2)
  const empty = await runSbe('validate', 'a.xml', '')
  assert.is(empty.code, 2)
  assert.match(empty.err, 'the name of a schema file is empty')
  const { code, err } = await runSbe('validate', '--include-path', 'nowhere', 'a.xml')
  assert.is(code, 2)
  assert.match(err, '--include-path "nowhere" is not a folder')
})

test.run()
