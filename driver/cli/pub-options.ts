import { parseOptions, UsageError } from '../../codegen/cli/command.ts'
import { FAULT_OPTIONS } from './fault-options.ts'
import { secondsOf, STREAM_OPTIONS, streamOptionsOf } from './stream-options.ts'
import type { StreamOptions } from './stream-options.ts'
import { choiceOf, integerOf, numberOf } from '../../codegen/cli/option-values.ts'

const RATE_MAX = 1_000_000
const FRAMINGS = ['lines', 'length'] as const

/** Where messages come from. */
export type MessageInput =
  | { readonly kind: 'stdin'; readonly framing: (typeof FRAMINGS)[number]; readonly count: number | undefined }
  | { readonly kind: 'message'; readonly text: string; readonly count: number }

/** What is to be sent. */
export type PubInput = MessageInput | { readonly kind: 'file'; readonly path: string }

/** Whether only an interrupt or the end of the input ends it. */
export function isEndless(input: PubInput): boolean {
  return input.kind === 'stdin' && input.count === undefined
}

export interface PubOptions extends StreamOptions {
  readonly input: PubInput
  /** Messages per second; undefined: as fast as they go. */
  readonly rate: number | undefined
  readonly lingerMs: number
}

/** @throws UsageError */
export function pubOptions(args: readonly string[]): PubOptions {
  const { values } = parseOptions({
    args: [...args],
    options: {
      ...STREAM_OPTIONS,
      ...FAULT_OPTIONS,
      framing: { type: 'string' },
      message: { type: 'string' },
      file: { type: 'string' },
      count: { type: 'string' },
      rate: { type: 'string' },
      linger: { type: 'string', default: '5' },
    },
  })
  const options = streamOptionsOf(values)
  if (options.uri.isSpy) throw new UsageError('--channel: nothing can be published to a spy.')
  if (options.uri.get('linger') !== undefined) throw new UsageError('--channel: the option --linger sets linger.')
  const { rate } = values
  if (rate !== undefined && values.file !== undefined) throw new UsageError('--rate is for messages, not for --file.')
  return {
    ...options,
    input: inputOf(values),
    rate: rate === undefined ? undefined : numberOf('--rate', rate, 0.001, RATE_MAX),
    lingerMs: secondsOf('--linger', values.linger),
  }
}

interface InputValues {
  readonly framing?: string | undefined
  readonly message?: string | undefined
  readonly file?: string | undefined
  readonly count?: string | undefined
}

function inputOf({ framing, message, file, count: countText }: InputValues): PubInput {
  const count = countText === undefined ? undefined : integerOf('--count', countText, 1, Number.MAX_SAFE_INTEGER)
  const given = Object.entries({ '--message': message, '--file': file, '--framing': framing })
    .flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} exclude each other: there is one input.`)
  if (file !== undefined) {
    if (file === '') throw new UsageError('--file: the name of the file is empty.')
    if (count !== undefined) throw new UsageError('--count is for messages, not for --file.')
    return { kind: 'file', path: file }
  }
  if (message !== undefined) return { kind: 'message', text: message, count: count ?? 1 }
  return { kind: 'stdin', framing: choiceOf('--framing', framing ?? 'lines', FRAMINGS), count }
}
