import * as assert from 'uvu/assert'
import { cleanTerm, cleanTo } from '../../../client/log/term-cleaner.ts'
import { fillGap } from '../../../client/log/term-gap-filler.ts'
import { gapLength, scanForGap } from '../../../client/log/term-gap-scanner.ts'
import { insertPacket } from '../../../client/log/term-rebuilder.ts'
import { Availability, scanForAvailability } from '../../../client/log/term-scanner.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { INITIAL_TERM_ID, SESSION_ID, STREAM_ID, TERM_LENGTH, frameAt, newLog, putFrame } from './log-harness.ts'

const test = suite('term functions')
const PAD = 0

function scan(term: AtomicBuffer, termOffset: number, maxLength: number): readonly [number, number] {
  const result = new Availability()
  scanForAvailability(term, termOffset, maxLength, result)
  return [result.available, result.padding]
}

/** A packet of frames of these lengths at an odd place of its buffer. */
function packetOf(termOffset: number, frameLengths: readonly number[], fill: number): readonly [DirectBuffer, number] {
  const aligned = frameLengths.map((length) => Math.ceil(length / 32) * 32)
  const total = aligned.reduce((sum, length) => sum + length, 0)
  const buffer = new DirectBuffer(new Uint8Array(total + 7).fill(fill))
  let at = 0
  for (const [i, frameLength] of frameLengths.entries()) {
    putFrame(buffer, 7 + at, frameLength, { termOffset: termOffset + at, reservedValue: BigInt(fill) })
    at += aligned[i]!
  }
  return [buffer, total]
}

test('whole frames are sent up to the limit', () => {
  const { terms: [term] } = newLog()
  assert.equal(scan(term, 0, 1408), [0, 0])
  putFrame(term, 0, 100)
  putFrame(term, 128, 64)
  putFrame(term, 192, 1408)
  assert.equal(scan(term, 0, 1408), [192, 0])
  assert.equal(scan(term, 0, 191), [128, 0])
  assert.equal(scan(term, 0, 127), [-128, 0])
  assert.equal(scan(term, 192, 1408), [1408, 0])
  assert.equal(scan(term, 192, 1376), [-1408, 0])
  assert.equal(scan(term, 0, 0), [0, 0])
  term.storeInt32(128, -64)
  assert.equal(scan(term, 0, 1408), [128, 0])
})

test('padding is sent as its header and ends the datagram', () => {
  const { terms: [term] } = newLog()
  putFrame(term, 0, 64)
  putFrame(term, 64, 96, { type: PAD })
  putFrame(term, 160, 64)
  assert.equal(scan(term, 0, 1408), [96, 64])
  assert.equal(scan(term, 0, 64), [64, 0])
  assert.equal(scan(term, 0, 95), [64, 0])
  assert.equal(scan(term, 64, 31), [-32, 0])
  putFrame(term, 64, 32, { type: PAD })
  putFrame(term, 96, 64)
  assert.equal(scan(term, 0, 1408), [96, 0])
  putFrame(term, TERM_LENGTH - 96, 96, { type: PAD })
  assert.equal(scan(term, TERM_LENGTH - 96, 1408), [32, 64])
  putFrame(term, TERM_LENGTH - 96, 0x7fffffff, { type: PAD })
  assert.equal(scan(term, TERM_LENGTH - 96, 1408), [32, 64])
  putFrame(term, TERM_LENGTH - 96, 0x7fffffff)
  assert.ok(scan(term, TERM_LENGTH - 96, 1408)[0] < 0)
})

test('packets are put where they belong, once', () => {
  const { terms: [term] } = newLog()
  const [packet, length] = packetOf(256, [50, 64, 1300], 7)
  assert.ok(insertPacket(term, 256, packet, 7, length))
  assert.equal(term.bytes.slice(256, 256 + length), packet.bytes.slice(7))
  const [duplicate] = packetOf(256, [50, 64, 1300], 9)
  assert.not(insertPacket(term, 256, duplicate, 7, length))
  assert.equal(term.bytes.slice(256, 256 + length), packet.bytes.slice(7))
  assert.ok(term.bytes.subarray(0, 256).every((byte) => byte === 0))
  assert.ok(term.bytes.subarray(256 + length).every((byte) => byte === 0))
})

test('a heartbeat never overwrites data, data overwrites a heartbeat', () => {
  const { terms: [term] } = newLog()
  const heartbeat = new DirectBuffer(new Uint8Array(7 + 32))
  putFrame(heartbeat, 7, 0, { termOffset: 64 })
  const [packet, length] = packetOf(64, [99], 2)
  assert.ok(insertPacket(term, 64, heartbeat, 7, 32))
  assert.is(frameAt(term, 64).length, 0)
  assert.ok(insertPacket(term, 64, packet, 7, length))
  assert.not(insertPacket(term, 64, heartbeat, 7, 32))
  assert.equal(term.bytes.slice(64, 64 + length), packet.bytes.slice(7))
})

