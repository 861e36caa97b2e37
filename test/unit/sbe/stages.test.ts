import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { GroupMeta, JsonValue, MessageMeta } from '../../../codegen/runtime/index.ts'
import { dataFile } from '../../../perf/market-data/data-file.ts'
import { MarketDataEncoder, encodedLengthOf } from '../../../perf/market-data/encode.ts'
import { parseMarketData } from '../../../perf/market-data/parse.ts'
import { buildCodecs } from '../../support/codecs.ts'
import type { CodecSource } from '../../support/codecs.ts'
import { call, decodeJson, encodeFields, make } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { readVector, sharedVector, vectorsPresent, withVectors } from '../../support/vectors.ts'
import { shapeOf } from './access-order-model.ts'
import type { Part } from './access-order-model.ts'
import { orderSchema } from './access-order-schema.ts'
import { messagesOf } from './access-order-walk.ts'
import { legalMembers, stagesOf, upperFirst } from './stage-model.ts'
import type { Stage } from './stage-model.ts'
import { compileProgram, encoderOf, stageProgram } from './stage-program.ts'
import type { Message } from './stage-program.ts'

const test = suite('stages of encoders', { timeoutMs: 60_000 })
const testWithVectors = withVectors(test)

const BUFFER_LENGTH = 1024
const DATA = Uint8Array.of(1, 2, 3)
const generate = { staged: true }
const OWN: readonly CodecSource[] = [
  { name: 'order', schema: { text: orderSchema }, generate },
  { name: 'marketdata', schema: join(repositoryRoot, 'schemas', 'market-data.xml'), generate },
]
const SHARED: readonly CodecSource[] = [
  { name: 'reference', schema: sharedVector('sbe/schemas/sbe-tool/field-order-check-schema.xml'), generate },
  { name: 'car', schema: sharedVector('sbe/car/example-schema.xml'), generate },
]

const indexes = await buildCodecs(vectorsPresent ? [...OWN, ...SHARED] : OWN)

async function load(name: string): Promise<CodecModule> {
  return (await import(pathToFileURL(indexes.get(name) ?? '').href)) as CodecModule
}

function messagesIn(module: CodecModule): Message[] {
  return messagesOf(module).map((name) => {
    const meta = module[`${name}Meta`] as MessageMeta
    return { name, root: shapeOf(meta), version: meta.schemaVersion }
  })
}

/** Requires that a compiler takes every call that the model of access order allows, and no other. */
async function checkTypes(name: string): Promise<Readonly<Record<'stages' | 'legal' | 'wrong', number>>> {
  const { text, errors, stages, legal } = stageProgram(indexes.get(name) ?? '', messagesIn(await load(name)))
  const { errors: found } = await compileProgram(text)
  const lines = text.split('\n')
  const wrong = new Map(errors.map(({ line, code }) => [line, code]))
  const others = found.filter(({ line, code }) => wrong.get(line) !== code)
  assert.equal(others.map((error) => `${lines[error.line - 1]}: ${error.text}`), [], 'these are right')
  const missed = errors.filter(({ line }) => !found.some((error) => error.line === line))
  assert.equal(missed.map(({ line }) => `${line}: ${lines[line - 1]}`), [], 'these are wrong')
  return { stages, legal, wrong: errors.length }
}

test('compilers take the calls that may come next, and no others', async () => {
  const { stages, legal, wrong } = await checkTypes('order')
  assert.ok(stages >= 150 && legal > 500 && wrong > 2500, `${stages} stages, ${legal} legal, ${wrong} wrong`)
})

test('compilers take the calls that may come next in messages of market data, and no others', async () => {
  const { stages, legal, wrong } = await checkTypes('marketdata')
  assert.ok(stages >= 30 && legal > 200 && wrong > 400, `${stages} stages, ${legal} legal, ${wrong} wrong`)
})

testWithVectors('compilers take the calls that may come next in the Car, and no others', async () => {
  const { stages } = await checkTypes('car')
  assert.ok(stages >= 26, `${stages} stages`)
})

testWithVectors('compilers take the calls that may come next in the reference schema for access order', async () => {
  const { stages, legal, wrong } = await checkTypes('reference')
  assert.ok(stages >= 240 && legal > 900 && wrong > 2500, `${stages} stages, ${legal} legal, ${wrong} wrong`)
})

