import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, type } from 'node:os'
import { thisPlatform } from '../../client/native/ffi.ts'
import { ChannelUri } from '../../client/protocol/channel-uri.ts'
import type { ThreadingMode } from '../../driver/core/driver-settings.ts'
import { loadNativeLibrary } from '../../driver/media/native/native-library.ts'
import { packageVersion } from '../../client/version.ts'
import type { StreamPlan } from '../streams/plan.ts'
import type { StreamFacts } from '../streams/thread-protocol.ts'
import { busyThreads, spins } from './threads.ts'

/** What figures depend on besides the code. */
export interface Environment {
  readonly godwit: string
  readonly node: string
  readonly v8: string
  readonly cpu: string
  readonly cores: number
  /** Average of the last minute, before the run. */
  readonly load: number
  readonly kernel: string
  /** Longest socket buffers that the system gives; undefined where it does not say. */
  readonly rmemMax: number | undefined
  readonly wmemMax: number | undefined
  readonly threading: string
  /** Which threads run the driver's agents. */
  readonly agents: string
  readonly idle: string
  readonly driverIdle: string
  /** What moved datagrams. */
  readonly media: 'native' | 'dgram' | 'none'
  readonly mtuLength: number
  readonly termLength: number
  /** Threads that take a core each during the run. */
  readonly busyThreads: number
  /** Whether threads spin although there are not cores for all: what they are given, others lack. */
  readonly isOversubscribed: boolean
}

const AGENTS: Readonly<Record<ThreadingMode, string>> = {
  SHARED: 'conductor, sender and receiver in one thread of the driver',
  SHARED_NETWORK: 'conductor in one thread of the driver, sender and receiver in another',
  DEDICATED: 'conductor, sender and receiver in a thread of the driver each',
  INVOKER: "conductor and sender in the publisher's thread, receiver in the subscriber's",
}

/** Taken before the run, which is a load by itself. */
export interface Machine extends Omit<Environment, 'media' | 'mtuLength' | 'termLength'> {}

export function machineFor(plan: StreamPlan): Machine {
  const { media } = ChannelUri.parse(plan.channel)
  const processors = cpus()
  const busy = busyThreads(media, plan.threading, plan.driverIdle)
  return {
    godwit: packageVersion(),
    node: process.versions.node,
    v8: process.versions.v8,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    kernel: `${type()} ${release()}`,
    rmemMax: kernelNumber('/proc/sys/net/core/rmem_max'),
    wmemMax: kernelNumber('/proc/sys/net/core/wmem_max'),
    threading: plan.threading,
    agents: AGENTS[plan.threading],
    idle: plan.idle,
    driverIdle: plan.driverIdle,
    busyThreads: busy,
    isOversubscribed: busy > processors.length && (spins(plan.idle) || spins(plan.driverIdle)),
  }
}

export function environmentOf(machine: Machine, plan: StreamPlan, { mtuLength, termLength }: StreamFacts): Environment {
  return { ...machine, media: mediaOf(plan), mtuLength, termLength }
}

/** The media that the driver took for that plan. */
function mediaOf({ channel, media }: StreamPlan): Environment['media'] {
  if (ChannelUri.parse(channel).media === 'ipc') return 'none'
  if (media === 'dgram') return 'dgram'
  const { library } = loadNativeLibrary(thisPlatform())
  return library === undefined ? 'dgram' : 'native'
}

/** The head of a report as text. */
export function environmentText(plan: StreamPlan, environment: Environment): string {
  const { godwit, node, v8, cpu, cores, load, kernel, rmemMax, wmemMax, agents, idle, driverIdle } = environment
  const { media, mtuLength, termLength, busyThreads: busy, isOversubscribed } = environment
  const sockets = rmemMax === undefined ? '' : `, rmem_max ${rmemMax}, wmem_max ${wmemMax}`
  return [
    `godwit ${godwit}, Node ${node}, V8 ${v8}`,
    `${cpu}, ${cores} cores, load ${load}, ${kernel}${sockets}`,
    `${plan.channel}, stream ${plan.streamId}, ${plan.length} bytes, MTU ${mtuLength}, terms of ${termLength}`,
    `driver ${plan.driver}: ${agents}`,
    `media ${media}, idle ${idle}, of the driver ${driverIdle}`,
    ...(isOversubscribed ? [`NOT VALID: threads spin, and there are more busy ones (${busy}) than cores`] : []),
    '',
  ].join('\n')
}

function kernelNumber(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
