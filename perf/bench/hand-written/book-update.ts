/**
 * BookUpdate of schemas/market-data.xml as one would write it by hand: literal offsets over one DataView, the header
 * read in place, one check of the bounds per block and group. Nothing is shared with the generated codecs.
 */
const HEADER_LENGTH = 8
const BLOCK_LENGTH = 16
const BLOCK_LENGTH_MIN = 9
const TEMPLATE_ID = 2
const SCHEMA_ID = 300
const SCHEMA_VERSION = 1
const GROUP_HEADER_LENGTH = 3
const ENTRY_LENGTH = 32
const ENTRY_LENGTH_MIN = 25
const ENTRIES_MAX = 254
const TWO_TO_32 = 0x1_0000_0000
const HIGH_WORD_MAX = 0x1f_ffff
const HIGH_WORD_MIN = -0x20_0000
const NO_MEMORY: DataView = new DataView(new ArrayBuffer(0))

export class BookUpdateReader {
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private limit: number = 0
  private end: number = 0
  private version: number = 0
  private readonly entriesReader: BookEntryReader = new BookEntryReader()

  wrap(view: DataView, offset: number, length: number): this {
    const end = offset + length
    if (!(offset >= 0 && length >= HEADER_LENGTH && end <= view.byteLength)) fail('header')
    if (view.getUint16(offset + 2, true) !== TEMPLATE_ID) fail('template id')
    if (view.getUint16(offset + 4, true) !== SCHEMA_ID) fail('schema id')
    const blockLength = view.getUint16(offset, true)
    const limit = offset + HEADER_LENGTH + blockLength
    if (blockLength < BLOCK_LENGTH_MIN || limit > end) fail('block')
    this.view = view
    this.offset = offset + HEADER_LENGTH
    this.limit = limit
    this.end = end
    this.version = view.getUint16(offset + 6, true)
    return this
  }

  actingVersion(): number {
    return this.version
  }

  encodedLength(): number {
    return this.limit - this.offset
  }

  transactTime(): bigint {
    return this.view.getBigUint64(this.offset, true)
  }

  transactTimeAsNumber(): number {
    const hi = this.view.getUint32(this.offset + 4, true)
    if (hi > HIGH_WORD_MAX) fail('transactTime')
    return hi * TWO_TO_32 + this.view.getUint32(this.offset, true)
  }

  matchEvent(): number {
    return this.view.getUint8(this.offset + 8)
  }

  entries(): BookEntryReader {
    this.limit = this.entriesReader.wrap(this.view, this.limit, this.end)
    return this.entriesReader
  }
}

class BookEntryReader {
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private following: number = 0
  private blockLength: number = 0
  private remaining: number = 0

  wrap(view: DataView, offset: number, end: number): number {
    const first = offset + GROUP_HEADER_LENGTH
    if (first > end) fail('group header')
    const blockLength = view.getUint16(offset, true)
    const count = view.getUint8(offset + 2)
    const limit = first + count * blockLength
    if (limit > end || (count !== 0 && blockLength < ENTRY_LENGTH_MIN)) fail('entries')
    this.view = view
    this.following = first
    this.blockLength = blockLength
    this.remaining = count
    return limit
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

  price(): bigint {
    return this.view.getBigInt64(this.offset, true)
  }

  priceAsNumber(): number {
    const hi = this.view.getInt32(this.offset + 4, true)
    if (hi < HIGH_WORD_MIN || hi > HIGH_WORD_MAX) fail('price')
    return hi * TWO_TO_32 + this.view.getUint32(this.offset, true)
  }

  priceIsNull(): boolean {
    return this.view.getInt32(this.offset + 4, true) === 0x7fff_ffff && this.view.getInt32(this.offset, true) === -1
  }

  quantity(): number {
    return this.view.getUint32(this.offset + 8, true)
  }

  instrumentId(): number {
    return this.view.getUint32(this.offset + 12, true)
  }

  sequence(): number {
    return this.view.getUint32(this.offset + 16, true)
  }

  orderCount(): number {
    return this.view.getUint16(this.offset + 20, true)
  }

  level(): number {
    return this.view.getUint8(this.offset + 22)
  }

  action(): number {
    return this.view.getUint8(this.offset + 23)
  }

  entryType(): number {
    return this.view.getUint8(this.offset + 24)
  }
}

export class BookUpdateWriter {
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private limit: number = 0
  private end: number = 0
  private readonly entriesWriter: BookEntryWriter = new BookEntryWriter()

