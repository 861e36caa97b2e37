import type { DriverOptions, IdleStrategyName, MediaName, ThreadingMode } from '../../driver/core/driver-settings.ts'

/** What is to be measured, settled. Plain data: it is posted to threads. */
export interface StreamPlan {
  readonly channel: string
  readonly streamId: number
  /** Bytes of a message. */
  readonly length: number
  readonly seconds: number
  readonly warmUpSeconds: number
  /** `invoker`: the measuring threads run the driver's agents, too. */
  readonly driver: 'embedded' | 'invoker'
  readonly threading: ThreadingMode
  /** Of the two measuring threads. */
  readonly idle: IdleStrategyName
  readonly driverIdle: IdleStrategyName
  readonly media: MediaName
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
export function driverOptionsOf(plan: StreamPlan): Partial<DriverOptions> {
  const { driverIdle, mtuLength, termLength } = plan
  return {
    threadingMode: plan.threading,
    media: plan.media,
    conductorIdleStrategy: driverIdle,
    senderIdleStrategy: driverIdle,
    receiverIdleStrategy: driverIdle,
    sharedNetworkIdleStrategy: driverIdle,
    sharedIdleStrategy: driverIdle,
    ...(mtuLength === undefined ? {} : { mtuLength, ipcMtuLength: mtuLength }),
    ...(termLength === undefined ? {} : { termBufferLength: termLength, ipcTermBufferLength: termLength }),
  }
}
