import { DirectBuffer, GodwitError } from '../../codegen/runtime/index.ts'
import { FrameHeaderDecoder, FrameHeaderMeta } from '../../schemas/generated/aeron.wire/index.ts'
import type { FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { SocketAddress } from '../core/media.ts'
import type { SeededRandom } from '../core/random.ts'
import type { FaultCounters } from './fault-counts.ts'
import { Fifo } from './fifo.ts'

/** Rates of faults in one direction, each from 0 to 1; a rate that is not said is 0. */
export interface FaultRates {
  /** Only datagrams whose first frame is of one of these types; default all. */
  readonly frameTypes?: readonly FrameType[]
  readonly loss?: number
  /** Comes again at once. */
  readonly duplicate?: number
  /** Changes places with the next one; when none comes for 50 ms, it is only late. */
  readonly reorder?: number
  /** Is held back until `delayDatagrams` others have passed, but for 50 ms at most. */
  readonly delay?: number
  /** Default 8. */
  readonly delayDatagrams?: number
  /** One to eight bits are flipped. */
  readonly corrupt?: number
  /** Is cut off somewhere. */
  readonly truncate?: number
}

/** Datagrams that are held back in one direction of a transport at most; further ones pass. */
export const FAULT_HELD_CAPACITY = 256

/** How long a datagram is held back when too few others pass. */
export const FAULT_HOLD_MAX_NS = 50_000_000

const DELAY_DATAGRAMS_DEFAULT = 8
const FLIPPED_BITS_MAX = 8

/** Longest datagram that can be changed or held back. */
const SCRATCH_LENGTH = 65_536

/** Passes a datagram on; returns false when it was not taken. */
export type Pass = (
  buffer: DirectBuffer, offset: number, length: number, address: SocketAddress | undefined,
) => boolean

interface Held {
  readonly buffer: DirectBuffer
  readonly address: SocketAddress | undefined
  /** Datagrams that have to pass first. */
  remaining: number
  /** When it follows anyway. */
  readonly deadlineNs: number
}

const RATES = ['loss', 'duplicate', 'reorder', 'delay', 'corrupt', 'truncate'] as const

/** What befalls a datagram: at most one thing, so that rates are those of what one sees. */
export type Fault = 'none' | (typeof RATES)[number]

/** @throws GodwitError ERR_GODWIT_FAULTS when a rate, or the sum of all, is out of range */
export function checkFaultRates(direction: string, rates: FaultRates): void {
  checkKeys(direction, rates, [...RATES, 'delayDatagrams', 'frameTypes'])
  let sum = 0
  for (const name of RATES) {
    const rate = rates[name] ?? 0
    if (typeof rate === 'number') sum += rate
    if (!(Number.isFinite(rate) && rate >= 0 && sum <= 1)) {
      throw faultsError(`${direction}.${name} is ${String(rate)}: rates must be from 0 to 1, and so must be their sum`)
    }
  }
  const { delayDatagrams = DELAY_DATAGRAMS_DEFAULT, frameTypes = [] } = rates
  if (!Number.isSafeInteger(delayDatagrams) || delayDatagrams < 1) {
    throw faultsError(`${direction}.delayDatagrams is ${String(delayDatagrams)}: it must be an integer from 1`)
  }
  if (!Array.isArray(frameTypes) || !frameTypes.every((type) => Number.isInteger(type))) {
    throw faultsError(`${direction}.frameTypes must be an array of the numbers of frame types, such as 1 for DATA`)
  }
}

/** A name that nobody knows would be faults that nobody makes. @throws GodwitError ERR_GODWIT_FAULTS */
export function checkKeys(what: string, value: object, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw faultsError(`${what} must be an object with ${known.join(', ')}`)
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined) throw faultsError(`${what} has no "${unknown}", but ${known.join(', ')}`)
}

export function faultsError(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_FAULTS', `faults: ${message}`)
}

/** Faults in one direction of one transport. */
export class FaultDirection {
  private readonly rates: FaultRates
  private readonly random: SeededRandom
  private readonly counters: FaultCounters
  private readonly nowNs: () => number
  private readonly pass: Pass
  private readonly held = new Fifo<Held>(FAULT_HELD_CAPACITY)
  /** Made with the first corrupted datagram. */
  private scratch: DirectBuffer | undefined

  constructor(rates: FaultRates, random: SeededRandom, counters: FaultCounters, nowNs: () => number, pass: Pass) {
    this.rates = rates
    this.random = random
    this.counters = counters
    this.nowNs = nowNs
    this.pass = pass
  }

