import { frameError } from '../../framing/framing.ts'
import type { MessageJson } from '../../otf/message-json.ts'
import { GodwitError } from '../../runtime/errors.ts'
import { DirectBuffer } from '../../runtime/index.ts'
import { count } from '../findings.ts'
import type { MessageOutput } from '../message-output.ts'
import type { InputItem, Origin } from './message-input.ts'
import type { DecodeOptions } from './options.ts'

/** Prints messages as JSON, counts them, and reports what cannot be decoded. */
export class MessagePrinter {
  /** Frames with a message in them. */
  messages: number = 0
  printed: number = 0
  /** Messages that cannot be decoded. */
  undecoded: number = 0
  /** How often the input was damaged, so that it is not known what messages there were. */
  lost: number = 0
  /** Frames without a message. */
  empty: number = 0
  readonly #byName: Map<string, number> = new Map()
  readonly #json: MessageJson
  readonly #options: DecodeOptions
  readonly #stdout: MessageOutput
  readonly #report: (text: string) => void
  #skip: number

  constructor(json: MessageJson, options: DecodeOptions, stdout: MessageOutput, report: (text: string) => void) {
    this.#json = json
    this.#options = options
    this.#stdout = stdout
    this.#report = report
    this.#skip = options.skip
  }

  /** Whether as many were printed as were asked for. */
  get isDone(): boolean {
    return this.printed >= this.#options.count
  }

  take(item: InputItem): void {
    if (item.kind === 'lost') {
      this.lose(item.where, item.error)
      return
    }
    const { frame, origin } = item
    const { length, problem } = frame
    if (length === 0) {
      this.empty++
      return
    }
    this.messages++
    try {
      if (problem !== undefined) throw frameError(problem)
      // Of its own, so that what is wrong is said with offsets in the message.
      const message = new DirectBuffer(frame.buffer.bytes, frame.offset, length)
      const header = this.#json.decoder.decodeHeader(message, 0)
      const name = this.#json.nameOf(header)
      const { names } = this.#options
      if (names.length > 0 && !names.includes(name ?? '')) return
      if (this.#skip > 0) {
        this.#skip--
        return
      }
      this.#stdout.append(this.#json.format(origin, message, 0, length))
      this.printed++
      if (name !== undefined) this.#byName.set(name, (this.#byName.get(name) ?? 0) + 1)
    } catch (error) {
      if (!(error instanceof GodwitError)) throw error
      this.undecoded++
      this.#report(`${placeOf(origin)}: cannot decode the message of ${count(length, 'byte')}: ${describe(error)}`)
    }
  }

  /** @param where such as `packet 3`; empty in an input without packets */
  lose(where: string, error: GodwitError): void {
    this.lost++
    this.#report(`${where === '' ? '' : `${where}: `}${describe(error)}`)
  }

  /** How many messages there were of what, in lines. */
  stats(): readonly string[] {
    const { messages, printed, undecoded, empty } = this
    const rows = [...this.#byName].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    const width = Math.max(...rows.map(([, number]) => String(number).length), 0)
    return [
      `${count(messages, 'message')}, ${printed} printed, ${undecoded} not decoded`,
      ...rows.map(([name, number]) => `  ${String(number).padStart(width)}  ${name}`),
      ...(empty === 0 ? [] : [`${count(empty, 'frame')} without a message`]),
    ]
  }

  /** Throws ERR_GODWIT_CLI_DECODE unless all messages of the input were decoded. */
  requireAll(): void {
    const { undecoded, lost, messages } = this
    const problems = [
      ...(undecoded === 0 ? [] : [`${undecoded} of ${count(messages, 'message')} could not be decoded`]),
      ...(lost === 0 ? [] : [`the input was damaged in ${count(lost, 'place')}`]),
    ]
    if (problems.length > 0) throw new GodwitError('ERR_GODWIT_CLI_DECODE', problems.join(', '))
  }
}

function describe({ message, code }: GodwitError): string {
  return `${message} (${code})`
}

function placeOf({ packet, offset }: Origin): string {
  return packet === undefined ? `offset ${String(offset)}` : `packet ${String(packet)}, offset ${String(offset)}`
}
