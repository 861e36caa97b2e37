import { MemoryNetwork } from '../../driver/media/memory-network.ts'
import type { MemorySender } from '../../driver/media/memory-network.ts'
import type { SocketAddress } from '../../driver/core/media.ts'

/** A datagram as it was put on the wire; it may still be lost on the way. */
export interface TappedDatagram {
  readonly timeNs: number
  readonly source: SocketAddress
  readonly destination: SocketAddress
  readonly bytes: Uint8Array
}

/** A network in memory that shows what goes over it, and takes datagrams from nowhere. */
export class VirtualNetwork extends MemoryNetwork {
  /** Is called with each datagram; its bytes do not change any more. */
  onDatagram: ((datagram: TappedDatagram) => void) | undefined
  /** Says which datagrams get lost. */
  isLost: ((datagram: TappedDatagram) => boolean) | undefined

  override transmit(sender: MemorySender, bytes: Uint8Array, destination: SocketAddress): void {
    const datagram = { timeNs: this.nowNs(), source: sender.sourceAddress, destination, bytes }
    this.onDatagram?.(datagram)
    if (this.isLost?.(datagram) === true) return
    super.transmit(sender, bytes, destination)
  }

  /** Sends a datagram that says it comes from `source`, whoever that is. */
  forge(source: SocketAddress, destination: SocketAddress, bytes: Uint8Array): void {
    this.transmit({ sourceAddress: source, refuse: () => undefined }, bytes, destination)
  }
}
