import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { JsonValue } from '../../../codegen/runtime/index.ts'
import { encodeJson } from '../../support/json-encoder.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, loadModules, make } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('lengths of messages')

const FIELDS = '<field name="a" id="1" type="uint16"/><field name="b" id="2" type="int64"/>'
const { lengths } = await loadModules({
  lengths: schemaText({
    types: `<composite name="wideSize"><type name="filler" primitiveType="uint8"/>
        <type name="blockLength" primitiveType="uint16"/><type name="numInGroup" primitiveType="uint16"/></composite>
      <composite name="spacedData"><type name="length" primitiveType="uint8"/>
        <type name="varData" primitiveType="uint8" length="0" offset="4"/></composite>`,
    messages: `<message name="Fixed" id="1" blockLength="20">${FIELDS}</message>
      <message name="Tree" id="2">${FIELDS}
        <group name="flat" id="3" dimensionType="wideSize" blockLength="16">${FIELDS}</group>
        <group name="outer" id="4"><field name="x" id="1" type="uint8"/>
          <group name="inner" id="5"><field name="x" id="1" type="uint8"/>
            <group name="leaf" id="6" dimensionType="wideSize"><field name="x" id="1" type="uint32"/></group>
            <data name="note" id="7" type="spacedData"/></group>
          <group name="other" id="8"><field name="x" id="1" type="uint8"/></group>
          <data name="name" id="9" type="varString"/><data name="bytes" id="10" type="varBytes"/></group>
        <data name="tail" id="11" type="spacedData"/></message>`,
  }),
})

type Json = { readonly [name: string]: JsonValue }

/** A random message, and what `computeLength` wants to know of it. */
function randomTree(random: Random): { json: Json; wanted: object } {
  const list = <T>(make: () => T, max = 4): T[] => Array.from({ length: random.int(max) }, make)
  const hex = (): string => Buffer.from(random.bytes(random.int(20))).toString('hex')
  const fields = (): Json => ({ a: random.int(65_536), b: String(BigInt.asIntN(64, random.bigint(64))) })
  const byte = (): Json => ({ x: random.int(256) })
  const flat = list(fields)
  const outer = list(() => ({
    ...byte(),
    inner: list(() => ({ ...byte(), leaf: list(() => ({ x: random.int(2 ** 32) })), note: hex() })),
    other: list(byte), name: 'é'.repeat(random.int(9)), bytes: hex(),
  }))
  const tail = hex()
  const wanted = {
    flat: flat.length, tail: tail.length / 2,
    outer: outer.map(({ inner, other, name, bytes }) => ({
      inner: inner.map(({ leaf, note }) => ({ leaf: leaf.length, note: note.length / 2 })),
      other: other.length, name: Buffer.byteLength(name), bytes: bytes.length / 2,
    })),
  }
  return { json: { ...fields(), flat, outer, tail }, wanted }
}

test('the length of a message can be computed before it is encoded', async () => {
  const computeLength = (wanted: object): unknown => call(lengths['TreeEncoder'], 'computeLength', wanted)
  await withSeed('lengths', (random) => {
    for (let i = 0; i < 200; i++) {
      const { json, wanted } = randomTree(random)
      const length = computeLength(wanted) as number
      const buffer = new DirectBuffer(new Uint8Array(8 + length))
      assert.is(encodeJson(lengths, 'Tree', json, buffer), 8 + length, 'the message takes exactly its length')
      const decoder = decoderOf(lengths, 'Tree', buffer)
      assert.is(call(decoder, 'sbeDecodedLength'), length)
      assert.is(call(call(decoder, 'sbeSkip'), 'encodedLength'), length)
      assert.equal(call(decoder, 'toJSON'), json)
      if (length > 10) {
        const short = new DirectBuffer(new Uint8Array(8 + length - 1))
        assert.throws(() => encodeJson(lengths, 'Tree', json, short), (error: { code?: string }) => {
          return error.code === 'ERR_GODWIT_SBE_BOUNDS'
        })
      }
    }
  })
  assert.is(computeLength({ flat: 0, outer: [], tail: 0 }), 10 + 5 + 2 + 4)
})

test('the length of a message of fields only is that of its block', () => {
  assert.is(call(lengths['FixedEncoder'], 'computeLength'), 20)
  const buffer = new DirectBuffer(new Uint8Array(28))
  const encoder = call(make(lengths, 'FixedEncoder'), 'wrap', buffer, 8)
  const decoder = call(make(lengths, 'FixedDecoder'), 'wrap', buffer, 8, 20, 0)
  for (const codec of [encoder, decoder]) assert.is(call(codec, 'encodedLength'), 20)
  assert.is(call(decoder, 'sbeDecodedLength'), 20)
})

test('random messages are read back by walking them by hand', async () => {
  await withSeed('walks', (random) => {
    for (let i = 0; i < 50; i++) {
      const { json } = randomTree(random)
      const buffer = new DirectBuffer(new Uint8Array(16_384))
      const end = encodeJson(lengths, 'Tree', json, buffer)
      const decoder = decoderOf(lengths, 'Tree', buffer)
      const flat = Array.from(call(decoder, 'flat') as Iterable<unknown>, (entry) => call(entry, 'a'))
      assert.equal(flat, (json['flat'] as readonly Json[]).map(({ a }) => a))
      const notes: unknown[] = []
      for (const outer of call(decoder, 'outer') as Iterable<unknown>) {
        for (const inner of call(outer, 'inner') as Iterable<unknown>) {
          // A group that is not iterated is passed all the same when its entries have one length.
          call(inner, 'leaf')
          notes.push(Buffer.from(call(inner, 'noteBytes') as Uint8Array).toString('hex'))
        }
        call(outer, 'other')
        call(outer, 'name')
        call(outer, 'skipBytes')
      }
      const expected = (json['outer'] as readonly { inner: readonly Json[] }[]).flatMap(({ inner }) => inner)
      assert.equal(notes, expected.map(({ note }) => note))
      call(decoder, 'skipTail')
      assert.is(call(decoder, 'limit'), end)
    }
  })
})

test.run()
