import * as assert from 'uvu/assert'
import { AERON_STREAMS_MAX, AeronFraming } from '../../../codegen/framing/aeron-framing.ts'
import { FRAME_LENGTH_MAX } from '../../../codegen/framing/framing.ts'
import { framesOf } from '../../../codegen/index.ts'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { DataHeaderEncoder, FrameType, NakEncoder } from '../../../schemas/generated/aeron.wire/index.ts'
import { concat, hex } from '../../support/capture-bytes.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('frames of Aeron')

interface FrameForm {
  readonly begin?: boolean
  readonly end?: boolean
  readonly type?: FrameType
  readonly session?: number
  readonly stream?: number
  readonly termId?: number
  readonly termOffset?: number
  /** Instead of the right one. */
  readonly frameLength?: number
}

function frame(message: Uint8Array, form: FrameForm = {}): Uint8Array {
  const { begin = true, end = true, type = FrameType.DATA, session = 1, stream = 2, termId = 3, termOffset = 0 } = form
  const length = 32 + message.length
  const bytes = new Uint8Array((length + 31) & ~31)
  const encoder = new DataHeaderEncoder().wrap(new DirectBuffer(bytes), 0)
  encoder.frameLength(form.frameLength ?? length).version(0).frameType(type).termOffset(termOffset)
  encoder.sessionId(session).streamId(stream).termId(termId).flags().clear().begin(begin).end(end)
  bytes.set(message, 32)
  return bytes
}

/** The messages in packets, in hex, with what is wrong with those that have a problem. */
function messagesIn(packets: readonly Uint8Array[], framing: AeronFraming = new AeronFraming()): readonly string[] {
  const found: string[] = []
  for (const packet of packets) {
    try {
      for (const { buffer, offset, length, problem } of framesOf(new DirectBuffer(packet), 0, packet.length, framing)) {
        const message = Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString('hex')
        found.push(problem ?? message)
      }
    } catch (error) {
      if (!(error instanceof GodwitError)) throw error
      found.push(`${error.code}: ${error.message}`)
    }
  }
  return found
}

test('messages in one frame are found, whatever else a packet has', () => {
  const nak = new Uint8Array(NakEncoder.BLOCK_LENGTH)
  new NakEncoder().wrap(new DirectBuffer(nak), 0).frameLength(nak.length).version(0).frameType(FrameType.NAK)
  const heartbeat = frame(hex(''), { frameLength: 0 })
  const pad = frame(hex(''), { type: FrameType.PAD, frameLength: 4096 })
  const packets = [concat(frame(hex('aabbcc')), frame(hex('dd'), { stream: 9 }), pad), nak, heartbeat, frame(hex(''))]
  assert.equal(messagesIn(packets), ['aabbcc', 'dd', '', '', '', ''])
})

const part = (data: string, termOffset: number, form: FrameForm = {}): Uint8Array =>
  frame(hex(data), { begin: false, end: false, termOffset, ...form })

test('fragments are put together by session and stream, over packets', () => {
  const packets = [
    part('aa', 0, { begin: true }), part('01', 0, { begin: true, stream: 7 }), part('bb'.repeat(40), 64),
    part('02', 64, { end: true, stream: 7 }), part('cc', 160, { end: true }), frame(hex('dd'), { termOffset: 224 }),
  ]
  assert.equal(messagesIn(packets).filter((message) => message !== ''), ['0102', `aa${'bb'.repeat(40)}cc`, 'dd'])
})

test('fragments that come again are left out, also those of a message that is whole, and of an older term', () => {
  const packets = [
    part('aa', 96, { begin: true }), part('aa', 96, { begin: true }), part('bb', 160), part('aa', 96, { begin: true }),
    part('cc', 224, { end: true }), part('cc', 224, { end: true }), part('ee', 4096, { end: true, termId: 2 }),
    part('dd', 0, { begin: true, termId: 4 }), part('ee', 64, { end: true, termId: 4 }),
  ]
  assert.equal(messagesIn(packets).filter((message) => message !== ''), ['aabbcc', 'ddee'])
})

