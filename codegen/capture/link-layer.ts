import type { OtherPacket } from './dissect.ts'
import type { CapturedPacket } from './packet.ts'

/** Where the IP packet begins. */
export interface NetworkLayer {
  readonly kind: 'network'
  readonly start: number
}

const NOT_IP: OtherPacket = { kind: 'other', reason: 'not IP' }

const ETHERNET_TYPE_OFFSET = 12
const VLAN_TAG_LENGTH = 4
const TYPE_IPV4 = 0x0800
const TYPE_IPV6 = 0x86dd
/** 802.1Q, 802.1ad, and what came before that. */
const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100]
const COOKED_HEADER_LENGTH = 16
const COOKED_2_HEADER_LENGTH = 20
const NULL_HEADER_LENGTH = 4

/** Finds the IP packet behind the headers of the link. */
export function networkLayerOf(packet: CapturedPacket): NetworkLayer | OtherPacket {
  const { linkType, buffer: { view }, offset, length } = packet
  const end = offset + length
  switch (linkType) {
    case 1: // Ethernet
      return behindType(view, offset + ETHERNET_TYPE_OFFSET, offset + ETHERNET_TYPE_OFFSET + 2, end)
    case 113: // Linux, any interface
      return behindType(view, offset + COOKED_HEADER_LENGTH - 2, offset + COOKED_HEADER_LENGTH, end)
    case 276: // the same, second version
      return behindType(view, offset, offset + COOKED_2_HEADER_LENGTH, end)
    case 0: // loopback of BSD and macOS: an address family, whose numbers depend on the system
    case 108: // loopback of OpenBSD
      return ip(view, offset + NULL_HEADER_LENGTH, end)
    case 12: // raw IP, by what systems call it
    case 14:
    case 101:
    case 228:
    case 229:
      return ip(view, offset, end)
    default:
      return { kind: 'other', reason: `of link type ${linkType}, which is not supported` }
  }
}

/** @param start where what has the type begins */
function behindType(view: DataView, typeOffset: number, start: number, end: number): NetworkLayer | OtherPacket {
  let [typeAt, dataAt] = [typeOffset, start]
  while (dataAt <= end && typeAt + 2 <= end) {
    const type = view.getUint16(typeAt)
    if (type === TYPE_IPV4 || type === TYPE_IPV6) return { kind: 'network', start: dataAt }
    if (!VLAN_TYPES.includes(type)) break
    // A tag, and the type of what follows it.
    typeAt = dataAt + 2
    dataAt += VLAN_TAG_LENGTH
  }
  return NOT_IP
}

function ip(view: DataView, start: number, end: number): NetworkLayer | OtherPacket {
  const version = start < end ? view.getUint8(start) >>> 4 : 0
  return version === 4 || version === 6 ? { kind: 'network', start } : NOT_IP
}
