import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { DriverLocation } from '../../client/client.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { DriverOptions } from '../../driver/core/driver-settings.ts'
import type { AgentGroup } from '../../driver/launcher/invoked-agents.ts'
import type { MediaDriverOptions } from '../../driver/launcher/media-driver.ts'
import { removeLeftDirectories, uniqueDirectory } from '../../driver/launcher/unique-directory.ts'
import type { MeasuredDriver } from './measured-driver.ts'

/** The program of the process, from the sources and from the build. */
const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './driver-program.ts' : './driver-program.js', import.meta.url,
)

/** A process that was asked to end and does not is killed after this time. */
const CLOSE_TIMEOUT_MS = 10_000

/** Directories of runs that were killed with their drivers go when these gave no sign of life for so long. */
const LEFT_AFTER_MS = 10_000

/** To the process, once. It ends when the channel is closed, by this process or with it. */
export type DriverOrder = Pick<MediaDriverOptions, 'dir'> & Partial<DriverOptions>

/** From the process. */
export type DriverReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** A driver in a process of its own, with a directory that goes with it. */
export class DriverProcess implements MeasuredDriver {
  readonly target: DriverLocation = { dir: uniqueDirectory() }
  readonly agentGroups: readonly AgentGroup[] = []
  readonly failure: Promise<never>
  readonly #child: ChildProcess
  readonly #ready: Promise<void>
  readonly #ended: Promise<void>
  #closing: Promise<void> | undefined

  private constructor(options: Partial<DriverOptions>) {
    const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child = child
    let setReady = (): void => undefined
    this.#ready = new Promise((resolve) => void (setReady = resolve))
    this.#ended = new Promise((resolve) => {
      child.once('exit', resolve)
      child.once('error', () => child.pid === undefined && resolve())
    })
    this.failure = new Promise((_resolve, reject) => {
      child.on('message', (report: DriverReport) => {
        if (report.kind === 'failed') reject(new GodwitError(report.code, report.message))
        else setReady()
      })
      // `close` comes behind the last message, which `exit` may not.
      child.once('close', (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`
        reject(processError(`the process of the driver, ${child.pid}, ended ${how}`))
      })
      child.once('error', (error) => reject(processError(`the process of the driver: ${error.message}`, error)))
    })
    this.failure.catch(() => undefined)
    const order: DriverOrder = { ...options, ...this.target, dirDeleteOnShutdown: true }
    // Whether it arrived shows in what the process does next.
    child.send(order, () => undefined)
  }

  /** Rejects as `MediaDriver.launch`, and with ERR_GODWIT_PERF_DRIVER when the process ends before it is ready. */
  static async start(options: Partial<DriverOptions>): Promise<DriverProcess> {
    removeLeftDirectories(LEFT_AFTER_MS)
    const driver = new DriverProcess(options)
    try {
      await Promise.race([driver.#ready, driver.failure])
      return driver
    } catch (error) {
      await driver.close()
      throw error
    }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_TIMEOUT_MS)
    await this.#ended
    clearTimeout(timer)
    // It is there still when the process was killed.
    rmSync(this.target.dir, { recursive: true, force: true })
  }
}

function processError(what: string, cause?: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_PERF_DRIVER', `${what}: no figure is given`, { cause })
}
