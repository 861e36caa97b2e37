/**
 * What conductor and sender tell each other about a publication, and conductor and receiver about an image, besides
 * counters and log metadata. One writer for each field; fields of different writers lie 128 bytes apart.
 *
 * ```
 *   PublicationState                          ImageState
 *     0  i32 hasReceivers            sender     0  i64 timeOfLastPacketNs      receiver
 *     4  i32 isEosStatusReceived                8  i32 isEndOfStream
 *   128  i32 isEndOfStream        conductor   128  i32 statusBegin             conductor
 *                                             132  i32 statusEnd
 *                                             136  i64 statusPosition
 *                                             144  i32 statusWindow
 *                                             256  i32 lossBegin               conductor
 *                                             260  i32 lossEnd
 *                                             264  i32 lossTermId
 *                                             268  i32 lossTermOffset
 *                                             272  i32 lossLength
 *                                             384  i32 isActive                conductor
 *                                             388  i32 isEosStatusSent
 *                                             392  i32 eosStatusRequests
 * ```
 *
 * Status and loss are guarded by a pair of change numbers: the writer raises begin before and end after the fields, the
 * reader takes them only if begin still equals the end it read first.
 */
import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'

export const PUBLICATION_STATE_LENGTH = 256
export const IMAGE_STATE_LENGTH = 512

const HAS_RECEIVERS_OFFSET = 0
const IS_EOS_STATUS_RECEIVED_OFFSET = 4
const PUBLICATION_END_OF_STREAM_OFFSET = 128

/** Shared by conductor and sender. */
export class PublicationState {
  private readonly buffer: AtomicBuffer

  /** @param memory PUBLICATION_STATE_LENGTH bytes */
  constructor(memory: SharedArrayBuffer) {
    this.buffer = new AtomicBuffer(memory)
  }

  /** Sender: whether any receiver is alive. */
  hasReceivers(): boolean {
    return this.buffer.loadInt32(HAS_RECEIVERS_OFFSET) === 1
  }

  setHasReceivers(value: boolean): void {
    this.buffer.storeInt32(HAS_RECEIVERS_OFFSET, value ? 1 : 0)
  }

  /** Sender: whether the last status message said that its receiver has the whole stream. */
  isEosStatusReceived(): boolean {
    return this.buffer.loadInt32(IS_EOS_STATUS_RECEIVED_OFFSET) === 1
  }

  setEosStatusReceived(value: boolean): void {
    this.buffer.storeInt32(IS_EOS_STATUS_RECEIVED_OFFSET, value ? 1 : 0)
  }

  /** Conductor: whether heartbeats are to say that the stream has ended. */
  isEndOfStream(): boolean {
    return this.buffer.loadInt32(PUBLICATION_END_OF_STREAM_OFFSET) === 1
  }

  setEndOfStream(): void {
    this.buffer.storeInt32(PUBLICATION_END_OF_STREAM_OFFSET, 1)
  }
}

const TIME_OF_LAST_PACKET_OFFSET = 0
const IMAGE_END_OF_STREAM_OFFSET = 8
const STATUS_BEGIN_OFFSET = 128
const STATUS_END_OFFSET = 132
const STATUS_POSITION_OFFSET = 136
const STATUS_WINDOW_OFFSET = 144
const LOSS_BEGIN_OFFSET = 256
const LOSS_END_OFFSET = 260
const LOSS_TERM_ID_OFFSET = 264
const LOSS_TERM_OFFSET_OFFSET = 268
const LOSS_LENGTH_OFFSET = 272
const IS_ACTIVE_OFFSET = 384
const IS_EOS_STATUS_SENT_OFFSET = 388
const EOS_STATUS_REQUESTS_OFFSET = 392

/** Shared by conductor and receiver. */
export class ImageState {
  /** Results of the last `readStatus` and `readLoss` that returned true. */
  statusPosition: number = 0
  statusWindow: number = 0
  lossTermId: number = 0
  lossTermOffset: number = 0
  lossLength: number = 0
  private readonly buffer: AtomicBuffer

  /** @param memory IMAGE_STATE_LENGTH bytes */
  constructor(memory: SharedArrayBuffer) {
    this.buffer = new AtomicBuffer(memory)
  }

