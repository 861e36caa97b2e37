import { randomUUID } from 'node:crypto'
import { given } from '../../client/arguments.ts'
import { CountersReader } from '../../client/memory/counters-reader.ts'
import { readErrorLog } from '../../client/memory/error-log.ts'
import type { ErrorObservation } from '../../client/memory/error-log.ts'
import { readLossReport } from '../../client/memory/loss-report.ts'
import type { LossObservation } from '../../client/memory/loss-report.ts'
import { ManyToOneRingBuffer } from '../../client/memory/many-to-one-ring-buffer.ts'
import { WAKE_WORD } from '../../client/protocol/embedded.ts'
import type { DriverHandle } from '../../client/protocol/embedded.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { concludeDriverSettings } from '../core/driver-settings.ts'
import type { DriverOptions, DriverSettings, ThreadingMode } from '../core/driver-settings.ts'
import type { FaultCounts } from '../media/fault-counts.ts'
import { checkFaultOptions, readFaultCounts } from '../media/faulty-media.ts'
import type { FaultOptions } from '../media/faulty-media.ts'
import { CLOSING, closeAgents, cycleOf } from './agent-runner.ts'
import { DriverDirectory } from './driver-directory.ts'
import { DriverGroup } from './driver-group.ts'
import { allocateDriverMemory, openMemory } from './driver-memory.ts'
import type { AgentRole, DriverMemory, OpenMemory } from './driver-memory.ts'
import { createThread, monotonicNs } from './driver-thread.ts'
import type { DriverThread, ThreadPlan } from './driver-thread.ts'
import { DriverWorker } from './driver-worker.ts'
import type { AgentGroup } from './invoked-agents.ts'
import { writeSnapshot } from './snapshot.ts'
import { concludeLayout, planThreads } from './thread-layout.ts'
import type { ThreadLayout } from './thread-layout.ts'
import { removeLeftDirectories, uniqueDirectory } from './unique-directory.ts'
import { eachOnce } from './warnings.ts'
import type { OnWarning } from './warnings.ts'

/** How often a driver looks whether its directory is still there. */
const DIRECTORY_CHECK_INTERVAL_MS = 1_000

/** What the heartbeat of a driver says that is gone. */
const HEARTBEAT_CLOSED = -1

/** Settings of the driver (docs/settings.md), and what belongs to a driver within a program. */
export interface MediaDriverOptions extends Partial<DriverOptions> {
  /**
   * Directory in which other processes find the driver: clients and tools, of godwit and of Aeron. `true` gives it one
   * that nobody else has, and that goes when the driver is closed. Default: none, the driver is in memory of the
   * process, for clients of the process.
   */
  readonly dir?: string | true
  /** Faults for the datagrams of all sockets of the driver: for tests and demonstrations. */
  readonly faults?: FaultOptions
  /** Gets what works less well than it could; default `process.emitWarning`. */
  readonly onWarning?: (message: string) => void
  /** Gets ERR_GODWIT_DRIVER_DIED when a thread of the driver dies; the driver is closed then. Default: a warning. */
  readonly onError?: (error: GodwitError) => void
  /**
   * For mode INVOKER: which agents run together, each in one group. `driver.agentGroups` has them, to be run by
   * `InvokedAgents.attach` in threads of the caller. Without it the thread of the driver object runs all agents.
   */
  readonly agentGroups?: readonly (readonly AgentRole[])[]
}

/** One agent of a driver in mode INVOKER. */
export interface AgentInvoker {
  /** Runs one duty cycle; returns a work count. */
  invoke(): number
}

/**
 * A media driver within the program.
 *
 * In mode SHARED (the default), SHARED_NETWORK and DEDICATED its agents run in worker threads. Those do not keep the
 * process alive: a program that has nothing else to do ends, whether it has closed its driver or not. In mode INVOKER
 * the agents run when the caller invokes them, in this thread or in several; with sockets of Node the event loop of a
 * thread that runs the sender or the receiver must turn in between.
 */
