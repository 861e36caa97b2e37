/** Numbers and layouts of Linux for 64-bit x86 and arm64, where they are the same. */

export const AF_INET = 2
export const AF_INET6 = 10
export const SOCK_DGRAM = 2
export const SOCK_NONBLOCK = 0x800
export const SOCK_CLOEXEC = 0x80000

export const SOL_SOCKET = 1
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const IPPROTO_IPV6 = 41
export const IPV6_V6ONLY = 26
export const MSG_CTRUNC = 8
export const MSG_TRUNC = 0x20
export const SOL_UDP = 17
export const UDP_SEGMENT = 103
export const UDP_GRO = 104

/** Most segments that every kernel takes in one send. */
export const UDP_SEGMENTS_MAX = 64

/**
 * `sockaddr_in` and `sockaddr_in6`; the port and the address in the order of the network.
 *
 * ```
 *   0          2       4              8                        24
 *   | family   | port  | IPv4 address |
 *   | family   | port  | flow info    | IPv6 address           | scope  |
 * ```
 */
export const SOCKADDR = {
  ipv4Length: 16,
  ipv6Length: 28,
  /** Room for either, a multiple of 8. */
  stride: 32,
  family: 0,
  port: 2,
  ipv4Address: 4,
  ipv6Address: 8,
  ipv6Scope: 24,
} as const

/** `mmsghdr`: a `msghdr` and what became of it. Pointers and lengths are 64-bit, their high words stay zero. */
export const MESSAGE = {
  length: 64,
  name: 0,
  nameLength: 8,
  vectors: 16,
  vectorCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  /** Bytes received or sent. */
  transferred: 56,
} as const

/** `iovec` */
export const VECTOR = { length: 16, base: 0, size: 8 } as const

/** `cmsghdr` and its data. */
export const CONTROL = {
  headerLength: 16,
  /** Room for 2 or 4 bytes of data. */
  stride: 24,
  length: 0,
  level: 8,
  type: 12,
  data: 16,
} as const

/** What can go wrong with sockets, by number. */
export const ERRNO_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  4: 'EINTR',
  5: 'EIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  19: 'ENODEV',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  89: 'EDESTADDRREQ',
  90: 'EMSGSIZE',
  92: 'ENOPROTOOPT',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  105: 'ENOBUFS',
  111: 'ECONNREFUSED',
  113: 'EHOSTUNREACH',
}
