import { LineProcess } from '../../support/line-process.ts'
import type {
  ClientState,
  CncFacts,
  CounterFacts,
  ErrorFacts,
  Failed,
  LossFacts,
  PeerClientSettings,
  PeerDriverSettings,
  PublicationFacts,
  PublicationState,
  SubscriptionState,
  Task,
} from './protocol.ts'

const WAIT_INTERVAL_MS = 10

/** Long: the machine may be busy. Nothing that works takes it. */
const WAIT_LIMIT_MS = 20_000

/** A command that a peer refused; `errorName` is the driver's, where it was the driver that refused. */
export class PeerError extends Error {
  readonly errorName: string | undefined

  constructor(message: string, errorName: string | undefined) {
    super(message)
    this.errorName = errorName
  }
}

/** A process with drivers and clients, of the reference implementation or ours: both take the same commands. */
export class Peer {
  /** `Java` or `ours`. */
  readonly kind: 'Java' | 'ours'
  readonly #process: LineProcess
  #names: number = 0

  constructor(kind: 'Java' | 'ours', process: LineProcess) {
    this.kind = kind
    this.#process = process
  }

  async ask<T>(command: string, values: object = {}): Promise<T> {
    const answer = await this.#process.ask<{ readonly ok: true } | Failed>({ command, ...values })
    if (answer.ok) return answer as T
    const { error, at, errorName } = answer
    throw new PeerError(`${this.kind}, ${command} ${JSON.stringify(values)}: ${error} ${at}`, errorName)
  }

  async launch(dir: string, settings: PeerDriverSettings = {}): Promise<PeerDriver> {
    const name = this.newName('driver')
    await this.ask('launch', { name, dir, settings })
    return new PeerDriver(this, name, dir)
  }

  async connect(driver: PeerDriver, settings: PeerClientSettings = {}): Promise<PeerClient> {
    const name = this.newName('client')
    const { clientId } = await this.ask<{ clientId: number }>('connect', {
      name, dir: driver.dir, settings,
    })
    return new PeerClient(this, name, clientId)
  }

  /** Reads the counters in the directory of a driver; what follows reads the rest of it. */
  async counters({ dir }: PeerDriver): Promise<readonly CounterFacts[]> {
    return (await this.ask<{ counters: readonly CounterFacts[] }>('counters', { dir })).counters
  }

  async facts({ dir }: PeerDriver): Promise<CncFacts> {
    return (await this.ask<{ facts: CncFacts }>('facts', { dir })).facts
  }

  async errors({ dir }: PeerDriver): Promise<readonly ErrorFacts[]> {
    return (await this.ask<{ errors: readonly ErrorFacts[] }>('errors', { dir })).errors
  }

  async losses({ dir }: PeerDriver): Promise<readonly LossFacts[]> {
    return (await this.ask<{ losses: readonly LossFacts[] }>('losses', { dir })).losses
  }

  /** Ends the process at once, as kill -9 does. */
  kill(): Promise<void> {
    return this.#process.kill()
  }

  /** A name for something that the peer is to make. */
  newName(what: string): string {
    return `${what}-${++this.#names}`
  }
}

/** A driver in a peer. */
export class PeerDriver {
  readonly peer: Peer
  readonly name: string
  readonly dir: string

  constructor(peer: Peer, name: string, dir: string) {
    this.peer = peer
    this.name = name
    this.dir = dir
  }

  async close(): Promise<void> {
    await this.peer.ask('close', { name: this.name })
  }
}

/** A client in a peer. */
export class PeerClient {
  readonly peer: Peer
  readonly clientId: number
  readonly #name: string

  constructor(peer: Peer, name: string, clientId: number) {
    this.peer = peer
    this.#name = name
    this.clientId = clientId
  }

  async addPublication(channel: string, streamId: number, kind: 'shared' | 'exclusive'): Promise<PeerPublication> {
    const name = this.peer.newName('publication')
    const facts = await this.peer.ask<PublicationFacts>('addPublication', {
      name, client: this.#name, channel, streamId, exclusive: kind === 'exclusive',
    })
    return new PeerPublication(this.peer, name, facts)
  }

  /** @param lengths of the messages that will come, in turn */
  async addSubscription(
    channel: string, streamId: number, lengths: readonly number[], { paused = false }: { paused?: boolean } = {},
  ): Promise<PeerSubscription> {
    const name = this.peer.newName('subscription')
    const { registrationId } = await this.peer.ask<{ registrationId: number }>('addSubscription', {
      name, client: this.#name, channel, streamId, lengths, paused,
    })
    return new PeerSubscription(this.peer, name, registrationId)
  }

