import type { Output } from '../../codegen/cli/command.ts'
import { counted } from './text.ts'

const INTERVAL_MS = 500

/** What went through so far; both only grow. */
export interface Traffic {
  readonly messages: number
  readonly bytes: number
}

export interface ProgressOptions {
  readonly output: Output
  /** What happens to messages, such as `sent`. */
  readonly verb: string
  readonly isQuiet: boolean
  /** How many bytes there will be, once that is known. */
  readonly totalBytes?: () => number | undefined
}

/** Shows on a terminal how messages go through while `body` runs. */
export async function withProgress<T>(
  traffic: Traffic, options: ProgressOptions, body: () => Promise<T>,
): Promise<T> {
  const progress = new Progress(traffic, options)
  try {
    return await body()
  } finally {
    progress.close()
  }
}

/** A line on a terminal that is written over. */
class Progress {
  readonly #traffic: Traffic
  readonly #output: Output
  readonly #verb: string
  readonly #totalBytes: () => number | undefined
  readonly #timer: NodeJS.Timeout | undefined
  #lastMs: number = performance.now()
  #lastBytes: number = 0
  #isShown: boolean = false

  constructor(traffic: Traffic, { output, verb, isQuiet, totalBytes = noTotal }: ProgressOptions) {
    this.#traffic = traffic
    this.#output = output
    this.#verb = verb
    this.#totalBytes = totalBytes
    const isShown = !isQuiet && process.stderr.isTTY && process.env['TERM'] !== 'dumb'
    this.#timer = isShown ? setInterval(() => this.#show(), INTERVAL_MS).unref() : undefined
  }

  close(): void {
    clearInterval(this.#timer)
    if (this.#isShown) this.#output.err('\r\x1b[K')
    this.#isShown = false
  }

  #show(): void {
    const nowMs = performance.now()
    const { messages, bytes } = this.#traffic
    const rate = ((bytes - this.#lastBytes) * 1000) / (nowMs - this.#lastMs)
    const total = this.#totalBytes()
    const part = total === undefined || total === 0 ? '' : `, ${Math.floor((100 * bytes) / total)} %`
    this.#output.err(`\r\x1b[K${this.#verb} ${trafficText({ messages, bytes })}, ${megabytes(rate)}/s${part}`)
    this.#lastMs = nowMs
    this.#lastBytes = bytes
    this.#isShown = true
  }
}

/** Such as `1 message, 5 bytes`. */
export function trafficText({ messages, bytes }: Traffic): string {
  return `${counted(messages, 'message')}, ${counted(bytes, 'byte')}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`
}

function noTotal(): undefined {
  return undefined
}

/** Bytes per second for people, behind a comma; nothing for a time that is too short. */
export function rateText(bytes: number, seconds: number): string {
  return seconds === 0 ? '' : `, ${megabytes(bytes / seconds)}/s`
}

export function secondsSince(startMs: number): number {
  return Math.round(performance.now() - startMs) / 1000
}
