/** Between whom streams go: what the columns of the matrix in docs/interop.md are. */
import { freeUdpPort } from '../peers.ts'
import type { PeerClient, PeerDriver } from '../peer.ts'
import type { Condition, Kind, World } from './world.ts'

export type RouteMedia = 'UDP' | 'IPC'

export interface Route {
  readonly name: string
  readonly media: RouteMedia
  /** Whether there is a driver at each end. */
  readonly isNetwork: boolean
  /** Opens the ends of a stream; what the drivers are to be like, by kind. */
  open(world: World, parameters: string, conditionOf: (kind: Kind) => Condition): Promise<Ends>
}

/** What a stream goes from and to. */
export interface Ends {
  readonly from: PeerClient
  readonly to: PeerClient
  /** Another client at the receiving end. */
  connectReceiver(): Promise<PeerClient>
  readonly drivers: readonly PeerDriver[]
  readonly channel: string
  readonly streamId: number
}

/** A channel that nobody uses. */
export async function channelOf(media: RouteMedia, parameters: string): Promise<string> {
  if (media === 'IPC') return `aeron:ipc?${parameters}`
  return `aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}|${parameters}`
}

/** Two drivers with a client each. */
function network(name: string, from: Kind, to: Kind): Route {
  return {
    name,
    media: 'UDP',
    isNetwork: true,
    async open(world, parameters, conditionOf) {
      const sender = await world.driver(from, conditionOf(from))
      const receiver = await world.driver(to, conditionOf(to))
      return openEnds(world, [sender, from], [receiver, to], await channelOf('UDP', parameters))
    },
  }
}

/** One driver with clients of both kinds. */
function local(driverKind: Kind, from: Kind, to: Kind, media: RouteMedia): Route {
  const what = `${CLIENTS[from]} to ${CLIENTS[to]} on ${driverKind === 'ours' ? 'our driver' : "Java's driver"}`
  return {
    name: `${what}, ${media}`,
    media,
    isNetwork: false,
    async open(world, parameters, conditionOf) {
      const driver = await world.driver(driverKind, conditionOf(driverKind))
      return openEnds(world, [driver, from], [driver, to], await channelOf(media, parameters))
    },
  }
}

const CLIENTS: Readonly<Record<Kind, string>> = { ours: 'our client', Java: "Java's client" }

type End = readonly [PeerDriver, Kind]

async function openEnds(world: World, from: End, to: End, channel: string): Promise<Ends> {
  const connect = ([driver, kind]: End): Promise<PeerClient> => world.connect(kind, driver)
  return {
    from: await connect(from),
    to: await connect(to),
    connectReceiver: () => connect(to),
    drivers: [...new Set([from[0], to[0]])],
    channel,
    streamId: world.newStreamId(),
  }
}

const MEDIA = ['IPC', 'UDP'] as const

export const ROUTES: readonly Route[] = [
  network("our driver to Java's", 'ours', 'Java'),
  network("Java's driver to ours", 'Java', 'ours'),
  ...(['Java', 'ours'] as const).flatMap((driver) => MEDIA.flatMap((media) => [
    local(driver, 'ours', 'Java', media),
    local(driver, 'Java', 'ours', media),
  ])),
]
