import { initialiseLog } from '../../../client/log/initialise-log.ts'
import { computeLogLength } from '../../../client/log/log-buffer-descriptor.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { Cnc, cncLength } from '../../../client/memory/cnc.ts'
import type { ReceiverImageParams } from '../../../driver/core/commands.ts'
import type { LogRegion } from '../../../driver/core/log-store.ts'
import type { SocketAddress } from '../../../driver/core/media.ts'
import { IMAGE_STATE_LENGTH, ImageState } from '../../../driver/core/shared-state.ts'
import { LogType } from '../../../schemas/generated/aeron.memory/index.ts'
import { INITIAL_TERM, MTU, SESSION, STREAM, TERM_LENGTH } from './sender-frames.ts'

export const ENDPOINT = 5
export const WINDOW = 16_384
export const PUBLISHER: SocketAddress = { family: 4, address: '127.0.0.1', port: 37353 }

const PAGE_SIZE = 4096
const FIRST_FREE_COUNTER = 46
/** Memory around the log, which nobody may write to. */
const GUARD_LENGTH = 65_536
const GUARD_BYTE = 0xa5

const LENGTHS = {
  toDriver: 1024 + 768,
  toClients: 1024 + 128,
  countersMetadata: 512 * 512,
  countersValues: 512 * 128,
  errorLog: 4096,
  pageSize: PAGE_SIZE,
}

export function createCnc(): Cnc {
  const meta = { clientLivenessTimeoutNs: 1, startTimestampMs: 1, pid: 1 }
  return Cnc.create(AtomicBuffer.allocate(cncLength(LENGTHS)), LENGTHS, meta)
}

let nextCounterId = FIRST_FREE_COUNTER

/** A counter of its own, by turns. */
export function createCounter(cnc: Cnc): AtomicCounter {
  nextCounterId = nextCounterId === 511 ? FIRST_FREE_COUNTER : nextCounterId + 1
  const counter = new AtomicCounter(cnc.countersValues, nextCounterId)
  counter.set(0)
  return counter
}

export interface ImageFields {
  readonly correlationId?: number
  readonly sessionId?: number
  readonly streamId?: number
  readonly initialTermId?: number
  readonly termLength?: number
  readonly joinPosition?: number
  readonly windowLength?: number
  readonly isReliable?: boolean
  readonly source?: SocketAddress
}

/** What conductor and receiver share of an image, in guarded memory. */
export class ImageFixture {
  readonly params: ReceiverImageParams
  readonly region: LogRegion
  readonly log: LogBuffers
  readonly state: ImageState
  readonly hwm: AtomicCounter
  readonly naksSent: AtomicCounter
  private readonly memory: SharedArrayBuffer

  constructor(cnc: Cnc, fields: ImageFields = {}) {
    const { correlationId = 200, sessionId = SESSION, streamId = STREAM, joinPosition = 0 } = fields
    const { initialTermId = INITIAL_TERM, termLength = TERM_LENGTH, windowLength = WINDOW } = fields
    const logLength = computeLogLength(termLength, PAGE_SIZE)
    this.memory = new SharedArrayBuffer(logLength + 2 * GUARD_LENGTH)
    new Uint8Array(this.memory).fill(GUARD_BYTE)
    new Uint8Array(this.memory, GUARD_LENGTH, logLength).fill(0)
    this.region = { name: 'image', memory: this.memory, byteOffset: GUARD_LENGTH, byteLength: logLength }
    const termCount = Math.floor(joinPosition / termLength)
    this.log = initialiseLog(new AtomicBuffer(this.memory, GUARD_LENGTH, logLength), {
      logType: LogType.IMAGE,
      correlationId,
      sessionId,
      streamId,
      termLength,
      pageSize: PAGE_SIZE,
      mtuLength: MTU,
      initialTermId,
      termId: (initialTermId + termCount) | 0,
      termOffset: joinPosition % termLength,
    })
    const state = new SharedArrayBuffer(IMAGE_STATE_LENGTH)
    this.state = new ImageState(state)
    this.state.setActive(true)
    this.hwm = createCounter(cnc)
    this.hwm.set(joinPosition)
    this.naksSent = createCounter(cnc)
    const source = fields.source ?? PUBLISHER
    this.params = {
      correlationId,
      endpointId: ENDPOINT,
      sessionId,
      streamId,
      initialTermId,
      joinPosition,
      mtuLength: MTU,
      log: this.region,
      state,
      receiverHwmId: this.hwm.id,
      naksSentId: this.naksSent.id,
      isReliable: fields.isReliable ?? true,
      windowLength,
      controlAddress: source,
    }
  }

  /** Frame length at a position. */
  frameLengthAt(position: number): number {
    return this.log.termOf(position).loadInt32(position % this.log.termLength)
  }

  /** First byte of the payload at a position. */
  payloadAt(position: number): number {
    return this.log.termOf(position).bytes[(position % this.log.termLength) + 32]!
  }

  isGuardIntact(): boolean {
    const bytes = new Uint8Array(this.memory)
    const isGuard = (byte: number): boolean => byte === GUARD_BYTE
    return bytes.subarray(0, GUARD_LENGTH).every(isGuard) &&
      bytes.subarray(bytes.length - GUARD_LENGTH).every(isGuard)
  }

  /** Whether nothing lies in a range of positions. */
  isClean(position: number, endPosition: number): boolean {
    for (let at = position; at < endPosition; at += 8) {
      if (this.log.termOf(at).int64s[(at % this.log.termLength) >> 3] !== 0n) return false
    }
    return true
  }
}
