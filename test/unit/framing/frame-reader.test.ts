import * as assert from 'uvu/assert'
import {
  decodeToJson, FrameReader, MessageFraming, OtfDecoder, OtfDecoderSet, parseFraming, readFrames,
} from '../../../codegen/index.ts'
import type { Frame, Framing, Ir } from '../../../codegen/index.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { concat, hex, u16, u32 } from '../../support/capture-bytes.ts'
import { irOf } from '../../support/codecs.ts'
import { MessageWriter } from '../../support/hostile/message-writer.ts'
import { OWN_SOURCES, VEHICLE_SCHEMA } from '../../support/hostile/schemas.ts'
import { schemaShape } from '../../support/hostile/wire-shape.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { HEADER, schemaText } from '../sbe/schema-parts.ts'

const test = suite('frames of streams', { timeoutMs: 30_000 })

const ROUNDS = 30

type Piece = readonly [position: number, message: string]

const toHex = ({ buffer, offset, length }: Frame): string =>
  Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString('hex')

/** What is found in pieces of a stream, and the error in the end. */
function read(framing: Framing, chunks: readonly Uint8Array[], lengthMax?: number): readonly [Piece[], string] {
  const pieces: Piece[] = []
  const reader = new FrameReader(framing, { lengthMax })
  try {
    for (const chunk of chunks) {
      reader.feed(chunk)
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        pieces.push([frame.position, toHex(frame)])
      }
    }
    reader.end()
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      pieces.push([frame.position, toHex(frame)])
    }
    assert.is(reader.next(), undefined)
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    assert.is(error.code, 'ERR_GODWIT_FRAME')
    return [pieces, error.message]
  }
  return [pieces, '']
}

/** Pieces of random lengths, also of none; some memory is written over after its turn, as by a socket. */
function cut(random: Random, bytes: Uint8Array): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  const longest = random.pick([1, 3, 20, 200, 5000])
  for (let start = 0; start < bytes.length;) {
    const length = random.between(0, longest)
    chunks.push(bytes.slice(start, start + length))
    start += length
  }
  return chunks
}

const framing = (text: string): Framing => parseFraming(text, 'littleEndian')

test('frames come out as soon as their last byte is there, whatever the pieces', () => {
  const bytes = hex('0102  0003 aabbcc  0000  0002 ddee')
  const expected = [[4, 'aabbcc'], [9, ''], [11, 'ddee']]
  const reader = new FrameReader(framing('u16be,packet=2'))
  const found: [number, number, string][] = []
  for (const [i, byte] of bytes.entries()) {
    reader.feed(new Uint8Array([byte]))
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      found.push([i, frame.position, toHex(frame)])
    }
  }
  reader.end()
  assert.is(reader.next(), undefined)
  assert.equal(found, [[6, 4, 'aabbcc'], [8, 9, ''], [12, 11, 'ddee']])
  assert.is(reader.position, bytes.length)
  assert.equal(read(framing('u16be,packet=2'), [bytes]), [expected, ''])
})

test('readFrames gives the frames of anything that can be iterated, and what is wrong at its end', async () => {
  const found: string[] = []
  const collect = async (...chunks: readonly Uint8Array[]): Promise<void> => {
    for await (const frame of readFrames(chunks, framing('u8'))) found.push(toHex(frame))
  }
  await collect(hex('02aa'), hex('bb01cc'))
  assert.equal(found, ['aabb', 'cc'])
  await collect(hex('01dd02ee')).then(() => assert.unreachable(), (error: Error) => {
    assert.is(error.message, 'frame at offset 2: the input ends within it: only 2 of its 3 bytes')
  })
  assert.equal(found, ['aabb', 'cc', 'dd'])
})

test('an input that ends within a frame, or before the first one, is reported; nothing at all is not', () => {
  assert.equal(read(framing('cme'), []), [[], ''])
  const early = 'the input ends after 2 of the 12 bytes before the first frame'
  assert.equal(read(framing('cme'), [hex('0102')]), [[], early])
  assert.equal(read(framing('u32le'), [hex('01000000aa0200')]),
    [[[4, 'aa']], 'frame at offset 5: the input ends within it: only 2 of the 4 bytes of its header'])
})

test('frames that are too long are refused before they are held', () => {
  const refused = 'frame at offset 3: it is longer than the 10 bytes that are allowed'
  assert.equal(read(framing('u16le'), [hex('0100aa 0900')], 10), [[[2, 'aa']], refused])
  const whole = [hex('0100aa'), concat(hex('0900'), new Uint8Array(9))]
  assert.equal(read(framing('u16le'), whole, 10), [[[2, 'aa']], refused])
  assert.equal(read(framing('u16le'), [concat(hex('0800'), new Uint8Array(8))], 10)[1], '')
  assert.match(read(framing('u32le'), [hex('ffffffff 00')])[1], 'longer than the 16777216 bytes')
})

