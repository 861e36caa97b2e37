import type { DatagramBatch, SocketAddress, UdpTransport } from '../core/media.ts'

/** Sends the datagrams of a batch one by one. Returns how many the transport took. */
export function sendEach(
  transport: UdpTransport,
  { buffer, offsets, lengths, count }: DatagramBatch,
  destination: SocketAddress | undefined,
): number {
  for (let i = 0; i < count; i++) {
    const length = lengths[i]!
    if (transport.send(buffer, offsets[i]!, length, destination) < length) return i
  }
  return count
}
