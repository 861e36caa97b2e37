import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileSchemaFile, decodeIr, encodeIr, generateTypeScript } from '../../../codegen/index.ts'
import type { Ir } from '../../../codegen/index.ts'
import { GodwitError } from '../../../codegen/runtime/errors.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { BINARY, contents, inFolder, runSbe } from './run-godwit.ts'
import { badSchema, deviatingSchema, goodSchema } from './sample-schemas.ts'

const test = suite('cli: sbe ir', { timeoutMs: 20_000 })

const MARKET_DATA = join(repositoryRoot, 'schemas', 'market-data.xml')

const LISTING = `package a.b, schema 7, version 0, littleEndian
1 message, 11 tokens

id  since  offset  length  tokens  type    token

        0       0       8       6          BEGIN_COMPOSITE messageHeader
        0       0       2          uint16    ENCODING blockLength
        0       2       2          uint16    ENCODING templateId
        0       4       2          uint16    ENCODING schemaId
        0       6       2          uint16    ENCODING version

 1      0       0       4       5          BEGIN_MESSAGE First
 1      0       0       4       3            BEGIN_FIELD value
        0       0       4          uint32      ENCODING uint32
`

function irOf(file: string): Ir {
  const { ir } = compileSchemaFile(file)
  if (ir === undefined) throw new Error(`${file} is not valid`)
  return ir
}

async function outputError(body: () => unknown): Promise<string> {
  try {
    await body()
  } catch (error) {
    if (error instanceof GodwitError && error.code === 'ERR_GODWIT_CLI_OUTPUT') return error.message
    throw error
  }
  throw new Error('no error')
}

test('lists the tokens of a schema, those inside others indented', async () => {
  await inFolder({ 's.xml': goodSchema('a.b', 'First') }, async (path) => {
    assert.equal(await runSbe('ir', '--schema', path('s.xml')), { code: 0, out: LISTING, err: '' })
  })
})

test('says of each token what its schema says', async () => {
  const { out } = await runSbe('ir', '--schema', MARKET_DATA)
  for (const line of [
    'package marketdata, schema 300, version 1 (1.1), littleEndian',
    '5 messages, 284 tokens',
    '   60      0       0       8       3            BEGIN_FIELD transactTime  nanosecond, since unix epoch',
    '           0       0       8          int64         ENCODING mantissa  optional, null 9223372036854775807',
    '           0       8       0          int8          ENCODING exponent = -9  constant',
    '  326      0      40       1       8            BEGIN_FIELD tradingStatus',
    '           0      40       1       6  uint8       BEGIN_ENUM TradingStatus  null 255',
    '           0       0       0          uint8         VALID_VALUE HALTED = 2',
  ]) assert.ok(out.split('\n').includes(line), line)
})

test('shows what a terminal would not take for text as escapes', async () => {
  const name = 'a&#10;b&#x85;c'
  await inFolder({ 's.xml': goodSchema('p', 'First').replace('name="value"', `name="${name}"`) }, async (path) => {
    const { out } = await runSbe('ir', '--schema', path('s.xml'))
    assert.match(out, 'BEGIN_FIELD a\\nb\\u0085c\n')
  })
})

test('lists the same as JSON, with the ends of parts and with values as text', async () => {
  const { code, out } = await runSbe('ir', '--schema', MARKET_DATA, '--json')
  assert.is(code, 0)
  const { packageName, schemaId, schemaVersion, byteOrder, headerTokens, messages } = JSON.parse(out)
  assert.equal([packageName, schemaId, schemaVersion, byteOrder], ['marketdata', 300, 1, 'littleEndian'])
  assert.is(headerTokens.length, 6)
  assert.equal(messages.map((message: { readonly name: string }) => message.name)[0], 'QuoteUpdate')
  const [message] = messages
  assert.equal(message.tokens[0].signal, 'BEGIN_MESSAGE')
  assert.equal(message.tokens.at(-1).signal, 'END_MESSAGE')
  const mantissa = message.tokens.find((token: { readonly name: string }) => token.name === 'mantissa')
  assert.equal(mantissa.encoding, { primitiveType: 'int64', nullValue: '9223372036854775807', presence: 'optional' })
})

