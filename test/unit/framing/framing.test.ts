import * as assert from 'uvu/assert'
import { framesOf, parseFraming } from '../../../codegen/index.ts'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { hex } from '../../support/capture-bytes.ts'
import { suite } from '../../support/suite.ts'

const test = suite('framings')

type Found = readonly [position: number, message: string, problem?: string]

/** What is found in a packet: messages in hex with their positions, and the error at the end. */
function found(
  framing: string, text: string, byteOrder: 'littleEndian' | 'bigEndian' = 'littleEndian',
): readonly [readonly Found[], string] {
  const packet = hex(text)
  const buffer = new DirectBuffer(new Uint8Array([0xee, ...packet, 0xee]))
  const all: Found[] = []
  try {
    for (const frame of framesOf(buffer, 1, packet.length, parseFraming(framing, byteOrder))) {
      const { offset, length, position, problem } = frame
      const message = Buffer.from(frame.buffer.bytes.subarray(offset, offset + length)).toString('hex')
      assert.is(offset, position + 1)
      all.push(problem === undefined ? [position, message] : [position, message, problem])
    }
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    assert.is(error.code, 'ERR_GODWIT_FRAME')
    return [all, error.message]
  }
  return [all, '']
}

const BY_NAME: readonly [name: string, bytes: string, positions: readonly number[]][] = [
  ['sofh', '00000009 eb50 aabbcc  00000008 eb50 ddee', [6, 15]],
  ['cme', '01000000 0000000000000000  0500 aabbcc  0400 ddee', [14, 19]],
  ['ilink3', '0700 feca aabbcc  0600 feca ddee', [4, 11]],
  ['b3', '0700 50eb aabbcc  0600 50eb ddee', [4, 11]],
  ['b3-umdf', '02000100 01000000 0000000000000000  0700 50eb aabbcc  0600 50eb ddee', [20, 27]],
  ['optiq', '0000000000000000 01000000 0000 0100  0500 aabbcc  0400 ddee', [18, 23]],
  ['moldudp64', '20202020202020202020 0000000000000001 0002  0003 aabbcc  0002 ddee', [22, 27]],
  ['iex-tp', `${'00'.repeat(40)}  0300 aabbcc  0200 ddee`, [42, 47]],
]

for (const [name, bytes, [first = 0, second = 0]] of BY_NAME) {
  test(`frames of ${name} are cut where they end`, () => {
    assert.equal(found(name, bytes), [[[first, 'aabbcc'], [second, 'ddee']], ''])
  })
}

const BY_DESCRIPTION: readonly [framing: string, bytes: string, positions: readonly number[]][] = [
  ['u8', '03 aabbcc 02 ddee', [1, 5]],
  ['u16le', '0300 aabbcc 0200 ddee', [2, 7]],
  ['u16be', '0003 aabbcc 0002 ddee', [2, 7]],
  ['u32le', '03000000 aabbcc 02000000 ddee', [4, 11]],
  ['u32be', '00000003 aabbcc 00000002 ddee', [4, 11]],
  ['u16le,inclusive', '0500 aabbcc 0400 ddee', [2, 7]],
  ['u16be,before=1', '01 0003 aabbcc  01 0002 ddee', [3, 9]],
  ['u16be, before=1, inclusive', '01 0006 aabbcc  01 0005 ddee', [3, 9]],
  ['u16be,before=1,counts=2', '01 0005 aabbcc  01 0004 ddee', [3, 9]],
  ['u16be,after=2', '0003 0000 aabbcc  0002 ffff ddee', [4, 11]],
  ['u16be,after=2,counts=2', '0005 0000 aabbcc  0004 ffff ddee', [4, 11]],
  ['u8,mark=CAFE', '03 cafe aabbcc 02 cafe ddee', [3, 9]],
  ['u8,mark=CAFE,inclusive', '06 cafe aabbcc 05 cafe ddee', [3, 9]],
]

for (const [framing, bytes, [first = 0, second = 0]] of BY_DESCRIPTION) {
  test(`frames of ${framing} are cut where they end, and behind what packets begin with`, () => {
    assert.equal(found(framing, bytes), [[[first, 'aabbcc'], [second, 'ddee']], ''])
    const shifted = [[[first + 5, 'aabbcc'], [second + 5, 'ddee']], '']
    assert.equal(found(`${framing},packet=5`, `0102030405 ${bytes}`), shifted)
  })
}