test('a reader holds no more than twice what waits, however long the stream', () => {
  const reader = new FrameReader(framing('u16le'))
  const chunk = concat(hex('e803'), new Uint8Array(1000))
  // Each piece has the end of one frame and the beginning of the next.
  const shifted = concat(chunk.subarray(500), chunk.subarray(0, 500))
  reader.feed(chunk.subarray(0, 500))
  const buffers = new Set<unknown>()
  for (let i = 0; i < 10_000; i++) {
    reader.feed(shifted)
    const frame = reader.next()
    assert.is(frame?.length, 1000)
    buffers.add(frame?.buffer)
    assert.is(reader.next(), undefined)
  }
  assert.ok(buffers.size <= 2, `${buffers.size} buffers`)
})

/** Random messages of a schema, written back to back or framed. */
function messagesOf(random: Random, ir: Ir, count: number): readonly Uint8Array[] {
  const shape = schemaShape(ir, new Map())
  const writer = new MessageWriter(shape)
  return Array.from({ length: count }, () => writer.write(random, random.pick(shape.messages)).bytes)
}

interface RandomFraming {
  readonly text: string
  readonly frame: (message: Uint8Array) => Uint8Array
  readonly packetHeader: Uint8Array
}

function randomFraming(random: Random): RandomFraming {
  const type = random.pick(['u16le', 'u16be', 'u32le', 'u32be'] as const)
  const size = type.startsWith('u16') ? 2 : 4
  const [before, after, packet] = [random.int(4), random.int(4), random.int(20)]
  const header = before + size + after
  const mark = random.bytes(after)
  const kind = random.pick(['alone', 'inclusive', 'counts'] as const)
  const counted = kind === 'alone' ? 0 : kind === 'inclusive' ? header : random.int(header + 1)
  const isMarked = after > 0 && random.bool()
  const words = [
    type, `before=${before}`, `packet=${packet}`,
    isMarked ? `mark=${Buffer.from(mark).toString('hex')}` : `after=${after}`,
    ...(kind === 'alone' ? [] : kind === 'inclusive' ? ['inclusive'] : [`counts=${counted}`]),
  ]
  const littleEndian = type.endsWith('le')
  return {
    text: words.join(','),
    packetHeader: random.bytes(packet),
    frame: (message) => {
      const length = message.length + counted
      const lengthBytes = size === 2 ? u16(length, littleEndian) : u32(length, littleEndian)
      return concat(random.bytes(before), lengthBytes, isMarked ? mark : random.bytes(after), message)
    },
  }
}

for (const source of OWN_SOURCES.filter(({ generate }) => generate === undefined)) {
  test(`messages of ${source.name} come out of any framing, cut anywhere, as they went in`, async () => {
    const ir = irOf(source)
    await withSeed(`frames/${source.name}`, (random) => {
      for (let round = 0; round < ROUNDS; round++) {
        const messages = messagesOf(random, ir, random.between(1, 8))
        const { text, frame, packetHeader } = randomFraming(random)
        const stream = concat(packetHeader, ...messages.map(frame))
        const [found, problem] = read(framing(text), cut(random, stream))
        assert.equal([found.map(([, message]) => message), problem],
          [messages.map((message) => Buffer.from(message).toString('hex')), ''], text)
        for (const [i, [position]] of found.entries()) {
          assert.equal(stream.slice(position, position + (messages[i]?.length ?? 0)), messages[i], text)
        }
      }
    })
  })

  test(`messages of ${source.name} without anything between are told apart, cut anywhere`, async () => {
    const ir = irOf(source)
    const decoder = new OtfDecoder(ir)
    await withSeed(`back-to-back/${source.name}`, (random) => {
      for (let round = 0; round < ROUNDS; round++) {
        const messages = messagesOf(random, ir, random.between(1, 8))
          // Of a later version there may be more than the schema knows.
          .filter((message) => decodeToJson(ir, message).length === message.length)
        const [found, problem] = read(new MessageFraming(decoder), cut(random, concat(...messages)))
        assert.equal([found.map(([, message]) => message), problem],
          [messages.map((message) => Buffer.from(message).toString('hex')), ''])
      }
    })
  })
}

const ir = irOf({ name: 'vehicle', schema: { text: VEHICLE_SCHEMA } })