test('messages that are not whole are reported once: at their end, the next beginning, or the end of all', () => {
  const problems = (...packets: readonly Uint8Array[]): readonly unknown[] => {
    const framing = new AeronFraming()
    return [messagesIn(packets, framing).filter((message) => message !== ''), framing.unfinished]
  }
  const end = 'it is the end of a message that is not whole'
  const before = 'the message before it in its stream has no end'
  assert.equal(problems(part('aa', 0), part('bb', 64), part('cc', 128, { end: true })), [[end], 0])
  assert.equal(problems(part('aa', 0, { begin: true }), part('cc', 128), part('dd', 192, { end: true })), [[end], 0])
  const next = [part('dd', 256, { begin: true }), part('ee', 320, { end: true })]
  assert.equal(problems(part('aa', 0, { begin: true }), ...next), [[before, 'ddee'], 0])
  assert.equal(problems(part('aa', 0, { begin: true }), part('bb', 128), ...next), [[before, 'ddee'], 0])
  assert.equal(problems(part('aa', 0, { begin: true })), [[], 1])
  assert.equal(problems(part('aa', 0, { begin: true }), part('bb', 128), part('cc', 0, { stream: 5 })), [[], 2])
})

test('what is no frame ends the packet', () => {
  const code = 'ERR_GODWIT_FRAME: frame at offset 0'
  const wrong = (frameLength: number): Uint8Array => frame(hex('aa'), { frameLength })
  for (const length of [-1, 31, FRAME_LENGTH_MAX + 1, 0x7fffffff]) {
    assert.equal(messagesIn([wrong(length)]), [`${code}: it is no frame of Aeron: its length is ${length}`])
  }
  assert.equal(messagesIn([wrong(65)]), [`${code}: the packet ends within it: only 64 of its 96 bytes`])
  assert.equal(messagesIn([hex('2000')]), [`${code}: the packet ends within it: only 2 of its 8 bytes`])
  assert.equal(messagesIn([hex('2000000000000100')]), [`${code}: the packet ends within it: only 8 of its 32 bytes`])
  assert.equal(messagesIn([hex('2000000001000100')]), [`${code}: it is no frame of Aeron: its version is 1, not 0`])
  assert.equal(messagesIn([hex('0700000000000300')]), [`${code}: it is no frame of Aeron: its length is 7`])
})

test('a message longer than any can be is given up', () => {
  const framing = new AeronFraming()
  const half = new Uint8Array(FRAME_LENGTH_MAX / 2 - 64)
  const packets = [0, 1, 2].map((i) => frame(half, {
    begin: i === 0, end: i === 2, termOffset: i * (FRAME_LENGTH_MAX / 2 - 32),
  }))
  assert.equal(messagesIn(packets, framing), ['', '', 'it is the end of a message that is not whole'])
})

test('no more streams are kept than the limit', () => {
  const framing = new AeronFraming()
  for (let session = 0; session < 2 * AERON_STREAMS_MAX; session++) {
    messagesIn([part('aa', 0, { begin: true, session })], framing)
  }
  assert.is(framing.unfinished, AERON_STREAMS_MAX)
})

/** Packets of one stream: messages of random lengths, in fragments of random lengths. */
function randomStream(random: Random, session: number): readonly [Uint8Array[], string[]] {
  const packets: Uint8Array[] = []
  const messages: string[] = []
  let termOffset = 0
  for (let i = random.between(1, 6); i > 0; i--) {
    const message = random.bytes(random.between(1, 500))
    messages.push(Buffer.from(message).toString('hex'))
    for (let start = 0; start < message.length;) {
      const data = message.slice(start, start + random.between(1, 200))
      const bytes = frame(data, {
        begin: start === 0, end: start + data.length === message.length, session, termOffset, termId: -5,
      })
      packets.push(bytes)
      if (random.bool(0.1) && (start > 0 || data.length < message.length)) packets.push(bytes)
      termOffset += bytes.length
      start += data.length
    }
  }
  return [packets, messages]
}

test('messages come out of their fragments as they went in, whatever streams do meanwhile', async () => {
  await withSeed('aeron-framing', (random) => {
    for (let round = 0; round < 100; round++) {
      const streams = Array.from({ length: random.between(1, 4) }, (_, session) => randomStream(random, session))
      const rest = streams.map(([packets]) => [...packets])
      const mixed: Uint8Array[] = []
      for (let left = rest.filter(({ length }) => length > 0); left.length > 0;) {
        mixed.push(random.pick(left).shift() ?? hex(''))
        left = left.filter(({ length }) => length > 0)
      }
      const framing = new AeronFraming()
      const found = messagesIn(mixed, framing).filter((message) => message !== '')
      assert.equal(found.sort(), streams.flatMap(([, messages]) => messages).sort())
      assert.is(framing.unfinished, 0)
    }
  })
})

test.run()
