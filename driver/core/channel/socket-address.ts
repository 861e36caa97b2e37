import type { SocketAddress } from '../media.ts'

/** A numeric address without a port. */
export interface NumericAddress {
  readonly family: 4 | 6
  /** In the one form that systems write it in, so that equal addresses are equal texts. IPv6 without brackets. */
  readonly address: string
}

const IPV4_BYTES = 4
const IPV6_BYTES = 16
const IPV6_GROUPS = 8

/** Longest numeric address: eight groups, the last two of them as IPv4. */
const NUMERIC_ADDRESS_LENGTH_MAX = 45

/** Bits of a whole address: the longest prefix. */
export function addressBits(family: 4 | 6): number {
  return 8 * (family === 4 ? IPV4_BYTES : IPV6_BYTES)
}

/** IPv4 with four decimal parts, or IPv6 without brackets and zone; undefined for anything else. */
export function parseNumericAddress(text: string): NumericAddress | undefined {
  const bytes = addressBytes(text)
  if (bytes === undefined) return undefined
  return bytes.length === IPV4_BYTES
    ? { family: 4, address: bytes.join('.') }
    : { family: 6, address: formatIpv6(bytes) }
}

/** `1.2.3.4:5` or `[::1]:5`. */
export function formatAddress({ family, address, port }: SocketAddress): string {
  return family === 4 ? `${address}:${port}` : `[${address}]:${port}`
}

/** Whether a numeric address is that of a group. */
export function isMulticast(address: string): boolean {
  const bytes = addressBytes(address)
  if (bytes === undefined) return false
  const first = bytes[0] ?? 0
  return bytes.length === IPV4_BYTES ? first >= 224 && first <= 239 : first === 255
}

/** Whether a numeric address stands for all local ones. */
export function isWildcard(address: string): boolean {
  return addressBytes(address)?.every((byte) => byte === 0) === true
}

/** Whether the first bits of two numeric addresses are the same; false when they are of different families. */
export function isSamePrefix(a: string, b: string, prefixLength: number): boolean {
  const left = addressBytes(a)
  const right = addressBytes(b)
  if (left === undefined || left.length !== right?.length) return false
  return left.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefixLength - 8 * i))
    return ((byte ^ (right[i] ?? 0)) & (0xff00 >> bits) & 0xff) === 0
  })
}

/** Bytes of a numeric address in network order, 4 or 16; undefined for anything else. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (text.length > NUMERIC_ADDRESS_LENGTH_MAX) return undefined
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text)
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== IPV4_BYTES) return undefined
  // A leading zero would be octal to some systems and decimal to others.
  const isValid = parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return isValid ? Uint8Array.from(parts, Number) : undefined
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, i) => groupsOf(half, i === halves.length - 1))
  if (head === undefined) return undefined
  if (halves.length === 1) return head.length === IPV6_GROUPS ? bytesOfGroups(head) : undefined
  if (tail === undefined) return undefined
  const zeros = IPV6_GROUPS - head.length - tail.length
  return zeros < 1 ? undefined : bytesOfGroups([...head, ...new Array<number>(zeros).fill(0), ...tail])
}

/** The groups of 16 bits in a part of an IPv6 address, which may end as IPv4 when it is the last part. */
function groupsOf(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(parseInt(part, 16))
      continue
    }
    const ipv4 = isLast && i === parts.length - 1 ? ipv4Bytes(part) : undefined
    if (ipv4 === undefined) return undefined
    const [a = 0, b = 0, c = 0, d = 0] = ipv4
    groups.push((a << 8) | b, (c << 8) | d)
  }
  return groups
}

function bytesOfGroups(groups: readonly number[]): Uint8Array {
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** As inet_ntop writes it: the first longest run of zero groups is left out, embedded IPv4 is written as such. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: IPV6_GROUPS }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
  let runStart = -1
  let runLength = 1
  for (let start = 0, i = 0; i < IPV6_GROUPS; i++) {
    if (groups[i] !== 0) start = i + 1
    else if (i + 1 - start > runLength) [runStart, runLength] = [start, i + 1 - start]
  }
  const ipv4 = bytes.subarray(IPV6_BYTES - IPV4_BYTES).join('.')
  if (runStart === 0 && runLength === 6) return `::${ipv4}`
  if (runStart === 0 && runLength === 5 && groups[5] === 0xffff) return `::ffff:${ipv4}`
  const hex = groups.map((group) => group.toString(16))
  if (runStart === -1) return hex.join(':')
  return `${hex.slice(0, runStart).join(':')}::${hex.slice(runStart + runLength).join(':')}`
}
