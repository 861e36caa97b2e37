import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { DataFlags, DataHeaderMeta } from '../../../schemas/generated/aeron.wire/index.ts'
import type { SetupDecoder } from '../../../schemas/generated/aeron.wire/index.ts'
import type { DriverSettings } from '../driver-settings.ts'
import type { SocketAddress } from '../media.ts'
import type { PendingSetup, PendingSetups } from './pending-setups.ts'
import type { ReceiverImage } from './receiver-image.ts'
import { StreamInterest } from './stream-interest.ts'
import type { SessionEntry, SessionState } from './stream-interest.ts'

const FLAGS_OFFSET = DataHeaderMeta.fields.flags.offset
const SESSION_ID_OFFSET = DataHeaderMeta.fields.sessionId.offset
const STREAM_ID_OFFSET = DataHeaderMeta.fields.streamId.offset
const END_OF_STREAM = 1 << DataFlags.endOfStream

/** Most sessions of one endpoint that are asked for a SETUP within a second; the driver as a whole has a limit too. */
export const ELICITED_SETUPS_PER_SECOND_MAX = 256

/** What a dispatcher asks of its endpoint. */
export interface DispatcherEvents {
  elicitSetup(streamId: number, sessionId: number, source: SocketAddress): void
  /** Returns false when the conductor takes no requests now. */
  requestImage(setup: SetupDecoder, source: SocketAddress): boolean
  /** Counts, and reports, that a limit kept a session out. */
  refuse(cause: string): void
}

type DispatcherLimits = Pick<DriverSettings, 'driverStreamSessionLimit' | 'dispatcherEntriesMax'>

/**
 * Tells which image a packet of an endpoint is for, and what happens to sessions that have none.
 *
 * ```
 *                  DATA                SETUP                     addImage             removeImage
 *   (no entry) ----------> PENDING ------------> INIT_IN_PROGRESS ----------> (image) ------------> COOL_DOWN
 *       ^  |                  | 1 s                ^       | imageNotCreated     | after EOS            |
 *       |  +------------------|-- SETUP -----------+       |                     |                      |
 *       +---------------------+----------------------------+---------------------+----------------------+
 *                                                                              removeCoolDown, or forgotten
 * ```
 *
 * A session that nobody is interested in needs no entry: that is seen from the interests, so that a flood of such
 * sessions costs no memory. Images and entries together are limited. When there are too many, the session that has been
 * in cool-down longest is forgotten; when there is none, new sessions are refused.
 */
export class DataPacketDispatcher {
  private readonly limits: DispatcherLimits
  private readonly pendingSetups: PendingSetups
  private readonly events: DispatcherEvents
  private readonly streams = new Map<number, StreamInterest>()
  private readonly coolDowns = new Set<SessionEntry>()
  /** Images and entries. */
  private size: number = 0
  /** Sessions that were asked for a SETUP within the last second, whether or not it came. */
  private askedCount: number = 0
  /** Most packets are for the same image as the one before. */
  private lastImage: ReceiverImage | undefined

  constructor(limits: DispatcherLimits, pendingSetups: PendingSetups, events: DispatcherEvents) {
    this.limits = limits
    this.pendingSetups = pendingSetups
    this.events = events
  }

  addInterest(streamId: number, sessionId: number | undefined): void {
    let stream = this.streams.get(streamId)
    if (stream === undefined) {
      stream = new StreamInterest(streamId)
      this.streams.set(streamId, stream)
    }
    stream.add(sessionId)
  }

  /** Sessions that nobody is interested in any more lose their image or entry. */
  removeInterest(streamId: number, sessionId: number | undefined): void {
    const stream = this.streams.get(streamId)
    if (stream === undefined) return
    stream.remove(sessionId)
    for (const id of stream.images.keys()) {
      if (!stream.isInterestedIn(id)) this.dropImage(stream, id)
    }
    for (const entry of stream.entries.values()) {
      if (!stream.isInterestedIn(entry.sessionId)) this.dropEntry(entry)
    }
    if (!stream.hasInterest()) this.streams.delete(streamId)
  }

  hasImage(streamId: number, sessionId: number): boolean {
    return this.streams.get(streamId)?.images.has(sessionId) === true
  }

  /** A DATA or PAD datagram of at least a header. */
  onData(buffer: DirectBuffer, offset: number, length: number, source: SocketAddress, nowNs: number): void {
    const { view } = buffer
    const sessionId = view.getInt32(offset + SESSION_ID_OFFSET, true)
    const streamId = view.getInt32(offset + STREAM_ID_OFFSET, true)
    const last = this.lastImage
    if (last !== undefined && last.sessionId === sessionId && last.streamId === streamId) {
      last.onPacket(buffer, offset, length, nowNs)
      return
    }
    const stream = this.streams.get(streamId)
    if (stream === undefined) return
    const image = stream.images.get(sessionId)
    if (image !== undefined) {
      this.lastImage = image
      image.onPacket(buffer, offset, length, nowNs)
      return
    }
    if ((view.getUint8(offset + FLAGS_OFFSET) & END_OF_STREAM) !== 0) return
    if (stream.entries.has(sessionId) || !stream.isInterestedIn(sessionId)) return
    this.elicitSetup(stream, sessionId, source, nowNs)
  }