  /** @param staticId makes it a static one, with that registration id */
  async addCounter(typeId: number, label: string, staticId?: number): Promise<PeerCounter> {
    const name = this.peer.newName('counter')
    const { id, registrationId } = await this.peer.ask<{ id: number; registrationId: number }>('addCounter', {
      name, client: this.#name, typeId, label, registrationId: staticId,
    })
    return new PeerCounter(this.peer, name, id, registrationId)
  }

  async nextSessionId(streamId: number): Promise<number> {
    return (await this.peer.ask<{ sessionId: number }>('nextSessionId', { client: this.#name, streamId })).sessionId
  }

  /** As the client's own reader of counters has them. */
  async counters(): Promise<readonly CounterFacts[]> {
    const values = { client: this.#name }
    return (await this.peer.ask<{ counters: readonly CounterFacts[] }>('clientCounters', values)).counters
  }

  state(): Promise<ClientState> {
    return this.peer.ask('state', { name: this.#name })
  }

  until(what: string, isSo: (state: ClientState) => boolean): Promise<ClientState> {
    return until(what, () => this.state(), isSo)
  }

  async close(): Promise<void> {
    await this.peer.ask('close', { name: this.#name })
  }
}

export class PeerPublication {
  readonly peer: Peer
  readonly facts: PublicationFacts
  readonly #name: string

  constructor(peer: Peer, name: string, facts: PublicationFacts) {
    this.peer = peer
    this.#name = name
    this.facts = facts
  }

  /** Starts to publish; `untilDone` waits for the end. */
  async publish(task: Task): Promise<void> {
    await this.peer.ask('publish', { name: this.#name, ...task })
  }

  /** Claims a message that is never committed. Returns the result of the claim. */
  async claim(length: number): Promise<number> {
    return (await this.peer.ask<{ result: number }>('claim', { name: this.#name, length })).result
  }

  async revoke(): Promise<void> {
    await this.peer.ask('revoke', { name: this.#name })
  }

  state(): Promise<PublicationState> {
    return this.peer.ask('state', { name: this.#name })
  }

  until(what: string, isSo: (state: PublicationState) => boolean): Promise<PublicationState> {
    return until(what, () => this.state(), isSo)
  }

  untilConnected(): Promise<PublicationState> {
    return this.until('the publication is connected', ({ isConnected }) => isConnected)
  }

  untilDisconnected(): Promise<PublicationState> {
    return this.until('the publication is not connected any more', ({ isConnected }) => !isConnected)
  }

  untilDone(): Promise<PublicationState> {
    return this.until('everything is published', ({ isDone }) => isDone)
  }

  async close(): Promise<void> {
    await this.peer.ask('close', { name: this.#name })
  }
}

export class PeerSubscription {
  readonly peer: Peer
  readonly registrationId: number
  readonly #name: string

  constructor(peer: Peer, name: string, registrationId: number) {
    this.peer = peer
    this.#name = name
    this.registrationId = registrationId
  }

  /** Begins to poll. */
  async resume(): Promise<void> {
    await this.peer.ask('resume', { name: this.#name })
  }

  /** Rejects all images. */
  async reject(reason: string): Promise<void> {
    await this.peer.ask('reject', { name: this.#name, reason })
  }

  state(): Promise<SubscriptionState> {
    return this.peer.ask('state', { name: this.#name })
  }

  /** Waits for something; a complaint about what was received ends the wait. */
  async until(what: string, isSo: (state: SubscriptionState) => boolean): Promise<SubscriptionState> {
    return until(what, async () => {
      const state = await this.state()
      const [complaint] = state.complaints
      if (complaint !== undefined) {
        throw new Error(`${this.peer.kind} received what is wrong: ${complaint}: ${JSON.stringify(state)}`)
      }
      return state
    }, isSo)
  }

  async close(): Promise<void> {
    await this.peer.ask('close', { name: this.#name })
  }
}

export class PeerCounter {
  readonly id: number
  readonly registrationId: number
  readonly #peer: Peer
  readonly #name: string

  constructor(peer: Peer, name: string, id: number, registrationId: number) {
    this.#peer = peer
    this.#name = name
    this.id = id
    this.registrationId = registrationId
  }

  async set(value: number): Promise<void> {
    await this.#peer.ask('setCounter', { name: this.#name, value })
  }

  async close(): Promise<void> {
    await this.#peer.ask('close', { name: this.#name })
  }
}

/** Looks again and again until it is so. The error says how things stood at last. */
export async function until<T>(what: string, look: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + WAIT_LIMIT_MS
  for (;;) {
    const value = await look()
    if (isSo(value)) return value
    if (performance.now() > deadlineMs) {
      throw new Error(`not within ${WAIT_LIMIT_MS} ms: ${what}: ${JSON.stringify(value)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_INTERVAL_MS))
  }
}