  /** Draws what is to befall a datagram. */
  draw(buffer: DirectBuffer, offset: number, length: number): Fault {
    const { rates } = this
    if (length === 0) return 'none'
    if (rates.frameTypes !== undefined && !isOneOf(rates.frameTypes, buffer, offset, length)) return 'none'
    let value = this.random.float()
    for (const name of RATES) {
      const rate = rates[name] ?? 0
      if (value < rate) return name
      value -= rate
    }
    return 'none'
  }

  /** Does it, and counts it. Returns false when the datagram was not taken: then nothing has happened. */
  apply(
    fault: Fault, buffer: DirectBuffer, offset: number, length: number, address: SocketAddress | undefined,
  ): boolean {
    if (fault === 'reorder' || fault === 'delay') {
      const after = fault === 'reorder' ? 1 : (this.rates.delayDatagrams ?? DELAY_DATAGRAMS_DEFAULT)
      const copy = new DirectBuffer(buffer.bytes.slice(offset, offset + length))
      this.counters.add('datagrams')
      this.release()
      const deadlineNs = this.nowNs() + FAULT_HOLD_MAX_NS
      if (this.held.push({ buffer: copy, address, remaining: after, deadlineNs })) {
        this.counters.add(fault === 'reorder' ? 'reordered' : 'delayed')
      } else if (!this.pass(copy, 0, length, address)) {
        this.counters.add('abandoned')
      }
      return true
    }
    if (!this.applyNow(fault, buffer, offset, length, address)) return false
    this.counters.add('datagrams')
    this.release()
    return true
  }

  /** For datagrams that went another way because nothing is to befall them and none are held back. */
  countPassed(datagrams: number): void {
    this.counters.add('datagrams', datagrams)
  }

  hasHeld(): boolean {
    return this.held.length > 0
  }

  /** When the next datagram that is held back follows at the latest; all are held back equally long. */
  nextDeadlineNs(): number {
    return this.held.peek()?.deadlineNs ?? Infinity
  }

  /** Nothing may pass for long: lets those go that have been held back for too long. */
  releaseDue(): void {
    if (this.held.length === 0) return
    const nowNs = this.nowNs()
    for (let next = this.held.peek(); next !== undefined && next.deadlineNs <= nowNs; next = this.held.peek()) {
      this.held.shift()
      this.letGo(next)
    }
  }

  close(): void {
    this.counters.add('abandoned', this.held.length)
    this.held.clear()
  }

  private applyNow(
    fault: Fault, buffer: DirectBuffer, offset: number, length: number, address: SocketAddress | undefined,
  ): boolean {
    switch (fault) {
      case 'loss':
        this.counters.add('lost')
        return true
      case 'duplicate':
        if (!this.pass(buffer, offset, length, address)) return false
        this.counters.add('duplicated')
        this.pass(buffer, offset, length, address)
        return true
      case 'corrupt':
        if (!this.pass(this.corrupted(buffer, offset, length), 0, length, address)) return false
        this.counters.add('corrupted')
        return true
      case 'truncate':
        // One byte at least: who sends could not tell an empty datagram from one that was not taken.
        if (!this.pass(buffer, offset, 1 + this.random.below(Math.max(1, length - 1)), address)) return false
        this.counters.add('truncated')
        return true
      default:
        return this.pass(buffer, offset, length, address)
    }
  }

  private corrupted(buffer: DirectBuffer, offset: number, length: number): DirectBuffer {
    this.scratch ??= new DirectBuffer(new ArrayBuffer(SCRATCH_LENGTH))
    const { bytes } = this.scratch
    bytes.set(buffer.bytes.subarray(offset, offset + length))
    for (let bits = 1 + this.random.below(FLIPPED_BITS_MAX); bits > 0; bits--) {
      const bit = this.random.below(length * 8)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
    return this.scratch
  }

  /** A datagram has gone by: those that have been held back for long enough follow it. */
  private release(): void {
    for (let left = this.held.length; left > 0; left--) {
      const held = this.held.shift()
      if (held === undefined) return
      held.remaining--
      if (held.remaining > 0) this.held.push(held)
      else this.letGo(held)
    }
  }

  private letGo({ buffer, address }: Held): void {
    if (!this.pass(buffer, 0, buffer.byteLength, address)) this.counters.add('abandoned')
  }
}

function isOneOf(frameTypes: readonly FrameType[], buffer: DirectBuffer, offset: number, length: number): boolean {
  if (length < FrameHeaderDecoder.BLOCK_LENGTH) return false
  const frameType = buffer.view.getUint16(offset + FrameHeaderMeta.fields.frameType.offset, true) as FrameType
  return frameTypes.includes(frameType)
}
