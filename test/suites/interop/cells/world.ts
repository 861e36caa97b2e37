import type { Peer, PeerClient, PeerDriver } from '../peer.ts'
import type { Reference } from '../peers.ts'
import { driverDirectory, startOurPeer } from '../peers.ts'
import type { PeerClientSettings, PeerDriverSettings } from '../protocol.ts'

export type Kind = Peer['kind']

/** What waits for something in a test is to wait less long than by default; nothing is short for a busy machine. */
const SETTINGS: PeerDriverSettings = {
  timerIntervalNs: 100_000_000,
  publicationConnectionTimeoutNs: 1_000_000_000,
  publicationLingerTimeoutNs: 1_000_000_000,
}

export type Condition = 'sound' | 'lossy' | 'dgram' | 'refusing' | 'strict'

/** By what is special about a driver that several cells use. */
const CONDITIONS: Readonly<Record<Condition, PeerDriverSettings>> = {
  sound: {},
  /** Loses 5 %. */
  lossy: { lossPerMille: 50, lossSeed: 7 },
  /** With the sockets of Node; ours only. */
  dgram: { media: 'dgram' },
  /** Its clients make mistakes. */
  refusing: {},
  /** Gives clients up that are silent for two seconds. */
  strict: { clientLivenessTimeoutNs: 2_000_000_000 },
}

/** The processes that cells share, for one version of the reference implementation. They are started when needed. */
export class World {
  readonly reference: Reference
  readonly #peers: Map<string, Peer> = new Map()
  readonly #drivers: Map<string, Promise<PeerDriver>> = new Map()
  #streams: number = 1000

  constructor(reference: Reference) {
    this.reference = reference
  }

  /** The process that hosts drivers of that kind. */
  peer(kind: Kind): Peer {
    return this.#peer(kind, () => this.startPeer(kind))
  }

  /** The driver of that kind that all cells use. */
  driver(kind: Kind, condition: Condition = 'sound'): Promise<PeerDriver> {
    const key = `${kind} ${condition}`
    const driver = this.#drivers.get(key) ??
      this.peer(kind).launch(driverDirectory(), { ...SETTINGS, ...CONDITIONS[condition] })
    this.#drivers.set(key, driver)
    return driver
  }

  /** A client: ours in another process than our drivers, Java's in the one that there is. */
  async connect(kind: Kind, driver: PeerDriver, settings: PeerClientSettings = {}): Promise<PeerClient> {
    const peer = kind === 'Java' ? this.peer(kind) : this.#peer('our client', startOurPeer)
    return peer.connect(driver, settings)
  }

  /** Starts a process that is to be killed. */
  startPeer(kind: Kind): Peer {
    return kind === 'Java' ? this.reference.start() : startOurPeer()
  }

  /** Id of a stream that no other cell uses. */
  newStreamId(): number {
    return ++this.#streams
  }

  async close(): Promise<void> {
    await Promise.all([...this.#peers.values()].map((peer) => peer.kill()))
  }

  #peer(name: string, start: () => Peer): Peer {
    const peer = this.#peers.get(name) ?? start()
    this.#peers.set(name, peer)
    return peer
  }
}
