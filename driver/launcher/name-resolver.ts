import { lookup } from 'node:dns'
import { networkInterfaces } from 'node:os'
import type { NameResolver, NetworkInterfaceAddress } from '../core/channel/udp-channel.ts'

/** Names that are looked up at the same time at most. */
export const NAME_LOOKUPS_MAX = 64

type Lookup = (
  host: string,
  callback: (error: Error | null, addresses: readonly { readonly address: string; readonly family: number }[]) => void,
) => void

const lookUpAll: Lookup = (host, callback) => lookup(host, { all: true }, callback)

/** Asks the system, which answers in a later turn of the event loop. IPv4 comes before IPv6. */
export class SystemNameResolver implements NameResolver {
  private readonly lookUp: Lookup
  private pending = 0

  constructor(lookUp: Lookup = lookUpAll) {
    this.lookUp = lookUp
  }

  /** Whether an answer is outstanding: the event loop of the thread must turn for it to come. */
  isPending(): boolean {
    return this.pending > 0
  }

  resolve(host: string, callback: Parameters<NameResolver['resolve']>[1]): void {
    if (this.pending >= NAME_LOOKUPS_MAX) {
      callback({ error: `more than ${NAME_LOOKUPS_MAX} names are being looked up: try again, or use addresses` })
      return
    }
    this.pending++
    this.lookUp(host, (error, addresses) => {
      this.pending--
      if (error !== null) return callback({ error: error.message })
      const found = addresses.find(({ family }) => family === 4) ?? addresses[0]
      if (found === undefined) return callback({ error: 'the name has no address' })
      callback({ address: withoutZone(found.address), family: found.family === 4 ? 4 : 6 })
    })
  }
}

export function localInterfaces(): readonly NetworkInterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ address, family }) => ({
      name,
      address: withoutZone(address),
      family: family === 'IPv4' ? 4 : 6,
    })),
  )
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '')
}
