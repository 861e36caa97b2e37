/** The encoder of flight.xml's message, written by hand in the way of book-update.ts. */
import {
  BLOCK_LENGTH, CABIN_LENGTH, CALL_SIGN_LENGTH, COUNT_MAX, FARE_LENGTH, GROUP_HEADER_LENGTH, HEADER_LENGTH,
  LEG_LENGTH, LENGTH_LENGTH, LENGTH_MAX, MAKER_LENGTH, NO_BYTES, NO_MEMORY, SCHEMA_ID, SCHEMA_VERSION, TEMPLATE_ID,
  TWO_TO_32, fail,
} from './flight-layout.ts'

const SHORT_LENGTH_MAX = 16

export class FlightWriter {
  view: DataView = NO_MEMORY
  bytes: Buffer = NO_BYTES
  limit: number = 0
  end: number = 0
  private offset: number = 0
  private readonly legsWriter: LegWriter = new LegWriter(this)
  private readonly cabinsWriter: CabinWriter = new CabinWriter(this)

  wrap(view: DataView, bytes: Buffer, offset: number, length: number): this {
    const end = offset + length
    if (!(offset >= 0 && length >= HEADER_LENGTH + BLOCK_LENGTH && end <= view.byteLength)) fail('room')
    view.setUint16(offset, BLOCK_LENGTH, true)
    view.setUint16(offset + 2, TEMPLATE_ID, true)
    view.setUint16(offset + 4, SCHEMA_ID, true)
    view.setUint16(offset + 6, SCHEMA_VERSION, true)
    this.view = view
    this.bytes = bytes
    this.offset = offset + HEADER_LENGTH
    this.limit = offset + HEADER_LENGTH + BLOCK_LENGTH
    this.end = end
    return this
  }

  encodedLength(): number {
    return this.limit - this.offset
  }

  serialAsNumber(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) fail('serial')
    this.view.setUint32(this.offset + 4, Math.floor(value / TWO_TO_32), true)
    this.view.setUint32(this.offset, value >>> 0, true)
    return this
  }

  year(value: number): this {
    this.view.setUint16(this.offset + 8, value, true)
    return this
  }

  codeShare(value: number): this {
    this.view.setUint8(this.offset + 10, value)
    return this
  }

  status(value: number): this {
    this.view.setUint8(this.offset + 11, value)
    return this
  }

  waypoints(value0: number, value1: number, value2: number, value3: number): this {
    this.view.setUint32(this.offset + 12, value0, true)
    this.view.setUint32(this.offset + 16, value1, true)
    this.view.setUint32(this.offset + 20, value2, true)
    this.view.setUint32(this.offset + 24, value3, true)
    return this
  }

  callSign(value: string): this {
    putFixed(this.bytes, this.offset + 28, CALL_SIGN_LENGTH, value)
    return this
  }

  services(value: number): this {
    this.view.setUint8(this.offset + 34, value)
    return this
  }

  seats(value: number): this {
    this.view.setUint16(this.offset + 35, value, true)
    return this
  }

  engines(value: number): this {
    this.view.setUint8(this.offset + 37, value)
    return this
  }

  maker(value: string): this {
    putFixed(this.bytes, this.offset + 38, MAKER_LENGTH, value)
    return this
  }

  delay(value: number): this {
    this.view.setUint16(this.offset + 41, value, true)
    return this
  }

  legs(count: number): LegWriter {
    return this.legsWriter.wrap(count)
  }

  cabins(count: number): CabinWriter {
    return this.cabinsWriter.wrap(count)
  }

  /** The next text, whichever it is: carrier, agency, booking code. */
  text(value: string): this {
    const { bytes } = this
    const start = this.limit + LENGTH_LENGTH
    // Room for every character there may be in UTF-8; the exact length is known once it is written.
    if (value.length > SHORT_LENGTH_MAX) {
      const length = Buffer.byteLength(value)
      if (length > LENGTH_MAX || start + length > this.end) fail('text')
      bytes.write(value, start, length, 'utf8')
      return this.putLength(length)
    }
    if (start + value.length > this.end) fail('text')
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return this.textBeyondAscii(value)
      bytes[start + i] = code
    }
    return this.putLength(value.length)
  }

  private textBeyondAscii(value: string): this {
    const start = this.limit + LENGTH_LENGTH
    const length = Buffer.byteLength(value)
    if (start + length > this.end) fail('text')
    this.bytes.write(value, start, length, 'utf8')
    return this.putLength(length)
  }

  private putLength(length: number): this {
    this.view.setUint16(this.limit, length, true)
    this.limit += LENGTH_LENGTH + length
    return this
  }
}

