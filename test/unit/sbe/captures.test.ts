import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { JsonValue, MessageMeta } from '../../../codegen/runtime/index.ts'
import { loadCodecs } from '../../support/codecs.ts'
import { call, decodeJson, encodeJson, make } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { readVector, sharedVector, vectorsPresent, withVectors } from '../../support/vectors.ts'

const test = suite('captured venue messages', { timeoutMs: 60_000 })
const testWithVectors = withVectors(test)

const PACKET_HEADER_LENGTH = 12

interface Capture {
  readonly message: string
  readonly offset: number
  readonly length: number
  readonly header: { readonly blockLength: number; readonly templateId: number; readonly version: number }
  readonly hex: string
  readonly expected: Expected
}

interface Packet {
  readonly name: string
  readonly hex: string
  readonly messages: readonly Capture[]
}

/** Expected values: enums `{ raw, name }`, sets `{ raw, set }`, prices `{ mantissa, exponent, decimal }`. */
type Expected = { readonly [name: string]: Expected | readonly Expected[] | string | number | null }

let codecs: CodecModule = {}
const packets: Packet[] = vectorsPresent
  ? (JSON.parse(readVector('sbe/cme-mdp3/captures.json')) as { packets: Packet[] }).packets
  : []

test.before(async () => {
  const schema = sharedVector('sbe/schemas/sbe-tool/FixBinary.xml')
  if (vectorsPresent) codecs = await loadCodecs({ name: 'mdp3', schema })
})

function property(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function compare(actual: JsonValue | undefined, expected: Expected[string], path: string): void {
  if (Array.isArray(expected)) {
    const entries = actual as readonly JsonValue[]
    assert.is(entries.length, expected.length, path)
    expected.forEach((entry: Expected, i) => compare(entries[i], entry, `${path}[${i}]`))
  } else if (expected !== null && typeof expected === 'object') {
    const members = expected as Expected
    if ('set' in members) {
      const on = Object.entries(actual as object).filter(([, value]) => value === true).map(([name]) => name)
      assert.equal(on, (members['set'] as unknown as string[]).map(property), path)
    } else if ('name' in members) {
      assert.is(actual, members['name'], path)
    } else if ('mantissa' in members) {
      const price = actual as { mantissa: string; exponent: number }
      assert.is(price.mantissa, members['mantissa'], path)
      assert.is(price.exponent, members['exponent'], path)
      assert.is(Number(price.mantissa) * 10 ** price.exponent, Number(members['decimal']), path)
    } else {
      for (const [name, value] of Object.entries(members)) {
        compare((actual as { [name: string]: JsonValue })[property(name)], value, `${path}.${name}`)
      }
    }
  } else {
    assert.is(actual, expected, path)
  }
}

for (const packet of packets) {
  for (const capture of packet.messages) {
    const title = `${packet.name}: ${capture.message} at ${capture.offset}`
    testWithVectors(`${title} decodes to the expected values`, () => {
      const buffer = new DirectBuffer(Buffer.from(packet.hex, 'hex'))
      compare(decodeJson(codecs, capture.message, buffer, capture.offset), capture.expected, capture.message)
    })

    testWithVectors(`${title} ends where its framing says`, () => {
      const buffer = new DirectBuffer(Buffer.from(packet.hex, 'hex'))
      const decoder = make(codecs, `${capture.message}Decoder`)
      const header = make(codecs, 'MessageHeaderDecoder')
      call(decoder, 'wrapAndApplyHeader', buffer, capture.offset, header, capture.length)
      assert.is(call(decoder, 'actingVersion'), capture.header.version)
      assert.is(call(decoder, 'sbeDecodedLength'), capture.length - 8)
    })

    testWithVectors(`${title} is encoded to the same values again`, () => {
      const bytes = new DirectBuffer(Buffer.from(capture.hex, 'hex'))
      const values = decodeJson(codecs, capture.message, bytes)
      const buffer = new DirectBuffer(new ArrayBuffer(bytes.byteLength + 64))
      const end = encodeJson(codecs, capture.message, values, buffer)
      assert.equal(decodeJson(codecs, capture.message, buffer), values)
      // Byte for byte where the block did not grow between the sender's version and the schema's.
      const meta = codecs[`${capture.message}Meta`] as MessageMeta
      if (meta.blockLength === capture.header.blockLength) {
        assert.is(end, bytes.byteLength)
        assert.equal(buffer.bytes.subarray(8, end), bytes.bytes.subarray(8))
      }
    })
  }
}

testWithVectors('the dispatcher walks the messages of a packet by their framing', () => {
  const seen: string[] = []
  const dispatcher = Reflect.construct(codecs['MessageDispatcher'] as new (handlers: object) => object, [
    {
      securityStatus30: () => seen.push('SecurityStatus30'),
      mDIncrementalRefreshBook32: () => seen.push('MDIncrementalRefreshBook32'),
      mDIncrementalRefreshTradeSummary42: () => seen.push('MDIncrementalRefreshTradeSummary42'),
    },
  ])
  const expected: string[] = []
  for (const packet of packets) {
    const buffer = new DirectBuffer(Buffer.from(packet.hex, 'hex'))
    for (let offset = PACKET_HEADER_LENGTH; offset < buffer.byteLength; ) {
      const size = buffer.view.getUint16(offset, true)
      assert.is(call(dispatcher, 'dispatch', buffer, offset + 2, size - 2), true)
      offset += size
    }
    expected.push(...packet.messages.map((capture) => capture.message))
  }
  assert.equal(seen, expected)
})

if (packets.length === 0) testWithVectors('captured packets decode to the expected values', () => undefined)

test.run()
