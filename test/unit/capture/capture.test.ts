import * as assert from 'uvu/assert'
import { CaptureReader, isCapture, readCapture } from '../../../codegen/index.ts'
import type { CapturedPacket } from '../../../codegen/index.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { concat, hex, pcap, Pcapng } from '../../support/capture-bytes.ts'
import { suite } from '../../support/suite.ts'

const test = suite('captures')

const TIME_NS = 1_772_456_400_123_456_789n
const ONE = hex('aabbcc')
const TWO = hex('ddeeff0011')

interface Found {
  readonly number: number
  readonly timeNs: bigint | undefined
  readonly linkType: number
  readonly data: string
  readonly originalLength: number
}

function copy({ number, timeNs, linkType, buffer, offset, length, originalLength }: CapturedPacket): Found {
  const data = Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString('hex')
  return { number, timeNs, linkType, data, originalLength }
}

/** The packets, read in one piece and byte by byte, and the error at the end. */
function read(capture: Uint8Array): readonly [readonly Found[], string] {
  const results = [[capture], Array.from(capture, (byte) => new Uint8Array([byte]))].map((chunks) => {
    const packets: Found[] = []
    const reader = new CaptureReader()
    try {
      for (const chunk of chunks) {
        reader.feed(chunk)
        for (let packet = reader.next(); packet !== undefined; packet = reader.next()) packets.push(copy(packet))
      }
      reader.end()
    } catch (error) {
      if (!(error instanceof GodwitError)) throw error
      assert.is(error.code, 'ERR_GODWIT_CAPTURE')
      return [packets, error.message] as const
    }
    return [packets, ''] as const
  })
  assert.equal(results[0], results[1])
  return results[0] ?? [[], '']
}

const packet = (number: number, data: Uint8Array, timeNs: bigint | undefined, linkType = 1): Found => {
  return { number, timeNs, linkType, data: Buffer.from(data).toString('hex'), originalLength: data.length }
}

