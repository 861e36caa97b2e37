import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { GenerateOptions } from '../../../codegen/index.ts'
import { buildCodecs } from '../../support/codecs.ts'
import type { CodecSource } from '../../support/codecs.ts'
import { call, encodeJson, make } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { readVector, sharedVector, vectorsPresent, withVectors } from '../../support/vectors.ts'

const test = suite('codecs of the reference schemas', { timeoutMs: 120_000 })
const testWithVectors = withVectors(test)

const EXTENSION = 'schemas/sbe-tool/extension-schema.xml'

function acceptedSchemas(): string[] {
  const verdicts = JSON.parse(readVector('sbe/reference-verdicts.json')) as { schema: string; verdict: string }[]
  return verdicts.filter(({ verdict }) => verdict === 'accept').map(({ schema }) => schema)
}

function sourceOf(schema: string, suffix: string, generate: GenerateOptions = {}): CodecSource {
  const name = schema.replace(/\.xml$/, '').replaceAll('/', '-') + suffix
  return { name, schema: sharedVector(`sbe/${schema}`), generate }
}

let built: ReadonlyMap<string, string> = new Map()
const schemas = vectorsPresent ? acceptedSchemas() : []

async function load(schema: string): Promise<CodecModule> {
  const file = built.get(sourceOf(schema, '').name) ?? ''
  return (await import(pathToFileURL(file).href)) as CodecModule
}

testWithVectors('codecs of every accepted schema compile under the strictest settings', async () => {
  assert.ok(schemas.length >= 78)
  built = await buildCodecs(schemas.flatMap((schema) => [
    sourceOf(schema, ''),
    sourceOf(schema, '-checked', { precedenceChecks: true, staged: true, objects: 'number' }),
    sourceOf(schema, '-objects', { objects: 'bigint' }),
  ]))
})

testWithVectors('codecs of every accepted schema load, and their flyweights can be made', async () => {
  for (const [name, index] of built) {
    const module = (await import(pathToFileURL(index).href)) as CodecModule
    const classes = Object.keys(module).filter((key) => typeof module[key] === 'function' && /coder$/.test(key))
    assert.ok(classes.length >= 2, name)
    for (const key of classes) {
      // Groups are made by their message.
      if (!('HEADER_LENGTH' in (module[key] as object))) make(module, key)
    }
  }
})

testWithVectors('messages of the extension schema are read in each of its versions', async () => {
  const module = await load(EXTENSION)
  const header = make(module, 'MessageHeaderDecoder')
  // Block lengths of versions 0 to 6, as those versions of the schema had them.
  const blockLengths = { TestMessage1: [4, 8, 12, 13, 14, 14, 14], TestMessage2: [4, 8, 12, 13, 14, 14, 22] }
  const values = {
    TestMessage1: {
      tag1: 11,
      tag2: 22,
      tag3: { value: 33 },
      tag4: 'SecondValue',
      tag5: { firstChoice: true, secondChoice: false },
      tag6: '6162',
    },
    TestMessage2: {
      tag1: 11,
      tag3: { value: 33 },
      tag2: 22,
      tag5: { firstChoice: false, secondChoice: true },
      tag4: 'FirstValue',
      tag6: [1, 2, 3, 4, 5, 6, 7, 8],
    },
  }
  const absent = { tag2: null, tag3: null, tag4: null, tag5: null }
  const since = {
    TestMessage1: { tag1: 0, tag2: 1, tag3: 2, tag4: 3, tag5: 4, tag6: 5 },
    TestMessage2: { tag1: 0, tag3: 1, tag2: 2, tag5: 3, tag4: 4, tag6: 6 },
  }
  for (const name of ['TestMessage1', 'TestMessage2'] as const) {
    for (let version = 0; version <= 6; version++) {
      const buffer = new DirectBuffer(new ArrayBuffer(64))
      encodeJson(module, name, values[name], buffer)
      // As a sender of that version: a shorter block, and var data right behind it.
      const blockLength = blockLengths[name][version] ?? 0
      const full = blockLengths[name][6] ?? 0
      buffer.bytes.copyWithin(8 + blockLength, 8 + full)
      call(call(make(module, 'MessageHeaderEncoder'), 'wrap', buffer, 0), 'blockLength', blockLength)
      buffer.view.setUint16(6, version, true)
      const decoder = make(module, `${name}Decoder`)
      call(decoder, 'wrapAndApplyHeader', buffer, 0, header)
      const expected = Object.fromEntries(
        Object.entries(since[name]).map(([tag, first]) => {
          const value = (values[name] as Record<string, unknown>)[tag]
          if (version >= first) return [tag, value]
          if (tag === 'tag6') return [tag, name === 'TestMessage1' ? '' : null]
          return [tag, absent[tag as keyof typeof absent]]
        }),
      )
      assert.equal(call(decoder, 'toJSON'), expected, `${name} version ${version}`)
    }
  }
})

test.run()
