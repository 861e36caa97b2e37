import * as assert from 'uvu/assert'
import type { Segment } from '../../../codegen/index.ts'
import {
  HELD_BYTES_MAX, HELD_SEGMENTS_MAX, TCP_STREAMS_MAX, TcpStream, TcpStreams,
} from '../../../codegen/capture/tcp-streams.ts'
import { concat } from '../../support/capture-bytes.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('TCP streams')

function segment(sequence: number, isFirst = false, port = 1): Segment {
  const source = { address: '10.0.0.1', port }
  const destination = { address: '10.0.0.2', port: 9000 }
  const rest = { offset: 0, length: 0, isCutOff: false }
  return { kind: 'tcp', source, destination, sequence: sequence >>> 0, isFirst, ...rest }
}

const bytes = (...values: readonly number[]): Uint8Array => new Uint8Array(values)

function accept(stream: TcpStream<undefined>, sequence: number, data: Uint8Array, isFirst = false): readonly number[] {
  return [...concat(...stream.accept(segment(sequence, isFirst), data))]
}

test('segments in order give their bytes, beyond the highest sequence number too', () => {
  const stream = new TcpStream('s', undefined)
  assert.equal(accept(stream, 0xfffffffd, bytes(), true), [])
  assert.equal(accept(stream, 0xfffffffe, bytes(1, 2, 3)), [1, 2, 3])
  assert.equal(accept(stream, 1, bytes(4, 5)), [4, 5])
  assert.equal(accept(stream, 3, bytes()), [])
  assert.equal(accept(stream, 3, bytes(6)), [6])
})

test('data can come with the segment that begins the stream, and the beginning can be missing', () => {
  assert.equal(accept(new TcpStream('s', undefined), 7, bytes(1, 2), true), [1, 2])
  const stream = new TcpStream('s', undefined)
  assert.equal(accept(stream, 1000, bytes(1)), [1])
  assert.equal(accept(stream, 1001, bytes(2)), [2])
})

test('what comes again is left out, and what overlaps is taken once', () => {
  const stream = new TcpStream('s', undefined)
  assert.equal(accept(stream, 10, bytes(1, 2, 3)), [1, 2, 3])
  assert.equal(accept(stream, 10, bytes(1, 2, 3)), [])
  assert.equal(accept(stream, 11, bytes(2, 3, 4)), [4])
  // A keep-alive has one byte that was there before.
  assert.equal(accept(stream, 13, bytes(0)), [])
  assert.equal(accept(stream, 2, bytes(9)), [])
})

test('segments out of order wait for those before them', () => {
  const stream = new TcpStream('s', undefined)
  accept(stream, 0, bytes(), true)
  assert.equal(accept(stream, 5, bytes(5, 6)), [])
  assert.equal(accept(stream, 3, bytes(3, 4, 5)), [])
  assert.equal(accept(stream, 7, bytes()), [])
  assert.is(stream.held, 2)
  assert.equal(accept(stream, 1, bytes(1, 2)), [1, 2, 3, 4, 5, 6])
  assert.is(stream.held, 0)
})

test('what waits is a copy', () => {
  const stream = new TcpStream('s', undefined)
  accept(stream, 0, bytes(), true)
  const data = bytes(2)
  accept(stream, 2, data)
  data[0] = 99
  assert.equal(accept(stream, 1, bytes(1)), [1, 2])
})

test('a stream of which bytes are missing for too long is given up', () => {
  const many = new TcpStream('s', undefined)
  accept(many, 0, bytes(), true)
  for (let i = 0; i < HELD_SEGMENTS_MAX; i++) accept(many, 2 + i, bytes(i))
  assert.not(many.isBroken)
  accept(many, 2 + HELD_SEGMENTS_MAX, bytes(1))
  assert.ok(many.isBroken)
  assert.equal(accept(many, 1, bytes(1)), [])
  assert.is(many.held, 0)
  const long = new TcpStream('s', undefined)
  accept(long, 0, bytes(), true)
  accept(long, 2, new Uint8Array(HELD_BYTES_MAX))
  assert.not(long.isBroken)
  accept(long, 2 + HELD_BYTES_MAX, bytes(1))
  assert.ok(long.isBroken)
})

test('streams are told apart by their endpoints, and a new one between the same ends the old one', () => {
  const ended: string[] = []
  let states = 0
  const streams = new TcpStreams(() => ++states, ({ name, state }) => ended.push(`${name} ${state}`))
  const first = streams.streamOf(segment(5, true))
  first.accept(segment(5, true), bytes(1))
  assert.is(streams.streamOf(segment(6)), first)
  // The beginning once more.
  assert.is(streams.streamOf(segment(5, true)), first)
  assert.is.not(streams.streamOf(segment(6, false, 2)), first)
  assert.equal(ended, [])
  assert.is(streams.streamOf(segment(900, true)).state, 3)
  assert.equal(ended, ['10.0.0.1:1 to 10.0.0.2:9000 1'])
  streams.end()
  assert.equal(ended.slice(1).sort(), ['10.0.0.1:1 to 10.0.0.2:9000 3', '10.0.0.1:2 to 10.0.0.2:9000 2'])
})

test('no more streams are followed than the limit: the one that was quiet for longest is given up', () => {
  const ended: string[] = []
  const streams = new TcpStreams(() => undefined, ({ name }) => ended.push(name))
  for (let port = 1; port <= TCP_STREAMS_MAX; port++) streams.streamOf(segment(1, false, port))
  streams.streamOf(segment(1, false, 1))
  assert.equal(ended, [])
  streams.streamOf(segment(1, false, 60_000))
  assert.equal(ended, ['10.0.0.1:2 to 10.0.0.2:9000'])
})

test('a stream comes out as it was sent, whatever is repeated, overlaps or is out of order', async () => {
  await withSeed('tcp', (random) => {
    for (let round = 0; round < 200; round++) {
      const data = random.bytes(random.between(1, 3000))
      const begin = random.u32()
      const segments: [number, Uint8Array][] = []
      for (let start = 0; start < data.length;) {
        const end = start + random.between(1, 300)
        const overlap = random.bool(0.2) ? Math.min(start, random.int(50)) : 0
        segments.push([start - overlap, data.subarray(start - overlap, end)])
        if (random.bool(0.1)) segments.push([start, data.subarray(start, end - 1)])
        start = end
      }
      for (let i = 1; i < segments.length; i++) {
        const other = Math.max(0, i - random.int(4))
        const [a, b] = [segments[i], segments[other]]
        if (a !== undefined && b !== undefined) [segments[i], segments[other]] = [b, a]
      }
      const stream = new TcpStream('s', undefined)
      const pieces = [...stream.accept(segment(begin, true), bytes())]
      for (const [start, part] of segments) {
        for (const piece of stream.accept(segment(begin + 1 + start), part)) pieces.push(piece.slice())
      }
      assert.equal(concat(...pieces), data)
      assert.is(stream.held, 0)
    }
  })
})

test.run()
