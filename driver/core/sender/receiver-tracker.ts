import type { DirectBuffer } from '../../../codegen/runtime/index.ts'

/** How many receivers of one publication are told apart. */
export const RECEIVERS_MAX = 1024

/** Words of an id, and how they lie in a frame. */
const HIGH_WORD = 4

/** The receivers that sent status messages of late, by their 64-bit ids, which are read where they lie in frames. */
export class ReceiverTracker {
  private readonly livenessTimeoutNs: number
  private readonly lowWords: number[] = []
  private readonly highWords: number[] = []
  private readonly lastStatusNs: number[] = []

  /** @param livenessTimeoutNs a receiver that was silent for so long is gone */
  constructor(livenessTimeoutNs: number) {
    this.livenessTimeoutNs = livenessTimeoutNs
  }

  get count(): number {
    return this.lowWords.length
  }

  /**
   * A receiver is alive.
   *
   * @param idOffset of its id in the buffer
   * @returns false when it is new and there is no room for one more
   */
  touch(buffer: DirectBuffer, idOffset: number, nowNs: number): boolean {
    const index = this.indexOf(buffer, idOffset)
    if (index >= 0) {
      this.lastStatusNs[index] = nowNs
      return true
    }
    if (this.count >= RECEIVERS_MAX) return false
    this.lowWords.push(buffer.view.getInt32(idOffset, true))
    this.highWords.push(buffer.view.getInt32(idOffset + HIGH_WORD, true))
    this.lastStatusNs.push(nowNs)
    return true
  }

  /** A receiver said that it is gone. */
  remove(buffer: DirectBuffer, idOffset: number): void {
    const index = this.indexOf(buffer, idOffset)
    if (index >= 0) this.removeAt(index)
  }

  /** Removes receivers that were silent for too long. */
  expire(nowNs: number): void {
    for (let i = this.count - 1; i >= 0; i--) {
      if (this.lastStatusNs[i]! + this.livenessTimeoutNs <= nowNs) this.removeAt(i)
    }
  }

  /** When the next receiver will have been silent for too long; Infinity without receivers. */
  nextExpiryNs(): number {
    let expiryNs = Infinity
    for (let i = 0; i < this.count; i++) expiryNs = Math.min(expiryNs, this.lastStatusNs[i]! + this.livenessTimeoutNs)
    return expiryNs
  }

  private indexOf({ view }: DirectBuffer, idOffset: number): number {
    const low = view.getInt32(idOffset, true)
    const high = view.getInt32(idOffset + HIGH_WORD, true)
    for (let i = 0; i < this.count; i++) {
      if (this.lowWords[i] === low && this.highWords[i] === high) return i
    }
    return -1
  }

  private removeAt(index: number): void {
    const last = this.count - 1
    this.lowWords[index] = this.lowWords[last]!
    this.highWords[index] = this.highWords[last]!
    this.lastStatusNs[index] = this.lastStatusNs[last]!
    this.lowWords.pop()
    this.highWords.pop()
    this.lastStatusNs.pop()
  }
}
