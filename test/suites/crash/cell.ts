import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { GodwitError } from '../../../driver/index.ts'
import type { Random } from '../../support/random.ts'
import {
  DRIVER_GONE, isOwnFault, isSlowAnswer, isUnexpected, NOT_JOINED, SOCKET_CLOSES, unexpectedErrors,
} from './excuses.ts'
import type { Killable, Pool } from './killable.ts'
import { besides, leftovers } from './leftovers.ts'
import type { Member } from './member.ts'
import { newMember, sessionsOf, stallOf } from './member.ts'
import type { ProgressFile } from './progress-file.ts'
import type { ClientFacts, DriverFacts, JoinPlan, LaunchOptions, Loss } from './protocol.ts'
import { launchOptions, STREAMS } from './settings.ts'
import type { Timing } from './settings.ts'
import { StallWatch } from './stall-watch.ts'
import type { Tally } from './tally.ts'

const LOOK_INTERVAL_MS = 20
/** A client that stood still for too long notices when it next looks at its driver. */
const NOTICE_MS = 200

const stalls = new StallWatch()

/** Threads of a driver have 10 seconds to start; and while it stands still another one may take it for dead. */
const NOT_STARTED = /did not start within|another driver has taken/
const EXCUSABLE_START_STALL_MS = 100

/** A publication whose client is gone: those who heard it must come to its end, and not beyond. */
interface Ended {
  readonly key: number
  readonly stream: number
  readonly min: number
  readonly max: () => number
  readonly witnesses: readonly { readonly member: Member; readonly generation: number }[]
}

export interface CellOptions {
  /** Of its driver. */
  readonly dir: string
  readonly timing: Timing
  readonly udpPort: number
  readonly pool: Pool
  readonly progress: ProgressFile
  readonly progressPath: string
  /** A number that no publication has had yet. */
  readonly nextKey: () => number
  readonly tally: Tally
}

/** A driver and three clients: one that publishes, one that subscribes, one that does both. */
export class Cell {
  readonly options: CellOptions
  readonly members: readonly Member[] = [newMember('publisher'), newMember('subscriber'), newMember('both')]
  driver: Killable | undefined
  readonly #children: Set<Killable> = new Set()
  #launched: LaunchOptions | undefined
  #ended: Ended[] = []
  #driverStalls: number = 0
  #lastFacts: DriverFacts | undefined

  constructor(options: CellOptions) {
    this.options = options
  }

  async takeChild(): Promise<Killable> {
    const child = await this.options.pool.take()
    this.#children.add(child)
    return child
  }

  /** For others: it does nothing. */
  giveChild(child: Killable): void {
    this.#children.delete(child)
    this.options.pool.give(child)
  }

  /** A cell whose driver and clients are there and hear each other. */
  async begin(random: Random): Promise<void> {
    if (this.driver === undefined) await this.startDriver(random)
    this.#driverStalls = (await this.driverFacts()).stalls
    while (this.members.some(({ isJoined }) => !isJoined)) {
      for (const member of this.members) if (!member.isJoined) await this.join(member, random)
      await this.settle()
    }
  }

  /** Everybody leaves, and nothing may be left. */
  async end(random: Random): Promise<void> {
    for (const member of this.members) {
      await member.child!.order({ kind: 'leave' })
      this.left(member)
    }
    await this.settle()
    await this.driver!.order({ kind: 'close' })
    const child = this.driver!
    this.driverLeft()
    const options = launchOptions(this.options.dir, this.options.timing, random)
    await child.order({ kind: 'launch', options: { ...options, dirDeleteOnShutdown: true } })
    this.#checkErrorLogs()
    await child.order({ kind: 'close' })
    await this.close()
  }

  /** Launches a driver; while the one before it may still be alive, again and again. */
  async startDriver(random: Random): Promise<void> {
    const child = await this.takeChild()
    await this.until('a driver starts where one is dead', async () => {
      const result = await this.tryLaunch(child, random)
      return result === 'launched' ? [] : [result]
    })
  }

