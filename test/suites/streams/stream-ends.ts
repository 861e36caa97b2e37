/** Publisher and subscriber of a stream of random bytes, each in a thread, and a driver for them. */
import { Worker } from 'node:worker_threads'
import type { MediaDriver } from '../../../driver/index.ts'
import type { EndOfStream, EndReady, EndResult } from './digest-worker.ts'

/** URL of a worker beside this module, in sources and build alike. */
export function workerUrl(name: string): URL {
  return new URL(import.meta.url.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, import.meta.url)
}

export interface StreamOptions {
  readonly channel: string
  readonly seed: string
  readonly totalBytes: number
}

export interface StreamResult {
  readonly sent: EndResult
  readonly received: EndResult
  readonly seconds: number
}

export const STREAM_ID = 1001
const MESSAGE_LENGTH_MAX = 20_000

interface End {
  readonly ready: Promise<EndReady>
  readonly result: Promise<EndResult>
}

/** Its first message says that it is ready, its last one what came of it. */
function startEnd(task: EndOfStream): End {
  const worker = new Worker(workerUrl('digest-worker'), { workerData: task })
  const ready = new Promise<EndReady>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  let last: EndResult | undefined
  worker.on('message', (message: EndResult) => (last = message))
  const result = new Promise<EndResult>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', () => (last === undefined ? reject(new Error(`${task.role} ended early`)) : resolve(last)))
  })
  return { ready, result }
}

/** Sends a stream of random bytes through a driver. */
export async function sendStream(
  driver: MediaDriver,
  { channel, seed, totalBytes }: StreamOptions,
): Promise<StreamResult> {
  const common = { handle: driver.handle, streamId: STREAM_ID, seed, totalBytes, messageLengthMax: MESSAGE_LENGTH_MAX }
  const stop = driver.threadingMode === 'INVOKER' ? drive(driver) : () => undefined
  try {
    const startMs = performance.now()
    const subscriber = startEnd({ ...common, role: 'subscriber', channel })
    const { channel: bound = '' } = await subscriber.ready
    const publisher = startEnd({ ...common, role: 'publisher', channel: bound })
    const [sent, received] = await Promise.all([publisher.result, subscriber.result])
    return { sent, received, seconds: (performance.now() - startMs) / 1000 }
  } finally {
    stop()
  }
}

/** Runs the agents of a driver that has no threads, in turns of this thread's event loop. */
function drive(driver: MediaDriver): () => void {
  let isRunning = true
  const turn = (): void => {
    if (!isRunning) return
    driver.invoke()
    setImmediate(turn)
  }
  turn()
  return () => void (isRunning = false)
}
