/** Valid schemas with random damage: whatever comes out, nothing is thrown and every finding has a place. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileSchemaText, formatDiagnostic } from '../../../codegen/index.ts'
import type { Random } from '../../support/random.ts'
import { repositoryRoot } from '../../support/root.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { FULL_SCHEMA } from './full-schema.ts'

const test = suite('mutations', { timeoutMs: 60_000 })

const RUNS = 1000

const FOLDER = join(repositoryRoot, 'schemas')
const OWN = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
  .filter((text) => text.includes('messageSchema'))

const SCHEMAS: readonly string[] = [FULL_SCHEMA, FULL_SCHEMA, ...OWN]

const WORDS: readonly string[] = [
  '', '0', '1', '-1', '255', '65536', '4294967295', '99999999999999999999999', '1e3', 'NaN', 'x', 'A.B', '.', 'true',
  'char', 'uint8', 'int64', 'uint64', 'float', 'required', 'optional', 'constant', 'length', 'varData', 'blockLength',
  '__proto__', 'constructor', '&amp;', '<', '>', '"', '&#0;', '\u00e9', '\ud800', '\u{1f600}', '<!--', '-->', ']]>',
  '<![CDATA[', '<!DOCTYPE a>', '<?xml version="1.0"?>', '<xi:include href="a.xml"/>', '</types>',
  '<ref name="r" type="r"/>',
]

type Mutation = (text: string, random: Random) => string

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

const ATTRIBUTE = /\s([A-Za-z]+)="([^"]*)"/g
const ELEMENT = /<(type|enum|set|composite|ref|validValue|choice|field|data|group|message)\b[^>]*?(?:\/>|>[^<]*<\/\1>)/g

const MUTATIONS: readonly Mutation[] = [
  // Another value for an attribute: a word, or the value of another attribute.
  (text, random) => {
    const all = [...text.matchAll(ATTRIBUTE)]
    if (all.length === 0) return text
    const [match, other] = [random.pick(all), random.pick(all)]
    const value = random.bool() ? random.pick(WORDS) : (other[2] ?? '')
    return splice(text, match.index, match.index + match[0].length, ` ${match[1]}="${value}"`)
  },
  // One attribute less.
  (text, random) => {
    const all = [...text.matchAll(ATTRIBUTE)]
    if (all.length === 0) return text
    const match = random.pick(all)
    return splice(text, match.index, match.index + match[0].length, '')
  },
  // An element moved, copied or gone.
  (text, random) => {
    const all = [...text.matchAll(ELEMENT)]
    if (all.length === 0) return text
    const [match, other] = [random.pick(all), random.pick(all)]
    const copied = splice(text, other.index, other.index, random.bool(0.8) ? match[0] : '')
    return random.bool() ? copied : copied.replace(match[0], '')
  },
  // A word somewhere.
  (text, random) => {
    const at = random.int(text.length + 1)
    return splice(text, at, at, random.pick(WORDS))
  },
  // A stretch gone, or repeated.
  (text, random) => {
    const start = random.int(text.length + 1)
    const end = Math.min(text.length, start + random.int(60))
    return random.bool() ? splice(text, start, end, '') : splice(text, end, end, text.slice(start, end))
  },
]

function compileAll(content: string | Uint8Array): void {
  for (const lenient of [false, true]) {
    const { ir, diagnostics } = compileSchemaText(content, 'damaged.xml', { lenient, readFile })
    assert.is(ir === undefined, diagnostics.some(({ severity }) => severity === 'error'))
    for (const diagnostic of diagnostics) {
      const { file, line, column } = diagnostic
      assert.ok(line >= 1 && column >= 1)
      assert.ok(formatDiagnostic(diagnostic).startsWith(`${file}:${line}:${column}: `))
    }
  }
}

function readFile(path: string): Uint8Array {
  return readFileSync(join(FOLDER, path))
}

test('the schemas are valid before they are damaged', () => {
  for (const schema of SCHEMAS) assert.ok(compileSchemaText(schema, 'whole.xml', { readFile }).ir !== undefined)
})

test('damaged text never makes the compiler throw', () =>
  withSeed('damaged schemas', (random) => {
    for (let run = 0; run < RUNS; run++) {
      let text = random.pick(SCHEMAS)
      for (let i = random.between(1, 4); i > 0; i--) text = random.pick(MUTATIONS)(text, random)
      compileAll(text)
    }
  }))

test('damaged bytes never make the compiler throw', () =>
  withSeed('damaged bytes', (random) => {
    for (let run = 0; run < RUNS / 3; run++) {
      const bytes = new TextEncoder().encode(random.pick(SCHEMAS))
      for (let i = random.between(1, 20); i > 0; i--) bytes[random.int(bytes.length)] = random.u32()
      compileAll(random.bool(0.2) ? bytes.subarray(0, random.int(bytes.length)) : bytes)
    }
  }))

test('random bytes never make the compiler throw', () =>
  withSeed('random bytes', (random) => {
    for (let run = 0; run < 200; run++) compileAll(random.bytes(random.int(200)))
  }))

test.run()