export class MediaDriver {
  /** What clients connect to; can be posted to any thread of the process. */
  readonly handle: DriverHandle
  readonly settings: DriverSettings
  /** In mode INVOKER with the option `agentGroups`, those groups: each to be attached by one thread. Else empty. */
  readonly agentGroups: readonly AgentGroup[]
  private readonly directory: DriverDirectory | undefined
  /** Whether the directory goes with the driver. */
  private readonly isDirectoryRemoved: boolean
  private readonly memory: DriverMemory
  private readonly open: OpenMemory
  private readonly options: MediaDriverOptions
  private readonly warn: OnWarning
  private readonly workers: DriverWorker[] = []
  private readonly groups: readonly DriverGroup[]
  private readonly plans: readonly ThreadPlan[]
  private readonly removeDirectory = (): void => this.directory?.remove()
  private thread: DriverThread | undefined
  private directoryTimer: NodeJS.Timeout | undefined
  private closing: Promise<void> | undefined

  private constructor(settings: DriverSettings, layout: ThreadLayout, options: MediaDriverOptions) {
    this.settings = settings
    this.options = options
    this.warn = eachOnce(options.onWarning)
    this.isDirectoryRemoved = options.dir === true || settings.dirDeleteOnShutdown
    this.directory = directoryFor(options.dir, settings, this.warn)
    try {
      this.memory = allocateDriverMemory(settings, Date.now(), process.pid, this.directory?.files)
      this.open = openMemory(this.memory, settings)
    } catch (error) {
      this.removeDirectory()
      throw error
    }
    const logChannel = `godwit-${randomUUID()}`
    const { cnc, control: wake } = this.memory
    this.handle = Object.freeze(cnc instanceof SharedArrayBuffer
      ? { kind: 'godwit-embedded-driver', cnc, logChannel, wake }
      : { kind: 'godwit-directory-driver', dir: this.dir ?? '', wake })
    const names = { directory: this.dir ?? logChannel, logChannel }
    this.plans = planThreads(layout, settings, options.faults, this.memory, names)
    this.groups = options.agentGroups === undefined ? [] : this.plans.map((plan) => new DriverGroup(plan, this.handle))
    this.agentGroups = this.groups.map(({ group }) => group)
  }