test('writes a file that every command takes for the schema', async () => {
  await inFolder({}, async (path) => {
    const written = await runSbe('ir', '--schema', MARKET_DATA, '--out', path('m.sbeir'))
    const { length } = readFileSync(path('m.sbeir'))
    assert.equal(written, { code: 0, out: `${path('m.sbeir')}: 5 messages, 284 tokens, ${length} bytes\n`, err: '' })
    assert.equal(readdirSync(path('.')), ['m.sbeir'])
    assert.equal(readFileSync(path('m.sbeir')), Buffer.from(encodeIr(irOf(MARKET_DATA))))

    const [fromXml, fromFile] = [path('xml'), path('file')]
    await runSbe('generate', '--schema', MARKET_DATA, '--out', fromXml)
    const generated = await runSbe('generate', '--schema', path('m.sbeir'), '--out', fromFile)
    assert.is(generated.code, 0, generated.err)
    const names = readdirSync(fromXml)
    assert.equal(readdirSync(fromFile), names)
    const textOf = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8')
    for (const name of names) assert.is(textOf(fromFile, name), textOf(fromXml, name))

    assert.is((await runSbe('validate', path('m.sbeir'))).out, `${path('m.sbeir')}: valid\n`)
    assert.is((await runSbe('ir', '--schema', path('m.sbeir'))).out, (await runSbe('ir', '--schema', MARKET_DATA)).out)
  })
})

test('replaces an .sbeir file, also that which it reads, and an empty one', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First'), 'empty': '' }, async (path) => {
    await runSbe('ir', '--schema', MARKET_DATA, '--out', path('m.sbeir'), '--layout', '1.6')
    const older = readFileSync(path('m.sbeir'))
    await runSbe('ir', '--schema', path('m.sbeir'), '--out', path('m.sbeir'))
    assert.ok(readFileSync(path('m.sbeir')).length > older.length)
    for (const file of ['m.sbeir', 'empty']) {
      assert.is((await runSbe('ir', '--schema', path('s.xml'), '--out', path(file))).code, 0)
      assert.is(decodeIr(readFileSync(path(file))).packageName, 'a')
    }
  })
})

test('writes the layout of older releases', async () => {
  await inFolder({}, async (path) => {
    await runSbe('ir', '--schema', MARKET_DATA, '--out', path('old'), '--layout', '1.6')
    assert.equal(readFileSync(path('old')), Buffer.from(encodeIr(irOf(MARKET_DATA), { layout: '1.6' })))
  })
})

test('writes through a link, which stays one', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First'), 'target': '' }, async (path) => {
    symlinkSync(path('target'), path('link'))
    await runSbe('ir', '--schema', path('s.xml'), '--out', path('link'))
    assert.ok(lstatSync(path('link')).isSymbolicLink())
    assert.is(decodeIr(readFileSync(path('target'))).packageName, 'a')
  })
})

test('replaces nothing that is no .sbeir file, and leaves nothing behind', async () => {
  await inFolder({ 's.xml': goodSchema('a', 'First'), 'notes.txt': 'some words\n' }, async (path) => {
    mkdirSync(path('folder'))
    const before = contents(path('.'))
    const write = (out: string): Promise<string> =>
      outputError(() => runSbe('ir', '--schema', path('s.xml'), '--out', out))
    assert.match(await write(path('notes.txt')), 'notes.txt exists and is not an .sbeir file: it is not replaced')
    assert.match(await write(path('s.xml')), 's.xml exists and is not an .sbeir file')
    assert.match(await write(path('folder')), 'folder is a folder')
    assert.match(await write(path('nowhere/m.sbeir')), /^cannot write .*m\.sbeir: there is no such folder/)
    assert.match(await write(path('notes.txt/m.sbeir')), /^cannot write .*\(ENOTDIR\)/)
    if (process.platform !== 'win32') assert.match(await write('/dev/null'), '/dev/null is no ordinary file')
    assert.equal(contents(path('.')), before)
    assert.equal(readdirSync(path('.')).sort(), ['folder', 'notes.txt', 's.xml'])
  })
})

test('a folder that may not be written to is a clear error', async () => {
  if (process.platform === 'win32' || process.getuid?.() === 0) return
  await inFolder({ 's.xml': goodSchema('a', 'First') }, async (path) => {
    mkdirSync(path('closed'))
    chmodSync(path('closed'), 0o500)
    const message = await outputError(() => runSbe('ir', '--schema', path('s.xml'), '--out', path('closed/m.sbeir')))
    assert.match(message, 'permission denied (EACCES)')
  })
})

test('writes the bytes alone to the standard output', () => {
  const bytes = execFileSync(process.execPath, [BINARY, 'sbe', 'ir', '--schema', MARKET_DATA, '--out', '-'])
  assert.equal(bytes, Buffer.from(encodeIr(irOf(MARKET_DATA))))
})

test('a reader of the listing who has seen enough is no error', () => {
  const { status, stderr } = spawnSync(
    'sh', ['-c', `"${process.execPath}" "${BINARY}" sbe ir --schema "${MARKET_DATA}" | head -1; exit 0`],
    { encoding: 'utf8' },
  )
  assert.equal([status, stderr], [0, ''])
})

