/** The thread that waits for messages, from its order in `workerData` to the end. */
import { parentPort, workerData } from 'node:worker_threads'
import { Client } from '../../client/client.ts'
import type { WaitStrategyName } from '../../client/conductor/wait-strategy.ts'
import type { DriverHandle } from '../../client/protocol/embedded.ts'
import { monotonicNs } from '../../driver/launcher/driver-thread.ts'
import { resolvedChannelOf } from './channels.ts'
import { readOwnThread } from './thread-usage.ts'

export interface WaiterOrder {
  readonly handle: DriverHandle
  readonly channel: string
  readonly streamId: number
  readonly strategy: WaitStrategyName
  /** Messages that do not count. */
  readonly warmUpMessages: number
}

export type WaiterReport =
  | { readonly kind: 'subscribed'; readonly channel: string }
  | { readonly kind: 'done'; readonly wakeUpUs: readonly number[]; readonly cpuPercent: number | undefined }

function report(message: WaiterReport): void {
  parentPort?.postMessage(message)
}

async function main({ handle, channel, streamId, strategy, warmUpMessages }: WaiterOrder): Promise<void> {
  const client = await Client.connect(handle, { idle: strategy })
  try {
    const subscription = await client.addSubscription(channel, streamId)
    report({ kind: 'subscribed', channel: await resolvedChannelOf(subscription) })
    const wakeUpUs: number[] = []
    let messages = 0
    let [startNs, startUsage] = [monotonicNs(), readOwnThread()]
    for await (const { data } of subscription.messages()) {
      const nowNs = monotonicNs()
      const stamp = new DataView(data.buffer, data.byteOffset).getFloat64(0, true)
      if (Number.isNaN(stamp)) break
      messages++
      if (messages > warmUpMessages) wakeUpUs.push((nowNs - stamp) / 1e3)
      else [startNs, startUsage] = [nowNs, readOwnThread()]
    }
    const usage = readOwnThread()
    const cpuPercent = usage === undefined || startUsage === undefined
      ? undefined
      : (100 * (usage.cpuNs - startUsage.cpuNs)) / (monotonicNs() - startNs)
    report({ kind: 'done', wakeUpUs, cpuPercent })
  } finally {
    await client.close()
  }
}

await main(workerData as WaiterOrder)
