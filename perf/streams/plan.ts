import type { DriverOptions, IdleStrategyName, MediaName, ThreadingMode } from '../../driver/core/driver-settings.ts'

/**
 * Where the driver of a run is. `embedded`: in threads of this process; `invoker`: in the measuring threads, beside
 * their streams; `process`: in a process of its own, which the run starts and ends; `running`: in one that was there
 * before, and stays.
 */
export type DriverKind = 'embedded' | 'invoker' | 'process' | 'running'

/** The driver of a run. Of one that runs already, all but `dir` is undefined: nothing is known of it. */
export interface DriverPlan {
  readonly driver: DriverKind
  /** Directory of a driver that runs already. */
  readonly dir: string | undefined
  readonly threading: ThreadingMode | undefined
  readonly driverIdle: IdleStrategyName | undefined
  readonly media: MediaName | undefined
}

/** What is to be measured, settled. Plain data: it is posted to threads. */
export interface StreamPlan extends DriverPlan {
  readonly channel: string
  readonly streamId: number
  /** Bytes of a message. */
  readonly length: number
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Of the two measuring threads. */
  readonly idle: IdleStrategyName
  readonly mtuLength: number | undefined
  readonly termLength: number | undefined
  /** Whether messages are written in place, by `tryClaim`, instead of copied by `offer`. */
  readonly claims: boolean
  /** Whether publications are such that threads share, instead of exclusive ones. */
  readonly isConcurrent: boolean
  /** Messages per second, for latency in an open loop; undefined: the next one goes when the last one is back. */
  readonly rate: number | undefined
}

/** Settings of the driver that a plan asks for. */
export function driverOptionsOf(
  plan: DriverPlan & Partial<Pick<StreamPlan, 'mtuLength' | 'termLength'>>,
): Partial<DriverOptions> {
  const { threading, driverIdle, media, mtuLength, termLength } = plan
  return {
    ...(threading === undefined ? {} : { threadingMode: threading }),
    ...(media === undefined ? {} : { media }),
    ...(driverIdle === undefined ? {} : {
      conductorIdleStrategy: driverIdle,
      senderIdleStrategy: driverIdle,
      receiverIdleStrategy: driverIdle,
      sharedNetworkIdleStrategy: driverIdle,
      sharedIdleStrategy: driverIdle,
    }),
    ...(mtuLength === undefined ? {} : { mtuLength, ipcMtuLength: mtuLength }),
    ...(termLength === undefined ? {} : { termBufferLength: termLength, ipcTermBufferLength: termLength }),
  }
}
