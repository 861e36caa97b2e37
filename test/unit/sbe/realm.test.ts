import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import type { BuiltCodecs } from '../../support/hostile/codec-sets.ts'
import { loadCodecSet, ownCodecs } from '../../support/hostile/codec-sets.ts'
import type { CodecSet } from '../../support/hostile/decode-check.ts'
import * as scenario from '../../support/hostile/realm-scenario.ts'
import { Realm } from '../../support/realm.ts'
import { seed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('codecs in a bare realm', { timeoutMs: 60_000 })

const SCENARIO = fileURLToPath(new URL('../../support/hostile/realm-scenario.js', import.meta.url))
const RUNTIME = fileURLToPath(new URL('../../../codegen/runtime/', import.meta.url))
const HOSTILE_COUNT = 60

/** What the language defines; nothing of Node and nothing of browsers. */
const LANGUAGE = new Set([
  'globalThis', 'Infinity', 'NaN', 'undefined', 'eval', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'decodeURI',
  'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape', 'AggregateError', 'Array',
  'ArrayBuffer', 'Atomics', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Date', 'Error',
  'EvalError', 'FinalizationRegistry', 'Float16Array', 'Float32Array', 'Float64Array', 'Function', 'Int8Array',
  'Int16Array', 'Int32Array', 'Intl', 'Iterator', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Promise', 'Proxy',
  'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'SharedArrayBuffer', 'String', 'Symbol', 'SyntaxError',
  'TypeError', 'URIError', 'Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'WeakMap', 'WeakRef',
  'WeakSet', 'DisposableStack', 'AsyncDisposableStack', 'SuppressedError', 'Temporal',
])

let built: readonly BuiltCodecs[] = []

test.before(async () => {
  Error.stackTraceLimit = 0
  built = await ownCodecs()
})

test.after(() => {
  Error.stackTraceLimit = 10
})

function vehicles(): BuiltCodecs {
  const found = built.find(({ name }) => name === 'vehicle')
  if (found === undefined) throw new Error('no codecs of vehicles')
  return found
}

/** The scenario and the codecs of a schema, evaluated within a realm. */
function within(realm: Realm, { name, index, classes, shape }: BuiltCodecs): [typeof scenario, CodecSet] {
  // Stacks of expected errors would take most of the time.
  realm.evaluate('Error.stackTraceLimit = 0')
  const set: CodecSet = { name, module: realm.load(index), classes, shape }
  return [realm.load(SCENARIO) as unknown as typeof scenario, set]
}

test('the bare realm has what the language defines and nothing else', () => {
  const unknown = new Realm().globals().filter((name) => !LANGUAGE.has(name))
  assert.equal(unknown, [])
  const additions = new Realm({ textCoding: true }).globals().filter((name) => !LANGUAGE.has(name))
  assert.equal(additions.sort(), ['TextDecoder', 'TextEncoder'])
})

test('the bare realm makes no code from strings', () => {
  const realm = new Realm()
  assert.throws(() => realm.evaluate('eval("1")'), /Code generation from strings disallowed/)
  assert.throws(() => realm.evaluate('new Function("return 1")'), /Code generation from strings disallowed/)
})

for (const [what, options] of [
  ['without any platform', {}],
  ['with the text coding of browsers', { textCoding: true }],
] as const) {
  test(`messages with all kinds of text make the same bytes and read the same ${what}`, async () => {
    const { module } = await loadCodecSet(vehicles())
    const expected = scenario.roundTripVehicles(module)
    const [inside, set] = within(new Realm(options), vehicles())
    assert.equal([...inside.roundTripVehicles(set.module)], expected)
    assert.ok(expected.some((line) => line.includes('\\ufeff') || line.includes('\ufeff')))
    assert.ok(expected.length > 150)
  })

  test(`messages in shared memory read the same ${what}`, async () => {
    const { module } = await loadCodecSet(vehicles())
    const expected = scenario.roundTripVehicles(module)
    assert.equal(scenario.roundTripVehicles(module, true), expected)
    const [inside, set] = within(new Realm(options), vehicles())
    assert.equal([...inside.roundTripVehicles(set.module, true)], expected)
  })

  test(`malformed messages give the same values and errors, and no byte outside of them is read, ${what}`, async () => {
    const realm = new Realm(options)
    for (const codecs of built) {
      const label = `${seed}/realm/${codecs.name}`
      const expected = scenario.decodeHostile(await loadCodecSet(codecs), label, HOSTILE_COUNT, false)
      const [inside, set] = within(realm, codecs)
      assert.equal([...inside.decodeHostile(set, label, HOSTILE_COUNT, true)], expected, label)
    }
  })

  test(`encoders called in any order leave the same bytes ${what}`, async () => {
    const realm = new Realm(options)
    for (const codecs of built) {
      const label = `${seed}/realm-encode/${codecs.name}`
      const expected = scenario.encodeHostile(await loadCodecSet(codecs), label, HOSTILE_COUNT)
      const [inside, set] = within(realm, codecs)
      assert.equal([...inside.encodeHostile(set, label, HOSTILE_COUNT)], expected, label)
    }
  })
}

test('the platform of a realm is used where there is one', () => {
  const realm = new Realm({ textCoding: true })
  realm.evaluate('globalThis.TextDecoder = class { decode() { return "decoded by the platform" } }')
  const [inside, set] = within(realm, vehicles())
  const lines = [...inside.roundTripVehicles(set.module)]
  assert.ok(lines.some((line) => line.includes('decoded by the platform')))
})

const IMPORT = /\b(?:from|import)\b\s*\(?\s*(['"])([^'"]+)\1/g

/** Compiled files, with the modules that they import. */
function compiledFiles(): [file: string, text: string, imports: string[]][] {
  const folders = [RUNTIME, ...built.map(({ index }) => dirname(index))]
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.js'))
      .map((name): [string, string, string[]] => {
        const file = join(folder, name)
        const text = readFileSync(file, 'utf8')
        const imports = [...text.matchAll(IMPORT)].map((match) => match[2] ?? '')
        return [file, text, imports]
      }))
}

test('the runtime and generated codecs import nothing but one another', () => {
  const files = compiledFiles()
  assert.ok(files.length > 100)
  for (const [file, , imports] of files) {
    for (const specifier of imports) {
      const target = specifier.startsWith('.') ? join(dirname(file), specifier) : specifier
      const allowed = target.startsWith(RUNTIME) || dirname(target) === dirname(file)
      assert.ok(allowed, `${file} imports ${specifier}`)
    }
  }
})

test('the runtime and generated codecs make no code from strings', () => {
  for (const [file, text] of compiledFiles()) {
    assert.not.match(text, /\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(|\bimport\s*\(/, file)
  }
})

test('codecs run where code from strings is forbidden for the whole process', async () => {
  const program =
    `const scenario = await import(${JSON.stringify(SCENARIO)});` +
    `const codecs = await import(${JSON.stringify(vehicles().index)});` +
    'process.stdout.write(scenario.roundTripVehicles(codecs).join("\\n"))'
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program]
  const output = execFileSync(process.execPath, flags, { encoding: 'utf8', timeout: 30_000, maxBuffer: 1 << 26 })
  const { module } = await loadCodecSet(vehicles())
  assert.is(output, scenario.roundTripVehicles(module).join('\n'))
})

test.run()
