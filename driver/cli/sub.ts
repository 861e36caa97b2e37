import { Image } from '../../client/image.ts'
import type { Command, Output } from '../../codegen/cli/command.ts'
import { EXIT_FAILED, EXIT_OK, wantsHelp } from '../../codegen/cli/command.ts'
import { connectionError, StreamConnection } from './stream-connection.ts'
import { Ending, interruptedError } from '../../codegen/cli/ending.ts'
import { STREAM_FAULT_HELP, STREAM_HELP } from './stream-options.ts'
import { rateText, secondsSince, trafficText, withProgress } from './stream-progress.ts'
import { FileTransfer } from './sub-file.ts'
import { messageFormat } from './sub-format.ts'
import type { MessageFormat } from './sub-format.ts'
import { MessagePrinter } from './sub-messages.ts'
import { subOptions } from './sub-options.ts'
import type { MessageTarget, SubOptions } from './sub-options.ts'
import { MessageOutput } from '../../codegen/cli/message-output.ts'
import { PartFile } from './sub-part-file.ts'
import { subscribe, subscribeToFirst } from './sub-publishers.ts'
import type { SubContext } from './sub-publishers.ts'
import { SbeFormat } from './sub-sbe.ts'
import { counted } from './text.ts'

const NAME = 'godwit sub'

const HELP = `Usage: godwit sub [options]

Subscribes to a stream and prints its messages, each on a line, until it is interrupted; or receives a file from
"godwit pub --file".

Options:
${STREAM_HELP}\
  --format <format>     text (default): as it is if it is UTF-8, otherwise hexadecimal; hex; base64; json: an
                        object for each message; raw: the bytes of all messages and nothing between
  --framing <kind>      lines (default), or length: the bytes of each message with its length before it, in 4
                        bytes, little-endian, as "godwit pub --framing length" reads it
  --sbe <schema>        decode messages with the SBE schema in this file: an object for each, with its header; those
                        that cannot be decoded are reported
  --lenient             accept the deviations that schemas of real venues have
  --count <n>           end after so many messages
  --once                take the first publisher that comes, and end with it
  --out <file>          receive a file: from the first publisher that comes; <file>.part until it is whole and its
                        SHA-256 is right
  --force               replace <file> when it is there
  --max-length <size>   refuse a longer file; the size may end in k, m or g
  --timeout <s>         how long to wait for the first publisher; default as long as it takes
  --json                print objects for messages, as --format json, and for the summary
  --quiet               print messages and errors only
  -h, --help            print this
${STREAM_FAULT_HELP}
Exit codes: 0 all that was asked for has come, or endless messages were interrupted; 1 it has not; 2 wrong usage.
`

/** The command `godwit sub`. */
export const sub: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const options = subOptions(args)
  const { target } = options
  const task = await taskOf(target, output)
  if (task === undefined) return EXIT_FAILED
  const ending = new Ending()
  try {
    const connection = await StreamConnection.open(NAME, options, ending, output)
    try {
      await task({ name: NAME, options, connection, ending, output })
    } finally {
      await connection.close()
    }
    return EXIT_OK
  } catch (error) {
    const isEndless = target.kind === 'messages' && target.count === undefined
    if (isEndless && ending.isInterruption(error)) return EXIT_OK
    throw error
  } finally {
    ending.close()
  }
}

/** What is to be done, with all that can be found wrong before; undefined when the schema of messages is not valid. */
async function taskOf(
  target: SubOptions['target'], output: Output,
): Promise<((context: SubContext) => Promise<void>) | undefined> {
  if (target.kind === 'file') {
    const part = new PartFile(target.path, target.isForced)
    await part.check()
    return (context) => receiveFile(new FileTransfer(part, target.lengthMax, context.ending), context)
  }
  if (target.schema === undefined) {
    const format = messageFormat(target.format, process.stdout.isTTY)
    return (context) => printMessages(target, format, context)
  }
  const sbe = SbeFormat.load(NAME, target.schema, output)
  if (sbe === undefined) return undefined
  return async (context) => {
    await printMessages(target, (data, origin) => sbe.format(data, origin), context)
    sbe.requireAll()
  }
}

async function printMessages(
  { isOnce, count = Infinity }: MessageTarget, format: MessageFormat, context: SubContext,
): Promise<void> {
  const { options, ending, output } = context
  const stdout = new MessageOutput()
  const printer = new MessagePrinter(stdout, format, count)
  const source = await (isOnce ? subscribeToFirst(context) : subscribe(context))
  await withProgress(printer, { output, verb: 'received', isQuiet: options.isQuiet }, () => {
    return printer.print(source, ending)
  })
  const { messages, bytes } = printer
  if (options.isJson) {
    stdout.append(`${JSON.stringify({ summary: { messages, bytes } })}\n`)
    await stdout.flush()
  } else if (!options.isQuiet) output.err(`received ${trafficText(printer)}\n`)
  if (messages === count || stdout.isClosed || (ending.check() && count === Infinity)) return
  const received = `after ${counted(messages, 'message')}${count === Infinity ? '' : ` of ${count}`}`
  if (ending.check()) throw interruptedError(received)
  if (!(source instanceof Image && source.isEndOfStream)) throw connectionError(`the publisher was gone ${received}`)
  if (count !== Infinity) throw connectionError(`the stream ended ${received}`)
}

async function receiveFile(transfer: FileTransfer, context: SubContext): Promise<void> {
  const { options, output } = context
  const image = await subscribeToFirst(context)
  const startMs = performance.now()
  const progress = { output, verb: 'received', isQuiet: options.isQuiet, totalBytes: () => transfer.totalBytes }
  const digest = await withProgress(transfer, progress, () => transfer.receive(image))
  const { path, name, bytes } = transfer
  const source = image.sourceIdentity
  const seconds = secondsSince(startMs)
  const sha256 = digest.toString('hex')
  if (options.isJson) output.out(`${JSON.stringify({ path, name, source, bytes, seconds, sha256 })}\n`)
  else if (!options.isQuiet) {
    const rate = rateText(bytes, seconds)
    output.out(`${path}: ${counted(bytes, 'byte')} from ${source} in ${seconds} s${rate}, SHA-256 ${sha256}\n`)
  }
}
