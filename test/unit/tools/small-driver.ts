import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CNC_FILE, LOSS_REPORT_FILE } from '../../../client/files/directory-layout.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { Cnc, cncLength } from '../../../client/memory/cnc.ts'
import type { CncLengths } from '../../../client/memory/cnc.ts'
import { countersMetadataLength } from '../../../client/memory/counter-records.ts'
import { CountersManager } from '../../../client/memory/counters-manager.ts'
import { DistinctErrorLog } from '../../../client/memory/error-log.ts'
import { LossReport } from '../../../client/memory/loss-report.ts'
import { ManyToOneRingBuffer } from '../../../client/memory/many-to-one-ring-buffer.ts'
import {
  PUBLISHER_LIMIT,
  PUBLISHER_POSITION_CONCURRENT,
  RECEIVER_HWM,
  RECEIVER_NAKS_SENT,
  RECEIVER_POSITION,
  SENDER_BACK_PRESSURE_EVENTS,
  SENDER_LIMIT,
  SENDER_NAKS_RECEIVED,
  SENDER_POSITION,
  StreamCounters,
} from '../../../driver/core/conductor/stream-counters.ts'
import type { StreamIdentity } from '../../../driver/core/conductor/stream-counters.ts'

const COUNTERS = 64

export const SMALL_LENGTHS: CncLengths = {
  toDriver: 1024 + 768,
  toClients: 1024 + 128,
  countersMetadata: countersMetadataLength(COUNTERS * 128),
  countersValues: COUNTERS * 128,
  errorLog: 4096,
  pageSize: 4096,
}

export const PID = 4711
export const START_MS: number = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

export const UDP_CHANNEL = 'aeron:udp?endpoint=127.0.0.1:40123'

/** What a driver leaves in its directory, with little memory, made by the code that drivers make it with. */
export class SmallDriver {
  readonly memory: AtomicBuffer = AtomicBuffer.allocate(cncLength(SMALL_LENGTHS))
  readonly lossMemory: AtomicBuffer = AtomicBuffer.allocate(4096)
  readonly cnc: Cnc
  readonly ring: ManyToOneRingBuffer
  readonly counters: CountersManager
  readonly streamCounters: StreamCounters
  readonly errorLog: DistinctErrorLog
  readonly lossReport: LossReport
  nowMs: number = START_MS

  constructor() {
    const meta = { clientLivenessTimeoutNs: 10e9, startTimestampMs: START_MS, pid: PID }
    this.cnc = Cnc.create(this.memory, SMALL_LENGTHS, meta)
    this.ring = new ManyToOneRingBuffer(this.cnc.toDriver)
    this.counters = new CountersManager(this.cnc.countersMetadata, this.cnc.countersValues, () => this.nowMs, 1000)
    this.streamCounters = new StreamCounters(this.counters)
    this.errorLog = new DistinctErrorLog(this.cnc.errorLog, () => this.nowMs)
    this.lossReport = new LossReport(this.lossMemory)
    // It lives for as long as tests may take.
    this.ring.setConsumerHeartbeatMs(Date.now() + 3_600_000)
    this.cnc.signalReady()
  }

  /** A UDP publication, its image and a subscription, a gap between them; and an error and a loss. */
  static withStreams(): SmallDriver {
    const driver = new SmallDriver()
    driver.counters.allocate(0, 'Bytes sent', new Uint8Array(4), 0, -1).set(1_234_567)
    const publication = driver.publish(identity(5, -77))
    publication.forEach((counter, i) => counter.set([10_000, 70_000, 9_000, 9_600, 3, 4][i] ?? 0))
    const imageKinds = [RECEIVER_HWM, RECEIVER_POSITION, RECEIVER_NAKS_SENT]
    const image = driver.streamCounters.allocateAll(identity(7, -77), imageKinds)
    image.forEach((counter, i) => counter.set([8_960, 8_000, 2][i] ?? 0))
    driver.streamCounters.allocateSubscriberPosition(identity(2, -77), 7, 7_040)
    driver.counters.allocate(1001, 'my counter', new Uint8Array(4), 9, 3).set(-5)
    driver.errorLog.record(1, 'first line\n\tsecond line')
    driver.nowMs += 1500
    driver.errorLog.record(1, 'first line\n\tsecond line')
    driver.errorLog.record(2, 'other')
    driver.lossReport.createEntry(960, driver.nowMs, -77, 1001, UDP_CHANNEL, '127.0.0.1:5555')
      ?.recordObservation(40, driver.nowMs + 1)
    return driver
  }

  /** Counters of a publication, in the order of their types here. */
  publish(stream: StreamIdentity): ReturnType<StreamCounters['allocateAll']> {
    return this.streamCounters.allocateAll(stream, [
      PUBLISHER_POSITION_CONCURRENT,
      PUBLISHER_LIMIT,
      SENDER_POSITION,
      SENDER_LIMIT,
      SENDER_BACK_PRESSURE_EVENTS,
      SENDER_NAKS_RECEIVED,
    ])
  }

  /** Writes the files into a directory. */
  write(directory: string): string {
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, CNC_FILE), this.memory.bytes)
    writeFileSync(join(directory, LOSS_REPORT_FILE), this.lossMemory.bytes)
    return directory
  }
}

export function identity(registrationId: number, sessionId: number, channel: string = UDP_CHANNEL): StreamIdentity {
  return { registrationId, sessionId, streamId: 1001, channel, ownerId: 1 }
}