for (const littleEndian of [true, false]) {
  const order = littleEndian ? 'little-endian' : 'big-endian'
  const ng = new Pcapng(littleEndian)

  test(`pcap of ${order} machines is read, with times in micro- and nanoseconds`, () => {
    const later = { data: TWO, timeNs: TIME_NS + 1_000_000_000n, originalLength: 99 }
    const packets = [{ data: ONE, timeNs: TIME_NS }, later]
    for (const [isNano, timeNs] of [[true, TIME_NS], [false, TIME_NS - 789n]] as const) {
      const [found, problem] = read(pcap({ littleEndian, isNano, linkType: 113 }, packets))
      const second = { ...packet(2, TWO, timeNs + 1_000_000_000n, 113), originalLength: 99 }
      assert.equal([found, problem], [[packet(1, ONE, timeNs, 113), second], ''])
    }
  })

  test(`pcapng of ${order} machines is read, with all blocks that hold packets`, () => {
    const capture = concat(
      ng.section(), ng.block(10, hex('01020304')), ng.interface(1), ng.interface(101),
      ng.enhanced(0, TIME_NS / 1000n, { data: ONE }), ng.block(0x80000001, new Uint8Array(400)), ng.simple(TWO),
      ng.packet(1, TIME_NS / 1000n, TWO), ng.block(4, hex('00000000')),
      ng.enhanced(1, 0n, { data: ONE, originalLength: 1500 }), ng.enhanced(0, 1n, { data: new Uint8Array(0) }),
    )
    const timeNs = TIME_NS - 789n
    assert.equal(read(capture), [[
      packet(1, ONE, timeNs), packet(2, TWO, undefined), packet(3, TWO, timeNs, 101),
      { ...packet(4, ONE, 0n, 101), originalLength: 1500 }, packet(5, new Uint8Array(0), 1000n),
    ], ''])
  })

  test(`times of ${order} pcapng go by the resolution and the offset of their interface`, () => {
    const day = hex(littleEndian ? '8051010000000000' : '0000000000015180')
    const capture = concat(
      ng.section(),
      ng.interface(1, 0, ng.option(9, hex('09'))),
      ng.interface(1, 0, ng.option(2, hex('65746830')), ng.option(9, hex('8a')), ng.option(14, day)),
      ng.interface(1, 0, ng.option(0, hex('')), ng.option(9, hex('00'))),
      ng.enhanced(0, TIME_NS, { data: ONE }), ng.enhanced(1, 1536n, { data: ONE }), ng.enhanced(2, 5n, { data: ONE }),
    )
    assert.equal(read(capture)[0].map(({ timeNs }) => timeNs), [TIME_NS, 86_401_500_000_000n, 5000n])
  })

  test(`sections of pcapng have interfaces and a byte order of their own, here after ${order} ones`, () => {
    const other = new Pcapng(!littleEndian)
    const capture = concat(
      ng.section(), ng.interface(1), ng.enhanced(0, 1n, { data: ONE }),
      other.section(), other.interface(101), other.enhanced(0, 2n, { data: TWO }),
    )
    assert.equal(read(capture), [[packet(1, ONE, 1000n), packet(2, TWO, 2000n, 101)], ''])
  })

  test(`captures of ${order} machines that are damaged end with what and where`, () => {
    const damaged = (...blocks: readonly Uint8Array[]): string => read(concat(ng.section(), ...blocks))[1]
    assert.is(damaged(ng.enhanced(0, 0n, { data: ONE })),
      'packet 1, at offset 28 of the capture, is of interface 0, which the capture does not describe')
    const empty = ng.block(6, new Uint8Array(8))
    assert.is(damaged(ng.interface(1), empty), 'packet 1, at offset 48 of the capture, is cut off')
    const long = ng.block(6, new Uint8Array(12), ng.word(9), ng.word(9), new Uint8Array(8))
    assert.is(damaged(ng.interface(1), long),
      'packet 1, at offset 48 of the capture, is said to have 9 bytes, but its block has room for 8')
    assert.is(damaged(ng.block(1, hex(''))),
      'the interface at offset 28 of the capture has no link type, or is one too many')
    const blockOf = (type: number, length: number): Uint8Array =>
      concat(ng.word(type), ng.word(length), new Uint8Array(8))
    for (const length of [8, 4_000_000_003]) {
      assert.is(damaged(blockOf(5, length)), `the block at offset 28 of the capture cannot have a length of ${length}`)
    }
    assert.is(damaged(blockOf(6, 8_000_000)), 'packet 1, at offset 28 of the capture, is said to have 7999988 bytes, ' +
      'at most 4194304 are possible: the capture is damaged')
    assert.is(damaged(blockOf(1, 8_000_000)), 'the interface at offset 28 of the capture cannot have 8000000 bytes')
    assert.is(damaged(blockOf(5, 4_000_000_000)), 'the capture ends 3999999984 bytes before the end of its last block')
    assert.is(damaged(ng.interface(1), ng.enhanced(0, 0n, { data: ONE }).subarray(0, 40)),
      'the capture ends within what begins at its offset 48')
    const section = ng.section()
    section[8] = 0
    assert.is(damaged(section), 'the section at offset 28 of the capture does not say its byte order')

    const record = pcap({ littleEndian }, [{ data: ONE }, { data: TWO }])
    assert.is(read(record.subarray(0, -1))[1], 'the capture ends within what begins at its offset 43')
    new DataView(record.buffer).setUint32(43 + 8, 4_194_305, littleEndian)
    assert.is(read(record)[1], 'packet 2, at offset 43 of the capture, is said to have 4194305 bytes, ' +
      'at most 4194304 are possible: the capture is damaged')
  })
}

test('what is no capture is refused, and an empty one has no packets', () => {
  assert.equal(read(hex('00000000 00000000 00000000')),
    [[], 'the input is no capture: it begins like neither pcap nor pcapng'])
  assert.equal(read(hex('d4c3b2a1')), [[], 'the capture ends within what begins at its offset 0'])
  assert.equal(read(hex('')), [[], ''])
  assert.equal(read(pcap({ littleEndian: true }, [])), [[], ''])
})

test('a capture is recognised by its first 12 bytes', () => {
  for (const littleEndian of [true, false]) {
    assert.ok(isCapture(new Pcapng(littleEndian).section().subarray(0, 12)))
    for (const isNano of [true, false]) assert.ok(isCapture(pcap({ littleEndian, isNano }, []).subarray(0, 12)))
  }
  assert.not(isCapture(hex('0a0d0d0a 1c000000 00000000')))
  assert.not(isCapture(pcap({ littleEndian: true }, []).subarray(0, 11)))
})

test('a simple packet has as many bytes as the interface lets through', () => {
  const ng = new Pcapng(true)
  const capture = concat(ng.section(), ng.interface(1, 2), ng.simple(hex('aabb'), 1500))
  assert.equal(read(capture)[0], [{ ...packet(1, hex('aabb'), undefined), originalLength: 1500 }])
})

test('readCapture gives the packets of anything that can be iterated', async () => {
  const capture = pcap({ littleEndian: true }, [{ data: ONE }, { data: TWO }])
  const found: string[] = []
  for await (const each of readCapture([capture.subarray(0, 30), capture.subarray(30)])) found.push(copy(each).data)
  assert.equal(found, ['aabbcc', 'ddeeff0011'])
})

test.run()
