/** An address and a port. */
export interface Endpoint {
  /** Of IPv4 or IPv6, as text. */
  readonly address: string
  readonly port: number
}

const IPV6_WORDS = 8

/** Such as `127.0.0.1:40123` or `[::1]:40123`. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

export function readIpv4(view: DataView, offset: number): string {
  return [0, 1, 2, 3].map((i) => view.getUint8(offset + i)).join('.')
}

/** In the canonical form: lower case, and the longest run of two or more zeros left out. */
export function readIpv6(view: DataView, offset: number): string {
  const words = Array.from({ length: IPV6_WORDS }, (_, i) => view.getUint16(offset + 2 * i))
  let longest = 0
  let longestAt = -1
  let run = 0
  for (const [i, word] of words.entries()) {
    run = word === 0 ? run + 1 : 0
    if (run > Math.max(longest, 1)) {
      longest = run
      longestAt = i + 1 - run
    }
  }
  const hex = words.map((word) => word.toString(16))
  if (longestAt === -1) return hex.join(':')
  return `${hex.slice(0, longestAt).join(':')}::${hex.slice(longestAt + longest).join(':')}`
}

/** An address as this module writes it; undefined when the text is none. */
export function normalAddress(text: string): string | undefined {
  const bytes = parseIpv4(text) ?? parseIpv6(text)
  if (bytes === undefined) return undefined
  const view = new DataView(new Uint8Array(bytes).buffer)
  return bytes.length === 4 ? readIpv4(view, 0) : readIpv6(view, 0)
}

function parseIpv4(text: string): readonly number[] | undefined {
  const bytes = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  return bytes?.every((byte) => byte <= 255) === true ? bytes : undefined
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  const [head = [], tail = []] = halves.map((half) => half === '' ? [] : half.split(':').map(parseWord))
  const words = [...head, ...tail]
  const gap = 2 * IPV6_WORDS - words.flat().length
  const isRight = words.every((word) => word !== undefined) && (halves.length === 1 ? gap === 0 : gap >= 2)
  if (halves.length > 2 || !isRight) return undefined
  return [...head.flat(), ...new Array<number>(gap).fill(0), ...tail.flat()].filter((byte) => byte !== undefined)
}

/** Two bytes; four for an IPv4 address, which can be at the end. */
function parseWord(word: string): readonly number[] | undefined {
  if (word.includes('.')) return parseIpv4(word)
  const value = /^[0-9a-f]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : undefined
  return value === undefined ? undefined : [value >>> 8, value & 0xff]
}
