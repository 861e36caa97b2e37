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

async function channelOf(media: RouteMedia, parameters: string): Promise<string> {
  return media === 'IPC' ? `aeron:ipc?${parameters}` : `aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}|${parameters}`
}

/** Two drivers, with a client each that lives in the process of its driver. */
function network(name: string, from: Kind, to: Kind): Route {
  return {
    name,
    media: 'UDP',
    isNetwork: true,
    async open(world, parameters, conditionOf) {
      const sender = await world.driver(from, conditionOf(from))
      const receiver = await world.driver(to, conditionOf(to))
      return {
        from: await sender.peer.connect(sender),
        to: await receiver.peer.connect(receiver),
        connectReceiver: () => receiver.peer.connect(receiver),
        drivers: [sender, receiver],
        channel: await channelOf('UDP', parameters),
        streamId: world.newStreamId(),
      }
    },
  }
}

export const ROUTES: readonly Route[] = [
  network("our driver to Java's", 'ours', 'Java'),
  network("Java's driver to ours", 'Java', 'ours'),
]
