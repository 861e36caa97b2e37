import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { GodwitError } from '../../../driver/index.ts'
import type { Order, Reply, Request } from './protocol.ts'

const ORDER_TIMEOUT_MS = 20_000
const EXIT_TIMEOUT_MS = 10_000
const OUTPUT_MAX = 4_000

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** All that are there, so that nothing outlives the suite, however that ends. */
const alive = new Set<Killable>()
process.once('exit', () => alive.forEach((child) => child.kill()))

/** How many have not ended yet. */
export function livingChildren(): number {
  return alive.size
}

/** A child of the suite. */
export class Killable {
  readonly ready: Promise<void>
  readonly exited: Promise<void>
  /** Whether it may end: it was killed, or told to kill itself. */
  isDoomed: boolean = false
  isGone: boolean = false
  #output: string = ''
  readonly #process: ChildProcess
  readonly #waiting: Map<number, Waiting> = new Map()
  #lastId: number = 0

  constructor() {
    const child = fork(new URL('./child.js', import.meta.url), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.#process = child
    alive.add(this)
    let resolveReady: (() => void) | undefined
    this.ready = new Promise((resolve) => (resolveReady = resolve))
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => {
      this.isGone = true
      alive.delete(this)
      this.#output += `it ended with ${code ?? signal}`
      for (const { reject } of this.#waiting.values()) reject(this.#endedError())
      this.#waiting.clear()
      resolveReady?.()
      resolve()
    }))
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output = (this.#output + text).slice(-OUTPUT_MAX)))
    }
    child.on('message', (message: Reply | 'ready') => {
      if (message === 'ready') resolveReady?.()
      else this.#onReply(message)
    })
    child.on('error', () => undefined)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** What it printed last. */
  get output(): string {
    return this.#output
  }

  /** @throws GodwitError with the code of what it answers; Error when it is gone, or does not answer */
  async order<T = unknown>(order: Order): Promise<T> {
    if (this.isGone) throw this.#endedError()
    const id = ++this.#lastId
    const request: Request = { id, order }
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#waiting.set(id, { resolve: (result) => resolve(result as T), reject })
        const what = `process ${this.pid} did not answer "${order.kind}"`
        timer = setTimeout(() => reject(new Error(`${what}: ${this.#output}`)), ORDER_TIMEOUT_MS)
        this.#process.send(request, (error) => error !== null && reject(this.#endedError()))
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  kill(): void {
    this.isDoomed = true
    this.#process.kill('SIGKILL')
  }

  stop(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }

  /** Waits until it has ended, for as long as it may take to kill itself; then it is killed. */
  async end(timeoutMs: number = EXIT_TIMEOUT_MS): Promise<void> {
    this.isDoomed = true
    const timer = setTimeout(() => this.kill(), timeoutMs)
    await this.exited
    clearTimeout(timer)
  }

  #onReply(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    if ('code' in reply) waiting?.reject(new GodwitError(reply.code, reply.message))
    else waiting?.resolve(reply.result)
  }

  #endedError(): Error {
    return new Error(`process ${this.pid} has ended: ${this.#output}`)
  }
}

/** Children that wait for their first order: a process takes long to start. */
export class Pool {
  readonly #spares: Killable[] = []
  readonly #size: number
  /** Of all that there ever were. */
  readonly pids: Set<number> = new Set()

  constructor(size: number) {
    this.#size = size
    this.#fill()
  }

  async take(): Promise<Killable> {
    const child = this.#spares.shift() ?? this.#spawn()
    this.#fill()
    await child.ready
    if (child.isGone) throw new Error(`a child did not start: ${child.output}`)
    return child
  }

  /** Takes back one that does nothing. */
  give(child: Killable): void {
    this.#spares.unshift(child)
  }

  async close(): Promise<void> {
    const spares = this.#spares.splice(0)
    for (const child of spares) child.kill()
    await Promise.all(spares.map(({ exited }) => exited))
  }

  #fill(): void {
    while (this.#spares.length < this.#size) this.#spares.push(this.#spawn())
  }

  #spawn(): Killable {
    const child = new Killable()
    this.pids.add(child.pid)
    return child
  }
}
