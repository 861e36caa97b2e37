/** From a captured packet to what UDP or TCP carried in it. */
import { readIpv4, readIpv6 } from './addresses.ts'
import type { Endpoint } from './addresses.ts'
import { networkLayerOf } from './link-layer.ts'
import type { CapturedPacket } from './packet.ts'

/** What a packet carried. */
export interface Payload {
  readonly source: Endpoint
  readonly destination: Endpoint
  /** Where it begins in the packet's buffer. */
  readonly offset: number
  readonly length: number
  /** Whether there was more of it on the wire than in the capture. */
  readonly isCutOff: boolean
}

/** What a UDP packet carried. */
export interface Datagram extends Payload {
  readonly kind: 'udp'
}

/** What a TCP packet carried. */
export interface Segment extends Payload {
  readonly kind: 'tcp'
  /** Number of its first byte in the stream, modulo 2^32. */
  readonly sequence: number
  /** Whether it begins the stream, which takes a sequence number. */
  readonly isFirst: boolean
}

/** A packet without what is looked for. */
export interface OtherPacket {
  readonly kind: 'other'
  /** One of a few, such as `not IP`, for counting. */
  readonly reason: string
}

const FRAGMENT = other('fragments of IP packets')
const MALFORMED = other('malformed')
const NOT_UDP_OR_TCP = other('neither UDP nor TCP')

const PROTOCOL_TCP = 6
const PROTOCOL_UDP = 17
const IPV4_HEADER_LENGTH_MIN = 20
const IPV6_HEADER_LENGTH = 40
const IPV4_FRAGMENT_MASK = 0x3fff
const IPV6_FRAGMENT_MASK = 0xfff9
const UDP_HEADER_LENGTH = 8
const TCP_HEADER_LENGTH_MIN = 20
const TCP_SYN = 0x02

/** Hop-by-hop options, routing, destination options, mobility, HIP, shim6. */
const IPV6_EXTENSIONS: readonly number[] = [0, 43, 60, 135, 139, 140]
const IPV6_FRAGMENT = 44
const IPV6_AUTHENTICATION = 51

/** Bytes of the packet's buffer, and where they would end if the capture had all of them. */
interface Range {
  readonly view: DataView
  readonly start: number
  readonly end: number
  readonly endOnWire: number
}

interface Addresses {
  readonly source: string
  readonly destination: string
}

/** Finds what UDP or TCP carried in a packet. Checksums are not looked at; fragments of IP are not put together. */
export function dissect(packet: CapturedPacket): Datagram | Segment | OtherPacket {
  const { buffer: { view }, offset, length, originalLength } = packet
  const network = networkLayerOf(packet)
  if (network.kind === 'other') return network
  const end = offset + length
  const range = { view, start: network.start, end, endOnWire: offset + Math.max(length, originalLength) }
  if (range.start >= end) return MALFORMED
  const version = view.getUint8(range.start) >>> 4
  if (version === 4) return ipv4(range)
  return version === 6 ? ipv6(range) : MALFORMED
}

function ipv4(range: Range): Datagram | Segment | OtherPacket {
  const { view, start, end } = range
  if (start + IPV4_HEADER_LENGTH_MIN > end) return MALFORMED
  const headerLength = (view.getUint8(start) & 0xf) * 4
  // Segmentation by network cards leaves the length 0.
  const totalLength = view.getUint16(start + 2) || range.endOnWire - start
  if (headerLength < IPV4_HEADER_LENGTH_MIN || totalLength < headerLength) return MALFORMED
  if ((view.getUint16(start + 6) & IPV4_FRAGMENT_MASK) !== 0) return FRAGMENT
  const addresses = { source: readIpv4(view, start + 12), destination: readIpv4(view, start + 16) }
  return transport(narrowed(range, start + headerLength, start + totalLength), view.getUint8(start + 9), addresses)
}

function ipv6(range: Range): Datagram | Segment | OtherPacket {
  const { view, start, end } = range
  if (start + IPV6_HEADER_LENGTH > end) return MALFORMED
  const addresses = { source: readIpv6(view, start + 8), destination: readIpv6(view, start + 24) }
  let at = start + IPV6_HEADER_LENGTH
  const payloadLength = view.getUint16(start + 4)
  const endOnWire = payloadLength === 0 ? range.endOnWire : at + payloadLength
  let protocol = view.getUint8(start + 6)
  // Ends: each header takes eight bytes at least.
  for (;;) {
    const isExtension = IPV6_EXTENSIONS.includes(protocol)
    if (!isExtension && protocol !== IPV6_FRAGMENT && protocol !== IPV6_AUTHENTICATION) break
    if (at + 8 > end) return MALFORMED
    if (protocol === IPV6_FRAGMENT && (view.getUint16(at + 2) & IPV6_FRAGMENT_MASK) !== 0) return FRAGMENT
    const units = view.getUint8(at + 1)
    const length = isExtension ? (units + 1) * 8 : protocol === IPV6_FRAGMENT ? 8 : Math.max((units + 2) * 4, 8)
    protocol = view.getUint8(at)
    at += length
  }
  return transport(narrowed(range, at, endOnWire), protocol, addresses)
}

function transport(range: Range, protocol: number, addresses: Addresses): Datagram | Segment | OtherPacket {
  switch (protocol) {
    case PROTOCOL_UDP:
      return udp(range, addresses)
    case PROTOCOL_TCP:
      return tcp(range, addresses)
    default:
      return NOT_UDP_OR_TCP
  }
}

function udp(range: Range, addresses: Addresses): Datagram | OtherPacket {
  const { view, start, end } = range
  if (start + UDP_HEADER_LENGTH > end) return MALFORMED
  const length = view.getUint16(start + 4) || range.endOnWire - start
  if (length < UDP_HEADER_LENGTH || start + length > range.endOnWire) return MALFORMED
  return { kind: 'udp', ...payload(narrowed(range, start + UDP_HEADER_LENGTH, start + length), start, addresses) }
}

function tcp(range: Range, addresses: Addresses): Segment | OtherPacket {
  const { view, start, end } = range
  if (start + TCP_HEADER_LENGTH_MIN > end) return MALFORMED
  const headerLength = (view.getUint8(start + 12) >>> 4) * 4
  if (headerLength < TCP_HEADER_LENGTH_MIN || start + headerLength > range.endOnWire) return MALFORMED
  return {
    kind: 'tcp',
    ...payload(narrowed(range, start + headerLength, range.endOnWire), start, addresses),
    sequence: view.getUint32(start + 4),
    isFirst: (view.getUint8(start + 13) & TCP_SYN) !== 0,
  }
}

/** @param ports where the header is, which begins with the ports */
function payload({ view, start, end, endOnWire }: Range, ports: number, { source, destination }: Addresses): Payload {
  return {
    source: { address: source, port: view.getUint16(ports) },
    destination: { address: destination, port: view.getUint16(ports + 2) },
    offset: Math.min(start, end),
    length: Math.max(end - start, 0),
    isCutOff: end < endOnWire,
  }
}

/** A part of a range: what the capture has of it. */
function narrowed({ view, end }: Range, start: number, endOnWire: number): Range {
  return { view, start, end: Math.min(end, endOnWire), endOnWire }
}

function other(reason: string): OtherPacket {
  return { kind: 'other', reason }
}