class LegWriter {
  private readonly message: FlightWriter
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private remaining: number = 0

  constructor(message: FlightWriter) {
    this.message = message
  }

  wrap(count: number): this {
    const { message } = this
    const { view, limit } = message
    const first = limit + GROUP_HEADER_LENGTH
    if (!(count >= 0 && count <= COUNT_MAX && first + count * LEG_LENGTH <= message.end)) fail('legs')
    view.setUint16(limit, LEG_LENGTH, true)
    view.setUint16(limit + 2, count, true)
    this.view = view
    this.remaining = count
    message.limit = first
    return this
  }

  next(): this {
    const { message } = this
    if (this.remaining <= 0) fail('no more entries')
    const limit = message.limit + LEG_LENGTH
    if (limit > message.end) fail('leg')
    this.remaining--
    this.offset = message.limit
    message.limit = limit
    return this
  }

  distance(value: number): this {
    this.view.setUint16(this.offset, value, true)
    return this
  }

  speed(value: number): this {
    this.view.setFloat32(this.offset + 2, value, true)
    return this
  }

  route(value: string): this {
    this.message.text(value)
    return this
  }
}

class CabinWriter {
  private readonly message: FlightWriter
  private readonly faresWriter: FareWriter
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private remaining: number = 0

  constructor(message: FlightWriter) {
    this.message = message
    this.faresWriter = new FareWriter(message)
  }

  wrap(count: number): this {
    const { message } = this
    const { view, limit } = message
    const first = limit + GROUP_HEADER_LENGTH
    if (!(count >= 0 && count <= COUNT_MAX && first + count * CABIN_LENGTH <= message.end)) fail('cabins')
    view.setUint16(limit, CABIN_LENGTH, true)
    view.setUint16(limit + 2, count, true)
    this.view = view
    this.remaining = count
    message.limit = first
    return this
  }

  next(): this {
    const { message } = this
    if (this.remaining <= 0) fail('no more entries')
    const limit = message.limit + CABIN_LENGTH
    if (limit > message.end) fail('cabin')
    this.remaining--
    this.offset = message.limit
    message.limit = limit
    return this
  }

  cabin(value: number): this {
    this.view.setUint8(this.offset, value)
    return this
  }

  fares(count: number): FareWriter {
    return this.faresWriter.wrap(count)
  }
}

class FareWriter {
  private readonly message: FlightWriter
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private following: number = 0
  private remaining: number = 0

  constructor(message: FlightWriter) {
    this.message = message
  }

  wrap(count: number): this {
    const { message } = this
    const { view, limit } = message
    const first = limit + GROUP_HEADER_LENGTH
    const end = first + count * FARE_LENGTH
    if (!(count >= 0 && count <= COUNT_MAX && end <= message.end)) fail('fares')
    view.setUint16(limit, FARE_LENGTH, true)
    view.setUint16(limit + 2, count, true)
    this.view = view
    this.following = first
    this.remaining = count
    message.limit = end
    return this
  }

  next(): this {
    if (this.remaining <= 0) fail('no more entries')
    this.remaining--
    this.offset = this.following
    this.following += FARE_LENGTH
    return this
  }

  seats(value: number): this {
    this.view.setUint16(this.offset, value, true)
    return this
  }

  price(value: number): this {
    this.view.setFloat32(this.offset + 2, value, true)
    return this
  }
}

/** ASCII, then NULs. */
function putFixed(bytes: Uint8Array, offset: number, length: number, text: string): void {
  if (text.length > length) fail('text')
  let i = 0
  for (; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i)
  for (; i < length; i++) bytes[offset + i] = 0
}
