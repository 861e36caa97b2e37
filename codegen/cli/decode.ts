import { AeronFraming } from '../framing/aeron-framing.ts'
import { parseFraming } from '../framing/parse-framing.ts'
import { MessageFraming } from '../framing/message-framing.ts'
import { frameError } from '../framing/framing.ts'
import type { Framing } from '../framing/framing.ts'
import type { Ir } from '../ir/ir.ts'
import { MessageJson } from '../otf/message-json.ts'
import type { OtfDecoderSet } from '../otf/otf-decoder-set.ts'
import { closest } from './closest.ts'
import type { Command, Output } from './command.ts'
import { EXIT_FAILED, EXIT_OK, UsageError, wantsHelp } from './command.ts'
import { AutoInput } from './decode/auto-input.ts'
import { CaptureInput } from './decode/capture-input.ts'
import type { MessageInput } from './decode/message-input.ts'
import { decodeOptions, FRAMING_HELP } from './decode/options.ts'
import type { DecodeOptions } from './decode/options.ts'
import { MessagePrinter } from './decode/printer.ts'
import { sourceBytes } from './decode/source.ts'
import { StreamInput } from './decode/stream-input.ts'
import { Ending, interruptedError } from './ending.ts'
import { count } from './findings.ts'
import { loadSchema } from './load-schema.ts'
import { MessageOutput } from './message-output.ts'

const NAME = 'godwit sbe decode'
/** Characters after which output is written although more of the input is there. */
const OUTPUT_LENGTH_MAX = 1024 * 1024

const HELP = `Usage: ${NAME} --schema <file> [--hex <digits> | <file> | -] [options]

Prints messages as JSON, from their schema alone: an object for each, with its header, on a line. Reads a file, hex
digits or the standard input, as it comes. Captures of networks are recognised: pcap and pcapng, with UDP and TCP.

Options:
  --schema <file>        schema of the messages; can be repeated, messages go by the schema id in their headers
  --hex <digits>         the bytes themselves, in hex; white space, colons, commas and 0x are left aside
  --input <kind>         auto (default): a capture if it begins like one, otherwise binary; binary; hex: text of hex
                         digits; pcap
  --framing <framing>    what is between messages, see below; none (default): nothing
  --max-length <size>    longest frame, 16m if not given; the size may end in k, m or g
  --port <n>             of captures, packets from or to this port only; can be repeated
  --address <ip>         of captures, packets from or to this address only; can be repeated
  --message <name>       messages of this name only; can be repeated
  --skip <n>             leave out the first n messages
  --count <n>            end after n messages
  --pretty, --lines      an object over several lines, or on one; default lines, but for what is without framing on a
                         terminal
  --bigints <form>       integers of 64 bits: numbers (default), with all their digits, or strings
  --reference            values as the JSON printer of the reference implementation means them: a null is the number
                         that stands for it
  --stats                at the end, print how many messages there were of which name
  --lenient              accept the deviations that schemas of real venues have
  --include-path <dir>   folder that XInclude may read from besides the schema's own; can be repeated
  -h, --help             print this

Framings by name:
${FRAMING_HELP}\
  aeron       UDP packets of Aeron; fragments of messages are put together

Framings by description: the type of the length before each message, u8, u16le, u16be, u32le or u32be; then, behind
commas:
  before=<n>, after=<n>  bytes of a frame before its length, and between that and the message
  mark=<hex>             bytes that must follow the length
  inclusive              the length counts the frame from its first byte on, not only the message
  counts=<n>             the length counts n bytes besides the message
  inside                 the length is a part of the message, in a header that the schema describes
  packet=<n>             bytes at the beginning of each packet, or of the input

Exit codes: 0 all messages were decoded; 1 one was not, a schema has errors, or the input is damaged; 2 wrong usage.
`

/** The command `godwit sbe decode`. */
export const decode: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const options = decodeOptions(args, process.stdout.isTTY)
  const irs = options.schemas.map((file) => loadSchema(file, options.loading, output)).filter((ir) => ir !== undefined)
  if (irs.length < options.schemas.length) return EXIT_FAILED
  checkNames(irs, options.names)
  const json = messageJson(irs, options)
  const ending = new Ending()
  try {
    await decodeAll(json, options, ending, output)
    return EXIT_OK
  } finally {
    ending.close()
  }
}

async function decodeAll(json: MessageJson, options: DecodeOptions, ending: Ending, output: Output): Promise<void> {
  const report = (text: string): void => output.err(`${NAME}: ${text}\n`)
  const stdout = new MessageOutput()
  const printer = new MessagePrinter(json, options, stdout, report)
  const framing = framingOf(options.framing, json.decoder)
  const input = inputOf(framing, options)
  for await (const chunk of sourceBytes(options, ending)) {
    await printAll(input.take(chunk), printer, stdout)
    if (printer.isDone || input.isOver || stdout.isClosed) break
  }
  // What was interrupted, or has given what was asked for, may end anywhere.
  const isWhole = !printer.isDone && !ending.check() && !stdout.isClosed
  if (isWhole) {
    await printAll(input.end(), printer, stdout)
    const { unfinished = 0 } = framing
    if (unfinished > 0) printer.lose('', frameError(`${count(unfinished, 'message')} without an end`))
  }
  for (const note of input.notes()) report(note)
  if (isWhole && printer.messages === 0 && printer.lost === 0) report('there is no message in the input')
  if (options.hasStats) for (const line of printer.stats()) output.err(`${line}\n`)
  printer.requireAll()
  if (ending.check() && !printer.isDone && options.count !== Infinity) {
    throw interruptedError(`after ${count(printer.printed, 'message')} of ${options.count}`)
  }
}

async function printAll(
  items: ReturnType<MessageInput['take']>, printer: MessagePrinter, stdout: MessageOutput,
): Promise<void> {
  for (const item of items) {
    printer.take(item)
    if (stdout.length >= OUTPUT_LENGTH_MAX) await stdout.flush()
    if (printer.isDone || stdout.isClosed) break
  }
  await stdout.flush()
}

function inputOf(framing: Framing, { input, lengthMax, filter, source }: DecodeOptions): MessageInput {
  const stream = (): MessageInput => new StreamInput(framing, lengthMax)
  const capture = (): MessageInput => new CaptureInput(framing, lengthMax, filter)
  if (input === 'pcap') return capture()
  const isAuto = input === 'auto' && !(source !== undefined && 'hex' in source)
  return isAuto ? new AutoInput((isCapture) => isCapture ? capture() : stream()) : stream()
}

function framingOf(name: string, decoder: OtfDecoderSet): Framing {
  if (name === 'none') return new MessageFraming(decoder)
  return name === 'aeron' ? new AeronFraming() : parseFraming(name, decoder.byteOrder)
}

function messageJson(irs: readonly Ir[], { json }: DecodeOptions): MessageJson {
  try {
    return new MessageJson(irs, json)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UsageError(`--schema: ${error.message}.`, { cause: error })
  }
}

function checkNames(irs: readonly Ir[], names: readonly string[]): void {
  const known = irs.flatMap(({ messages }) => messages.map(({ name }) => name))
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const suggestion = closest(unknown, known)
  const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`
  throw new UsageError(`--message: the schema has no message "${unknown}".${hint}`)
}