/** Takes the calls to a stage, each on what the one before gave, and beside it on the flyweights of a plain encoder. */
function takeCalls(module: CodecModule, message: string, { calls, counts }: Stage): unknown {
  const [staged, plain] = [0, 1].map(() => new DirectBuffer(new Uint8Array(BUFFER_LENGTH)))
  const encoder = make(module, `${message}Encoder`)
  let current = call(call(encoder, 'wrap', staged, 0), 'staged')
  const root = call(make(module, `${message}Encoder`), 'wrap', plain, 0)
  const flyweights = new Map<Part | undefined, unknown>()
  const flyweightOf = (part: Part | undefined): unknown => (part?.kind === 'group' ? flyweights.get(part) : root)
  calls.forEach(({ operation, part }, index) => {
    const put = `put${upperFirst(part.name)}`
    if (operation === 'begin') {
      const count = counts[index] ?? 0
      current = call(current, `${part.name}Count`, count)
      flyweights.set(part, call(flyweightOf(part.owner), `${part.name}Count`, count))
    } else if (operation === 'data') {
      current = call(current, put, DATA)
      call(flyweightOf(part.owner), put, DATA)
    } else {
      current = call(current, operation)
      if (operation === 'next') call(flyweightOf(part), 'next')
    }
  })
  assert.equal(staged?.bytes, plain?.bytes)
  assert.is(call(encoder, 'limit'), call(root, 'limit'))
  return current
}

test('encoders are what their stages say, call after call, and write what they write without stages', async () => {
  for (const name of indexes.keys()) {
    const module = await load(name)
    for (const { name: message, root, version } of messagesIn(module)) {
      for (const stage of stagesOf(root, version)) {
        const object = takeCalls(module, message, stage) as Readonly<Record<string, unknown>>
        assert.is(object.constructor, module[encoderOf(message, stage.at)])
        for (const member of legalMembers(stage)) assert.type(object[member], 'function', `${message}: ${member}`)
      }
    }
  }
})

type Json = { readonly [name: string]: JsonValue }

/** Encodes the groups and data of a level, each call on what the one before gave. */
function encodeParts(module: CodecModule, from: unknown, meta: MessageMeta | GroupMeta, json: Json): unknown {
  let stage = from
  for (const [name, group] of Object.entries(meta.groups)) {
    const entries = json[name] as readonly Json[]
    stage = call(stage, `${name}Count`, entries.length)
    for (const entry of entries) {
      stage = call(stage, 'next')
      encodeFields(module, stage, group.fields, entry)
      stage = encodeParts(module, stage, group, entry)
    }
    stage = call(stage, 'end')
  }
  for (const name of Object.keys(meta.data)) stage = call(stage, name, json[name])
  return stage
}

/** Decodes a message and encodes it by way of its stages: the bytes must be the same. */
function checkBytes(module: CodecModule, name: string, message: DirectBuffer): void {
  const json = decodeJson(module, name, message)
  const buffer = new DirectBuffer(new Uint8Array(message.byteLength))
  const header = make(module, 'MessageHeaderEncoder')
  const encoder = call(make(module, `${name}Encoder`), 'wrapAndApplyHeader', buffer, 0, header)
  const meta = module[`${name}Meta`] as MessageMeta
  const first = call(encoder, 'staged')
  encodeFields(module, first, meta.fields, json)
  const complete = encodeParts(module, first, meta, json)
  assert.is(complete, encoder)
  call(complete, 'checkEncodingIsComplete')
  assert.is(call(complete, 'limit'), message.byteLength)
  assert.equal(buffer.bytes, message.bytes)
}

test('market data encoded by stages is the same, byte for byte', async () => {
  const module = await load('marketdata')
  const names = {
    book: 'BookUpdate',
    instrument: 'InstrumentDefinition',
    quote: 'QuoteUpdate',
    snapshot: 'BookSnapshot',
    trade: 'Trade',
  } as const
  const encoder = new MarketDataEncoder()
  const records = parseMarketData(readFileSync(dataFile, 'utf8'))
  assert.is(new Set(records.map(({ kind }) => kind)).size, 5)
  for (const record of records) {
    const message = new DirectBuffer(new Uint8Array(encodedLengthOf(record)))
    encoder.encode(record, message, 0)
    checkBytes(module, names[record.kind], message)
  }
})

testWithVectors('the Car of the reference encoded by stages is the same, byte for byte', async () => {
  const hex = readVector('sbe/car/baseline.hex').replaceAll(/\s/g, '')
  checkBytes(await load('car'), 'Car', new DirectBuffer(new Uint8Array(Buffer.from(hex, 'hex'))))
})

test.run()
