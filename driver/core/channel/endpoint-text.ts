import type { DriverError } from '../driver-error.ts'
import { invalidParameter } from './channel-parameters.ts'
import { parseNumericAddress } from './socket-address.ts'

/** `host:port` or `[ipv6]:port`, taken apart. */
export interface HostAndPort {
  /** A name or a numeric address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** Which local interface is wanted: by its name, or by an address and how many of its bits must be the same. */
export type InterfaceSearch =
  | { readonly kind: 'name'; readonly name: string; readonly port: number }
  | {
      readonly kind: 'address'
      readonly host: string
      /** Undefined: all bits. */
      readonly prefixLength: number | undefined
      readonly port: number
    }

const PORT_MAX = 65_535
const HOST_NAME_LENGTH_MAX = 255
const HOST_FORM = '(\\[[^\\]]*\\]|[^:/{}[\\]]*)'
const ENDPOINT = new RegExp(`^${HOST_FORM}:(\\d{1,5})$`)
const INTERFACE = new RegExp(`^${HOST_FORM}(?:/(\\d{1,3}))?(?::(\\d{1,5}))?$`)
const NAMED_INTERFACE = /^\{([^{}]+)\}(?::(\d{1,5}))?$/

const ENDPOINT_FORMS = 'host:port, a.b.c.d:port or [ipv6]:port is needed, with a port from 0 to 65535'
const INTERFACE_FORMS = 'address, address/prefix or {name} is needed, IPv6 in brackets, :port may follow'

/** @throws DriverError INVALID_CHANNEL that names the parameter `key` */
export function parseHostAndPort(key: string, text: string): HostAndPort {
  const match = ENDPOINT.exec(text)
  const host = hostOf(match?.[1])
  const port = portOf(match?.[2])
  if (host === undefined || port === undefined) throw wrongHost(key, text, ENDPOINT_FORMS)
  return { host, port }
}

/** @throws DriverError INVALID_CHANNEL */
export function parseInterface(text: string): InterfaceSearch {
  const named = NAMED_INTERFACE.exec(text)
  const match = INTERFACE.exec(text)
  const port = portOf(named === null ? match?.[3] ?? '0' : named[2] ?? '0')
  const name = named?.[1]
  if (name !== undefined && port !== undefined) return { kind: 'name', name, port }
  const host = hostOf(match?.[1])
  if (host === undefined || port === undefined) throw wrongHost('interface', text, INTERFACE_FORMS)
  const prefix = match?.[2]
  return { kind: 'address', host, prefixLength: prefix === undefined ? undefined : Number(prefix), port }
}

function hostOf(text: string | undefined): string | undefined {
  if (text === undefined || text.length > HOST_NAME_LENGTH_MAX) return undefined
  if (text.startsWith('[')) {
    const numeric = parseNumericAddress(text.slice(1, -1))
    return numeric?.family === 6 ? numeric.address : undefined
  }
  // Resolvers of systems also take 127.1 and 2130706433 for addresses; a typing error must not become another host.
  if (/^[\d.]*$/.test(text)) return parseNumericAddress(text)?.address
  return /^[\w.-]+$/.test(text) ? text : undefined
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text ?? NaN)
  return port <= PORT_MAX ? port : undefined
}

function wrongHost(key: string, text: string, forms: string): DriverError {
  return invalidParameter(key, text, text.includes('%') ? `zones are not supported: ${forms}` : forms)
}