  /** `overloaded`: the machine did not let it start in time. */
  async tryLaunch(child: Killable, random: Random): Promise<'launched' | 'active' | 'overloaded'> {
    const options = launchOptions(this.options.dir, this.options.timing, random)
    try {
      await child.order({ kind: 'launch', options })
    } catch (error) {
      if (!(error instanceof GodwitError)) throw error
      if (error.code === 'ERR_GODWIT_DRIVER_ACTIVE') return 'active'
      const stallMs = await child.order<number>({ kind: 'stall' })
      if (!NOT_STARTED.test(error.message) || stallMs < EXCUSABLE_START_STALL_MS) throw error
      this.options.tally.excused++
      return 'overloaded'
    }
    this.#checkErrorLogs()
    this.driver = child
    this.#launched = options
    this.#driverStalls = 0
    this.#ended = []
    return 'launched'
  }

  async join(member: Member, random: Random): Promise<void> {
    member.child ??= await this.takeChild()
    let plan = this.#joinPlan(member, random)
    await this.until('a client joins', async () => {
      try {
        await member.child!.order({ kind: 'join', plan })
        return []
      } catch (error) {
        if (!(error instanceof GodwitError)) throw error
        if (error.message.includes(SOCKET_CLOSES)) return [error.message]
        if (!NOT_JOINED.includes(error.code)) throw error
        await this.#excuse(member, { code: error.code, message: error.message, stallMs: await stallOf(member) })
        // It may have published already.
        plan = this.#joinPlan(member, random)
        return [error.message]
      }
    })
    member.isJoined = true
    member.generation++
    member.keys = plan.publications.map(({ key }) => key)
    member.heard.clear()
    member.messages = 0
    member.gaps = 0
  }

  /** Kills a client. */
  async kill(member: Member): Promise<void> {
    member.child!.kill()
    await this.buried(member)
  }

  /** Waits for the end of a client that was killed, or told to kill itself. */
  async buried(member: Member, timeoutMs?: number): Promise<void> {
    await member.child!.end(timeoutMs)
    member.child = undefined
    this.options.tally.kills++
    this.left(member)
  }

  /** A client is gone: what it had published, at the least, must arrive. */
  left(member: Member, publishedMin: readonly number[] = this.published(member)): void {
    member.isJoined = false
    member.keys.forEach((key, stream) => {
      const witnesses = this.members
        .filter((other) => other.isJoined && other.heard.has(key))
        .map((other) => ({ member: other, generation: other.generation }))
      const max = (): number => this.options.progress.read(key) + 1
      this.#ended.push({ key, stream, min: publishedMin[stream] ?? 0, max, witnesses })
    })
    member.keys = []
  }

  published({ keys }: Member): readonly number[] {
    return keys.map((key) => this.options.progress.read(key))
  }

  /** Kills the driver. */
  async killDriver(): Promise<void> {
    const driver = this.driver!
    driver.kill()
    await driver.exited
    this.options.tally.kills++
    this.driverLeft()
  }