  onSetup(setup: SetupDecoder, source: SocketAddress, nowNs: number): void {
    const stream = this.streams.get(setup.streamId())
    if (stream === undefined) return
    const sessionId = setup.sessionId()
    const image = stream.images.get(sessionId)
    if (image !== undefined) {
      image.onSetup(nowNs)
      return
    }
    let entry = stream.entries.get(sessionId)
    if (entry === undefined ? !stream.isInterestedIn(sessionId) : entry.state !== 'PENDING_SETUP') return
    if (this.isAtSessionLimit(stream)) return
    if (entry === undefined && !this.makeRoom()) return
    if (!this.events.requestImage(setup, source)) {
      this.events.refuse('the conductor is too busy to make images')
      return
    }
    entry ??= this.addEntry(stream, sessionId, 'INIT_IN_PROGRESS')
    entry.state = 'INIT_IN_PROGRESS'
    stream.initialising++
  }

  addImage(image: ReceiverImage): void {
    const { streamId, sessionId } = image
    const stream = this.streams.get(streamId)
    if (stream === undefined || !stream.isInterestedIn(sessionId)) return
    this.removeEntry(streamId, sessionId)
    if (stream.images.has(sessionId)) this.dropImage(stream, sessionId)
    stream.images.set(sessionId, image)
    this.size++
  }

  /** Without its end of stream the session is ignored from now on, until its cool-down is removed. */
  removeImage(image: ReceiverImage): void {
    const { streamId, sessionId } = image
    const stream = this.streams.get(streamId)
    if (stream?.images.get(sessionId) !== image) return
    this.dropImage(stream, sessionId)
    if (!image.isEndOfStream) this.coolDowns.add(this.addEntry(stream, sessionId, 'COOL_DOWN'))
  }

  /** The conductor did not make the image that it was asked for. */
  onImageNotCreated(streamId: number, sessionId: number): void {
    if (this.stateOf(streamId, sessionId) === 'INIT_IN_PROGRESS') this.removeEntry(streamId, sessionId)
  }

  removeCoolDown(streamId: number, sessionId: number): void {
    if (this.stateOf(streamId, sessionId) === 'COOL_DOWN') this.removeEntry(streamId, sessionId)
  }

  private elicitSetup(stream: StreamInterest, sessionId: number, source: SocketAddress, nowNs: number): void {
    if (this.askedCount >= ELICITED_SETUPS_PER_SECOND_MAX || this.pendingSetups.isFull()) {
      this.events.refuse('too many sessions were asked for a SETUP')
      return
    }
    if (this.isAtSessionLimit(stream) || !this.makeRoom()) return
    const entry = this.addEntry(stream, sessionId, 'PENDING_SETUP')
    this.askedCount++
    this.pendingSetups.add(this.pendingSetupOf(entry), nowNs)
    this.events.elicitSetup(stream.streamId, sessionId, source)
  }

  private pendingSetupOf(entry: SessionEntry): PendingSetup {
    return {
      onPendingSetupExpired: (): void => {
        this.askedCount--
        const isCurrent = entry.stream.entries.get(entry.sessionId) === entry
        if (isCurrent && entry.state === 'PENDING_SETUP') this.dropEntry(entry)
      },
    }
  }

  private isAtSessionLimit(stream: StreamInterest): boolean {
    if (stream.images.size + stream.initialising < this.limits.driverStreamSessionLimit) return false
    this.events.refuse('a stream has as many sessions as it may have')
    return true
  }

  /** Returns false when there are too many sessions and none of them can be forgotten. */
  private makeRoom(): boolean {
    if (this.size < this.limits.dispatcherEntriesMax) return true
    const [oldest] = this.coolDowns
    if (oldest === undefined) {
      this.events.refuse('a receive endpoint has as many sessions as it may have')
      return false
    }
    this.events.refuse('a session in cool-down was forgotten for a new one')
    this.dropEntry(oldest)
    return true
  }

  private addEntry(stream: StreamInterest, sessionId: number, state: SessionState): SessionEntry {
    const entry: SessionEntry = { stream, sessionId, state }
    stream.entries.set(sessionId, entry)
    this.size++
    return entry
  }

  private stateOf(streamId: number, sessionId: number): SessionState | undefined {
    return this.streams.get(streamId)?.entries.get(sessionId)?.state
  }

  private removeEntry(streamId: number, sessionId: number): void {
    const entry = this.streams.get(streamId)?.entries.get(sessionId)
    if (entry !== undefined) this.dropEntry(entry)
  }

  private dropEntry(entry: SessionEntry): void {
    entry.stream.entries.delete(entry.sessionId)
    this.coolDowns.delete(entry)
    this.size--
    if (entry.state === 'INIT_IN_PROGRESS') entry.stream.initialising--
  }

  private dropImage(stream: StreamInterest, sessionId: number): void {
    stream.images.delete(sessionId)
    this.size--
    this.lastImage = undefined
  }
}
