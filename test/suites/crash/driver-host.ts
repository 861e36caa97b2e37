import { MediaDriver } from '../../../driver/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { DriverFacts, LaunchOptions } from './protocol.ts'
import type { StallWatch } from './stall-watch.ts'

const STALL_MS = 250

const STALL_COUNTERS = [
  SystemCounterId.CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED,
  SystemCounterId.SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED,
  SystemCounterId.RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED,
] as const

/** A driver, and what it did that nobody asked it for. */
export class DriverHost {
  readonly #driver: MediaDriver
  readonly #stalls: StallWatch
  readonly #warnings: string[]
  readonly #failure: () => string | undefined

  private constructor(driver: MediaDriver, stalls: StallWatch, warnings: string[], failure: () => string | undefined) {
    this.#driver = driver
    this.#stalls = stalls
    this.#warnings = warnings
    this.#failure = failure
  }

  static async launch(options: LaunchOptions, stalls: StallWatch): Promise<DriverHost> {
    const warnings: string[] = []
    let failure: string | undefined
    const driver = await MediaDriver.launch({
      ...options,
      conductorCycleThresholdNs: STALL_MS * 1e6,
      senderCycleThresholdNs: STALL_MS * 1e6,
      receiverCycleThresholdNs: STALL_MS * 1e6,
      onWarning: (text) => void warnings.push(text),
      onError: (error) => (failure = `${error.code}: ${error.message}`),
    })
    return new DriverHost(driver, stalls, warnings, () => failure)
  }

  get dir(): string {
    return this.#driver.dir ?? ''
  }

  inspect(): DriverFacts {
    const counters = this.#driver.counters()
    const types = new Map<number, number>()
    counters.forEach((_id, typeId) => types.set(typeId, (types.get(typeId) ?? 0) + 1))
    const stalls = STALL_COUNTERS.reduce((sum, id) => sum + counters.value(id), 0)
    return {
      counts: {
        clients: types.get(CounterType.CLIENT_HEARTBEAT) ?? 0,
        publications: types.get(CounterType.PUBLISHER_LIMIT) ?? 0,
        subscribers: types.get(CounterType.SUBSCRIBER_POSITION) ?? 0,
        images: types.get(CounterType.RECEIVER_POSITION) ?? 0,
      },
      clientTimeouts: counters.value(SystemCounterId.CLIENT_TIMEOUTS),
      unblockedPublications: counters.value(SystemCounterId.UNBLOCKED_PUBLICATIONS),
      unblockedCommands: counters.value(SystemCounterId.UNBLOCKED_COMMANDS),
      errors: this.#driver.errors().map(({ text }) => text),
      warnings: this.#warnings,
      failure: this.#failure(),
      stalls: stalls + (this.#stalls.longestMs() > STALL_MS ? 1 : 0),
    }
  }

  async close(): Promise<void> {
    await this.#driver.close()
  }
}
