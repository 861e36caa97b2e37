import { GodwitError } from '../../codegen/runtime/index.ts'
import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { formatAddress } from '../core/channel/socket-address.ts'
import type { SocketAddress } from '../core/media.ts'

/** Most bytes that one UDP datagram carries over IPv4; over IPv6 it is a little more, which nobody should rely on. */
export const DATAGRAM_LENGTH_MAX = 65_507

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'the system forbids it: choose a port from 1024 on, and check the rules of the firewall',
  EADDRINUSE: 'another socket has this address: choose another port, or port 0 for any',
  EADDRNOTAVAIL: 'no interface of this machine has this address: bind one of its own, or the wildcard',
  EAFNOSUPPORT: 'the system has no support for this family of addresses: use the other one',
  EFAULT: 'the datagram does not lie within its buffer: check offset and length',
  EHOSTUNREACH: 'there is no way to the host: check its address and the routes',
  EINVAL: 'check the address and the port',
  EMFILE: 'too many files are open: raise the limit, or close sockets',
  EMSGSIZE: 'the datagram is longer than the network takes: lower the MTU of the channel',
  ENETUNREACH: 'there is no way to the network: check the address and the routes',
  ENOMEM: 'the system has no memory left for sockets',
  EPERM: 'the system forbids it: check the rules of the firewall',
  ERR_SOCKET_DGRAM_NOT_RUNNING: 'the transport is closed: open another one',
  EBADF: 'the transport is closed: open another one',
}

/** @param errnoName as the system names what went wrong: `EADDRINUSE` */
export function mediaError(
  operation: string,
  errnoName: string,
  address: SocketAddress | undefined,
  cause?: unknown,
): GodwitError {
  const where = address === undefined ? '' : ` ${formatAddress(address)}`
  const advice = ADVICE[errnoName] ?? 'see what the system says about this error'
  return new GodwitError('ERR_GODWIT_MEDIA', `${operation}${where}: ${errnoName}: ${advice}`, { cause })
}

/**
 * An undefined offset or length is one that a batch had no room for.
 *
 * @throws GodwitError ERR_GODWIT_MEDIA when a datagram does not lie within its buffer
 */
export function checkRange(buffer: DirectBuffer, offset: number | undefined, length: number | undefined): void {
  if (offset !== undefined && length !== undefined) {
    if (offset >= 0 && length >= 0 && offset + length <= buffer.byteLength) return
  }
  throw mediaError('send', 'EFAULT', undefined)
}

/** Errors that say that a datagram did not go out or come in now, not that anything is wrong with the socket. */
export function isBenign(errnoName: string): boolean {
  return BENIGN.has(errnoName)
}

const BENIGN: ReadonlySet<string> = new Set(['EAGAIN', 'ECONNREFUSED', 'EINTR', 'ENOBUFS', 'EWOULDBLOCK'])
