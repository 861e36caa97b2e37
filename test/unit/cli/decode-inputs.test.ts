import * as assert from 'uvu/assert'
import { AutoInput } from '../../../codegen/cli/decode/auto-input.ts'
import { CaptureInput } from '../../../codegen/cli/decode/capture-input.ts'
import type { InputItem, MessageInput } from '../../../codegen/cli/decode/message-input.ts'
import type { PacketFilter } from '../../../codegen/cli/decode/options.ts'
import { StreamInput } from '../../../codegen/cli/decode/stream-input.ts'
import { parseFraming } from '../../../codegen/index.ts'
import type { Framing } from '../../../codegen/index.ts'
import {
  concat, ethernet, hex, ipv4, ipv6, pcap, Pcapng, ROUTE_4, ROUTE_6, tcp, u16, udp,
} from '../../support/capture-bytes.ts'
import type { PacketBytes, Route } from '../../support/capture-bytes.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: inputs of sbe decode', { timeoutMs: 30_000 })

const LENGTH_MAX = 100_000
const ALL: PacketFilter = { ports: [], addresses: [] }
const FRAMING: Framing = parseFraming('u16le', 'littleEndian')

interface Taken {
  readonly messages: readonly { readonly [name: string]: unknown }[]
  readonly lost: readonly string[]
  readonly notes: readonly string[]
}

function take(input: MessageInput, chunks: readonly Uint8Array[]): Taken {
  const messages: { [name: string]: unknown }[] = []
  const lost: string[] = []
  const each = (items: Iterable<InputItem>): void => {
    for (const item of items) {
      if (item.kind === 'lost') lost.push(`${item.where}: ${item.error.message}`)
      else {
        const { buffer, offset, length } = item.frame
        const message = Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString('hex')
        messages.push({ ...item.origin, message })
      }
    }
  }
  for (const chunk of chunks) {
    // What is read is not written over, but what is cut out of it is.
    each(input.take(chunk.slice()))
    if (input.isOver) break
  }
  each(input.end())
  return { messages, lost, notes: input.notes() }
}

const captureInput = (filter: PacketFilter = ALL, framing = FRAMING): CaptureInput =>
  new CaptureInput(framing, LENGTH_MAX, filter)

const frame = (message: Uint8Array): Uint8Array => concat(u16(message.length, true), message)

const datagram = (payload: Uint8Array, route: Route = ROUTE_4): PacketBytes => {
  const packet = udp(route, payload)
  return { data: ethernet(route.source.length === 8 ? ipv4(route, packet) : ipv6(route, packet)) }
}

const segment = (sequence: number, payload: Uint8Array, flags?: number, route: Route = ROUTE_4): PacketBytes => {
  return { data: ethernet(ipv4(route, tcp(route, sequence, payload, flags), { protocol: 6 })) }
}

const capture = (...packets: readonly PacketBytes[]): Uint8Array => pcap({ littleEndian: true }, packets)

function cut(random: Random, bytes: Uint8Array, longest = random.pick([1, 7, 100, 5000])): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let start = 0; start < bytes.length;) {
    const length = random.between(0, longest)
    chunks.push(bytes.slice(start, start + length))
    start += length
  }
  return chunks
}

test('messages of datagrams say which packet they are from, when, and where to', () => {
  const timeNs = 1_772_456_400_123_456_000n
  const payload = concat(frame(hex('aabb')), frame(hex('cc')))
  const packets = [{ ...datagram(payload), timeNs }, { ...datagram(payload, ROUTE_6), timeNs: 5000n }]
  const four = {
    packet: 1, time: '2026-03-02T13:00:00.123456000Z', source: '10.0.0.1:40000', destination: '239.1.2.3:14310',
  }
  const six = {
    packet: 2, time: '1970-01-01T00:00:00.000005000Z', source: '[2001:db8::1]:40000', destination: '[ff02::fff]:14310',
  }
  assert.equal(take(captureInput(), [pcap({ littleEndian: false }, packets)]), {
    messages: [
      { ...four, offset: 2, message: 'aabb' }, { ...four, offset: 6, message: 'cc' },
      { ...six, offset: 2, message: 'aabb' }, { ...six, offset: 6, message: 'cc' },
    ],
    lost: [],
    notes: [],
  })
})

