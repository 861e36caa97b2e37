import type { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import { quoteText } from '../../../client/protocol/text-values.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../driver-error.ts'
import type { SocketAddress } from '../media.ts'
import { ChannelParameters, invalidParameter, unsupportedParameter } from './channel-parameters.ts'
import type { HostAndPort, InterfaceSearch } from './endpoint-text.ts'
import { parseHostAndPort, parseInterface } from './endpoint-text.ts'
import { checkLaterFeatures } from './shared-params.ts'
import {
  addressBits,
  formatAddress,
  isMulticast,
  isSamePrefix,
  isWildcard,
  parseNumericAddress,
} from './socket-address.ts'
import type { NumericAddress } from './socket-address.ts'

/** Turns names into addresses, IPv4 before IPv6. The callback may be called before the return. */
export interface NameResolver {
  resolve(
    host: string,
    callback: (result: { readonly address: string; readonly family: 4 | 6 } | { readonly error: string }) => void,
  ): void
}

/** One address of a local network interface. */
export interface NetworkInterfaceAddress {
  readonly name: string
  /** Numeric, without brackets and zone. */
  readonly address: string
  readonly family: 4 | 6
}

/** A unicast channel as its text has it. */
export interface UdpChannel {
  readonly uri: ChannelUri
  /** Text of the parameter `endpoint`. */
  readonly endpointText: string
  /** Where a publication sends to, and a subscription binds. Port 0: the system chooses it. */
  readonly endpoint: HostAndPort
  /** Whether two channels with this text are different ones: its port is not known yet. */
  readonly isUnique: boolean
  readonly interface: InterfaceSearch | undefined
}

/** A unicast channel with the addresses behind its names. */
export interface ResolvedUdpChannel {
  readonly channel: UdpChannel
  /** Channels with the same canonical form share their socket. */
  readonly canonicalForm: string
  readonly family: 4 | 6
  /** The endpoint: destination of a publication, bind address of a subscription. */
  readonly remoteData: SocketAddress
  /** What a publication binds: the chosen interface, or the wildcard of the family. */
  readonly localData: SocketAddress
}

export type UdpChannelCallback = (result: ResolvedUdpChannel | DriverError) => void

type ResolvedHost = NumericAddress | DriverError

/** Numbers the channels that are unlike all others. */
let uniqueChannels = 0

/**
 * Checks the addresses of a channel.
 *
 * @throws DriverError INVALID_CHANNEL, NOT_SUPPORTED (a group, or an endpoint that is not said) or GENERIC_ERROR (a
 *   publication to port 0)
 */
export function parseUdpChannel(uri: ChannelUri, use: 'publication' | 'subscription'): UdpChannel {
  checkLaterFeatures(new ChannelParameters(uri))
  const endpointText = uri.get('endpoint')
  if (endpointText === undefined) {
    throw new DriverError(
      ErrorCode.INVALID_CHANNEL,
      `channel ${quoteText(uri.toString())} has no endpoint: endpoint=host:port is needed`,
    )
  }
  const endpoint = parseHostAndPort('endpoint', endpointText)
  if (isMulticast(endpoint.host)) throw unsupportedParameter('endpoint', endpointText)
  if (use === 'publication' && endpoint.port === 0) {
    throw new DriverError(
      ErrorCode.GENERIC_ERROR,
      `endpoint=${quoteText(endpointText)} is invalid: a publication needs a port from 1 to 65535`,
    )
  }
  const interfaceText = uri.get('interface')
  return {
    uri,
    endpointText,
    endpoint,
    isUnique: endpoint.port === 0,
    interface: interfaceText === undefined ? undefined : parseInterface(interfaceText),
  }
}

/** Finds the addresses of a channel. Without names in it, the callback is called before the return. */
export function resolveUdpChannel(
  channel: UdpChannel,
  resolver: NameResolver,
  interfaces: () => readonly NetworkInterfaceAddress[],
  callback: UdpChannelCallback,
): void {
  const { endpoint, endpointText } = channel
  resolveHost('endpoint', endpoint.host, resolver, (remote) => {
    if (remote instanceof DriverError) return callback(remote)
    if (isMulticast(remote.address)) return callback(unsupportedParameter('endpoint', endpointText))
    findLocal(channel, remote.family, resolver, interfaces, (localData) => {
      if (localData instanceof DriverError) return callback(localData)
      const suffix = channel.isUnique ? `-${uniqueChannels++}` : ''
      callback({
        channel,
        canonicalForm: `UDP-${formatAddress(localData)}-${endpointText}${suffix}`,
        family: remote.family,
        remoteData: { ...remote, port: endpoint.port },
        localData,
      })
    })
  })
}

function findLocal(
  { interface: search, uri }: UdpChannel,
  family: 4 | 6,
  resolver: NameResolver,
  interfaces: () => readonly NetworkInterfaceAddress[],
  callback: (local: SocketAddress | DriverError) => void,
): void {
  if (search === undefined) {
    callback({ family, address: family === 4 ? '0.0.0.0' : '::', port: 0 })
    return
  }
  const text = uri.get('interface') ?? ''
  const { port } = search
  const candidates = (): readonly NetworkInterfaceAddress[] => interfaces().filter((local) => local.family === family)
  const answer = (found: NetworkInterfaceAddress | undefined): void => {
    if (found !== undefined) return callback({ family, address: found.address, port })
    const known = interfaces().map(({ name, address }) => `${name} ${address}`)
    const what = `no local interface with an IPv${family} address matches, there are ${known.join(', ') || 'none'}`
    callback(invalidParameter('interface', text, what))
  }
  if (search.kind === 'name') {
    answer(candidates().find(({ name }) => name === search.name))
    return
  }
  resolveHost('interface', search.host, resolver, (wanted) => {
    if (wanted instanceof DriverError) return callback(wanted)
    if (wanted.family !== family) {
      return callback(invalidParameter('interface', text, `the endpoint is IPv${family}, the interface must be too`))
    }
    const prefixLength = search.prefixLength ?? addressBits(family)
    if (prefixLength > addressBits(family)) {
      return callback(invalidParameter('interface', text, `a prefix has at most ${addressBits(family)} bits`))
    }
    if (isWildcard(wanted.address)) return callback({ ...wanted, port })
    answer(candidates().find(({ address }) => isSamePrefix(address, wanted.address, prefixLength)))
  })
}

function resolveHost(
  key: string,
  host: string,
  resolver: NameResolver,
  callback: (result: ResolvedHost) => void,
): void {
  const numeric = parseNumericAddress(host)
  if (numeric !== undefined) return callback(numeric)
  resolver.resolve(host, (result) => {
    const address = 'error' in result ? undefined : parseNumericAddress(result.address)
    if (address !== undefined) return callback(address)
    const reason = 'error' in result ? result.error : `the resolver gave ${quoteText(result.address)}`
    callback(new DriverError(ErrorCode.UNKNOWN_HOST, `${key}: host ${quoteText(host)} cannot be resolved: ${reason}`))
  })
}
