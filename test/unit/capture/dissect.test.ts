import * as assert from 'uvu/assert'
import { normalAddress } from '../../../codegen/capture/addresses.ts'
import { dissect } from '../../../codegen/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { concat, ethernet, hex, ipv4, ipv6, ROUTE_4, ROUTE_6, tcp, u16, udp } from '../../support/capture-bytes.ts'
import { suite } from '../../support/suite.ts'

const test = suite('packets')

const PAYLOAD = hex('0102030405')
const UDP_4 = ipv4(ROUTE_4, udp(ROUTE_4, PAYLOAD))
const UDP_6 = ipv6(ROUTE_6, udp(ROUTE_6, PAYLOAD))

/** What is in a packet, in a line. */
function look(linkType: number, data: Uint8Array, originalLength = data.length): string {
  // Among other bytes, which must not matter.
  const buffer = new DirectBuffer(concat(hex('45ff45'), data, hex('45ff45')))
  const packet = { number: 1, timeNs: undefined, linkType, buffer, offset: 3, length: data.length, originalLength }
  const found = dissect(packet)
  if (found.kind === 'other') return found.reason
  const { kind, source, destination, offset, length, isCutOff } = found
  const payload = Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString('hex')
  assert.ok(offset >= 3 && offset + length <= 3 + data.length)
  return `${kind} ${source.address} ${source.port} ${destination.address} ${destination.port} ${payload}` +
    (found.kind === 'tcp' ? ` ${found.sequence}${found.isFirst ? ' first' : ''}` : '') + (isCutOff ? ' cut off' : '')
}

const FOUND_4 = 'udp 10.0.0.1 40000 239.1.2.3 14310 0102030405'
const FOUND_6 = 'udp 2001:db8::1 40000 ff02::fff 14310 0102030405'

test('UDP is found behind the headers of every link', () => {
  for (const [packet, found, type] of [[UDP_4, FOUND_4, '0800'], [UDP_6, FOUND_6, '86dd']] as const) {
    assert.is(look(1, ethernet(packet)), found)
    assert.is(look(1, ethernet(packet, 0x8100)), found)
    assert.is(look(1, ethernet(packet, 0x88a8, 0x8100)), found)
    assert.is(look(1, ethernet(packet, 0x9100, 0x8100, 0x8100)), found)
    assert.is(look(113, concat(hex(`0000 0001 0006 020000000001 0000 ${type}`), packet)), found)
    assert.is(look(113, concat(hex(`0000 0001 0006 020000000001 0000 8100 002a ${type}`), packet)), found)
    assert.is(look(276, concat(hex(`${type} 0000 00000001 0001 00 06 020000000001 0000`), packet)), found)
    for (const family of ['02000000', '00000002', '1e000000']) assert.is(look(0, concat(hex(family), packet)), found)
    assert.is(look(108, concat(hex('00000018'), packet)), found)
    for (const linkType of [12, 14, 101, 228, 229]) assert.is(look(linkType, packet), found)
  }
})

test('IP headers may have options and extensions, and Ethernet pads', () => {
  assert.is(look(101, ipv4(ROUTE_4, udp(ROUTE_4, PAYLOAD), { options: hex('94040000 01010101') })), FOUND_4)
  const options = concat(hex('00 00'), new Uint8Array(6))
  const longer = concat(hex('00 01'), new Uint8Array(14))
  const authentication = concat(hex('00 04'), new Uint8Array(22))
  const whole = hex('00 00 0000 00000007')
  const extended = ipv6(ROUTE_6, udp(ROUTE_6, PAYLOAD), 17, [
    [0, options], [43, longer], [44, whole], [51, authentication], [60, options], [135, options],
  ])
  assert.is(look(101, extended), FOUND_6)
  assert.is(look(1, concat(ethernet(UDP_4), new Uint8Array(13))), FOUND_4)
  assert.is(look(1, concat(ethernet(UDP_6), new Uint8Array(13))), FOUND_6)
})

test('lengths that network cards leave 0 are those of the packet', () => {
  assert.is(look(101, ipv4(ROUTE_4, udp(ROUTE_4, PAYLOAD), { totalLength: 0 })), FOUND_4)
  const bare = udp(ROUTE_4, PAYLOAD)
  bare.set(u16(0), 4)
  assert.is(look(101, ipv4(ROUTE_4, bare)), FOUND_4)
  const jumbo = UDP_6.slice()
  jumbo.set(u16(0), 4)
  assert.is(look(101, jumbo), FOUND_6)
})

