/**
 * What codecs must do alike in every realm: written with nothing but the language, so that it can be loaded into one.
 * Returns what came out as text.
 */
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import { call, make } from '../json-encoder.ts'
import type { CodecModule } from '../json-encoder.ts'
import { Random } from '../random.ts'
import type { CodecSet } from './decode-check.ts'
import { EncodeCheck } from './encode-check.ts'
import { checkReads } from './read-check.ts'

const LONG = 'Long enough for the functions of the platform: '

/** Texts by the encoding that holds them: short and long, with what each encoding has beyond ASCII. */
const ASCII_TEXTS = ['', 'a', 'AB-123', 'sixteen letters!', LONG.repeat(3)]
const LATIN_TEXTS = [...ASCII_TEXTS, 'Z\u00fcrich', `\u00e9\u00ff${LONG}\u00e9\u00ff`]
const UTF8_TEXTS = [
  ...LATIN_TEXTS, '\u20ac', '\u{1f697} \u6f22\u5b57', '\ufeffmark', `\ufeff${LONG}`, `${LONG}\u{1f697}\u20ac`,
  '\ud800 alone', `${LONG}\udc00`, 'x'.repeat(5000), '\u{1f697}'.repeat(1500),
]

export function roundTripVehicles(codecs: CodecModule, shared = false): string[] {
  const lines: string[] = []
  const texts = UTF8_TEXTS.length
  for (let round = 0; round < texts; round++) {
    const memory = shared ? new SharedArrayBuffer(20_000) : new ArrayBuffer(20_000)
    const buffer = new DirectBuffer(memory, 3)
    const length = encodeVehicle(codecs, buffer, round)
    lines.push(`${length} bytes ${hexOf(buffer.bytes, length)}`, ...decodeVehicle(codecs, buffer, length))
  }
  return lines
}

/** Every line of the transcripts of random messages, most of them malformed; `watched` as for `checkReads`. */
export function decodeHostile(set: CodecSet, seed: string, count: number, watched: boolean): string[] {
  const { transcript, reads } = checkReads(set, seed, count, watched)
  if (watched && reads < count) throw new Error(`only ${reads} reads were seen`)
  return [...transcript]
}

/** The bytes that encoders leave when they are called in any order. */
export function encodeHostile(set: CodecSet, seed: string, count: number): string[] {
  const random = new Random(seed)
  const check = new EncodeCheck(set, random)
  return Array.from({ length: count }, () => {
    const bytes = check.run(random, random.pick(set.shape.messages))
    return hexOf(bytes, bytes.length)
  })
}

function encodeVehicle(codecs: CodecModule, buffer: DirectBuffer, round: number): number {
  const ascii = ASCII_TEXTS[round % ASCII_TEXTS.length] ?? ''
  const latin = LATIN_TEXTS[round % LATIN_TEXTS.length] ?? ''
  const text = UTF8_TEXTS[round] ?? ''
  const encoder = make(codecs, 'VehicleEncoder')
  call(encoder, 'wrapAndApplyHeader', buffer, 0, make(codecs, 'MessageHeaderEncoder'))
  call(encoder, 'nullifyOptionalFields')
  call(encoder, 'id', (1n << 64n) - BigInt(round + 1))
  call(encoder, 'plate', fitting(ascii, 6))
  call(encoder, 'maker', fitting(latin, 40))
  call(encoder, 'model', fitting(text, 24))
  call(encoder, 'color', fitting(text, 10))
  call(encoder, 'putSpeeds', 10, 200, 65_535)
  call(encoder, 'putSerial', Uint8Array.from([1, 2, 250]))
  call(encoder, 'putPosition', -0.5, 1e300)
  call(encoder, 'odometerAt', 0, 123_456_789_012n)
  call(encoder, 'odometerAt', 1, 0n)
  if (round % 2 === 0) call(encoder, 'priceAsNumber', -(2 ** 40) - round)
  call(encoder, 'gearbox', round % 3 === 0 ? 77 : 65)
  call(call(call(call(encoder, 'extras'), 'clear'), 'alarm', round % 2 === 1), 'roof', true)
  for (const name of ['engine', 'spare']) {
    const engine = call(encoder, name)
    call(call(call(engine, 'capacity', 1998 + round), 'cylinders', 4), 'code', 'V8')
    call(call(call(engine, 'turbo'), 'boost', 1.25), 'stages', -3)
    call(engine, 'torque', -round)
  }
  call(encoder, 'owners', round)
  const trips = call(encoder, 'tripsCount', round % 3)
  for (let i = 0; i < round % 3; i++) {
    call(trips, 'next')
    call(call(call(trips, 'distance', 4_000_000_000), 'average', i === 0 ? NaN : 35.9), 'gearbox', 77)
    const stops = call(trips, 'stopsCount', i)
    for (let k = 0; k < i; k++) call(call(call(call(stops, 'next'), 'minutes', k), 'extras'), 'raw', 1n << 63n)
    call(trips, 'note', latin)
  }
  call(call(call(encoder, 'repairsCount', 1), 'next'), 'cost', -5n)
  call(encoder, 'dealer', fitting(ascii, 100))
  call(encoder, 'town', latin)
  call(encoder, 'story', text)
  call(encoder, 'putPhoto', Uint8Array.from([0, 255, 128]))
  call(encoder, 'checkEncodingIsComplete')
  return call(encoder, 'limit') as number
}

function decodeVehicle(codecs: CodecModule, buffer: DirectBuffer, length: number): string[] {
  const decoder = make(codecs, 'VehicleDecoder')
  call(decoder, 'wrapAndApplyHeader', buffer, 0, make(codecs, 'MessageHeaderDecoder'), length)
  const lines = [JSON.stringify(call(decoder, 'toJSON')), String(decoder), String(call(decoder, 'sbeDecodedLength'))]
  for (const name of ['plate', 'maker', 'model', 'color']) {
    const text = call(decoder, name) as string
    lines.push(`${name} ${JSON.stringify(text)} ${String(call(decoder, `${name}Equals`, text))}`)
  }
  for (const run of [
    () => call(decoder, 'idAsNumber'),
    () => call(decoder, 'speedsAt', 3),
    () => call(decoder, 'wrap', buffer, 8, 1, 2, length),
    () => call(make(codecs, 'MessageHeaderDecoder'), 'wrap', buffer, -1),
  ]) {
    lines.push(errorOf(run))
  }
  const blockLength = call(decoder, 'sbeBlockLength') as number
  for (const version of [0, 1, 3]) {
    call(decoder, 'wrap', buffer, 8, blockLength, version, length - 8)
    lines.push(`version ${version}: ${errorOf(() => JSON.stringify(call(decoder, 'toJSON')))}`)
  }
  return lines
}

/** As much of the text as surely takes no more bytes than there is room. */
function fitting(text: string, bytes: number): string {
  return [...text].slice(0, Math.floor(bytes / 4)).join('')
}

function errorOf(run: () => unknown): string {
  try {
    return String(run())
  } catch (error) {
    if (error instanceof SbeError) return `${error.name} ${error.code} ${error.message}`
    throw error
  }
}

function hexOf(bytes: Uint8Array, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += ((bytes[i] as number) < 16 ? '0' : '') + (bytes[i] as number).toString(16)
  return text
}
