import { readAscii, DirectBuffer } from '../codegen/runtime/index.ts'
import { firstTextFits } from '../schemas/descriptors.ts'
import { CounterType, SocketAddressCounterKeyDecoder } from '../schemas/generated/aeron.memory/index.ts'
import type { CountersReader } from './memory/counters-reader.ts'

/** State of the sockets of a channel. */
export const ChannelStatus = {
  ERRORED: -1,
  INITIALIZING: 0,
  ACTIVE: 1,
  CLOSING: 2,
} as const

export type ChannelStatus = (typeof ChannelStatus)[keyof typeof ChannelStatus]

/** Counter id of channels that have no sockets. */
const NO_STATUS_ID = -1

/** Channels without sockets, such as IPC, are always active. */
export function channelStatus(counters: CountersReader, channelStatusId: number): ChannelStatus {
  if (channelStatusId === NO_STATUS_ID) return ChannelStatus.ACTIVE
  return counters.value(channelStatusId) as ChannelStatus
}

/** `address:port` of each socket that is bound for a channel; none before it is active. */
export function localSocketAddresses(counters: CountersReader, channelStatusId: number): string[] {
  const addresses: string[] = []
  if (channelStatusId === NO_STATUS_ID) return addresses
  if (channelStatus(counters, channelStatusId) !== ChannelStatus.ACTIVE) return addresses
  const decoder = new SocketAddressCounterKeyDecoder()
  const { BLOCK_LENGTH } = SocketAddressCounterKeyDecoder
  counters.forEach((counterId, typeId, key) => {
    if (typeId !== CounterType.LOCAL_SOCKET_ADDRESS || counters.value(counterId) !== ChannelStatus.ACTIVE) return
    decoder.wrap(new DirectBuffer(key), 0, BLOCK_LENGTH, SocketAddressCounterKeyDecoder.SCHEMA_VERSION)
    const length = decoder.addressLength()
    if (decoder.channelStatusId() !== channelStatusId || !firstTextFits(key.length, BLOCK_LENGTH, length)) return
    addresses.push(readAscii(key, BLOCK_LENGTH, length))
  })
  return addresses
}
