import type { SocketAddress } from '../core/media.ts'

/** Addresses of peers that a media remembers. Beyond that it forgets the one it has known longest. */
export const ADDRESS_CACHE_CAPACITY = 1024

/** Gives the same peer the same object, so that who compares addresses mostly compares references. */
export class AddressCache<Key> {
  private readonly addresses = new Map<Key, SocketAddress>()

  get size(): number {
    return this.addresses.size
  }

  get(key: Key): SocketAddress | undefined {
    return this.addresses.get(key)
  }

  add(key: Key, address: SocketAddress): SocketAddress {
    if (this.addresses.size >= ADDRESS_CACHE_CAPACITY) {
      for (const oldest of this.addresses.keys()) {
        this.addresses.delete(oldest)
        break
      }
    }
    const kept = Object.freeze(address)
    this.addresses.set(key, kept)
    return kept
  }
}
