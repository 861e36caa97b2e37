import type { DriverFacts } from './protocol.ts'

/** What a run came to. */
export class Tally {
  kills: number = 0
  /** Messages that were what they must be. */
  messages: number = 0
  /** Clients that were given up, and parts of streams that were lost, because the machine did not let them run. */
  excused: number = 0
  clientTimeouts: number = 0
  unblockedPublications: number = 0
  unblockedCommands: number = 0
  readonly #kinds: Map<string, { rounds: number; failed: number; ms: number }> = new Map()

  addDriver({ clientTimeouts, unblockedPublications, unblockedCommands }: DriverFacts): void {
    this.clientTimeouts += clientTimeouts
    this.unblockedPublications += unblockedPublications
    this.unblockedCommands += unblockedCommands
  }

  addRound(kind: string, ms: number, hasFailed: boolean): void {
    const entry = this.#kinds.get(kind) ?? { rounds: 0, failed: 0, ms: 0 }
    this.#kinds.set(kind, entry)
    entry.rounds++
    entry.ms += ms
    if (hasFailed) entry.failed++
  }

  get rounds(): number {
    return [...this.#kinds.values()].reduce((sum, { rounds }) => sum + rounds, 0)
  }

  get failed(): number {
    return [...this.#kinds.values()].reduce((sum, { failed }) => sum + failed, 0)
  }

  lines(): readonly string[] {
    const kinds = [...this.#kinds].sort(([a], [b]) => a.localeCompare(b))
    return [
      ...kinds.map(([kind, { rounds, failed, ms }]) =>
        `${String(rounds).padStart(5)} rounds: ${kind}${failed === 0 ? '' : `, ${failed} FAILED`}, ${
          (ms / rounds / 1000).toFixed(2)} s each`),
      `${this.kills} kills, ${this.messages} messages verified`,
      `drivers gave up ${this.clientTimeouts} clients, unblocked ${this.unblockedPublications} publications and ${
        this.unblockedCommands} commands`,
      `${this.excused} times the machine did not let a client or driver run in time, which was noticed as it must be`,
    ]
  }
}