test('packets without a time have none, and times that no calendar has are seconds', () => {
  const ng = new Pcapng(true)
  const { data } = datagram(frame(hex('aa')))
  const times = (...packets: readonly Uint8Array[]): readonly unknown[] => {
    const section = concat(ng.section(), ng.interface(1, 0, ng.option(9, hex('00'))))
    return take(captureInput(), [concat(section, ...packets)]).messages.map(({ time }) => time)
  }
  assert.equal(times(ng.simple(data)), [undefined])
  assert.equal(times(ng.enhanced(0, 2n ** 64n - 1n, { data })), ['18446744073709551615.000000000'])
  const offset = ng.option(14, hex('feffffffffffffff'))
  const before = concat(ng.section(), ng.interface(1, 0, offset), ng.enhanced(0, 500_000n, { data }))
  assert.equal(take(captureInput(), [before]).messages.map(({ time }) => time), ['1969-12-31T23:59:58.500000000Z'])
})

test('a datagram that is no frame is reported with its packet, and the next one is read', () => {
  const packets = [datagram(frame(hex('aa'))), datagram(hex('0100bb 0500')), datagram(frame(hex('cc')))]
  const { messages, lost } = take(captureInput(), [capture(...packets)])
  assert.equal(messages.map(({ packet, message }) => [packet, message]), [[1, 'aa'], [2, 'bb'], [3, 'cc']])
  assert.equal(lost, ['packet 2: frame at offset 3: the packet ends within it: only 2 of its 7 bytes'])
})

test('datagrams that the capture has only a part of are reported, with what is whole in them', () => {
  const { data } = datagram(concat(frame(hex('aa')), frame(hex('bbcc'))))
  const short = (length: number): PacketBytes => ({ data: data.subarray(0, length), originalLength: data.length })
  const hint = 'the capture has only a part of the packet'
  const { messages, lost } = take(captureInput(), [capture(short(data.length - 1), short(data.length - 4))])
  assert.equal(messages.map(({ packet, message }) => [packet, message]), [[1, 'aa'], [2, 'aa']])
  assert.equal(lost, [
    `packet 1: frame at offset 3: the packet ends within it: only 3 of its 4 bytes; ${hint}`, `packet 2: ${hint}`,
  ])
})

test('ports and addresses choose packets, from either side', () => {
  const back: Route = {
    source: ROUTE_4.destination, destination: ROUTE_4.source, sourcePort: 14_310, destinationPort: 40_000,
  }
  const third: Route = { ...ROUTE_4, sourcePort: 1, destinationPort: 2 }
  const bytes = capture(
    datagram(frame(hex('aa'))), datagram(frame(hex('bb')), back), datagram(frame(hex('cc')), third),
    datagram(frame(hex('dd')), ROUTE_6), datagram(hex('ff'), third),
  )
  const chosen = (filter: Partial<PacketFilter>): string => {
    const { messages, lost } = take(captureInput({ ...ALL, ...filter }), [bytes])
    return messages.map(({ message }) => String(message)).join(' ') + (lost.length > 0 ? ' and lost' : '')
  }
  assert.is(chosen({}), 'aa bb cc dd and lost')
  assert.is(chosen({ ports: [14_310] }), 'aa bb dd')
  assert.is(chosen({ ports: [1, 40_000], addresses: ['10.0.0.1'] }), 'aa bb cc and lost')
  assert.is(chosen({ ports: [14_310], addresses: ['2001:db8::1', '8.8.8.8'] }), 'dd')
  assert.is(chosen({ addresses: ['8.8.8.8'] }), '')
})

