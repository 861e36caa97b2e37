/** The decoder of flight.xml's message, written by hand in the way of book-update.ts. */
import {
  ACTING_VERSION_WITH_DELAY, BLOCK_LENGTH_MIN, BLOCK_LENGTH_WITH_DELAY, CALL_SIGN_LENGTH, CABIN_LENGTH,
  FARE_LENGTH, GROUP_HEADER_LENGTH, HEADER_LENGTH, LEG_LENGTH, LENGTH_LENGTH, NO_BYTES, NO_MEMORY, SCHEMA_ID,
  TEMPLATE_ID, TWO_TO_32, fail,
} from './flight-layout.ts'

const HIGH_WORD_MAX = 0x1f_ffff
const DELAY_NULL = 0xffff

/** Up to this length a loop is faster than a call of Buffer. */
const SHORT_LENGTH_MAX = 16

export class FlightReader {
  view: DataView = NO_MEMORY
  bytes: Buffer = NO_BYTES
  limit: number = 0
  end: number = 0
  private offset: number = 0
  private version: number = 0
  private readonly legsReader: LegReader = new LegReader(this)
  private readonly cabinsReader: CabinReader = new CabinReader(this)

  wrap(view: DataView, bytes: Buffer, offset: number, length: number): this {
    const end = offset + length
    if (!(offset >= 0 && length >= HEADER_LENGTH && end <= view.byteLength)) fail('header')
    if (view.getUint16(offset + 2, true) !== TEMPLATE_ID) fail('template id')
    if (view.getUint16(offset + 4, true) !== SCHEMA_ID) fail('schema id')
    const blockLength = view.getUint16(offset, true)
    const limit = offset + HEADER_LENGTH + blockLength
    if (blockLength < BLOCK_LENGTH_MIN || limit > end) fail('block')
    this.view = view
    this.bytes = bytes
    this.offset = offset + HEADER_LENGTH
    this.limit = limit
    this.end = end
    this.version = blockLength < BLOCK_LENGTH_WITH_DELAY ? 0 : view.getUint16(offset + 6, true)
    return this
  }

  encodedLength(): number {
    return this.limit - this.offset
  }

  serialAsNumber(): number {
    const hi = this.view.getUint32(this.offset + 4, true)
    if (hi > HIGH_WORD_MAX) fail('serial')
    return hi * TWO_TO_32 + this.view.getUint32(this.offset, true)
  }

  year(): number {
    return this.view.getUint16(this.offset + 8, true)
  }

  codeShare(): number {
    return this.view.getUint8(this.offset + 10)
  }

  status(): number {
    return this.view.getUint8(this.offset + 11)
  }

  waypoint(index: number): number {
    if (index >>> 0 !== index || index >= 4) fail('index')
    return this.view.getUint32(this.offset + 12 + index * 4, true)
  }

  callSign(): string {
    const { bytes } = this
    const start = this.offset + 28
    let length = 0
    while (length < CALL_SIGN_LENGTH && bytes[start + length] !== 0) length++
    return readText(bytes, start, length)
  }

  getCallSign(target: Uint8Array): number {
    if (target.length < CALL_SIGN_LENGTH) fail('target')
    copy(this.bytes, this.offset + 28, CALL_SIGN_LENGTH, target)
    return CALL_SIGN_LENGTH
  }

  services(): number {
    return this.view.getUint8(this.offset + 34)
  }

  seats(): number {
    return this.view.getUint16(this.offset + 35, true)
  }

  engines(): number {
    return this.view.getUint8(this.offset + 37)
  }

  delay(): number {
    if (this.version < ACTING_VERSION_WITH_DELAY) return DELAY_NULL
    return this.view.getUint16(this.offset + 41, true)
  }

  legs(): LegReader {
    return this.legsReader.wrap()
  }

  cabins(): CabinReader {
    return this.cabinsReader.wrap()
  }

  /** The next text, whichever it is: carrier, agency, booking code. */
  text(): string {
    const start = this.limit + LENGTH_LENGTH
    const length = this.skipText()
    return readText(this.bytes, start, length)
  }

  getText(target: Uint8Array): number {
    const start = this.limit + LENGTH_LENGTH
    const length = Math.min(this.skipText(), target.length)
    copy(this.bytes, start, length, target)
    return length
  }

  private skipText(): number {
    const start = this.limit + LENGTH_LENGTH
    if (start > this.end) fail('length')
    const length = this.view.getUint16(this.limit, true)
    if (start + length > this.end) fail('text')
    this.limit = start + length
    return length
  }
}

