/** The header of Aeron's DATA frames as one would write it by hand. */
const LENGTH = 32
const TWO_TO_32 = 0x1_0000_0000
const HIGH_WORD_MAX = 0x1f_ffff
const HIGH_WORD_MIN = -0x20_0000
const NO_MEMORY: DataView = new DataView(new ArrayBuffer(0))

export class DataHeaderReader {
  private view: DataView = NO_MEMORY
  private offset: number = 0
  private blockLength: number = 0
  private version: number = 0

  /** Honours block length and version as decoders of SBE do, although the protocol has but one of each. */
  wrap(view: DataView, offset: number, blockLength: number, version: number, length: number): this {
    const end = offset + length
    if (!(offset >= 0 && blockLength >= LENGTH && offset + blockLength <= end && end <= view.byteLength)) fail('bounds')
    this.view = view
    this.offset = offset
    this.blockLength = blockLength
    this.version = version
    return this
  }

  payloadOffset(): number {
    return this.offset + this.blockLength
  }

  actingVersion(): number {
    return this.version
  }

  frameLength(): number {
    return this.view.getInt32(this.offset, true)
  }

  protocolVersion(): number {
    return this.view.getUint8(this.offset + 4)
  }

  flags(): number {
    return this.view.getUint8(this.offset + 5)
  }

  frameType(): number {
    return this.view.getUint16(this.offset + 6, true)
  }

  termOffset(): number {
    return this.view.getInt32(this.offset + 8, true)
  }

  sessionId(): number {
    return this.view.getInt32(this.offset + 12, true)
  }

  streamId(): number {
    return this.view.getInt32(this.offset + 16, true)
  }

  termId(): number {
    return this.view.getInt32(this.offset + 20, true)
  }

  reservedValueAsNumber(): number {
    const hi = this.view.getInt32(this.offset + 28, true)
    if (hi < HIGH_WORD_MIN || hi > HIGH_WORD_MAX) fail('reserved value')
    return hi * TWO_TO_32 + this.view.getUint32(this.offset + 24, true)
  }
}

export class DataHeaderWriter {
  private view: DataView = NO_MEMORY
  private offset: number = 0

  wrap(view: DataView, offset: number, length: number): this {
    if (!(offset >= 0 && length >= LENGTH && offset + length <= view.byteLength)) fail('bounds')
    this.view = view
    this.offset = offset
    return this
  }

  frameLength(value: number): this {
    this.view.setInt32(this.offset, value, true)
    return this
  }

  version(value: number): this {
    this.view.setUint8(this.offset + 4, value)
    return this
  }

  flags(value: number): this {
    this.view.setUint8(this.offset + 5, value)
    return this
  }

  frameType(value: number): this {
    this.view.setUint16(this.offset + 6, value, true)
    return this
  }

  termOffset(value: number): this {
    this.view.setInt32(this.offset + 8, value, true)
    return this
  }

  sessionId(value: number): this {
    this.view.setInt32(this.offset + 12, value, true)
    return this
  }

  streamId(value: number): this {
    this.view.setInt32(this.offset + 16, value, true)
    return this
  }

  termId(value: number): this {
    this.view.setInt32(this.offset + 20, value, true)
    return this
  }

  reservedValueAsNumber(value: number): this {
    if (!Number.isSafeInteger(value)) fail('reserved value')
    this.view.setInt32(this.offset + 28, Math.floor(value / TWO_TO_32), true)
    this.view.setUint32(this.offset + 24, value >>> 0, true)
    return this
  }
}

function fail(what: string): never {
  throw new RangeError(`DATA header: bad ${what}`)
}
