import { GodwitError } from '../codegen/runtime/index.ts'
import type { DirectBuffer } from '../codegen/runtime/index.ts'
import type { AbortSignalLike } from './abort-signal.ts'
import { checkWait } from './arguments.ts'
import type { TurnLoop, WaitTask } from './conductor/turn-loop.ts'
import { timeoutError } from './errors.ts'
import { ADMIN_ACTION, BACK_PRESSURED, CLOSED, MAX_POSITION_EXCEEDED, NOT_CONNECTED } from './log/offer-result.ts'
import type { WaitOptions } from './wait.ts'

/** Offers of one publication that wait for room: what it is asked. */
export interface OfferTarget {
  /** For people. */
  readonly name: string
  offerWhole(source: DirectBuffer, offset: number, length: number): number
  closedError(): GodwitError
}

interface Entry {
  readonly source: DirectBuffer
  readonly offset: number
  readonly length: number
  readonly deadlineNs: number
  readonly timeoutMs: number
  readonly signal: AbortSignalLike | undefined
  readonly onAbort: (() => void) | undefined
  readonly resolve: (position: number) => void
  readonly reject: (error: unknown) => void
  isSettled: boolean
}

/** Messages that are published in one turn before others have theirs. */
const BURST_MAX = 256

/** Settled entries at the front are cut off once there are so many, and at least half of all. */
const COMPACT_FROM = 64

/**
 * Messages whose publishers wait, in the order of their calls. The messages stay where they are: in the buffers of the
 * publishers, who each hold a promise for one.
 */
export class PublishQueue implements WaitTask {
  readonly #target: OfferTarget
  readonly #turns: TurnLoop
  #entries: Entry[] = []
  #head: number = 0
  #lastResult: number = NOT_CONNECTED

  constructor(target: OfferTarget, turns: TurnLoop) {
    this.#target = target
    this.#turns = turns
  }

  publish(source: DirectBuffer, offset: number, length: number, options: WaitOptions): Promise<number> {
    checkWait(options)
    const { signal, timeoutMs } = options
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    if (this.#head === this.#entries.length && this.#turns.mayGoAtOnce()) {
      const result = this.#offer(source, offset, length)
      if (result > 0) return Promise.resolve(result)
      const error = this.#errorOf(result)
      if (error !== undefined) return Promise.reject(error)
    }
    const deadlineNs = timeoutMs === undefined ? Infinity : this.#turns.clock.nanoTime() + timeoutMs * 1e6
    return new Promise((resolve, reject) => {
      const onAbort = signal === undefined ? undefined : () => this.#settle(entry)?.reject(signal.reason)
      const entry: Entry = {
        source, offset, length, deadlineNs, timeoutMs: timeoutMs ?? Infinity, signal, onAbort, resolve, reject,
        isSettled: false,
      }
      if (onAbort !== undefined) signal?.addEventListener('abort', onAbort, { once: true })
      this.#entries.push(entry)
      this.#turns.add(this)
    })
  }

  turn(nowNs: number): boolean {
    let published = 0
    while (this.#head < this.#entries.length && published < BURST_MAX) {
      const entry = this.#entries[this.#head]!
      if (!entry.isSettled) {
        const isBlocked = this.#tryEntry(entry)
        if (isBlocked) break
        published++
      }
      this.#head++
    }
    this.#expire(nowNs)
    this.#compact()
    return published > 0
  }

  stop(reason: GodwitError): void {
    const error = reason.code === 'ERR_GODWIT_CLOSED' ? this.#target.closedError() : reason
    for (const entry of this.#entries.slice(this.#head)) this.#settle(entry)?.reject(error)
    this.#entries = []
    this.#head = 0
  }

  /** The publication is closed. */
  close(): void {
    this.stop(this.#target.closedError())
    this.#turns.remove(this)
  }

  /** Returns whether the message has to wait on. */
  #tryEntry(entry: Entry): boolean {
    try {
      const result = this.#offer(entry.source, entry.offset, entry.length)
      if (result > 0) {
        this.#settle(entry)?.resolve(result)
        return false
      }
      const error = this.#errorOf(result)
      if (error === undefined) return true
      this.#settle(entry)?.reject(error)
    } catch (error) {
      this.#settle(entry)?.reject(error)
    }
    return false
  }

  #offer(source: DirectBuffer, offset: number, length: number): number {
    let result = this.#target.offerWhole(source, offset, length)
    // The log has moved on to its next term, where there is room.
    if (result === ADMIN_ACTION) result = this.#target.offerWhole(source, offset, length)
    this.#lastResult = result
    return result
  }

  #errorOf(result: number): GodwitError | undefined {
    if (result === CLOSED) return this.#target.closedError()
    if (result !== MAX_POSITION_EXCEEDED) return undefined
    return new GodwitError(
      'ERR_GODWIT_MAX_POSITION_EXCEEDED',
      `${this.#target.name} has reached the end of its positions: add a new publication, or use longer terms`,
    )
  }

  #expire(nowNs: number): void {
    for (let i = this.#head; i < this.#entries.length; i++) {
      const entry = this.#entries[i]!
      if (entry.isSettled || nowNs <= entry.deadlineNs) continue
      const what = `publish to ${this.#target.name} (${this.#hindrance()})`
      this.#settle(entry)?.reject(timeoutError(what, entry.timeoutMs))
    }
  }

  #hindrance(): string {
    return this.#lastResult === BACK_PRESSURED ? 'subscribers are behind' : 'no subscriber is connected'
  }

  /** Returns the entry if it was not settled before. */
  #settle(entry: Entry): Entry | undefined {
    if (entry.isSettled) return undefined
    entry.isSettled = true
    if (entry.onAbort !== undefined) entry.signal?.removeEventListener('abort', entry.onAbort)
    return entry
  }

  #compact(): void {
    if (this.#head === this.#entries.length) {
      this.#entries = []
      this.#head = 0
      this.#turns.remove(this)
    } else if (this.#head >= COMPACT_FROM && 2 * this.#head >= this.#entries.length) {
      this.#entries.splice(0, this.#head)
      this.#head = 0
    }
  }
}
