/** Files with random damage: each is refused with a code, or is a schema that codecs and decoders can be made of. */
import * as assert from 'uvu/assert'
import {
  compareSchemas, compileSchemaText, decodeIr, decodeToJson, encodeIr, generateHtml, generateTypeScript, IrFileError,
} from '../../../codegen/index.ts'
import type { Ir, Token } from '../../../codegen/index.ts'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { generateSchema, printSchema } from '../../suites/java/schema-generator.ts'
import { FULL_IR, tokensOf } from './ir-files.ts'

const test = suite('ir: hostile files', { timeoutMs: 60_000 })

const DAMAGED_FILES = 2_000
const DAMAGED_TOKENS = 600
const MESSAGES = 3

/** Returns whether the file was taken. */
function useOrRefuse(bytes: Uint8Array, random: Random): boolean {
  let ir: Ir
  try {
    ir = decodeIr(bytes)
  } catch (error) {
    if (error instanceof IrFileError) return false
    throw error
  }
  generateTypeScript(ir, { objects: 'bigint', staged: true })
  generateHtml(ir)
  compareSchemas(FULL_IR, ir)
  encodeIr(ir)
  for (let left = MESSAGES; left > 0; left--) decodeAnything(ir, random)
  return true
}

function decodeAnything(ir: Ir, random: Random): void {
  const bytes = random.bytes(random.between(0, 200))
  const { id = 0 } = ir.messages.length === 0 ? {} : random.pick(ir.messages)
  // Most headers have the template id in one of the first bytes.
  if (bytes.length > 8) new DataView(bytes.buffer).setUint16(random.pick([0, 2, 4, 6]), id & 0xffff, random.bool())
  try {
    decodeToJson(ir, new DirectBuffer(bytes))
  } catch (error) {
    if (!(error instanceof SbeError)) throw error
  }
}

function schemas(random: Random, count: number): Ir[] {
  const made = Array.from({ length: count }, () => {
    const text = printSchema(generateSchema(random, { messages: 1 }), random)
    return compileSchemaText(text, 'random.xml').ir ?? FULL_IR
  })
  return [FULL_IR, ...made]
}

test('damaged bytes', () =>
  withSeed('ir/bytes', (random) => {
    const files = schemas(random, 10).map((ir) => encodeIr(ir, { layout: random.pick(['1.36', '1.6']) }))
    let taken = 0
    for (let index = 0; index < DAMAGED_FILES; index++) {
      if (useOrRefuse(damaged(random.pick(files), random), random)) taken++
    }
    assert.ok(taken > 0 && taken < DAMAGED_FILES, `${taken} of ${DAMAGED_FILES} were taken`)
  }))

function damaged(file: Uint8Array, random: Random): Uint8Array {
  if (random.bool(0.2)) return file.slice(0, random.int(file.length))
  const copy = file.slice()
  for (let left = random.between(1, 3); left > 0; left--) {
    const at = random.int(copy.length)
    if (random.bool()) copy[at] = random.pick([0, 1, 2, 17, 127, 255, random.int(256)])
    else copy.copyWithin(at, random.int(copy.length), random.int(copy.length))
  }
  return copy
}

type Mutation = (token: Token, other: Token, random: Random) => Token

const NUMBERS = [-2147483648, -1, 0, 1, 2, 3, 4, 8, 255, 256, 65_535, 65_536, 2147483647]

const MUTATIONS: readonly Mutation[] = [
  (token, _, random) => ({
    ...token,
    [random.pick(['id', 'version', 'deprecated', 'encodedLength', 'offset', 'componentTokenCount'])]:
      random.pick(NUMBERS),
  }),
  (token, other) => ({ ...token, encoding: other.encoding }),
  (token, other) => ({ ...token, name: other.name }),
  (token, other) => ({ ...token, signal: other.signal }),
  (token, other) => ({ ...token, encodedLength: other.encodedLength, offset: other.offset }),
  (token, other) => ({ ...token, encoding: { ...token.encoding, presence: other.encoding.presence } }),
  (token, { encoding: { primitiveType } }) => ({
    ...token,
    encoding: isFraction(token) ? { presence: 'required', primitiveType } : { ...token.encoding, primitiveType },
  }),
  (token, _, random) => ({
    ...token,
    encoding: {
      ...token.encoding,
      [random.pick(['minValue', 'maxValue', 'nullValue', 'constValue'])]: random.pick([undefined, 0n, 1n, 255n, -1n]),
    },
  }),
  (token, _, random) => ({
    ...token,
    [random.pick(['name', 'description', 'referencedName', 'packageName'])]: random.pick([
      '*/ throw 1 /*', "'); throw 1; ('", '`${throw 1}`', '\u2028', '\n', '__proto__', 'constructor', '../../x', '',
    ]),
  }),
]

test('damaged tokens', () =>
  withSeed('ir/tokens', (random) => {
    const irs = schemas(random, 10)
    let taken = 0
    for (let index = 0; index < DAMAGED_TOKENS; index++) {
      if (useOrRefuse(encodeMutated(random.pick(irs), random), random)) taken++
    }
    assert.ok(taken > 0 && taken < DAMAGED_TOKENS, `${taken} of ${DAMAGED_TOKENS} were taken`)
  }))

function somewhere(tokens: readonly Token[], random: Random): Token[] {
  const start = random.int(tokens.length)
  return tokens.slice(start, start + random.int(5))
}

/** Whether a token has values that other types cannot have. */
function isFraction({ encoding }: Token): boolean {
  return encoding.primitiveType === 'float' || encoding.primitiveType === 'double'
}

function encodeMutated(ir: Ir, random: Random): Uint8Array {
  const tokens = tokensOf(ir)
  for (let left = random.between(1, 2); left > 0; left--) {
    const index = random.int(tokens.length)
    const [token, other] = [tokens[index], random.pick(tokens)]
    if (token === undefined) continue
    if (random.bool(0.1)) tokens.splice(index, random.int(5))
    else if (random.bool(0.1)) tokens.splice(index, 0, ...somewhere(tokens, random))
    else tokens[index] = random.pick(MUTATIONS)(token, other, random)
  }
  return encodeIr({ ...ir, headerTokens: tokens, messages: [] })
}

test('the largest file is read within seconds', () => {
  const [begin, end] = FULL_IR.messages[1]?.tokens ?? []
  if (begin === undefined || end === undefined) throw new Error('there is no empty message')
  const composite = compositeField(FULL_IR)
  const blockLength = 65_535
  const messages = Array.from({ length: 11_500 }, (_, id) => {
    const part = { name: `M${id}`, id, encodedLength: blockLength, componentTokenCount: composite.length + 2 }
    return { name: part.name, id, tokens: [{ ...begin, ...part }, ...composite, { ...end, ...part }] }
  })
  const bytes = encodeIr({ ...FULL_IR, messages })
  assert.ok(bytes.length > 12 * 1024 * 1024, `${bytes.length}`)
  const startMs = performance.now()
  assert.is(decodeIr(bytes).messages.length, messages.length)
  assert.ok(performance.now() - startMs < 20_000, `${performance.now() - startMs} ms`)
})

/** The tokens of a field that has composites in a composite. */
function compositeField(ir: Ir): readonly Token[] {
  const tokens = tokensOf(ir)
  const begin = tokens.findIndex(({ signal, name }) => signal === 'BEGIN_FIELD' && name === 'outer')
  return tokens.slice(begin, begin + (tokens[begin]?.componentTokenCount ?? 0))
}

test.run()