  /** Receiver: when the last packet of the image came. */
  timeOfLastPacketNs(): number {
    return this.buffer.loadInt64(TIME_OF_LAST_PACKET_OFFSET)
  }

  setTimeOfLastPacketNs(nowNs: number): void {
    this.buffer.storeInt64(TIME_OF_LAST_PACKET_OFFSET, nowNs)
  }

  /** Receiver: whether all transports have ended; the position is in the log metadata by then. */
  isEndOfStream(): boolean {
    return this.buffer.loadInt32(IMAGE_END_OF_STREAM_OFFSET) === 1
  }

  setEndOfStream(): void {
    this.buffer.storeInt32(IMAGE_END_OF_STREAM_OFFSET, 1)
  }

  /** Conductor: has the receiver send a status message. */
  scheduleStatus(position: number, window: number): void {
    const change = (this.buffer.loadInt32(STATUS_END_OFFSET) + 1) | 0
    this.buffer.storeInt32(STATUS_BEGIN_OFFSET, change)
    this.buffer.storeInt64(STATUS_POSITION_OFFSET, position)
    this.buffer.storeInt32(STATUS_WINDOW_OFFSET, window)
    this.buffer.storeInt32(STATUS_END_OFFSET, change)
  }

  /** Receiver: number of the last complete schedule; 0 before the first. */
  statusChange(): number {
    return this.buffer.loadInt32(STATUS_END_OFFSET)
  }

  /** Receiver: takes the schedule of that number; false when a newer one is being written. */
  readStatus(change: number): boolean {
    const position = this.buffer.loadInt64(STATUS_POSITION_OFFSET)
    const window = this.buffer.loadInt32(STATUS_WINDOW_OFFSET)
    if (this.buffer.loadInt32(STATUS_BEGIN_OFFSET) !== change) return false
    this.statusPosition = position
    this.statusWindow = window
    return true
  }

  /** Conductor: has the receiver ask for a gap, or fill it. */
  scheduleLoss(termId: number, termOffset: number, length: number): void {
    const change = (this.buffer.loadInt32(LOSS_END_OFFSET) + 1) | 0
    this.buffer.storeInt32(LOSS_BEGIN_OFFSET, change)
    this.buffer.storeInt32(LOSS_TERM_ID_OFFSET, termId)
    this.buffer.storeInt32(LOSS_TERM_OFFSET_OFFSET, termOffset)
    this.buffer.storeInt32(LOSS_LENGTH_OFFSET, length)
    this.buffer.storeInt32(LOSS_END_OFFSET, change)
  }

  lossChange(): number {
    return this.buffer.loadInt32(LOSS_END_OFFSET)
  }

  /** Receiver: takes the loss of that number; false when a newer one is being written. */
  readLoss(change: number): boolean {
    const termId = this.buffer.loadInt32(LOSS_TERM_ID_OFFSET)
    const termOffset = this.buffer.loadInt32(LOSS_TERM_OFFSET_OFFSET)
    const length = this.buffer.loadInt32(LOSS_LENGTH_OFFSET)
    if (this.buffer.loadInt32(LOSS_BEGIN_OFFSET) !== change) return false
    this.lossTermId = termId
    this.lossTermOffset = termOffset
    this.lossLength = length
    return true
  }

  /** Conductor: false from LINGER on; the receiver sends nothing for the image then. */
  isActive(): boolean {
    return this.buffer.loadInt32(IS_ACTIVE_OFFSET) === 1
  }

  setActive(value: boolean): void {
    this.buffer.storeInt32(IS_ACTIVE_OFFSET, value ? 1 : 0)
  }

  /** Conductor: whether status messages are to carry EOS (while draining). */
  isEosStatusSent(): boolean {
    return this.buffer.loadInt32(IS_EOS_STATUS_SENT_OFFSET) === 1
  }

  setEosStatusSent(): void {
    this.buffer.storeInt32(IS_EOS_STATUS_SENT_OFFSET, 1)
  }

  /** Conductor: asks for a status message at once, whatever its deadline. */
  requestEosStatus(): void {
    this.buffer.addInt32(EOS_STATUS_REQUESTS_OFFSET, 1)
  }

  eosStatusRequests(): number {
    return this.buffer.loadInt32(EOS_STATUS_REQUESTS_OFFSET)
  }
}