test('TCP is found with the numbers of its bytes', () => {
  const found = '10.0.0.1 40000 239.1.2.3 14310'
  const segment = (sequence: number, flags?: number): Uint8Array =>
    ipv4(ROUTE_4, tcp(ROUTE_4, sequence, PAYLOAD, flags), { protocol: 6 })
  assert.is(look(1, ethernet(segment(0xfffffffe))), `tcp ${found} 0102030405 4294967294`)
  assert.is(look(1, ethernet(segment(7, 0x02))), `tcp ${found} 0102030405 7 first`)
  const six = ipv6(ROUTE_6, tcp(ROUTE_6, 1, PAYLOAD), 6)
  assert.is(look(1, ethernet(six)), 'tcp 2001:db8::1 40000 ff02::fff 14310 0102030405 1')
  // Padding is no part of the stream.
  assert.is(look(1, concat(ethernet(segment(1)), new Uint8Array(3))), `tcp ${found} 0102030405 1`)
})

test('what the capture has only a part of is marked', () => {
  for (const [packet, header] of [[UDP_4, 28], [UDP_6, 48]] as const) {
    for (let length = header; length < packet.length; length++) {
      const payload = Buffer.from(PAYLOAD.subarray(0, length - header)).toString('hex')
      assert.match(look(101, packet.subarray(0, length), packet.length), new RegExp(` ${payload} cut off$`))
    }
    for (let length = 1; length < header; length++) {
      assert.is(look(101, packet.subarray(0, length), packet.length), 'malformed', `${length} bytes`)
    }
  }
  const segment = ipv4(ROUTE_4, tcp(ROUTE_4, 1, PAYLOAD), { protocol: 6 })
  assert.match(look(101, segment.subarray(0, segment.length - 2), segment.length), ' 010203 1 cut off')
  assert.match(look(101, segment.subarray(0, 42), segment.length), '14310  1 cut off')
})

test('packets without what is looked for say what they are', () => {
  assert.is(look(1, hex('ffffffffffff 020000000001 0806 0001')), 'not IP')
  assert.is(look(1, hex('ffffffffffff 020000000001 0026 4242')), 'not IP')
  assert.is(look(1, hex('ffffffffffff')), 'not IP')
  assert.is(look(1, concat(new Uint8Array(12), ...Array.from({ length: 5000 }, () => hex('8100 0001')))), 'not IP')
  assert.is(look(101, hex('35')), 'not IP')
  assert.is(look(101, hex('')), 'not IP')
  assert.is(look(0, hex('0200')), 'not IP')
  assert.is(look(1, ethernet(hex('30'))), 'malformed')
  assert.is(look(147, UDP_4), 'of link type 147, which is not supported')
  assert.is(look(101, ipv4(ROUTE_4, PAYLOAD, { protocol: 1 })), 'neither UDP nor TCP')
  assert.is(look(101, ipv6(ROUTE_6, PAYLOAD, 58)), 'neither UDP nor TCP')
  for (const fragment of [0x2000, 0x0001, 0x2005]) {
    assert.is(look(101, ipv4(ROUTE_4, udp(ROUTE_4, PAYLOAD), { fragment })), 'fragments of IP packets')
  }
  for (const word of ['0001', '0008', '0009']) {
    const fragment = hex(`00 00 ${word} 00000007`)
    assert.is(look(101, ipv6(ROUTE_6, udp(ROUTE_6, PAYLOAD), 17, [[44, fragment]])), 'fragments of IP packets')
  }
})

test('lengths that cannot be are malformed', () => {
  const short = UDP_4.slice()
  short[0] = 0x44
  assert.is(look(101, short), 'malformed')
  assert.is(look(101, ipv4(ROUTE_4, udp(ROUTE_4, PAYLOAD), { totalLength: 19 })), 'malformed')
  for (const length of [7, 14]) {
    const wrong = udp(ROUTE_4, PAYLOAD)
    wrong.set(u16(length), 4)
    assert.is(look(101, ipv4(ROUTE_4, wrong)), 'malformed')
  }
  for (const words of [0x40, 0xf0]) {
    const wrong = tcp(ROUTE_4, 1, PAYLOAD)
    wrong[12] = words
    assert.is(look(101, ipv4(ROUTE_4, wrong, { protocol: 6 })), 'malformed')
  }
  assert.is(look(101, ipv6(ROUTE_6, hex('11ff00000000'), 0)), 'malformed')
})

test('addresses are written in one form, whatever the form they are given in', () => {
  for (const [text, normal] of [
    ['127.0.0.1', '127.0.0.1'], ['0.0.0.0', '0.0.0.0'], ['::', '::'], ['::1', '::1'], ['1::', '1::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'], ['2001:db8::0:1', '2001:db8::1'], ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'], ['::ffff:10.0.0.1', '::ffff:a00:1'], ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['0:0:1::', '0:0:1::'],
  ] as const) assert.is(normalAddress(text), normal, text)
  for (const text of [
    '', '1.2.3', '1.2.3.256', '1.2.3.4.5', 'localhost', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::', 'g::', '12345::', '::1.2.3', '1.2.3.4:80', '[::1]',
  ]) assert.is(normalAddress(text), undefined, text)
})

test.run()