test('says which versions a file does not hold, and codecs of it do without', async () => {
  const types = `<composite name="C"><type name="a" primitiveType="uint8"/>
    <type name="late" primitiveType="uint8" sinceVersion="2"/></composite></types>`
  const schema = goodSchema('p', 'First').replace('version="0"', 'version="2"')
    .replace('</types>', types).replace('type="uint32"', 'type="C"')
  await inFolder({ 's.xml': schema }, async (path) => {
    const { code, err } = await runSbe('ir', '--schema', path('s.xml'), '--out', path('s.sbeir'))
    assert.is(code, 0)
    const note = 'note: .sbeir files do not hold since which version a member of a composite is there: C.late'
    assert.is(err, `${path('s.xml')}: ${note}\n`)
    const text = generateTypeScript(irOf(path('s.sbeir'))).map((file) => file.text).join('')
    assert.not.match(text, 'Since version 2')
    assert.is((await runSbe('ir', '--schema', path('s.sbeir'), '--out', path('t.sbeir'))).err, '')
  })
})

test('prints what is wrong with a schema and writes nothing', async () => {
  await inFolder({ 'bad.xml': badSchema('a'), 'cut.sbeir': 'x'.repeat(20) }, async (path) => {
    for (const [file, finding] of [
      ['bad.xml', "error: there is no type 'nothing'"],
      ['cut.sbeir', ':1:5: error: not an .sbeir file that can be read: the version of the format is 2021161080'],
      ['none.xml', 'cannot read the schema: there is no such file'],
    ] as const) {
      const { code, out, err } = await runSbe('ir', '--schema', path(file), '--out', path('out.sbeir'))
      assert.equal([code, out], [1, ''], file)
      assert.match(err, finding)
      assert.match(err, `${path(file)}: not valid, `)
    }
    assert.equal(readdirSync(path('.')).sort(), ['bad.xml', 'cut.sbeir'])
  })
})

test('takes lenient schemas when asked to', async () => {
  await inFolder({ 's.xml': deviatingSchema('a') }, async (path) => {
    assert.is((await runSbe('ir', '--schema', path('s.xml'), '--out', path('o'))).code, 1)
    assert.is((await runSbe('ir', '--schema', path('s.xml'), '--out', path('o'), '--lenient')).code, 0)
    // What is in the file has been accepted before.
    assert.is((await runSbe('validate', path('o'))).code, 0)
  })
})

test('a schema that no file can hold is an error with a code', async () => {
  const schema = goodSchema('a', 'First').replace('name="value"', `name="value" description="${'x'.repeat(70_000)}"`)
  await inFolder({ 's.xml': schema }, async (path) => {
    try {
      await runSbe('ir', '--schema', path('s.xml'), '--out', path('o'))
      assert.unreachable()
    } catch (error) {
      assert.ok(error instanceof GodwitError, String(error))
      assert.is(error.code, 'ERR_GODWIT_SBE_IR_LIMIT')
    }
    assert.equal(readdirSync(path('.')), ['s.xml'])
  })
})

test('says what is wrong with the command line', async () => {
  for (const [args, message] of [
    [[], 'no schema given.'],
    [['s.xml'], '"s.xml" is not an option. Put --schema before "s.xml".'],
    [['--schema', 'a', 'b'], '"b" is not an option. There can be one schema.'],
    [['--schema', ''], 'the name of a schema file is empty.'],
    [['--schema', 'a', '--out', ''], 'the name of the file to write to is empty.'],
    [['--schema', 'a', '--out', 'b', '--json'], '--json is for lists: leave it or --out out.'],
    [['--schema', 'a', '--layout', '1.6'], '--layout is for files: add --out.'],
    [['--schema', 'a', '--out', 'b', '--layout', '2'], '--layout is "2", expected one of 1.36, 1.6.'],
    [['--schem', 'a'], 'unknown option "--schem". Did you mean "--schema"?'],
  ] as const) {
    const { code, out, err } = await runSbe('ir', ...args)
    assert.equal([code, out], [2, ''])
    assert.is(err, `godwit sbe ir: ${message}\nTry "godwit sbe ir --help".\n`)
  }
})

test('prints its help', async () => {
  const { code, out } = await runSbe('ir', '--help')
  assert.is(code, 0)
  const options = ['--schema', '--out', '--layout', '--json', '--lenient', '--include-path']
  for (const option of options) assert.match(out, option)
  for (const line of out.split('\n')) assert.ok(line.length <= 120, line)
})

test.run()
