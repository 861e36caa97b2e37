import { Client, settingsOf } from '../../client/client.ts'
import type { ClientOptions } from '../../client/client.ts'
import { Random } from './random.ts'
import { VirtualClientClock, VirtualTime } from './virtual-clock.ts'
import { VirtualDriver } from './virtual-driver.ts'
import type { VirtualDriverOptions } from './virtual-driver.ts'
import { VirtualNetwork } from './virtual-network.ts'
import type { TappedDatagram } from './virtual-network.ts'

/** Time that a turn of everything takes. */
const TURN_NS = 1_000

/** Turns of promises after a step: an answer passes through several `await`s. */
const PROMISE_TURNS = 8

const SECOND_NS = 1e9

export interface WorldOptions {
  /** Time from a send to the arrival of a datagram; default 0. */
  readonly latencyNs?: number
}

/**
 * Drivers, clients and a network in one thread, in virtual time: it runs as fast as it can, jumps when nobody has
 * anything to do, and does the same each time with the same seed.
 */
export class VirtualWorld {
  readonly time: VirtualTime = new VirtualTime()
  readonly network: VirtualNetwork
  readonly drivers: VirtualDriver[] = []
  /** Steps so far: what does nothing takes few of them. */
  steps: number = 0
  private readonly random: Random
  private readonly clocks = new Map<Client, VirtualClientClock>()
  private readonly tasks = new Set<() => number>()

  constructor(random: Random, { latencyNs = 0 }: WorldOptions = {}) {
    this.random = random.fork('world')
    this.network = new VirtualNetwork({ nowNs: () => this.time.nowNs, latencyNs })
  }

  get nowNs(): number {
    return this.time.nowNs
  }

  addDriver(options: VirtualDriverOptions = {}): VirtualDriver {
    const random = this.random.fork(`driver ${this.drivers.length}`)
    const driver = new VirtualDriver(this.time, this.network, random, options)
    this.drivers.push(driver)
    return driver
  }

  /** A client in a thread of its own, whose event loop runs. */
  addClient(driver: VirtualDriver, options: ClientOptions = {}): Client {
    const clock = new VirtualClientClock(this.time)
    const settings = settingsOf({ ...options, idle: clock.waitStrategy }, undefined, clock)
    const client = Client.over(driver.cnc, driver.logs.source(), settings, options)
    this.clocks.set(client, clock)
    return client
  }

  /** Blocks the thread of a client, or lets it run again. */
  freeze(client: Client, isFrozen: boolean = true): void {
    const clock = this.clocks.get(client)
    if (clock !== undefined) clock.isFrozen = isFrozen
  }

  /** Runs in every step, as the loop of an application; returns a work count. */
  addTask(task: () => number): () => void {
    this.tasks.add(task)
    return () => void this.tasks.delete(task)
  }

  /** Hands every datagram that is sent from now on to `onDatagram`. */
  tap(onDatagram: (datagram: TappedDatagram) => void): void {
    this.network.onDatagram = onDatagram
  }

  /** A turn of everything. When there was nothing to do, time goes on to the next deadline, at most to `limitNs`. */
  step(limitNs: number = Infinity): void {
    const { time } = this
    const { nowNs } = time
    let workCount = 0
    this.steps++
    for (const driver of this.drivers) workCount += driver.doWork(nowNs)
    for (const clock of this.clocks.values()) workCount += clock.runDue()
    for (const task of this.tasks) workCount += task()
    const nextNs = workCount > 0 ? nowNs : this.nextDeadlineNs()
    if (nextNs === Infinity && limitNs === Infinity) throw new Error('nothing will ever happen')
    time.nowNs = Math.min(Math.max(nextNs, nowNs + TURN_NS), Math.max(limitNs, nowNs))
  }

  /** Lets time pass. */
  run(durationNs: number): void {
    const endNs = this.time.nowNs + durationNs
    while (this.time.nowNs < endNs) this.step(endNs)
  }

  /** Steps until something is so. */
  runUntil(what: string, isSo: () => boolean, limitNs: number = 30 * SECOND_NS): void {
    const endNs = this.time.nowNs + limitNs
    while (!isSo()) {
      if (this.time.nowNs >= endNs) throw new Error(`not within ${limitNs / SECOND_NS} s: ${what}`)
      this.step(endNs)
    }
  }

  /** Steps until a promise is settled. */
  async settle<T>(promise: Promise<T>, limitNs: number = 30 * SECOND_NS): Promise<T> {
    const endNs = this.time.nowNs + limitNs
    let isSettled = false
    const onSettled = (): void => {
      isSettled = true
    }
    promise.then(onSettled, onSettled)
    for (;;) {
      for (let turn = 0; turn < PROMISE_TURNS; turn++) await undefined
      if (isSettled) return promise
      if (this.time.nowNs >= endNs) throw new Error(`a promise was not settled within ${limitNs / SECOND_NS} s`)
      this.step(endNs)
    }
  }

  private nextDeadlineNs(): number {
    let nextNs = this.network.nextArrivalNs()
    for (const driver of this.drivers) nextNs = Math.min(nextNs, driver.nextDeadlineNs())
    for (const clock of this.clocks.values()) nextNs = Math.min(nextNs, clock.nextDeadlineNs())
    return nextNs
  }
}
