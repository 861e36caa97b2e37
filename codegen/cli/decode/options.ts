import { normalAddress } from '../../capture/addresses.ts'
import { FRAME_LENGTH_MAX } from '../../framing/framing.ts'
import { FRAMING_PRESETS, parseFraming } from '../../framing/parse-framing.ts'
import type { JsonOptions } from '../../otf/json-listener.ts'
import { GodwitError } from '../../runtime/errors.ts'
import { parseOptions, UsageError } from '../command.ts'
import { checkFileNames, checkIncludePaths } from '../findings.ts'
import type { LoadSchemaOptions } from '../load-schema.ts'
import { choiceOf, integerOf, sizeOf } from '../option-values.ts'

const INPUTS = ['auto', 'binary', 'hex', 'pcap'] as const
const BIGINTS = ['numbers', 'strings'] as const
const PORT_MAX = 65_535

export type InputKind = (typeof INPUTS)[number]

/** Which packets of a capture are looked at; all of them if it says nothing. */
export interface PacketFilter {
  readonly ports: readonly number[]
  readonly addresses: readonly string[]
}

export interface DecodeOptions {
  readonly schemas: readonly string[]
  readonly loading: LoadSchemaOptions
  /** Text of hex digits, a file, or undefined for the standard input. */
  readonly source: { readonly hex: string } | { readonly file: string } | undefined
  readonly input: InputKind
  /** As the user gave it; `none` where messages lie back to back. */
  readonly framing: string
  readonly lengthMax: number
  readonly filter: PacketFilter
  /** Names of the messages that are printed; all of them if there are none. */
  readonly names: readonly string[]
  readonly skip: number
  readonly count: number
  readonly json: JsonOptions
  readonly hasStats: boolean
}

/**
 * @param isTerminal whether a person reads the output
 * @throws UsageError
 */
export function decodeOptions(args: readonly string[], isTerminal: boolean): DecodeOptions {
  const { values, positionals } = parseOptions({
    args: [...args],
    options: {
      'schema': { type: 'string', multiple: true, default: [] },
      'lenient': { type: 'boolean', default: false },
      'include-path': { type: 'string', multiple: true, default: [] },
      'hex': { type: 'string' },
      'input': { type: 'string', default: 'auto' },
      'framing': { type: 'string', default: 'none' },
      'max-length': { type: 'string' },
      'port': { type: 'string', multiple: true, default: [] },
      'address': { type: 'string', multiple: true, default: [] },
      'message': { type: 'string', multiple: true, default: [] },
      'skip': { type: 'string' },
      'count': { type: 'string' },
      'pretty': { type: 'boolean', default: false },
      'lines': { type: 'boolean', default: false },
      'bigints': { type: 'string', default: 'numbers' },
      'reference': { type: 'boolean', default: false },
      'stats': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  if (values.schema.length === 0) throw new UsageError('no schema given: --schema is missing.')
  const source = sourceOf(values.hex, positionals)
  const input = choiceOf('--input', values.input, INPUTS)
  if (values.hex !== undefined && input !== 'auto' && input !== 'hex') {
    throw new UsageError(`--hex and --input ${input} exclude each other.`)
  }
  if (values.pretty && values.lines) throw new UsageError('--pretty and --lines exclude each other.')
  checkFraming(values.framing)
  const { skip, count, 'max-length': lengthMax } = values
  // Several messages are easier to take with one on each line.
  const isSingle = values.framing === 'none' && input !== 'pcap'
  return {
    schemas: checkFileNames(values.schema),
    loading: { lenient: values.lenient, includePaths: checkIncludePaths(values['include-path']) },
    source,
    input,
    framing: values.framing,
    lengthMax: lengthMax === undefined ? FRAME_LENGTH_MAX : sizeOf('--max-length', lengthMax, 1, 2 ** 30),
    filter: {
      ports: values.port.map((port) => integerOf('--port', port, 0, PORT_MAX)),
      addresses: values.address.map(addressOf),
    },
    names: values.message,
    skip: skip === undefined ? 0 : integerOf('--skip', skip, 0, Number.MAX_SAFE_INTEGER),
    count: count === undefined ? Infinity : integerOf('--count', count, 1, Number.MAX_SAFE_INTEGER),
    json: {
      pretty: values.pretty || (!values.lines && isTerminal && isSingle),
      bigints: choiceOf('--bigints', values.bigints, BIGINTS),
      meaning: values.reference ? 'reference' : 'godwit',
    },
    hasStats: values.stats,
  }
}

function sourceOf(hex: string | undefined, [file, ...others]: readonly string[]): DecodeOptions['source'] {
  if (others.length > 0) throw new UsageError(`one input at a time: "${others[0]}" is one too many.`)
  if (hex === undefined) return file === undefined || file === '-' ? undefined : { file }
  if (file !== undefined) throw new UsageError(`--hex and "${file}" exclude each other.`)
  if (hex.trim() === '') throw new UsageError('--hex has no digits.')
  return { hex }
}

function addressOf(text: string): string {
  const address = normalAddress(text)
  if (address === undefined) throw new UsageError(`--address: "${text}" is no address of IPv4 or IPv6.`)
  return address
}

function checkFraming(text: string): void {
  if (text === 'none' || text === 'aeron') return
  try {
    // Its byte order is not known yet, and makes no difference here.
    parseFraming(text, 'littleEndian')
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    throw new UsageError(`--${error.message}.`, { cause: error })
  }
}

/** Lines that describe the framings with a name. */
export const FRAMING_HELP: string = Object.entries(FRAMING_PRESETS)
  .map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}\n`)
  .join('')