  /**
   * Starts a driver. Settings that `options` leaves out come from the environment or are Aeron's defaults.
   *
   * @throws GodwitError ERR_GODWIT_SETTINGS, ERR_GODWIT_FAULTS, or ERR_GODWIT_DRIVER_DIED when a thread does not start;
   * with a directory ERR_GODWIT_DRIVER_ACTIVE when another driver lives there, ERR_GODWIT_DIRECTORY when it cannot be
   * one, ERR_GODWIT_FILE_SPACE when there is no space, ERR_GODWIT_FILES_UNSUPPORTED where processes cannot share files
   */
  static async launch(options: MediaDriverOptions = {}): Promise<MediaDriver> {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw new GodwitError('ERR_GODWIT_SETTINGS', 'launch: expected an object with options: docs/driver.md lists them')
    }
    const { dir, faults, onWarning, onError, agentGroups, ...settingOptions } = options
    checkDirectory(dir)
    checkHandlers({ onWarning, onError })
    const settings = concludeDriverSettings(settingOptions, process.env, { threadingMode: 'SHARED' })
    const layout = concludeLayout(settings, agentGroups)
    if (faults !== undefined) checkFaultOptions(faults)
    const driver = new MediaDriver(settings, layout, options)
    await driver.start()
    return driver
  }

  /** Its directory, as an absolute path; undefined when it has none. */
  get dir(): string | undefined {
    return this.directory?.path
  }

  get threadingMode(): ThreadingMode {
    return this.settings.threadingMode
  }

  get isClosed(): boolean {
    return this.closing !== undefined
  }

  /**
   * The agents, to be run one by one.
   *
   * @throws GodwitError ERR_GODWIT_INVOKER unless the mode is INVOKER, and when they run in groups
   */
  get agents(): Readonly<Record<AgentRole, AgentInvoker>> {
    const invoker = (role: AgentRole): AgentInvoker => ({
      invoke: () => {
        const thread = this.invoked()
        return cycleOf(thread.agents.filter(({ roleName }) => roleName === role), monotonicNs(), thread.onError)
      },
    })
    this.invoked()
    return { conductor: invoker('conductor'), sender: invoker('sender'), receiver: invoker('receiver') }
  }

  /**
   * Runs all agents once; for mode INVOKER.
   *
   * @returns work count; 0 when there was nothing to do
   * @throws GodwitError ERR_GODWIT_INVOKER in the other modes, when the agents run in groups, and when the driver is
   * closed
   */
  invoke(): number {
    const thread = this.invoked()
    return cycleOf(thread.agents, monotonicNs(), thread.onError)
  }

  /** Counters of the driver and its clients. */
  counters(): CountersReader {
    return new CountersReader(this.open.cnc.countersMetadata, this.open.cnc.countersValues)
  }

  /** What went wrong in the driver: equal errors once, with how often and when. */
  errors(): readonly ErrorObservation[] {
    const errors: ErrorObservation[] = []
    readErrorLog(this.open.cnc.errorLog, (error) => errors.push(error))
    return errors
  }

  /** Which streams lost how much on their way in. */
  losses(): readonly LossObservation[] {
    const losses: LossObservation[] = []
    readLossReport(this.open.lossReport, (loss) => losses.push(loss))
    return losses
  }

  /** What the option `faults` has done so far. */
  faultCounts(): { readonly send: FaultCounts; readonly receive: FaultCounts } {
    return readFaultCounts(this.memory.faults)
  }

  /**
   * Writes counters, errors and losses as they are now into a directory, for `godwit stat` and the other tools, and
   * Aeron's; of a driver that has none of its own. Can be called again, also when the driver is closed; readers see the
   * last one.
   *
   * @param directory made when it is not there
   * @throws GodwitError ERR_GODWIT_SNAPSHOT when a driver uses the directory, it cannot be written, or this driver has
   * one of its own
   */
  async snapshot(directory: string): Promise<void> {
    await writeSnapshot(directory, this.memory, this.settings.driverTimeoutMs)
  }

  /**
   * Ends the threads of the driver and closes its sockets; clients see that it is gone. Agents that threads of the
   * caller run close in their next `invoke`, which this waits for, up to 5 seconds. Can be called again.
   */
  close(): Promise<void> {
    this.closing ??= this.end()
    return this.closing
  }

  /** What it is, for logs: `JSON.stringify` would go through all of its memory otherwise. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { threadingMode: this.threadingMode, isClosed: this.isClosed }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private async start(): Promise<void> {
    const { plans, warn } = this
    this.watchDirectory()
    for (const { ended } of this.groups) void ended.then((failure) => this.onGroupEnd(failure))
    if (this.groups.length > 0) return
    try {
      if (this.settings.threadingMode === 'INVOKER') {
        this.thread = createThread(plans[0]!, warn, () => undefined)
        return
      }
      for (const plan of plans) this.workers.push(new DriverWorker(plan, warn))
      await Promise.all(this.workers.map(({ ready }) => ready))
    } catch (error) {
      await this.close()
      this.removeDirectory()
      throw error
    }
    for (const { ended } of this.workers) void ended.then((failure) => this.onWorkerEnd(failure))
  }

  /** A group that was closed in its thread ends the driver: that is how those who run it do that. */
  private onGroupEnd(failure: GodwitError | undefined): void {
    if (failure !== undefined) this.onWorkerEnd(failure)
    else void this.close()
  }

  private onWorkerEnd(failure: GodwitError | undefined): void {
    if (this.closing !== undefined) return
    void this.close()
    const error = failure ??
      new GodwitError('ERR_GODWIT_DRIVER_DIED', 'a thread of the driver ended by itself; launch the driver again')
    if (this.options.onError !== undefined) this.options.onError(error)
    else process.emitWarning(error)
  }

  private async end(): Promise<void> {
    const control = new Int32Array(this.memory.control)
    Atomics.store(control, WAKE_WORD, CLOSING)
    Atomics.notify(control, WAKE_WORD)
    const { thread } = this
    if (thread !== undefined) {
      closeAgents(thread.agents, thread.onError)
      thread.close()
    }
    const groups = this.groups.map((group) => group.close(this.warn))
    await Promise.all([...groups, ...this.workers.map((worker) => worker.close())])
    this.leaveDirectory()
  }

  /**
   * Somebody who tidies up may remove it: then nobody finds the driver any more, which goes on for those it has. When
   * another driver has it, because this one stood still for so long that it was taken for dead, all clients have left;
   * it ends then, and lets go of its ports.
   */
  private watchDirectory(): void {
    const { directory } = this
    if (directory === undefined) return
    if (this.isDirectoryRemoved) process.once('exit', this.removeDirectory)
    this.directoryTimer = setInterval(() => {
      const state = directory.state()
      if (state === 'there') return
      clearInterval(this.directoryTimer)
      if (state === 'taken') {
        const what = `another driver has taken ${directory.path}: this one gave no sign of life for too long`
        this.onWorkerEnd(new GodwitError('ERR_GODWIT_DRIVER_DIED', what))
        return
      }
      this.warn(`${directory.path} is gone: no client finds this driver any more, launch it again`)
    }, DIRECTORY_CHECK_INTERVAL_MS).unref()
  }

  private leaveDirectory(): void {
    if (this.directory === undefined) return
    clearInterval(this.directoryTimer)
    process.removeListener('exit', this.removeDirectory)
    // A conductor that was killed could not say it; nobody else is left who would.
    new ManyToOneRingBuffer(this.open.cnc.toDriver).setConsumerHeartbeatMs(HEARTBEAT_CLOSED)
    if (this.isDirectoryRemoved) this.removeDirectory()
  }

  private invoked(): DriverThread {
    const { thread, settings } = this
    if (this.groups.length > 0) {
      const what = 'the agents of the driver run in groups: invoke those that InvokedAgents.attach gave to this thread'
      throw new GodwitError('ERR_GODWIT_INVOKER', what)
    }
    if (thread === undefined) {
      const what = `the driver's mode is ${settings.threadingMode}: it runs by itself, only mode INVOKER can be invoked`
      throw new GodwitError('ERR_GODWIT_INVOKER', what)
    }
    if (this.isClosed) throw new GodwitError('ERR_GODWIT_INVOKER', 'the driver is closed: launch another one')
    return thread
  }
}

function checkDirectory(dir: unknown): void {
  if (dir === undefined || dir === true || (typeof dir === 'string' && dir !== '')) return
  const expected = 'expected the path of a directory, or true for one of its own'
  throw new GodwitError('ERR_GODWIT_SETTINGS', `dir: ${expected}, not ${given(dir)}`)
}

function directoryFor(
  dir: string | true | undefined, settings: DriverSettings, warn: OnWarning,
): DriverDirectory | undefined {
  if (dir === undefined) return undefined
  if (dir !== true) return DriverDirectory.claim(dir, settings, warn)
  removeLeftDirectories(settings.driverTimeoutMs)
  return DriverDirectory.claim(uniqueDirectory(), settings, warn)
}

function checkHandlers(handlers: Readonly<Record<string, unknown>>): void {
  for (const [name, handler] of Object.entries(handlers)) {
    if (handler === undefined || typeof handler === 'function') continue
    throw new GodwitError('ERR_GODWIT_SETTINGS', `${name}: expected a function, not ${String(handler)}`)
  }
}
