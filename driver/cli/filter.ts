import { UsageError } from '../../codegen/cli/command.ts'
import { parseInteger32 } from '../../client/protocol/text-values.ts'
import type { CounterKey, StreamKey } from '../tools/counter-key.ts'

export const STREAM_FILTER_OPTIONS = {
  session: { type: 'string' },
  stream: { type: 'string' },
  channel: { type: 'string' },
} as const

export const STREAM_FILTER_HELP = `\
  --session <id>        only of this session
  --stream <id>         only of this stream
  --channel <regexp>    only of channels in which this is found
`

/** The arguments so that `--session -5` is the session -5, not two options: half of all sessions are negative. */
export function withNegativeIds(args: readonly string[]): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const before = joined.at(-1)
    const isId = /^-\d+$/.test(arg) && (before === '--session' || before === '--stream')
    if (isId) joined[joined.length - 1] = `${before}=${arg}`
    else joined.push(arg)
  }
  return joined
}

interface StreamFilterValues {
  readonly session?: string | undefined
  readonly stream?: string | undefined
  readonly channel?: string | undefined
}

/** Which counters of streams and channels are meant. */
export class StreamFilter {
  readonly #sessionId: number | undefined
  readonly #streamId: number | undefined
  readonly #channel: RegExp | undefined

  /** @throws UsageError */
  constructor({ session, stream, channel }: StreamFilterValues) {
    this.#sessionId = session === undefined ? undefined : idOf('--session', session)
    this.#streamId = stream === undefined ? undefined : idOf('--stream', stream)
    this.#channel = channel === undefined ? undefined : regexpOf('--channel', channel)
  }

  acceptsStream(key: StreamKey): boolean {
    if (this.#sessionId !== undefined && key.sessionId !== this.#sessionId) return false
    if (this.#streamId !== undefined && key.streamId !== this.#streamId) return false
    return this.#channel === undefined || this.#channel.test(key.channel)
  }

  /** A counter that has no session, stream or channel is of none that is asked for. */
  accepts(key: CounterKey | undefined): boolean {
    if (key?.kind === 'stream') return this.acceptsStream(key)
    if (this.#sessionId !== undefined || this.#streamId !== undefined) return false
    return this.#channel === undefined || (key?.kind === 'channel' && this.#channel.test(key.channel))
  }
}

/** @throws UsageError */
export function regexpOf(name: string, text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (cause) {
    throw new UsageError(`${name}: "${text}" is no regular expression.`, { cause })
  }
}

function idOf(name: string, text: string): number {
  const id = parseInteger32(text)
  if (id === undefined) throw new UsageError(`${name}: "${text}" is no integer of 32 bits.`)
  return id
}
