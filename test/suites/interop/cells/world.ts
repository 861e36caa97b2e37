import type { Peer, PeerClient, PeerDriver } from '../peer.ts'
import type { Reference } from '../peers.ts'
import { driverDirectory, startOurPeer } from '../peers.ts'
import type { PeerDriverSettings } from '../protocol.ts'

export type Kind = Peer['kind']

/** What waits for something in a test is to wait less long than by default; nothing is short for a busy machine. */
const SETTINGS: PeerDriverSettings = {
  timerIntervalNs: 100_000_000,
  publicationConnectionTimeoutNs: 1_000_000_000,
  publicationLingerTimeoutNs: 1_000_000_000,
}

const LOSS: PeerDriverSettings = { lossPerMille: 50, lossSeed: 7 }

/** A driver and a client of the same kind that is connected to it. */
export interface Side {
  readonly driver: PeerDriver
  readonly client: PeerClient
}

/** The processes that cells share, for one version of the reference implementation. They are started when needed. */
export class World {
  readonly reference: Reference
  readonly #peers: Partial<Record<Kind, Peer>> = {}
  readonly #drivers: Map<string, Promise<PeerDriver>> = new Map()
  #streams: number = 1000

  constructor(reference: Reference) {
    this.reference = reference
  }

  /** The process that hosts drivers and clients of that kind. */
  peer(kind: Kind): Peer {
    return (this.#peers[kind] ??= kind === 'Java' ? this.reference.start() : startOurPeer())
  }

  /** The driver of that kind that all cells use. */
  driver(kind: Kind, condition: 'sound' | 'lossy' = 'sound'): Promise<PeerDriver> {
    const key = `${kind} ${condition}`
    const driver = this.#drivers.get(key) ??
      this.peer(kind).launch(driverDirectory(), { ...SETTINGS, ...(condition === 'lossy' ? LOSS : {}) })
    this.#drivers.set(key, driver)
    return driver
  }

  async side(kind: Kind, condition: 'sound' | 'lossy' = 'sound'): Promise<Side> {
    const driver = await this.driver(kind, condition)
    return { driver, client: await driver.peer.connect(driver) }
  }

  /** Id of a stream that no other cell uses. */
  newStreamId(): number {
    return ++this.#streams
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#peers).map((peer) => peer.kill()))
  }
}