  /** The driver is gone: its clients have to find out, and nothing that they published is owed to anybody. */
  driverLeft(): void {
    if (this.#lastFacts !== undefined) this.options.tally.addDriver(this.#lastFacts)
    this.#lastFacts = undefined
    this.driver = undefined
    this.#ended = []
  }

  /** Waits until clients have said how they were closed. */
  async expectLost(members: readonly Member[], codes: readonly string[] = [DRIVER_GONE]): Promise<void> {
    for (const member of members) {
      let loss: Loss | undefined
      await this.until('a client notices', async () => {
        loss = (await this.#look(member)).loss
        return loss === undefined ? [`the ${member.role} goes on`] : []
      })
      if (!codes.includes(loss!.code)) await this.#excuse(member, loss!)
    }
  }

  /** Those that are joined have lost their driver. */
  async expectDriverLost(): Promise<void> {
    const joined = this.members.filter(({ isJoined }) => isJoined)
    await this.expectLost(joined)
    for (const member of joined) {
      member.isJoined = false
      member.keys = []
    }
  }

  /** Waits until all is as it must be with those clients that are there, and nothing is left of others. */
  async settle(): Promise<void> {
    const targets = new Map<number, number>()
    for (const { keys } of this.members) for (const key of keys) targets.set(key, this.options.progress.read(key) + 1)
    await this.until('everything is in order', () => this.#problems(targets))
    this.#ended = []
  }

  async driverFacts(): Promise<DriverFacts> {
    const facts = await this.driver!.order<DriverFacts>({ kind: 'inspect' })
    if (facts.failure !== undefined) throw new Error(`the driver ended: ${facts.failure}`)
    const errors = facts.errors.filter(isUnexpected)
    if (errors.length > 0) throw new Error(`the driver's error log: ${errors.join('; ')}`)
    this.#lastFacts = facts
    return facts
  }

  /** @throws Error with what is not in order at the end */
  async until(what: string, look: () => Promise<readonly string[]>): Promise<void> {
    const startMs = performance.now()
    for (;;) {
      this.#checkChildren()
      const problems = await look()
      if (problems.length === 0) return
      const elapsedMs = performance.now() - startMs
      if (elapsedMs > this.options.timing.settleLimitMs) {
        throw new Error(`after ${Math.round(elapsedMs)} ms still not: ${what}: ${problems.join('; ')}`)
      }
      await delay(LOOK_INTERVAL_MS)
    }
  }

  /** Ends all its processes. */
  async close(): Promise<void> {
    for (const child of this.#children) child.kill()
    await Promise.all([...this.#children].map(({ exited }) => exited))
    this.driverLeft()
  }

  /** Removes what it leaves when something went wrong. */
  clear(): void {
    const { dir } = this.options
    for (const path of [dir, ...besides(dir)]) rmSync(path, { recursive: true, force: true })
  }

  describe(): string {
    return `threading ${this.#launched?.threadingMode}, media ${this.#launched?.media}`
  }

  /** What went wrong in the driver before, which a driver that starts saves. */
  #checkErrorLogs(): void {
    for (const path of besides(this.options.dir)) {
      if (!path.endsWith('-error.log')) continue
      const text = readFileSync(path, 'utf8')
      rmSync(path)
      const errors = unexpectedErrors(text)
      if (errors.length > 0) throw new Error(`the error log that was saved: ${errors.join('; ')}`)
    }
  }

  #joinPlan({ role }: Member, random: Random): JoinPlan {
    const { dir, progressPath, udpPort, nextKey, timing } = this.options
    const streams = STREAMS.map((stream) => ({ ...stream, channel: stream.channel.replace('PORT', String(udpPort)) }))
    return {
      dir,
      progressPath,
      driverTimeoutMs: timing.driverTimeoutMs,
      publications: role === 'subscriber'
        ? []
        : streams.map((stream) => ({ ...stream, key: nextKey(), way: random.pick(['offer', 'claim']) })),
      subscriptions: role === 'publisher' ? [] : streams,
    }
  }

  #checkChildren(): void {
    for (const child of [this.driver, ...this.members.map(({ child }) => child)]) {
      if (child?.isGone === true && !child.isDoomed) throw new Error(`process ${child.pid} died: ${child.output}`)
    }
  }

  async #look(member: Member): Promise<ClientFacts> {
    let facts = await this.#ask(member)
    // Who is given up in the middle of a message may see how others write over it, until it notices.
    if (facts.failures.length > 0 && facts.loss === undefined) {
      await delay(NOTICE_MS)
      facts = await this.#ask(member)
    }
    if (facts.failures.length > 0) {
      const what = `the ${member.role}: ${facts.failures.join('; ')}`
      if (facts.loss === undefined || !isOwnFault(facts.loss, this.options.timing)) throw new Error(what)
      this.options.tally.excused++
    }
    if (facts.gaps.length > member.gaps) {
      if (!(await this.#hasDriverStalled())) throw new Error(`the ${member.role}: ${facts.gaps.join('; ')}`)
      member.gaps = facts.gaps.length
      this.options.tally.excused++
    }
    return facts
  }

  async #ask(member: Member): Promise<ClientFacts> {
    const oldestKey = Math.min(...this.members.flatMap(({ keys }) => keys), ...this.#ended.map(({ key }) => key))
    const facts = await member.child!.order<ClientFacts>({ kind: 'look', oldestKey })
    this.options.tally.messages += facts.messages - member.messages
    member.messages = facts.messages
    return facts
  }

  async #problems(targets: ReadonlyMap<number, number>): Promise<string[]> {
    const problems: string[] = []
    const joined = this.members.filter(({ isJoined }) => isJoined)
    const looks: { readonly member: Member; readonly facts: ClientFacts }[] = []
    for (const member of joined) {
      const facts = await this.#look(member)
      if (facts.loss === undefined) {
        looks.push({ member, facts })
      } else {
        await this.#excuse(member, facts.loss)
        this.left(member, [])
      }
    }
    const live = this.members.filter(({ isJoined }) => isJoined)
    for (const { member, facts } of looks) {
      if (member.role === 'publisher') continue
      problems.push(...this.#streamProblems(member, facts, live, targets))
    }
    problems.push(...leftovers(await this.driverFacts(), live, this.options.dir))
    return problems
  }

  #streamProblems(
    member: Member, facts: ClientFacts, live: readonly Member[], targets: ReadonlyMap<number, number>,
  ): readonly string[] {
    const problems: string[] = []
    const name = `the ${member.role}`
    facts.subscriptions.forEach(({ next, images }, stream) => {
      const expected = sessionsOf(stream, live)
      if (images !== expected) problems.push(`${name} has ${images} images of stream ${stream}, not ${expected}`)
      for (const { keys } of live) {
        const key = keys[stream]
        if (key === undefined) continue
        if ((next[key] ?? 0) >= (targets.get(key) ?? 1)) member.heard.add(key)
        else problems.push(`${name} waits for message ${targets.get(key)} of publication ${key} (stream ${stream}), ` +
          `has ${next[key] ?? 'none'}`)
      }
      for (const { key, stream: endedStream, min, max, witnesses } of this.#ended) {
        if (endedStream !== stream) continue
        const isWitness = witnesses.some((each) => each.member === member && each.generation === member.generation)
        if (!isWitness) continue
        const count = next[key] ?? 0
        const what = `${name} has ${count} messages of publication ${key}`
        if (count > max()) throw new Error(`${what}, which sent ${max() - 1}`)
        if (count < min) problems.push(`${what}, which sent ${min}`)
      }
    })
    return problems
  }

  /** Accepts that a client was closed that nobody touched, when the machine let it or the driver stand still. */
  async #excuse(member: Member, loss: Loss): Promise<void> {
    const { code, message, stallMs } = loss
    const { timing } = this.options
    const isExcused = isOwnFault(loss, timing) || isSlowAnswer(loss, Math.max(stallMs, await this.#stallMs()), timing)
    if (!isExcused && !(NOT_JOINED.includes(code) && (await this.#hasDriverStalled()))) {
      throw new Error(`the ${member.role} was closed, its longest stall was ${Math.round(stallMs)} ms: ${message}`)
    }
    this.options.tally.excused++
  }

  /** The longest stall, of late, of this process and that of the driver. */
  async #stallMs(): Promise<number> {
    const ofDriver = await this.driver?.order<number>({ kind: 'stall' })
    return Math.max(ofDriver ?? 0, stalls.longestMs())
  }

  async #hasDriverStalled(): Promise<boolean> {
    return this.driver !== undefined && (await this.driverFacts()).stalls > this.#driverStalls
  }
}