test('back to back, what is no message ends the stream with the reason, and what is cut off is reported', async () => {
  await withSeed('back-to-back/wrong', (random) => {
    const [message = new Uint8Array(0)] = messagesOf(random, ir, 1)
    const { length } = message
    const none = new MessageFraming(new OtfDecoder(ir))
    const expectFailure = (rest: Uint8Array, why: string): void => {
      const [found, problem] = read(none, [concat(message, rest)])
      assert.is(found.length, 1)
      assert.ok(problem.startsWith(`frame at offset ${length}: ${why}`), problem)
    }
    if (decodeToJson(ir, message).length !== length) return
    expectFailure(hex('0100 0200 2900 0000 00'), 'hostile: schema 41 has no message with the template id 2')
    expectFailure(hex('0100 0100 2a00 0000 00'), 'hostile: the header has schema id 42, not 41')
    expectFailure(hex('0100 0100 2900 0000 00'), 'Vehicle: block length 1 on the wire is shorter')
    expectFailure(message.subarray(0, length - 1), 'the input ends within it: Vehicle')
    expectFailure(message.subarray(0, 3), 'the input ends within it: message header')
  })
})

test('a message of no bytes is refused: there would be no end of them', () => {
  const header = `<composite name="messageHeader">${['blockLength', 'templateId', 'schemaId', 'version'].map((name) =>
    `<type name="${name}" primitiveType="uint16" presence="constant">${name === 'templateId' ? 7 : 0}</type>`).join('')}
  </composite>`
  const messages = '<message name="M" id="7"/>'
  const empty = irOf({ name: 'empty', schema: { text: schemaText({ header, messages }) } })
  const [found, problem] = read(new MessageFraming(new OtfDecoder(empty)), [hex('00')])
  assert.equal([found, problem], [[], 'frame at offset 0: the message has no bytes, not even of a header'])
})

test('a long message is not looked at again for each byte of it', () => {
  const types = `<composite name="bytes"><type name="length" primitiveType="uint32" maxValue="2000000000"/>
    <type name="varData" primitiveType="uint8" length="0"/></composite>`
  const messages = '<message name="M" id="7"><data name="d" id="1" type="bytes"/></message>'
  const long = irOf({ name: 'long', schema: { text: schemaText({ types, messages }) } })
  const decoder = new OtfDecoder(long)
  let looks = 0
  const framing = new MessageFraming({
    decode: (...args) => {
      looks++
      return decoder.decode(...args)
    },
  })
  const pieces = 4096
  const length = 4096 * pieces - 12
  const message = concat(hex('0000 0700 0100 0000'), u32(length, true), new Uint8Array(length))
  const chunks = Array.from({ length: pieces }, (_, i) => message.subarray(4096 * i, 4096 * (i + 1)))
  const reader = new FrameReader(framing)
  let frames = 0
  for (const chunk of chunks) {
    reader.feed(chunk)
    if (reader.next() !== undefined) frames++
  }
  reader.end()
  if (reader.next() !== undefined) frames++
  assert.is(frames, 1)
  assert.ok(looks < 300, `${looks}`)
})

test('messages of several schemas are told apart by the schema id; schemas that cannot be are refused', () => {
  const make = (id: number, packageName: string, header: string = HEADER): Ir => irOf({
    name: packageName,
    schema: {
      text: schemaText({ header, messages: '<message name="M" id="7"><field name="x" id="1" type="uint8"/></message>' })
        .replace(/ id="1"/, ` id="${id}"`).replace('package="test"', `package="${packageName}"`),
    },
  })
  const set = new OtfDecoderSet([make(1, 'one'), make(2, 'two')])
  assert.is(set.headerLength, 8)
  const stream = hex('0100 0700 0200 0000 05  0100 0700 0100 0000 06')
  assert.equal(read(new MessageFraming(set), [stream])[0].map(([position]) => position), [0, 9])
  assert.match(read(new MessageFraming(set), [hex('0100 0700 0300 0000 05')])[1],
    'the header has schema id 3, which is none of 1, 2')
  const refused = (...irs: readonly Ir[]): string => {
    try {
      return String(new OtfDecoderSet(irs).headerLength)
    } catch (error) {
      return error instanceof RangeError ? error.message : String(error)
    }
  }
  assert.is(refused(), 'there is no schema')
  assert.is(refused(make(1, 'one'), make(1, 'two')), 'two schemas have the id 1')
  assert.is(refused(make(1, 'one'), ir), '8')
  assert.is(refused(ir, irOf(OWN_SOURCES[2] ?? { name: '', schema: '' })),
    'the message headers of the schemas hostile and hostile are not laid out alike')
})

test.run()