  wrap(view: DataView, offset: number, length: number): this {
    const end = offset + length
    if (!(offset >= 0 && length >= HEADER_LENGTH + BLOCK_LENGTH && end <= view.byteLength)) fail('room')
    view.setUint16(offset, BLOCK_LENGTH, true)
    view.setUint16(offset + 2, TEMPLATE_ID, true)
    view.setUint16(offset + 4, SCHEMA_ID, true)
    view.setUint16(offset + 6, SCHEMA_VERSION, true)
    this.view = view
    this.offset = offset + HEADER_LENGTH
    this.limit = offset + HEADER_LENGTH + BLOCK_LENGTH
    this.end = end
    return this
  }

  encodedLength(): number {
    return this.limit - this.offset
  }

  transactTime(value: bigint): this {
    this.view.setBigUint64(this.offset, value, true)
    return this
  }

  transactTimeAsNumber(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) fail('transactTime')
    this.view.setUint32(this.offset + 4, Math.floor(value / TWO_TO_32), true)
    this.view.setUint32(this.offset, value >>> 0, true)
    return this
  }

  matchEvent(value: number): this {
    this.view.setUint8(this.offset + 8, value)
    return this
  }

  entries(count: number): BookEntryWriter {
    this.limit = this.entriesWriter.wrap(this.view, this.limit, this.end, count)
    return this.entriesWriter
  }
}

class BookEntryWriter {
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private following: number = 0
  private remaining: number = 0

  wrap(view: DataView, offset: number, end: number, count: number): number {
    const first = offset + GROUP_HEADER_LENGTH
    const limit = first + count * ENTRY_LENGTH
    if (!(count >= 0 && count <= ENTRIES_MAX && limit <= end)) fail('entries')
    view.setUint16(offset, ENTRY_LENGTH, true)
    view.setUint8(offset + 2, count)
    this.view = view
    this.following = first
    this.remaining = count
    return limit
  }

  next(): this {
    if (this.remaining <= 0) fail('no more entries')
    this.remaining--
    this.offset = this.following
    this.following += ENTRY_LENGTH
    return this
  }

  price(value: bigint): this {
    this.view.setBigInt64(this.offset, value, true)
    return this
  }

  priceAsNumber(value: number): this {
    if (!Number.isSafeInteger(value)) fail('price')
    this.view.setInt32(this.offset + 4, Math.floor(value / TWO_TO_32), true)
    this.view.setUint32(this.offset, value >>> 0, true)
    return this
  }

  quantity(value: number): this {
    this.view.setUint32(this.offset + 8, value, true)
    return this
  }

  instrumentId(value: number): this {
    this.view.setUint32(this.offset + 12, value, true)
    return this
  }

  sequence(value: number): this {
    this.view.setUint32(this.offset + 16, value, true)
    return this
  }

  orderCount(value: number): this {
    this.view.setUint16(this.offset + 20, value, true)
    return this
  }

  level(value: number): this {
    this.view.setUint8(this.offset + 22, value)
    return this
  }

  action(value: number): this {
    this.view.setUint8(this.offset + 23, value)
    return this
  }

  entryType(value: number): this {
    this.view.setUint8(this.offset + 24, value)
    return this
  }
}

function fail(what: string): never {
  throw new RangeError(`BookUpdate: bad ${what}`)
}
