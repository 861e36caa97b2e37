import { inputError } from '../../codegen/cli/input-error.ts'
import { DirectBuffer, EMPTY_BUFFER } from '../../codegen/runtime/index.ts'
import { counted } from './text.ts'

const LINE_FEED = 0x0a
const PREFIX_LENGTH = 4
const CARRY_CAPACITY_INITIAL = 64 * 1024

/** Where a message lies; valid until the next one is asked for, or more input is fed. */
export interface MessageRange {
  readonly buffer: DirectBuffer
  readonly offset: number
  readonly length: number
}

/**
 * Cuts input into messages. Feed it when `next` has no message any more; at the end `end` gives what is left.
 * Both throw ERR_GODWIT_CLI_INPUT for what cannot be a message.
 */
export interface Framing {
  feed(chunk: Uint8Array): void
  next(): MessageRange | undefined
  end(): MessageRange | undefined
}

/** A message whose beginning came with an earlier chunk. */
class Carry {
  buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(CARRY_CAPACITY_INITIAL))
  length: number = 0

  append(bytes: Uint8Array): void {
    const end = this.length + bytes.length
    let capacity = this.buffer.byteLength
    while (capacity < end) capacity *= 2
    if (capacity > this.buffer.byteLength) {
      const buffer = new DirectBuffer(new ArrayBuffer(capacity))
      buffer.bytes.set(this.buffer.bytes.subarray(0, this.length))
      this.buffer = buffer
    }
    this.buffer.bytes.set(bytes, this.length)
    this.length = end
  }

  /** What was carried stays readable until more is appended. */
  take(): MessageRange {
    const range = { buffer: this.buffer, offset: 0, length: this.length }
    this.length = 0
    return range
  }
}

/** Each line is a message, without its line feed; the last one may lack it. */
export class LineFraming implements Framing {
  readonly #lengthMax: number
  readonly #carry: Carry = new Carry()
  #chunk: DirectBuffer = EMPTY_BUFFER
  #offset: number = 0
  #line: number = 1

  /** @param lengthMax longest message in bytes */
  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax
  }

  feed(chunk: Uint8Array): void {
    this.#chunk = new DirectBuffer(chunk)
    this.#offset = 0
  }

  next(): MessageRange | undefined {
    const { bytes } = this.#chunk
    const offset = this.#offset
    const found = bytes.indexOf(LINE_FEED, offset)
    const end = found === -1 ? bytes.length : found
    this.#offset = end + 1
    this.#check(this.#carry.length + end - offset)
    if (found !== -1 && this.#carry.length === 0) {
      this.#line++
      return { buffer: this.#chunk, offset, length: end - offset }
    }
    if (end > offset) this.#carry.append(bytes.subarray(offset, end))
    if (found === -1) return undefined
    this.#line++
    return this.#carry.take()
  }

  end(): MessageRange | undefined {
    return this.#carry.length === 0 ? undefined : this.#carry.take()
  }

  #check(length: number): void {
    if (length <= this.#lengthMax) return
    throw inputError(
      `line ${this.#line} of the standard input has more than the ${counted(this.#lengthMax, 'byte')} that a message ` +
        'of this publication can have: break it up, use --framing length, or longer terms (term-length in the channel)',
    )
  }
}

/** Each message has its length before it, in 4 bytes, little-endian. */
export class LengthFraming implements Framing {
  readonly #lengthMax: number
  readonly #carry: Carry = new Carry()
  readonly #prefix: DirectBuffer = new DirectBuffer(new ArrayBuffer(PREFIX_LENGTH))
  #prefixLength: number = 0
  #chunk: DirectBuffer = EMPTY_BUFFER
  #offset: number = 0
  #message: number = 1

  /** @param lengthMax longest message in bytes */
  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax
  }

  feed(chunk: Uint8Array): void {
    this.#chunk = new DirectBuffer(chunk)
    this.#offset = 0
  }

  next(): MessageRange | undefined {
    const { bytes } = this.#chunk
    while (this.#prefixLength < PREFIX_LENGTH && this.#offset < bytes.length) {
      this.#prefix.bytes[this.#prefixLength++] = bytes[this.#offset++]!
    }
    if (this.#prefixLength < PREFIX_LENGTH) return undefined
    const length = this.#messageLength()
    const offset = this.#offset
    const missing = length - this.#carry.length
    const end = Math.min(offset + missing, bytes.length)
    this.#offset = end
    const isWhole = end - offset === missing
    if (isWhole) {
      this.#prefixLength = 0
      this.#message++
      if (this.#carry.length === 0) return { buffer: this.#chunk, offset, length }
    }
    if (end > offset) this.#carry.append(bytes.subarray(offset, end))
    return isWhole ? this.#carry.take() : undefined
  }

  end(): undefined {
    if (this.#prefixLength === 0) return
    const has = this.#prefixLength < PREFIX_LENGTH
      ? `only ${counted(this.#prefixLength, 'byte')} of its length`
      : `only ${this.#carry.length} of ${counted(this.#messageLength(), 'byte')}`
    throw inputError(`the standard input ends in the middle of message ${this.#message}: there are ${has}`)
  }

  #messageLength(): number {
    const length = this.#prefix.view.getUint32(0, true)
    if (length <= this.#lengthMax) return length
    throw inputError(
      `message ${this.#message} of the standard input is said to have ${counted(length, 'byte')}, at most ` +
        `${this.#lengthMax.toLocaleString('en')} are possible in this publication: ` +
        'use longer terms (term-length in the channel), or look whether the input is framed by lengths at all',
    )
  }
}
