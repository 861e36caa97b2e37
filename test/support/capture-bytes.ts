/** Captures of networks, byte by byte, in every form that there is. */

export interface PcapForm {
  readonly littleEndian: boolean
  readonly isNano?: boolean
  readonly linkType?: number
}

export interface PacketBytes {
  readonly data: Uint8Array
  readonly timeNs?: bigint
  /** Length on the wire, if the capture has less. */
  readonly originalLength?: number
}

const ETHERNET = 1
const SNAP_LENGTH = 262_144
const TYPE_IPV4 = 0x0800
const TYPE_IPV6 = 0x86dd

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** Bytes of hex digits, with white space between. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
}

export function u16(value: number, littleEndian = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(2))
  view.setUint16(0, value, littleEndian)
  return new Uint8Array(view.buffer)
}

export function u32(value: number, littleEndian = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, value, littleEndian)
  return new Uint8Array(view.buffer)
}

export function pcap(form: PcapForm, packets: readonly PacketBytes[]): Uint8Array {
  const { littleEndian, isNano = false, linkType = ETHERNET } = form
  const word = (value: number): Uint8Array => u32(value, littleEndian)
  const half = (value: number): Uint8Array => u16(value, littleEndian)
  const records = packets.map(({ data, timeNs = 0n, originalLength = data.length }) => {
    const fraction = Number(timeNs % 1_000_000_000n)
    const time = [word(Number(timeNs / 1_000_000_000n)), word(isNano ? fraction : Math.floor(fraction / 1000))]
    return concat(...time, word(data.length), word(originalLength), data)
  })
  const header = [word(isNano ? 0xa1b23c4d : 0xa1b2c3d4), half(2), half(4), word(0), word(0), word(SNAP_LENGTH)]
  return concat(...header, word(linkType), ...records)
}

/** Blocks of pcapng in one byte order. */
export class Pcapng {
  readonly #littleEndian: boolean

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian
  }

  word(value: number): Uint8Array {
    return u32(value, this.#littleEndian)
  }

  half(value: number): Uint8Array {
    return u16(value, this.#littleEndian)
  }

  block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
    const bytes = padded(concat(...body))
    const length = this.word(bytes.length + 12)
    return concat(this.word(type), length, bytes, length)
  }

  section(): Uint8Array {
    return this.block(0x0a0d0d0a, this.word(0x1a2b3c4d), this.half(1), this.half(0), hex('ffffffffffffffff'))
  }

  option(code: number, value: Uint8Array): Uint8Array {
    return concat(this.half(code), this.half(value.length), padded(value))
  }

  interface(linkType: number, lengthMax = 0, ...options: readonly Uint8Array[]): Uint8Array {
    return this.block(1, this.half(linkType), this.half(0), this.word(lengthMax), ...options)
  }

  enhanced(id: number, units: bigint, { data, originalLength = data.length }: PacketBytes): Uint8Array {
    const time = [this.word(Number(units >> 32n)), this.word(Number(units & 0xffffffffn))]
    const comment = this.option(1, new TextEncoder().encode('a comment'))
    const lengths = [this.word(data.length), this.word(originalLength)]
    return this.block(6, this.word(id), ...time, ...lengths, padded(data), comment)
  }

  /** The kind of packet that came before. */
  packet(id: number, units: bigint, data: Uint8Array): Uint8Array {
    const time = [this.word(Number(units >> 32n)), this.word(Number(units & 0xffffffffn))]
    return this.block(2, this.half(id), this.half(7), ...time, this.word(data.length), this.word(data.length), data)
  }

  simple(data: Uint8Array, originalLength: number = data.length): Uint8Array {
    return this.block(3, this.word(originalLength), data)
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array(-bytes.length & 3))
}

export interface Route {
  /** Four or sixteen bytes in hex. */
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
}

export const ROUTE_4: Route = {
  source: '0a000001', destination: 'ef010203', sourcePort: 40_000, destinationPort: 14_310,
}
export const ROUTE_6: Route = {
  source: '20010db8000000000000000000000001', destination: 'ff020000000000000000000000000fff', sourcePort: 40_000,
  destinationPort: 14_310,
}

export function udp({ sourcePort, destinationPort }: Route, payload: Uint8Array): Uint8Array {
  return concat(u16(sourcePort), u16(destinationPort), u16(payload.length + 8), u16(0), payload)
}

export function tcp(
  { sourcePort, destinationPort }: Route, sequence: number, payload: Uint8Array, flags = 0x10,
): Uint8Array {
  const ports = concat(u16(sourcePort), u16(destinationPort))
  const options = hex('01010100')
  const rest = [hex('60'), new Uint8Array([flags]), hex('ffff 0000 0000'), options]
  return concat(ports, u32(sequence >>> 0), u32(1), ...rest, payload)
}

export interface Ipv4Form {
  readonly protocol?: number
  /** The word with flags and the offset of a fragment. */
  readonly fragment?: number
  readonly options?: Uint8Array
  /** Instead of the right one. */
  readonly totalLength?: number
}

export function ipv4({ source, destination }: Route, payload: Uint8Array, form: Ipv4Form = {}): Uint8Array {
  const { protocol = 17, fragment = 0x4000, options = new Uint8Array(0) } = form
  const headerLength = 20 + options.length
  const { totalLength = headerLength + payload.length } = form
  return concat(
    new Uint8Array([0x40 | (headerLength / 4), 0]), u16(totalLength), u16(1), u16(fragment),
    new Uint8Array([64, protocol]), u16(0), hex(source), hex(destination), options, payload,
  )
}

/** @param extensions headers, each with the number of its own kind; the number of what follows is put in */
export function ipv6(
  { source, destination }: Route, payload: Uint8Array, protocol = 17, extensions: readonly [number, Uint8Array][] = [],
): Uint8Array {
  const kinds = [...extensions.map(([kind]) => kind), protocol]
  const headers = extensions.map(([, header], i) => {
    return concat(new Uint8Array([kinds[i + 1] ?? protocol]), header.subarray(1))
  })
  const body = concat(...headers, payload)
  const fixed = new Uint8Array([0x60, 0, 0, 0])
  const next = new Uint8Array([kinds[0] ?? protocol, 64])
  return concat(fixed, u16(body.length), next, hex(source), hex(destination), body)
}

export function ethernet(packet: Uint8Array, ...tags: readonly number[]): Uint8Array {
  const type = (packet[0] ?? 0) >>> 4 === 6 ? TYPE_IPV6 : TYPE_IPV4
  const vlan = tags.map((tag) => concat(u16(tag), u16(42)))
  return concat(hex('01005e010203 020000000001'), ...vlan, u16(type), packet)
}
