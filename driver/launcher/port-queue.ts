import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { COMMAND_QUEUE_CAPACITY } from '../core/command-queue.ts'
import type { CommandSink, CommandSource } from '../core/command-queue.ts'

/** What a queue shows of its MessagePort: declarations that users see know no types of Node. */
export interface QueuePort {
  postMessage(command: unknown): void
  close(): void
}

/** One end of a queue between two threads: it is posted to the thread that uses it. */
export interface PortQueueEnd {
  readonly port: QueuePort
  /** How many commands are in the queue: it bounds the queue, and an empty poll looks no further. */
  readonly count: SharedArrayBuffer
}

export interface PortQueue {
  readonly sink: PortQueueEnd
  readonly source: PortQueueEnd
}

export function makePortQueue(): PortQueue {
  const { port1, port2 } = new MessageChannel()
  const count = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  return { sink: { port: port1, count }, source: { port: port2, count } }
}

export class PortSink<Command> implements CommandSink<Command> {
  private readonly port: QueuePort
  private readonly count: Int32Array
  private readonly onFull: () => void

  /** @param onFull counts an offer that failed */
  constructor({ port, count }: PortQueueEnd, onFull: () => void) {
    this.port = port
    this.count = new Int32Array(count)
    this.onFull = onFull
  }

  offer(command: Command): boolean {
    if (this.remainingCapacity() <= 0) {
      this.onFull()
      return false
    }
    Atomics.add(this.count, 0, 1)
    this.port.postMessage(command)
    return true
  }

  remainingCapacity(): number {
    return COMMAND_QUEUE_CAPACITY - Atomics.load(this.count, 0)
  }
}

export class PortSource<Command> implements CommandSource<Command> {
  private readonly port: MessagePort
  private readonly count: Int32Array

  constructor({ port, count }: PortQueueEnd) {
    this.port = port as MessagePort
    this.count = new Int32Array(count)
  }

  poll(): Command | undefined {
    if (Atomics.load(this.count, 0) === 0) return undefined
    // Nothing here although something was counted: it is on its way.
    const received = receiveMessageOnPort(this.port) as { readonly message: Command } | undefined
    if (received === undefined) return undefined
    Atomics.sub(this.count, 0, 1)
    return received.message
  }
}

/** Several queues as one, each in its turn. */
export class MergedSource<Command> implements CommandSource<Command> {
  private readonly sources: readonly CommandSource<Command>[]
  private next = 0

  constructor(sources: readonly CommandSource<Command>[]) {
    this.sources = sources
  }

  poll(): Command | undefined {
    for (let i = 0; i < this.sources.length; i++) {
      const source = this.sources[this.next]
      this.next = (this.next + 1) % this.sources.length
      const command = source?.poll()
      if (command !== undefined) return command
    }
    return undefined
  }
}
