import { Worker } from 'node:worker_threads'
import type { AgentGroup } from '../../../driver/index.ts'

export const MESSAGE_LENGTH = 1000

export interface InvokedThreadData {
  readonly group: AgentGroup
  /** A publisher gets its channel as a message, and another one when it may go. */
  readonly role: 'publisher' | 'subscriber'
  readonly count: number
}

export type InvokedThreadReport =
  | { readonly kind: 'subscribed'; readonly channel: string }
  /** Messages that were sent, or that came one after the other. */
  | { readonly kind: 'done'; readonly inOrder: number }

export function startInvokedThread(data: InvokedThreadData): Worker {
  const extension = import.meta.url.slice(-3)
  const { transferList } = data.group
  return new Worker(new URL(`./invoked-thread${extension}`, import.meta.url), { workerData: data, transferList })
}
