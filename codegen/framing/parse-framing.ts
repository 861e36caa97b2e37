import type { ByteOrder } from '../ir/token.ts'
import { GodwitError } from '../runtime/index.ts'
import { LENGTH_TYPES, LengthFraming } from './length-framing.ts'
import type { LengthFrameLayout, LengthType } from './length-framing.ts'

/** Most bytes that a framing may have before a length, behind it, or at the beginning of a packet. */
const HEADER_LENGTH_MAX = 4096

const NUMBERS: readonly string[] = ['before', 'after', 'counts', 'packet']
const FLAGS: readonly string[] = ['inclusive', 'inside']
const WORDS = ['before=N', 'after=N', 'mark=HEX', 'inclusive', 'counts=N', 'inside', 'packet=N']

interface Preset {
  /** What it is, in a few words. */
  readonly summary: string
  readonly layout: (byteOrder: ByteOrder) => LengthFrameLayout
}

/** Framings that venues and standards use, by name. */
export const FRAMING_PRESETS: Readonly<Record<string, Preset>> = {
  'sofh': {
    summary: 'FIX Simple Open Framing Header',
    layout: (byteOrder) => ({
      lengthType: 'u32be', countedBytes: 6, mark: bytes(byteOrder === 'bigEndian' ? 0x5be0 : 0xeb50), isMixed: true,
    }),
  },
  'cme': {
    summary: 'packets of CME market data, MDP 3',
    layout: () => ({ lengthType: 'u16le', countedBytes: 2, packetHeaderLength: 12 }),
  },
  'ilink3': {
    summary: 'orders of CME, iLink 3',
    layout: () => ({ lengthType: 'u16le', countedBytes: 4, mark: bytes(0xfeca) }),
  },
  'b3': {
    summary: 'orders of B3, Binary EntryPoint',
    layout: () => ({ lengthType: 'u16le', countedBytes: 4, mark: bytes(0x50eb) }),
  },
  'b3-umdf': {
    summary: 'packets of B3 market data, Binary UMDF',
    layout: () => ({ lengthType: 'u16le', countedBytes: 4, mark: bytes(0x50eb), packetHeaderLength: 16 }),
  },
  'optiq': {
    summary: 'packets of Euronext market data, not compressed',
    layout: () => ({ lengthType: 'u16le', countedBytes: 2, packetHeaderLength: 16 }),
  },
  'moldudp64': {
    summary: 'MoldUDP64, and packets of MEMX market data',
    layout: () => ({ lengthType: 'u16be', packetHeaderLength: 20 }),
  },
  'iex-tp': {
    summary: 'packets of IEX market data',
    layout: () => ({ lengthType: 'u16le', packetHeaderLength: 40 }),
  },
}

/**
 * A framing by its name: `sofh`, `cme`, `ilink3`, `b3`, `b3-umdf`, `optiq`, `moldudp64` or `iex-tp`. Or by what it is,
 * in words with commas between them: first the type of the length, `u8`, `u16le`, `u16be`, `u32le` or `u32be`; then
 *
 * - `before=N`, `after=N`: bytes of a frame before and behind its length
 * - `mark=HEX`: bytes that follow the length, and must be these
 * - `inclusive`: the length counts the frame from its first byte on, not the message alone
 * - `counts=N`: the length counts N bytes besides those of the message
 * - `inside`: the length is a part of the message, in a header that the schema describes; counts all of it, if not said
 *   otherwise
 * - `packet=N`: bytes at the beginning of each packet, or of the input
 *
 * @param byteOrder that of the schema, on which the mark of `sofh` depends
 * @throws GodwitError ERR_GODWIT_FRAMING when it is neither
 */
export function parseFraming(text: string, byteOrder: ByteOrder): LengthFraming {
  const preset = Object.hasOwn(FRAMING_PRESETS, text) ? FRAMING_PRESETS[text] : undefined
  return new LengthFraming(preset === undefined ? layoutOf(text) : preset.layout(byteOrder))
}

function layoutOf(text: string): LengthFrameLayout {
  const [type = '', ...words] = text.split(',').map((word) => word.trim())
  if (!isLengthType(type)) {
    const names = [...Object.keys(FRAMING_PRESETS), ...Object.keys(LENGTH_TYPES)].join(', ')
    throw framingError(text, `"${type}" is none of ${names}`)
  }
  const numbers = new Map<string, number>()
  const flags = new Set<string>()
  let mark: Uint8Array | undefined
  for (const word of words) {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/.exec(word) ?? []
    const isTwice = numbers.has(name) || flags.has(name) || (name === 'mark' && mark !== undefined)
    if (isTwice) throw framingError(text, `"${name}" is there twice`)
    if (name === 'mark' && value !== undefined) mark = markOf(text, value)
    else if (NUMBERS.includes(name)) numbers.set(name, numberOf(text, word, value))
    else if (FLAGS.includes(name) && value === undefined) flags.add(name)
    else throw framingError(text, `"${word}" is none of ${WORDS.join(', ')}`)
  }
  if (mark !== undefined && numbers.has('after')) throw framingError(text, 'after and mark exclude each other')
  if (flags.has('inclusive') && numbers.has('counts')) {
    throw framingError(text, 'inclusive and counts exclude each other')
  }
  const bytesBefore = numbers.get('before') ?? 0
  const bytesAfter = numbers.get('after') ?? mark?.length ?? 0
  const headerLength = bytesBefore + LENGTH_TYPES[type].size + bytesAfter
  const isInclusive = flags.has('inclusive') || flags.has('inside')
  const countedBytes = numbers.get('counts') ?? (isInclusive ? headerLength : 0)
  if (countedBytes > headerLength) {
    const what = `the length cannot count ${countedBytes} bytes besides those of the message`
    throw framingError(text, `${what}: there are ${headerLength}`)
  }
  const packetHeaderLength = numbers.get('packet') ?? 0
  const isInside = flags.has('inside')
  return { lengthType: type, bytesBefore, bytesAfter, countedBytes, isInside, mark, packetHeaderLength }
}

function isLengthType(text: string): text is LengthType {
  return Object.hasOwn(LENGTH_TYPES, text)
}

function numberOf(text: string, word: string, value: string | undefined): number {
  const number = value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : Infinity
  if (number <= HEADER_LENGTH_MAX) return number
  throw framingError(text, `"${word}" does not say how many bytes, 0 to ${HEADER_LENGTH_MAX}`)
}

function markOf(text: string, digits: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2}){1,16}$/i.test(digits)) throw framingError(text, `"mark=${digits}" is not 1 to 16 bytes in hex`)
  return new Uint8Array((digits.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)))
}

function bytes(mark: number): Uint8Array {
  return new Uint8Array([mark >>> 8, mark & 0xff])
}

function framingError(text: string, problem: string): GodwitError {
  return new GodwitError('ERR_GODWIT_FRAMING', `framing "${text}": ${problem}`)
}
