import type { Command, Output } from '../../codegen/cli/command.ts'
import { EXIT_OK, wantsHelp } from '../../codegen/cli/command.ts'
import { FilePublisher } from './pub-file.ts'
import { MessagePublisher } from './pub-messages.ts'
import { isEndless, pubOptions } from './pub-options.ts'
import type { MessageInput, PubOptions } from './pub-options.ts'
import { Sender } from './pub-sender.ts'
import { SourceFile } from './pub-source-file.ts'
import { StreamConnection } from './stream-connection.ts'
import { Ending } from '../../codegen/cli/ending.ts'
import { STREAM_FAULT_HELP, STREAM_HELP } from './stream-options.ts'
import { rateText, secondsSince, trafficText, withProgress } from './stream-progress.ts'

const NAME = 'godwit pub'

const HELP = `Usage: godwit pub [options]

Publishes to a stream: the lines of the standard input, each as a message without its line feed, or one of the
other inputs. Waits for a subscriber first; reads no faster than messages go out; ends when all has arrived.

Input, one of:
  --framing <kind>      messages on the standard input: lines (default), or length: each with its length before
                        it, in 4 bytes, little-endian
  --message <text>      this text, --count times
  --file <file>         a file, with its length and its SHA-256, for "godwit sub --out"

Options:
${STREAM_HELP}\
  --count <n>           end after so many messages; fewer on the standard input are an error
  --rate <n>            messages per second; default as fast as they go
  --timeout <s>         how long to wait for a subscriber; default as long as it takes
  --linger <s>          how long to wait at the end, without progress, until all has arrived; default 5
  --json                print what was sent as a JSON document instead of text
  --quiet               print errors only
  -h, --help            print this
${STREAM_FAULT_HELP}
All has arrived when the driver of the subscriber has said so, or the subscriber wants no more; over aeron:ipc when
the subscribers have read it. An interrupt (SIGINT, SIGTERM) ends the stream behind the last message, a second one
ends the process. Exit codes: 0 all that was to be sent has arrived, or endless input was interrupted; 1 it has not,
or is not known to have; 2 wrong usage.
`

/** What was sent, for the summary. */
interface Sent {
  readonly messages: number
  readonly bytes: number
  readonly seconds: number
  readonly sha256?: string
}

/** The command `godwit pub`. */
export const pub: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const options = pubOptions(args)
  const { input } = options
  const source = input.kind === 'file' ? await SourceFile.open(input.path) : input
  const ending = new Ending()
  try {
    const connection = await StreamConnection.open(NAME, options, ending, output)
    try {
      const sent = await publish(options, source, connection, ending, output)
      if (options.isJson) output.out(`${JSON.stringify(sent)}\n`)
      else if (!options.isQuiet) output.out(textOf(sent))
    } finally {
      await connection.close()
    }
    return EXIT_OK
  } catch (error) {
    if (isEndless(input) && ending.isInterruption(error)) return EXIT_OK
    throw error
  } finally {
    ending.close()
    if (source instanceof SourceFile) await source.close()
  }
}

async function publish(
  options: PubOptions, source: SourceFile | MessageInput, connection: StreamConnection, ending: Ending, output: Output,
): Promise<Sent> {
  const sender = await Sender.open(connection, options, ending)
  await sender.connect(options.timeoutMs)
  const startMs = performance.now()
  const progress = { output, verb: 'sent', isQuiet: options.isQuiet }
  if (!(source instanceof SourceFile)) {
    return withProgress(sender, progress, () => sender.toTheEnd(async () => {
      await new MessagePublisher(sender, ending, options.rate).send(source)
      return { messages: sender.messages, bytes: sender.bytes, seconds: secondsSince(startMs) }
    }))
  }
  const publisher = new FilePublisher(sender)
  return withProgress(publisher, { ...progress, totalBytes: () => source.length }, () => sender.toTheEnd(async () => {
    const digest = await publisher.send(source)
    const { messages, bytes } = publisher
    return { messages, bytes, seconds: secondsSince(startMs), sha256: digest.toString('hex') }
  }))
}

function textOf(sent: Sent): string {
  const digest = sent.sha256 === undefined ? '' : `, SHA-256 ${sent.sha256}`
  return `sent ${trafficText(sent)} in ${sent.seconds} s${rateText(sent.bytes, sent.seconds)}${digest}\n`
}