class LegReader {
  private readonly message: FlightReader
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private blockLength: number = 0
  private remaining: number = 0

  constructor(message: FlightReader) {
    this.message = message
  }

  wrap(): this {
    const { message } = this
    const { view, limit, end } = message
    const first = limit + GROUP_HEADER_LENGTH
    if (first > end) fail('legs')
    const blockLength = view.getUint16(limit, true)
    const count = view.getUint16(limit + 2, true)
    if (count !== 0 && blockLength < LEG_LENGTH) fail('legs')
    if (first + count * (blockLength + LENGTH_LENGTH) > end) fail('legs')
    this.view = view
    this.blockLength = blockLength
    this.remaining = count
    message.limit = first
    return this
  }

  hasNext(): boolean {
    return this.remaining > 0
  }

  next(): this {
    const { message } = this
    if (this.remaining <= 0) fail('no more entries')
    const limit = message.limit + this.blockLength
    if (limit > message.end) fail('leg')
    this.remaining--
    this.offset = message.limit
    message.limit = limit
    return this
  }

  distance(): number {
    return this.view.getUint16(this.offset, true)
  }

  speed(): number {
    return this.view.getFloat32(this.offset + 2, true)
  }

  route(): string {
    return this.message.text()
  }

  getRoute(target: Uint8Array): number {
    return this.message.getText(target)
  }
}

class CabinReader {
  private readonly message: FlightReader
  private readonly faresReader: FareReader
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private blockLength: number = 0
  private remaining: number = 0

  constructor(message: FlightReader) {
    this.message = message
    this.faresReader = new FareReader(message)
  }

  wrap(): this {
    const { message } = this
    const { view, limit, end } = message
    const first = limit + GROUP_HEADER_LENGTH
    if (first > end) fail('cabins')
    const blockLength = view.getUint16(limit, true)
    const count = view.getUint16(limit + 2, true)
    if (count !== 0 && blockLength < CABIN_LENGTH) fail('cabins')
    if (first + count * (blockLength + GROUP_HEADER_LENGTH) > end) fail('cabins')
    this.view = view
    this.blockLength = blockLength
    this.remaining = count
    message.limit = first
    return this
  }

  hasNext(): boolean {
    return this.remaining > 0
  }

  next(): this {
    const { message } = this
    if (this.remaining <= 0) fail('no more entries')
    const limit = message.limit + this.blockLength
    if (limit > message.end) fail('cabin')
    this.remaining--
    this.offset = message.limit
    message.limit = limit
    return this
  }

  cabin(): number {
    return this.view.getUint8(this.offset)
  }

  fares(): FareReader {
    return this.faresReader.wrap()
  }
}

class FareReader {
  private readonly message: FlightReader
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private following: number = 0
  private blockLength: number = 0
  private remaining: number = 0

  constructor(message: FlightReader) {
    this.message = message
  }

  wrap(): this {
    const { message } = this
    const { view, limit } = message
    const first = limit + GROUP_HEADER_LENGTH
    if (first > message.end) fail('fares')
    const blockLength = view.getUint16(limit, true)
    const count = view.getUint16(limit + 2, true)
    const end = first + count * blockLength
    if (end > message.end || (count !== 0 && blockLength < FARE_LENGTH)) fail('fares')
    this.view = view
    this.following = first
    this.blockLength = blockLength
    this.remaining = count
    message.limit = end
    return this
  }

  hasNext(): boolean {
    return this.remaining > 0
  }

  next(): this {
    if (this.remaining <= 0) fail('no more entries')
    this.remaining--
    this.offset = this.following
    this.following += this.blockLength
    return this
  }

  seats(): number {
    return this.view.getUint16(this.offset, true)
  }

  price(): number {
    return this.view.getFloat32(this.offset + 2, true)
  }
}

function copy(bytes: Uint8Array, offset: number, length: number, target: Uint8Array): void {
  for (let i = 0; i < length; i++) target[i] = bytes[offset + i] as number
}

/** Short text is ASCII nearly always, and quickest put together from its codes. */
function readText(bytes: Buffer, offset: number, length: number): string {
  if (length > SHORT_LENGTH_MAX) return bytes.toString('utf8', offset, offset + length)
  let text = ''
  for (let i = 0; i < length; i++) {
    const byte = bytes[offset + i] as number
    if (byte > 0x7f) return bytes.toString('utf8', offset, offset + length)
    text += String.fromCharCode(byte)
  }
  return text
}
