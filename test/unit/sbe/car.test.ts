import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { JsonValue } from '../../../codegen/runtime/index.ts'
import { buildCodecs } from '../../support/codecs.ts'
import { call, decodeJson, encodeJson, make } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { readVector, sharedVector, vectorsPresent, withVectors } from '../../support/vectors.ts'

const test = suite('the Car of the reference', { timeoutMs: 60_000 })
const testWithVectors = withVectors(test)

const SCHEMAS = {
  baseline: 'sbe/car/example-schema.xml',
  extension: 'sbe/car/example-extension-schema.xml',
  bigendian: 'sbe/schemas/sbe-tool/example-bigendian-test-schema.xml',
} as const

type Payload = keyof typeof SCHEMAS

const modules = new Map<string, CodecModule>()

test.before(async () => {
  if (!vectorsPresent) return
  const sources = Object.entries(SCHEMAS).map(([name, path]) => ({ name, schema: sharedVector(path) }))
  for (const [name, index] of await buildCodecs(sources)) {
    modules.set(name, (await import(pathToFileURL(index).href)) as CodecModule)
  }
})

function codecs(name: Payload): CodecModule {
  const module = modules.get(name)
  if (module === undefined) throw new Error(`no codecs for ${name}`)
  return module
}

function payload(name: Payload): DirectBuffer {
  return new DirectBuffer(Buffer.from(readVector(`sbe/car/${name}.hex`).replaceAll(/\s/g, ''), 'hex'))
}

/** The reference's JSON with its numbers for 64-bit integers as strings and for absent values as null. */
function expectedOf(name: Payload): { [member: string]: JsonValue } {
  const json = JSON.parse(readVector(`sbe/car/${name}.json`)) as { [member: string]: JsonValue }
  json['serialNumber'] = String(json['serialNumber'])
  const engine = json['engine'] as { booster: { [member: string]: JsonValue } }
  const { BoostType, horsePower } = engine.booster as { BoostType: string; horsePower: number }
  // Accessor names begin with a small letter.
  engine.booster = { boostType: BoostType, horsePower }
  if (name === 'extension') {
    json['uuid'] = null
    json['cupHolderCount'] = null
  }
  return json
}

for (const name of Object.keys(SCHEMAS) as Payload[]) {
  testWithVectors(`the ${name} payload decodes to the reference's values`, () => {
    assert.equal(decodeJson(codecs(name), 'Car', payload(name)), expectedOf(name))
  })

  testWithVectors(`the ${name} payload is as long as its decoder says`, () => {
    const module = codecs(name)
    const buffer = payload(name)
    const decoder = make(module, 'CarDecoder')
    call(decoder, 'wrapAndApplyHeader', buffer, 0, make(module, 'MessageHeaderDecoder'))
    assert.is(call(decoder, 'sbeDecodedLength'), buffer.byteLength - 8)
    assert.is(call(call(decoder, 'sbeSkip'), 'limit'), buffer.byteLength)
  })
}

for (const name of ['baseline', 'bigendian'] as const) {
  testWithVectors(`encoding the values of the ${name} payload gives its bytes`, () => {
    const expected = payload(name)
    const buffer = new DirectBuffer(new ArrayBuffer(expected.byteLength))
    const end = encodeJson(codecs(name), 'Car', expectedOf(name), buffer)
    assert.is(end, expected.byteLength)
    assert.is(Buffer.from(buffer.bytes).toString('hex'), Buffer.from(expected.bytes).toString('hex'))
  })
}

testWithVectors('a message of version 0 prints with the acting and the compiled version', () => {
  const module = codecs('extension')
  const decoder = make(module, 'CarDecoder')
  call(decoder, 'wrapAndApplyHeader', payload('extension'), 0, make(module, 'MessageHeaderDecoder'))
  const text = String(decoder)
  const head = '[Car](sbeTemplateId=1|sbeSchemaId=1|sbeSchemaVersion=0/1|sbeBlockLength=45/62)'
  assert.match(text, `${head}:serialNumber=1234|`)
  assert.match(text, "|vehicleCode='abcdef'|extras={sportsPack,cruiseControl}|discountedModel=C|engine=(capacity=2000|")
  assert.match(text, "|fuelFigures=[(speed=30|mpg=35.9|usageDescription='Urban Cycle'),")
})

testWithVectors('a message of the newer version is read by the older codec', () => {
  const values = { ...expectedOf('extension'), uuid: ['7', '-8'], cupHolderCount: 4 }
  const buffer = new DirectBuffer(new ArrayBuffer(300))
  const end = encodeJson(codecs('extension'), 'Car', values, buffer)
  const { uuid, cupHolderCount, ...known } = values
  assert.equal([uuid, cupHolderCount], [['7', '-8'], 4])
  assert.equal(decodeJson(codecs('baseline'), 'Car', buffer), known)
  assert.equal(decodeJson(codecs('extension'), 'Car', buffer), values)
  assert.is(end, 8 + 199 + 17)
})

test.run()
