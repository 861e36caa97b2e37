import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { compileSchemaText, decodeToJson } from '../../../codegen/index.ts'
import type { Ir } from '../../../codegen/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { Codecs } from '../../suites/java/codec-driver.ts'
import { call, exported } from '../../suites/java/flyweight.ts'
import type { Flyweight } from '../../suites/java/flyweight.ts'
import { NoValueError, ObjectValues } from '../../suites/java/object-values.ts'
import type { ObjectPair, PlainObject } from '../../suites/java/object-values.ts'
import { generateSchema, printSchema } from '../../suites/java/schema-generator.ts'
import { differenceFromGenerated, parseExactly } from '../../support/exact-json.ts'
import { buildCodecs } from '../../support/codecs.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { jsonOf, withoutConstants } from '../../support/object-forms.ts'
import type { Random } from '../../support/random.ts'
import { seededRandom, withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const SCHEMAS = 18
const VALUES = 20
const CAPACITY = 1 << 14
const WIDE = ['bigint', 'number'] as const

const test = suite('plain objects of random schemas', { timeoutMs: 120_000 })

interface Subject {
  readonly name: string
  readonly ir: Ir
  readonly wide: (typeof WIDE)[number]
  readonly precedenceChecks: boolean
  readonly staged: boolean
}

const subjects = Array.from({ length: SCHEMAS }, (_, index): Subject => {
  const random = seededRandom(`objects/${index}`)
  const { ir } = compileSchemaText(printSchema(generateSchema(random), random), 'random.xml')
  if (ir === undefined) throw new Error('a schema made to be valid is rejected')
  const wide = WIDE[index % 2] ?? 'bigint'
  return { name: `s${index}`, ir, wide, precedenceChecks: index % 3 === 0, staged: index % 5 === 0 }
})

const indexes = await buildCodecs(subjects.map(({ name, ir, wide, precedenceChecks, staged }) =>
  ({ name, schema: { ir }, generate: { objects: wide, precedenceChecks, staged } })))

/** The functions that a module has for the objects of a message. */
function functionsOf(module: CodecModule, message: string): (suffix: string, ...args: readonly unknown[]) => unknown {
  const base = message.charAt(0).toLowerCase() + message.slice(1)
  return (suffix, ...args) => Reflect.apply(exported(module, base, suffix) as () => unknown, undefined, args)
}

async function forEachValue(
  label: string,
  body: (context: {
    readonly subject: Subject
    readonly module: CodecModule
    readonly codecs: Codecs
    readonly message: string
    readonly pair: ObjectPair
    readonly random: Random
  }) => void,
  forReference = false,
): Promise<void> {
  let values = 0
  for (const subject of subjects) {
    const module = (await import(pathToFileURL(indexes.get(subject.name) ?? '').href)) as CodecModule
    const codecs = new Codecs(subject.ir, module)
    for (const { name: message } of subject.ir.messages) {
      await withSeed(`objects/${label}/${subject.name}/${message}`, (random) => {
        const made = new ObjectValues(random, { wide: subject.wide, forReference })
        for (let left = VALUES; left > 0; left--) {
          let pair: ObjectPair
          try {
            pair = made.block(codecs.layout(message))
          } catch (error) {
            if (error instanceof NoValueError) return
            throw error
          }
          values++
          body({ subject, module, codecs, message, pair, random })
        }
      })
    }
  }
  assert.ok(values > SCHEMAS * VALUES / 2, `only ${values} values`)
}

test('objects come back from their bytes as they were, and the bytes from their objects', async () => {
  await forEachValue('bytes', ({ module, codecs, message, pair }) => {
    const of = functionsOf(module, message)
    const bytes = of('ToBytes', pair.object) as Uint8Array
    const back = of('FromBytes', bytes) as PlainObject
    assert.equal(withoutConstants(codecs.layout(message), back), pair.object)
    assert.equal(of('ToBytes', back), bytes)
    assert.is(of('ObjectLength', back), bytes.length - codecs.headerLength)
  })
})

test('objects are the bytes that encoders make of the same values', async () => {
  await forEachValue('encoders', ({ module, codecs, message, pair, random }) => {
    const bytes = functionsOf(module, message)('ToBytes', pair.object) as Uint8Array
    const encoded = codecs.encode(message, pair.value, new Uint8Array(CAPACITY), 0, random)
    assert.is(Buffer.from(bytes).toString('hex'), encoded.bytes)
  })
})

test('flyweights take and give objects, and stay where they are', async () => {
  await forEachValue('flyweights', ({ module, codecs, message, pair }) => {
    const of = functionsOf(module, message)
    const bytes = of('ToBytes', pair.object) as Uint8Array
    const buffer = new DirectBuffer(new ArrayBuffer(bytes.length))
    const encoder = codecs.create(message, 'Encoder')
    call(encoder, 'wrapAndApplyHeader', buffer, 0, codecs.header('Encoder'))
    assert.is(of('FromObject', encoder, pair.object), encoder)
    assert.is(call(encoder, 'limit'), bytes.length)
    call(encoder, 'checkEncodingIsComplete')
    assert.equal(buffer.bytes, bytes)
    const decoder: Flyweight = codecs.create(message, 'Decoder')
    call(decoder, 'wrapAndApplyHeader', buffer, 0, codecs.header('Decoder'))
    const before = call(decoder, 'limit')
    const first = of('ToObject', decoder)
    assert.is(call(decoder, 'limit'), before)
    call(decoder, 'sbeSkip')
    assert.equal(of('ToObject', decoder), first)
    assert.is(call(decoder, 'limit'), bytes.length)
  })
})

test('objects say what toJSON and decoding on the fly say', async () => {
  await forEachValue('json', ({ subject, module, codecs, message, pair }) => {
    const bytes = functionsOf(module, message)('ToBytes', pair.object) as Uint8Array
    const object = functionsOf(module, message)('FromBytes', bytes) as PlainObject
    const decoder = codecs.create(message, 'Decoder')
    call(decoder, 'wrapAndApplyHeader', new DirectBuffer(bytes), 0, codecs.header('Decoder'))
    const json = call(decoder, 'toJSON')
    assert.equal(jsonOf(module, codecs.layout(message), object), json)
    const onTheFly = decodeToJson(subject.ir, bytes)
    assert.is(differenceFromGenerated(parseExactly(onTheFly.json), json), undefined)
  }, true)
})

test('the functions for any message take and give the objects of each', async () => {
  await forEachValue('union', ({ module, message, pair }) => {
    const of = functionsOf(module, message)
    const bytes = of('ToBytes', pair.object) as Uint8Array
    const common = functionsOf(module, 'Message')
    const found = common('FromBytes', bytes) as { readonly message: string; readonly value: unknown }
    assert.equal(found.value, of('FromBytes', bytes))
    assert.equal(common('ToBytes', found), bytes)
    const buffer = new DirectBuffer(new ArrayBuffer(bytes.length + 9))
    assert.is(common('ToBuffer', buffer, 4, found, bytes.length), bytes.length + 4)
    assert.equal(buffer.bytes.slice(4, -5), bytes)
    assert.equal(common('FromBuffer', buffer, 4, bytes.length), found)
  })
})

test.run()
