/** Echoes what comes through one queue into another, without ever turning its event loop. */
import { workerData } from 'node:worker_threads'
import { PortSink, PortSource } from '../../../driver/launcher/port-queue.ts'
import type { PortQueueEnd } from '../../../driver/launcher/port-queue.ts'

export interface QueueWorkerData {
  readonly source: PortQueueEnd
  readonly sink: PortQueueEnd
  /** Word 0: 0 waits, 1 runs, 2 ends. Word 1: offers that found the queue full. */
  readonly control: SharedArrayBuffer
}

const { source, sink, control } = workerData as QueueWorkerData
const words = new Int32Array(control)
const commands = new PortSource<unknown>(source)
const replies = new PortSink<unknown>(sink, () => void Atomics.add(words, 1, 1))

Atomics.wait(words, 0, 0)
while (Atomics.load(words, 0) === 1) {
  const command = commands.poll()
  if (command === undefined) continue
  while (Atomics.load(words, 0) === 1 && !replies.offer(command)) continue
}
source.port.close()
sink.port.close()
