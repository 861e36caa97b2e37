import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'

/** What a faulty media did to the datagrams of one direction. */
export interface FaultCounts {
  /** All that came, whether anything was done to them or not. */
  readonly datagrams: number
  readonly lost: number
  readonly duplicated: number
  /** Passed by the one behind. */
  readonly reordered: number
  readonly delayed: number
  /** With flipped bits. */
  readonly corrupted: number
  readonly truncated: number
  /** Reordered or delayed, and still held back when their transport was closed or could not send them. */
  readonly abandoned: number
}

type FaultName = keyof FaultCounts

const NAMES: readonly FaultName[] = [
  'datagrams',
  'lost',
  'duplicated',
  'reordered',
  'delayed',
  'corrupted',
  'truncated',
  'abandoned',
]

export const FAULT_COUNTS_LENGTH: number = NAMES.length * BigInt64Array.BYTES_PER_ELEMENT

/** Counts in memory that other threads can read. */
export class FaultCounters {
  private readonly buffer: AtomicBuffer

  /** @param memory FAULT_COUNTS_LENGTH bytes */
  constructor(memory: SharedArrayBuffer) {
    this.buffer = new AtomicBuffer(memory)
  }

  add(name: FaultName, count: number = 1): void {
    this.buffer.addInt64(NAMES.indexOf(name) * BigInt64Array.BYTES_PER_ELEMENT, count)
  }

  read(): FaultCounts {
    const values = NAMES.map((name, i) => [name, this.buffer.loadInt64(i * BigInt64Array.BYTES_PER_ELEMENT)] as const)
    return Object.fromEntries(values) as Record<FaultName, number>
  }
}
