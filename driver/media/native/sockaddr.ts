import { addressBytes, formatIpv6 } from '../../core/channel/socket-address.ts'
import type { SocketAddress } from '../../core/media.ts'
import { AddressCache } from '../address-cache.ts'
import { mediaError } from '../media-error.ts'
import { AF_INET, AF_INET6, SOCKADDR } from './constants.ts'

export function sockaddrLength(family: 4 | 6): number {
  return family === 4 ? SOCKADDR.ipv4Length : SOCKADDR.ipv6Length
}

/**
 * Writes an address as the system has it; the memory may hold an older one. `%` and a number behind an IPv6 address is
 * the interface that it is of, without which link-local addresses lead nowhere.
 *
 * @throws GodwitError ERR_GODWIT_MEDIA when it is no address: no bytes would be the wildcard
 */
export function writeSockaddr(view: DataView, offset: number, socketAddress: SocketAddress): void {
  const { family, address, port } = socketAddress
  const [numeric = '', scope = '0'] = address.split('%', 2)
  const bytes = addressBytes(numeric)
  if (bytes?.length !== (family === 4 ? 4 : 16)) throw mediaError('use', 'EINVAL', socketAddress)
  for (let i = 0; i < SOCKADDR.stride; i++) view.setUint8(offset + i, 0)
  view.setUint16(offset + SOCKADDR.family, family === 4 ? AF_INET : AF_INET6, true)
  view.setUint16(offset + SOCKADDR.port, port, false)
  const start = offset + (family === 4 ? SOCKADDR.ipv4Address : SOCKADDR.ipv6Address)
  bytes.forEach((byte, i) => view.setUint8(start + i, byte))
  if (family === 6) view.setUint32(offset + SOCKADDR.ipv6Scope, Number(scope), true)
}

export function readSockaddr(view: DataView, offset: number): SocketAddress {
  const port = view.getUint16(offset + SOCKADDR.port, false)
  const isIpv4 = view.getUint16(offset + SOCKADDR.family, true) === AF_INET
  const start = offset + (isIpv4 ? SOCKADDR.ipv4Address : SOCKADDR.ipv6Address)
  const bytes = Uint8Array.from({ length: isIpv4 ? 4 : 16 }, (_, i) => view.getUint8(start + i))
  if (isIpv4) return { family: 4, address: bytes.join('.'), port }
  const scope = view.getUint32(offset + SOCKADDR.ipv6Scope, true)
  return { family: 6, address: scope === 0 ? formatIpv6(bytes) : `${formatIpv6(bytes)}%${scope}`, port }
}

const WORDS = SOCKADDR.stride / Int32Array.BYTES_PER_ELEMENT

/** Finds the object for the address that a datagram came from, most often without a look at more than its bytes. */
export class SockaddrCache {
  private readonly addresses = new AddressCache<string>()
  private readonly last = new Int32Array(WORDS)
  private lastAddress: SocketAddress | undefined

  get size(): number {
    return this.addresses.size
  }

  /** @param words of all sockaddrs, the one in question beginning at `start` */
  get(words: Int32Array, start: number, view: DataView): SocketAddress {
    const { last } = this
    const isIpv4 = (words[start]! & 0xffff) === AF_INET
    // Family and port are the first word. IPv4: the address is the second. IPv6: flow info, four words, scope.
    if (this.lastAddress !== undefined && words[start] === last[0]) {
      if (isIpv4 ? words[start + 1] === last[1] : isSameIpv6(words, start, last)) return this.lastAddress
    }
    for (let i = 0; i < WORDS; i++) last[i] = words[start + i]!
    const key = isIpv4 ? `${last[0]} ${last[1]}` : `${last[0]} ${last[2]} ${last[3]} ${last[4]} ${last[5]} ${last[6]}`
    const known = this.addresses.get(key)
    this.lastAddress = known ?? this.addresses.add(key, readSockaddr(view, start * Int32Array.BYTES_PER_ELEMENT))
    return this.lastAddress
  }
}

/** The flow info may change from datagram to datagram. */
function isSameIpv6(words: Int32Array, start: number, last: Int32Array): boolean {
  for (let i = SOCKADDR.ipv6Address / 4; i <= SOCKADDR.ipv6Scope / 4; i++) {
    if (words[start + i] !== last[i]) return false
  }
  return true
}