test('packets that are not looked at are counted by what they are', () => {
  const arp = { data: hex('ffffffffffff 020000000001 0806 0001') }
  const fragment = { data: ethernet(ipv4(ROUTE_4, hex('aa'), { fragment: 0x2000 })) }
  const icmp = { data: ethernet(ipv4(ROUTE_4, hex('aa'), { protocol: 1 })) }
  const { notes } = take(captureInput(), [capture(arp, fragment, arp, icmp)])
  assert.equal(notes, [
    '2 packets skipped: not IP', '1 packet skipped: fragments of IP packets', '1 packet skipped: neither UDP nor TCP',
  ])
})

test('frames of TCP go over packets, in each direction by themselves', () => {
  const back: Route = {
    source: ROUTE_4.destination, destination: ROUTE_4.source, sourcePort: 14_310, destinationPort: 40_000,
  }
  const stream = concat(frame(hex('aabbcc')), frame(hex('dd')))
  const bytes = capture(
    segment(100, hex(''), 0x02), segment(500, hex(''), 0x12, back),
    segment(101, stream.subarray(0, 4)), segment(501, frame(hex('ee')), 0x10, back), segment(105, stream.subarray(4)),
  )
  const { messages, lost } = take(captureInput(), [bytes])
  assert.equal(messages.map(({ packet, offset, source, message }) => [packet, offset, source, message]), [
    [4, 2, '239.1.2.3:14310', 'ee'], [5, 2, '10.0.0.1:40000', 'aabbcc'], [5, 7, '10.0.0.1:40000', 'dd'],
  ])
  assert.equal(lost, [])
})

test('TCP streams that are damaged, cut off or incomplete are reported once, and others go on', () => {
  const of = (port: number): Route => ({ ...ROUTE_4, sourcePort: port })
  const bytes = capture(
    segment(1, hex('0500aa'), 0x10, of(1)), segment(1, hex(''), 0x10, of(2)), segment(2, hex('0100aa'), 0x10, of(2)),
    segment(1, frame(hex('bb')), 0x10, of(3)), segment(1, hex('ffff'), 0x10, of(4)),
    segment(3, hex('0000'), 0x10, of(4)), segment(5, hex('0000'), 0x10, of(4)),
  )
  const mark = parseFraming('u16le,mark=aa', 'littleEndian')
  const { messages, lost } = take(captureInput(), [bytes])
  assert.equal(messages.map(({ message }) => message), ['bb'])
  assert.equal(lost, [
    '10.0.0.1:1 to 239.1.2.3:14310: frame at offset 0: the input ends within it: only 3 of its 7 bytes',
    '10.0.0.1:2 to 239.1.2.3:14310: segments are missing or not whole: nothing is decoded from offset 0 on',
    '10.0.0.1:4 to 239.1.2.3:14310: frame at offset 0: the input ends within it: only 6 of its 65537 bytes',
  ])
  const wrong = capture(segment(1, hex('0000bb 0000aa')), segment(7, hex('0000cc')))
  assert.equal(take(captureInput(ALL, mark), [wrong]).lost, ['10.0.0.1:40000 to 239.1.2.3:14310: ' +
    'frame at offset 0: its length is followed by the bytes bb, not by aa'])
})

test('a capture that is damaged ends with what was whole in it', () => {
  const bytes = capture(datagram(frame(hex('aa'))), segment(1, frame(hex('bb'))), datagram(frame(hex('cc'))))
  const { messages, lost } = take(captureInput(), [bytes.subarray(0, -1)])
  assert.equal(messages.map(({ message }) => message), ['aa', 'bb'])
  const whole = capture(datagram(frame(hex('aa'))), segment(1, frame(hex('bb')))).length
  assert.equal(lost, [`: the capture ends within what begins at its offset ${whole}`])
})

test('an input is a capture if it begins like one, however it is cut', () => {
  const make = (): AutoInput =>
    new AutoInput((isCapture) => isCapture ? captureInput() : new StreamInput(FRAMING, LENGTH_MAX))
  const bytewise = (bytes: Uint8Array): readonly Uint8Array[] => Array.from(bytes, (byte) => new Uint8Array([byte]))
  for (const [bytes, messages] of [
    [capture(datagram(frame(hex('aa')))), ['aa']],
    [concat(frame(hex('aa')), frame(new Uint8Array(20))), ['aa', '00'.repeat(20)]],
    [frame(hex('bb')), ['bb']], [hex(''), []], [hex('0000'), ['']],
  ] as const) {
    for (const chunks of [[bytes], bytewise(bytes)]) {
      const taken = take(make(), chunks)
      assert.equal([taken.messages.map(({ message }) => message), taken.lost], [messages, []])
    }
  }
})