test('padding of a datagram is its header alone', () => {
  const { terms: [term] } = newLog()
  const pad = new DirectBuffer(new Uint8Array(32))
  putFrame(pad, 0, TERM_LENGTH - 64, { termOffset: 64, type: PAD })
  assert.ok(insertPacket(term, 64, pad, 0, 32))
  assert.equal([frameAt(term, 64).length, frameAt(term, 64).type], [TERM_LENGTH - 64, PAD])
  assert.is(scanForGap(term, 64, TERM_LENGTH), TERM_LENGTH)
})

test('a gap reaches from the first missing frame to the next or to the limit', () => {
  const { terms: [term] } = newLog()
  assert.is(scanForGap(term, 0, 0), 0)
  assert.is(scanForGap(term, 0, 1024), 0)
  assert.is(gapLength(term, 0, 1024), 1024)
  putFrame(term, 0, 64)
  putFrame(term, 256, 64)
  assert.is(scanForGap(term, 0, 320), 64)
  assert.is(gapLength(term, 64, 320), 192)
  putFrame(term, 64, 190)
  assert.is(scanForGap(term, 0, 320), 320)
  assert.is(scanForGap(term, 0, 96), 256)
  putFrame(term, TERM_LENGTH - 32, 32)
  assert.is(scanForGap(term, 320, TERM_LENGTH), 320)
  assert.is(gapLength(term, 320, TERM_LENGTH), TERM_LENGTH - 32 - 320)
  assert.is(gapLength(term, 320, 352), 32)
})

test('a gap is filled with one frame of padding, if nothing has come', () => {
  const log = newLog()
  const [term] = log.terms
  const termId = INITIAL_TERM_ID + 3
  assert.ok(fillGap(log, term, termId, 64, 192))
  assert.equal(frameAt(term, 64), {
    length: 192,
    flags: 0xc0,
    type: PAD,
    termOffset: 64,
    sessionId: SESSION_ID,
    streamId: STREAM_ID,
    termId,
    reservedValue: 0n,
    payload: new Uint8Array(160),
  })
  assert.not(fillGap(log, term, termId, 64, 192))
  putFrame(term, 384, 32)
  const before = term.bytes.slice(256, 448)
  assert.not(fillGap(log, term, termId, 256, 192))
  assert.equal(term.bytes.slice(256, 448), before)
  assert.ok(fillGap(log, term, termId, TERM_LENGTH - 32, 32))
})

test('packets in any order rebuild a term, whatever comes twice', async () => {
  await withSeed('log rebuild', (random) => {
    const { terms: [source] } = newLog()
    const packets: { offset: number; length: number }[] = []
    for (let offset = 0; offset < TERM_LENGTH;) {
      const start = offset
      while (offset < TERM_LENGTH && offset - start < 1024) {
        const frameLength = Math.min(random.between(32, 400), TERM_LENGTH - offset)
        source.bytes.set(random.bytes(frameLength), offset)
        putFrame(source, offset, frameLength)
        offset += Math.ceil(frameLength / 32) * 32
      }
      packets.push({ offset: start, length: offset - start })
    }
    const { terms: [term] } = newLog()
    const arrived = new Set<number>()
    for (const { offset, length } of random.shuffle([...packets, ...packets])) {
      assert.is(insertPacket(term, offset, source, offset, length), !arrived.has(offset))
      arrived.add(offset)
      const end = packets.find((packet) => !arrived.has(packet.offset))?.offset ?? TERM_LENGTH
      assert.is(scanForGap(term, 0, TERM_LENGTH), end)
    }
    assert.equal(term.bytes, source.bytes)
  })
})

test('cleaning zeroes a range and nothing else', () => {
  const { terms: [term] } = newLog()
  term.bytes.fill(0xff)
  cleanTerm(term, 64, 32)
  cleanTerm(term, TERM_LENGTH - 64, 64)
  const dirty = [...term.bytes.keys()].filter((at) => term.bytes[at] !== 0)
  assert.is(dirty.length, TERM_LENGTH - 96)
  assert.equal([dirty[63], dirty[64], dirty.at(-1)], [63, 96, TERM_LENGTH - 65])
})

test('cleaning goes on term by term', () => {
  const log = newLog()
  for (const term of log.terms) term.bytes.fill(1)
  const begin = (2 ** 32 + 1) * TERM_LENGTH
  assert.is(cleanTo(log, begin + 96, begin + 96), begin + 96)
  assert.is(cleanTo(log, begin + 96, begin + 64), begin + 96)
  assert.is(cleanTo(log, begin + 96, begin + TERM_LENGTH + 64), begin + TERM_LENGTH)
  assert.is(cleanTo(log, begin + TERM_LENGTH, begin + TERM_LENGTH + 64), begin + TERM_LENGTH + 64)
  const first = log.termOf(begin)
  const second = log.termOf(begin + TERM_LENGTH)
  assert.is(first.bytes.indexOf(0), 96)
  assert.is(first.bytes.lastIndexOf(1), 95)
  assert.is(second.bytes.indexOf(1), 64)
  assert.not(log.termOf(begin + 2 * TERM_LENGTH).bytes.includes(0))
})

test.run()