test('a length inside of a header that the schema describes leaves the whole frame to the message', () => {
  const whole = [[[0, 'aaaa0600bbbb'], [6, 'aaaa0500cc']], '']
  assert.equal(found('u16le,inside,before=2', 'aaaa 0600 bbbb aaaa 0500 cc'), whole)
  assert.equal(found('u16le,inside,counts=0', '0200 bbbb 0100 cc'), [[[0, '0200bbbb'], [4, '0100cc']], ''])
})

test('frames without a message, and packets without frames, are no errors', () => {
  assert.equal(found('u16le', '0000 0100 aa 0000'), [[[2, ''], [4, 'aa'], [7, '']], ''])
  assert.equal(found('cme', ''), [[], ''])
  assert.equal(found('cme', '00'.repeat(12)), [[], ''])
})

test('a frame of another encoding in SOFH is passed over, by the byte order of the schema', () => {
  const bytes = '00000007 5be0 aa  00000008 eb50 bbcc  00000007 f000 dd'
  const problem = (mark: string, wanted: string): string =>
    `the frame is of another encoding: its length is followed by the bytes ${mark}, not by ${wanted}`
  assert.equal(found('sofh', bytes),
    [[[6, 'aa', problem('5be0', 'eb50')], [13, 'bbcc'], [21, 'dd', problem('f000', 'eb50')]], ''])
  assert.equal(found('sofh', bytes, 'bigEndian'),
    [[[6, 'aa'], [13, 'bbcc', problem('eb50', '5be0')], [21, 'dd', problem('f000', '5be0')]], ''])
})

test('bytes that cannot be a frame end the packet, with their place', () => {
  assert.equal(found('ilink3', '0700 feca aabbcc  0600 cafe ddee'), [[[4, 'aabbcc']],
    'frame at offset 7: its length is followed by the bytes cafe, not by feca'])
  assert.equal(found('cme', `${'00'.repeat(12)} 0300 aa 0100 bb`), [[[14, 'aa']],
    'frame at offset 15: its length is 1, but the 2 bytes of its header that this counts are more'])
  assert.equal(found('u16le', '0100 aa 0400 bbcc'), [[[2, 'aa']],
    'frame at offset 3: the packet ends within it: only 4 of its 6 bytes'])
  assert.equal(found('u32be', '00000001 aa 0000'), [[[4, 'aa']],
    'frame at offset 5: the packet ends within it: only 2 of the 4 bytes of its header'])
  assert.equal(found('cme', '0102'), [[], 'the packet ends after 2 of the 12 bytes before the first frame'])
})

const WRONG: readonly [framing: string, why: string][] = [
  ['', '"" is none of sofh, cme, ilink3, b3, b3-umdf, optiq, moldudp64, iex-tp, u8, u16le, u16be, u32le, u32be'],
  ['u64le', '"u64le" is none of sofh'],
  ['constructor', '"constructor" is none of sofh'],
  ['u8,wide', '"wide" is none of before=N, after=N, mark=HEX, inclusive, counts=N, inside, packet=N'],
  ['u8,inside=1', '"inside=1" is none of before=N'],
  ['u8,mark', '"mark" is none of before=N'],
  ['u8,before', '"before" does not say how many bytes, 0 to 4096'],
  ['u8,before=-1', '"before=-1" does not say how many bytes'],
  ['u8,before=1=2', '"before=1=2" does not say how many bytes'],
  ['u8,packet=4097', '"packet=4097" does not say how many bytes'],
  ['u8,after=1,after=1', '"after" is there twice'],
  ['u8,mark=00,mark=00', '"mark" is there twice'],
  ['u8,inside,inside', '"inside" is there twice'],
  ['u8,mark=abc', '"mark=abc" is not 1 to 16 bytes in hex'],
  ['u8,mark=00,after=1', 'after and mark exclude each other'],
  ['u8,inclusive,counts=1', 'inclusive and counts exclude each other'],
  ['u16le,before=1,counts=4', 'the length cannot count 4 bytes besides those of the message: there are 3'],
]

test('framings that are none are refused with what is wrong', () => {
  for (const [framing, why] of WRONG) {
    try {
      parseFraming(framing, 'littleEndian')
      assert.unreachable(framing)
    } catch (error) {
      assert.instance(error, GodwitError)
      assert.is((error as GodwitError).code, 'ERR_GODWIT_FRAMING')
      assert.ok((error as GodwitError).message.startsWith(`framing "${framing}": ${why}`), (error as Error).message)
    }
  }
})

test.run()