type Messages = ReadonlyMap<string, readonly string[]>

/** A capture of random datagrams and streams in a random format, and the messages in it, by their sender. */
function randomCapture(random: Random): readonly [capture: Uint8Array, messages: Messages] {
  const messages = new Map<string, string[]>()
  const packets: PacketBytes[] = []
  const sequences = new Map<number, number>()
  const senders = random.between(1, 5)
  for (let i = random.between(0, 30); i > 0; i--) {
    const port = random.between(1, senders)
    const parts = Array.from({ length: random.int(4) }, () => random.bytes(random.int(60)))
    const payload = concat(...parts.map(frame))
    const isStream = port % 2 === 0
    const route = { ...(isStream || random.bool() ? ROUTE_4 : ROUTE_6), sourcePort: port }
    const sender = `${route.source}/${port}`
    messages.set(sender, [...(messages.get(sender) ?? []), ...parts.map((part) => Buffer.from(part).toString('hex'))])
    if (!isStream) {
      packets.push(datagram(payload, route))
      continue
    }
    for (let start = 0; start < payload.length;) {
      const part = payload.subarray(start, start + random.between(1, 40))
      const sequence = sequences.get(port) ?? random.u32()
      packets.push(segment(sequence, part, 0x10, route))
      if (random.bool(0.1)) packets.push(segment(sequence, part, 0x10, route))
      sequences.set(port, sequence + part.length)
      start += part.length
    }
  }
  const littleEndian = random.bool()
  if (random.bool()) return [pcap({ littleEndian, isNano: random.bool() }, packets), messages]
  const ng = new Pcapng(littleEndian)
  const blocks = packets.map(({ data }) => random.pick([
    () => ng.enhanced(0, random.bigint(50), { data }), () => ng.packet(0, 1n, data), () => ng.simple(data),
    () => concat(ng.block(random.between(7, 99), random.bytes(random.int(50))), ng.simple(data)),
  ])())
  return [concat(ng.section(), ng.interface(1), ...blocks), messages]
}

test('messages come out of captures of any format, cut anywhere, as they went in', async () => {
  await withSeed('captures', (random) => {
    for (let round = 0; round < 150; round++) {
      const [bytes, messages] = randomCapture(random)
      const taken = take(captureInput(), cut(random, bytes))
      assert.equal(taken.lost, [])
      const found = new Map<string, string[]>([...messages.keys()].map((sender) => [sender, []]))
      for (const { source, message } of taken.messages) {
        const port = String(source).split(':').at(-1)
        const sender = `${String(source).startsWith('[') ? ROUTE_6.source : ROUTE_4.source}/${port}`
        found.get(sender)?.push(String(message))
      }
      assert.equal(found, messages)
    }
  })
})

test('captures that are spoiled anywhere give messages and reports, never anything else, and soon', async () => {
  await withSeed('captures/spoiled', (random) => {
    const startMs = performance.now()
    let lost = 0
    for (let round = 0; round < 1500; round++) {
      const [whole] = randomCapture(random)
      const bytes = whole.slice(0, random.bool(0.2) ? random.int(whole.length + 1) : whole.length)
      for (let i = random.between(1, 6); i > 0 && bytes.length > 0; i--) {
        const at = random.int(bytes.length)
        if (random.bool()) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.u32()])
        else bytes.copyWithin(at, random.int(bytes.length), random.int(bytes.length))
      }
      const taken = take(captureInput(ALL, random.pick([FRAMING, parseFraming('u32be,packet=3', 'littleEndian')])),
        cut(random, bytes, 5000))
      lost += taken.lost.length
    }
    assert.ok(lost > 500, `only ${lost} reports`)
    assert.ok(performance.now() - startMs < 20_000)
  })
})

test.run()
