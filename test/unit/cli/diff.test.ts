import * as assert from 'uvu/assert'
import type { SchemaComparison } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { inFolder, runSbe } from './run-godwit.ts'
import { badSchema, deviatingSchema, goodSchema } from './sample-schemas.ts'

const test = suite('cli: sbe diff')

const OLD = goodSchema('a', 'First')
/** Another message, unknown to the old schema. */
const GROWN = goodSchema('a', 'First', 'Second').replace('version="0"', 'version="1"')
const BROKEN = OLD.replace('version="0"', 'version="1"').replace('type="uint32"', 'type="uint64"')

const FILES = { 'old.xml': OLD, 'grown.xml': GROWN, 'broken.xml': BROKEN }

test('the same schema has no differences', async () => {
  await inFolder({ 'a.xml': OLD }, async (path) => {
    const a = path('a.xml')
    const { code, out, err } = await runSbe('diff', a, a)
    assert.equal([code, err], [0, ''])
    assert.is(out, `old: ${a}, schema 7, version 0\nnew: ${a}, schema 7, version 0\n\nno differences\n`)
  })
})

test('a schema that has grown is told with its caveats', async () => {
  await inFolder(FILES, async (path) => {
    const { code, out, err } = await runSbe('diff', path('old.xml'), path('grown.xml'))
    assert.equal([code, err], [0, ''])
    assert.is(out.split('\n\n').slice(1).join('\n\n'), `schema
  ~ version 0 -> 1

message Second
  + message: template id 2
      caveat, old reads new: unknown: only the framing tells where such a message ends

                 old reads new   new reads old
Second           with a caveat   compatible
1 other message  compatible      compatible
in total         with a caveat   compatible
`)
  })
})

test('what is required decides about the exit code', async () => {
  await inFolder({ ...FILES, 'gone.xml': OLD.replace('version="0"', 'version="2"') }, async (path) => {
    const codeOf = async (from: string, to: string, ...options: readonly string[]): Promise<number> =>
      (await runSbe('diff', path(from), path(to), ...options)).code
    assert.is(await codeOf('old.xml', 'broken.xml'), 1)
    assert.is(await codeOf('old.xml', 'broken.xml', '--require', 'none'), 0)
    assert.is(await codeOf('old.xml', 'grown.xml', '--caveats-fatal'), 1)
    assert.is(await codeOf('old.xml', 'grown.xml', '--caveats-fatal', '--require', 'backward'), 0)
    // A message is gone: old decoders do not mind.
    assert.is(await codeOf('grown.xml', 'gone.xml'), 1)
    assert.is(await codeOf('grown.xml', 'gone.xml', '--require=forward'), 0)
    assert.is(await codeOf('grown.xml', 'gone.xml', '--require=backward'), 1)
  })
})

test('json holds verdicts and changes, and both schemas', async () => {
  await inFolder(FILES, async (path) => {
    const { code, out } = await runSbe('diff', '--json', path('old.xml'), path('broken.xml'))
    assert.is(code, 1)
    const { old, new: latest, ...comparison } = JSON.parse(out) as SchemaComparison & { old: unknown; new: unknown }
    assert.equal(old, { file: path('old.xml'), schemaId: 7, version: 0 })
    assert.equal(latest, { file: path('broken.xml'), schemaId: 7, version: 1 })
    assert.equal([comparison.forward, comparison.backward], ['incompatible', 'incompatible'])
    assert.equal(comparison.messages, [
      { name: 'First', templateId: 1, forward: 'incompatible', backward: 'incompatible' },
    ])
    const [change] = comparison.changes.filter((other) => other.change === 'type')
    assert.equal(change, {
      element: 'field', change: 'type', path: 'First.value', owner: 'First', from: 'uint32', to: 'uint64',
      forward: { verdict: 'incompatible', reason: 'uint64 is read as uint32' },
      backward: { verdict: 'incompatible', reason: 'uint32 is read as uint64' },
      api: 'breaking',
    })
  })
})

test('a schema with errors prints these, and nothing on standard output', async () => {
  await inFolder({ ...FILES, 'bad.xml': badSchema('a'), 'odd.xml': deviatingSchema('a') }, async (path) => {
    for (const pair of [['old.xml', 'bad.xml'], ['bad.xml', 'old.xml'], ['old.xml', 'absent.xml']] as const) {
      const { code, out, err } = await runSbe('diff', ...pair.map(path), '--json')
      assert.equal([code, out], [1, ''])
      assert.match(err, / error: /)
    }
    assert.is((await runSbe('diff', path('old.xml'), path('odd.xml'))).code, 1)
    const lenient = await runSbe('diff', '--lenient', path('old.xml'), path('odd.xml'), '--require', 'none')
    assert.is(lenient.code, 0)
    assert.match(lenient.err, ' warning: ')
    assert.match(lenient.out, '+ other: uint32 at offset 4')
  })
})

test('included files are found on the include path', async () => {
  const include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="types.xml"/>'
  const files = {
    'a/old.xml': OLD.replace('</types>', `</types>${include}`).replace('"uint32"', '"Number"'),
    'parts/types.xml': '<types><type name="Number" primitiveType="uint32"/></types>',
  }
  await inFolder(files, async (path) => {
    const schema = path('a/old.xml')
    assert.is((await runSbe('diff', schema, schema)).code, 1)
    assert.is((await runSbe('diff', schema, schema, '--include-path', path('parts'))).code, 0)
  })
})

test('what a schema says cannot break the lines of the report', async () => {
  const hostile = BROKEN.replace('package="a"', 'package="b&#10;old: fine&#x9b;2J"')
  await inFolder({ 'old.xml': OLD, 'new.xml': hostile }, async (path) => {
    const { out } = await runSbe('diff', path('old.xml'), path('new.xml'))
    assert.match(out, '  ~ package a -> b\\nold: fine\\u009b2J\n')
  })
})

test('wrong usage says what is wrong', async () => {
  await inFolder(FILES, async (path) => {
    const old = path('old.xml')
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [[], 'two schemas are compared, but there are 0.'],
      [[old], 'two schemas are compared, but there are 1.'],
      [[old, old, old], 'two schemas are compared, but there are 3.'],
      [[old, ''], 'the name of a schema file is empty.'],
      [[old, old, '--require', 'all'], '--require must be one of both, forward, backward, none, not "all".'],
      [[old, old, '--require', 'constructor'], 'not "constructor".'],
      [[old, old, '--jsn'], 'unknown option "--jsn". Did you mean "--json"?'],
      [[old, old, '--include-path', path('none')], 'is not a folder.'],
    ]
    for (const [args, message] of wrong) {
      const { code, out, err } = await runSbe('diff', ...args)
      assert.equal([code, out], [2, ''], args.join(' '))
      assert.ok(err.includes(message), err)
    }
    assert.match((await runSbe('diff', '--help')).out, /^Usage: godwit sbe diff <old> <new>/)
  })
})

test.run()
