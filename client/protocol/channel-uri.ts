import { GodwitError } from '../../codegen/runtime/index.ts'
import { quoteText } from './text-values.ts'

/** Longest channel, in characters. */
export const CHANNEL_LENGTH_MAX = 4095

const SPY_PREFIX = 'aeron-spy'
const SCHEME = 'aeron'

export type ChannelMedia = 'udp' | 'ipc'

/**
 * A channel, taken apart: `aeron:udp?endpoint=localhost:20121|term-length=64k`, `aeron:ipc`, `aeron-spy:aeron:udp?...`.
 *
 * Keys that nobody knows are kept, what they mean is not looked at. A key may appear once: of two values, C drivers
 * would take the first of some and the last of others.
 */
export class ChannelUri {
  /** Whether the channel begins with `aeron-spy:`. */
  readonly isSpy: boolean
  readonly media: ChannelMedia
  /** In the order of the text. */
  readonly parameters: ReadonlyMap<string, string>

  private constructor(isSpy: boolean, media: ChannelMedia, parameters: ReadonlyMap<string, string>) {
    this.isSpy = isSpy
    this.media = media
    this.parameters = parameters
  }

  /** @throws GodwitError ERR_GODWIT_CHANNEL */
  static parse(text: string): ChannelUri {
    if (text.length > CHANNEL_LENGTH_MAX) {
      throw malformed(text, `it has ${text.length} characters, at most ${CHANNEL_LENGTH_MAX} are allowed`)
    }
    const isSpy = text.startsWith(`${SPY_PREFIX}:`)
    const address = isSpy ? text.slice(SPY_PREFIX.length + 1) : text
    if (!address.startsWith(`${SCHEME}:`)) throw malformed(text, `it must begin with "${SCHEME}:"`)
    const question = address.indexOf('?')
    const media = address.slice(SCHEME.length + 1, question === -1 ? undefined : question)
    if (media !== 'udp' && media !== 'ipc') throw malformed(text, `the media is ${quoteText(media)}, not udp or ipc`)
    const parameters = new Map<string, string>()
    if (question !== -1) {
      for (const parameter of address.slice(question + 1).split('|')) addParameter(parameters, parameter, text)
    }
    return new ChannelUri(isSpy, media, parameters)
  }

  get(key: string): string | undefined {
    return this.parameters.get(key)
  }

  /** The same channel with one parameter more, or another value of one that it has. */
  with(key: string, value: string): ChannelUri {
    return new ChannelUri(this.isSpy, this.media, new Map(this.parameters).set(key, value))
  }

  toString(): string {
    const parameters = [...this.parameters].map(([key, value]) => `${key}=${value}`).join('|')
    const address = `${SCHEME}:${this.media}${parameters === '' ? '' : `?${parameters}`}`
    return this.isSpy ? `${SPY_PREFIX}:${address}` : address
  }
}

function addParameter(parameters: Map<string, string>, parameter: string, text: string): void {
  const equals = parameter.indexOf('=')
  const key = equals === -1 ? parameter : parameter.slice(0, equals)
  if (key === '') throw malformed(text, 'it has a parameter without a key')
  if (equals === -1 || equals === parameter.length - 1) {
    throw malformed(text, `the parameter ${quoteText(key)} has no value: key=value is needed, and | before the next`)
  }
  if (parameters.has(key)) throw malformed(text, `the parameter ${quoteText(key)} appears twice, once is allowed`)
  parameters.set(key, parameter.slice(equals + 1))
}

function malformed(text: string, what: string): GodwitError {
  return new GodwitError('ERR_GODWIT_CHANNEL', `channel ${quoteText(text)}: ${what}`)
}
