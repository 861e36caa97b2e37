import { parseOptions, UsageError } from '../../codegen/cli/command.ts'
import { FAULT_OPTIONS } from './fault-options.ts'
import { STREAM_OPTIONS, streamOptionsOf } from './stream-options.ts'
import type { StreamOptions } from './stream-options.ts'
import { choiceOf, integerOf, sizeOf } from '../../codegen/cli/option-values.ts'

const FRAMINGS = ['lines', 'length'] as const
const FORMATS = ['text', 'hex', 'base64', 'json', 'raw'] as const

export type FormatName = (typeof FORMATS)[number]

export interface SbeSchema {
  readonly file: string
  readonly isLenient: boolean
}

/** Messages are printed. */
export interface MessageTarget {
  readonly kind: 'messages'
  /** Schema of the messages, instead of a format. */
  readonly schema: SbeSchema | undefined
  readonly format: FormatName | 'length'
  readonly count: number | undefined
  /** Whether to take the first publisher only, and end with it. */
  readonly isOnce: boolean
}

/** One file is received. */
interface FileTarget {
  readonly kind: 'file'
  readonly path: string
  /** Whether the file may be there already. */
  readonly isForced: boolean
  readonly lengthMax: number
}

export interface SubOptions extends StreamOptions {
  readonly target: MessageTarget | FileTarget
}

/** @throws UsageError */
export function subOptions(args: readonly string[]): SubOptions {
  const { values } = parseOptions({
    args: [...args],
    options: {
      ...STREAM_OPTIONS,
      ...FAULT_OPTIONS,
      'format': { type: 'string' },
      'framing': { type: 'string' },
      'sbe': { type: 'string' },
      'lenient': { type: 'boolean' },
      'count': { type: 'string' },
      'once': { type: 'boolean' },
      'out': { type: 'string' },
      'force': { type: 'boolean' },
      'max-length': { type: 'string' },
    },
  })
  return { ...streamOptionsOf(values), target: targetOf(values) }
}

interface TargetValues {
  readonly 'format'?: string | undefined
  readonly 'framing'?: string | undefined
  readonly 'sbe'?: string | undefined
  readonly 'lenient'?: boolean | undefined
  readonly 'count'?: string | undefined
  readonly 'once'?: boolean | undefined
  readonly 'out'?: string | undefined
  readonly 'force'?: boolean | undefined
  readonly 'max-length'?: string | undefined
  readonly 'json': boolean
}

function targetOf(values: TargetValues): MessageTarget | FileTarget {
  const { out, force, 'max-length': maxLength, count, once } = values
  if (out === undefined) {
    refuse('has no use without --out', { '--force': force, '--max-length': maxLength })
    return {
      kind: 'messages',
      schema: schemaOf(values),
      format: formatOf(values),
      count: count === undefined ? undefined : integerOf('--count', count, 1, Number.MAX_SAFE_INTEGER),
      isOnce: once ?? false,
    }
  }
  if (out === '') throw new UsageError('--out: the name of the file is empty.')
  const { format, framing, sbe, lenient } = values
  const ofFormat = { '--format': format, '--framing': framing, '--sbe': sbe, '--lenient': lenient }
  const forMessages = { ...ofFormat, '--count': count, '--once': once }
  refuse('is for messages, not for --out', forMessages)
  return {
    kind: 'file',
    path: out,
    isForced: force ?? false,
    lengthMax: maxLength === undefined ? Infinity : sizeOf('--max-length', maxLength, 0, Infinity),
  }
}

function schemaOf({ sbe, lenient, format, framing }: TargetValues): SbeSchema | undefined {
  if (sbe === undefined) {
    refuse('has no use without --sbe', { '--lenient': lenient })
    return undefined
  }
  if (sbe === '') throw new UsageError('--sbe: the name of the schema is empty.')
  refuse('and --sbe exclude each other', { '--format': format, '--framing': framing })
  return { file: sbe, isLenient: lenient ?? false }
}

function formatOf({ format, framing, json }: TargetValues): FormatName | 'length' {
  if (choiceOf('--framing', framing ?? 'lines', FRAMINGS) === 'length') {
    if (json) throw new UsageError('--json and --framing length exclude each other.')
    refuse('and --framing length exclude each other', { '--format': format })
    return 'length'
  }
  const chosen = format === undefined ? undefined : choiceOf('--format', format, FORMATS)
  if (!json) return chosen ?? 'text'
  if (chosen === undefined || chosen === 'json') return 'json'
  throw new UsageError(`--json and --format ${chosen} exclude each other.`)
}

/** @throws UsageError when one of the options is given */
function refuse(why: string, options: Readonly<Record<string, string | boolean | undefined>>): void {
  const given = Object.entries(options).find(([, value]) => value !== undefined)
  if (given !== undefined) throw new UsageError(`${given[0]} ${why}.`)
}
