import type { Output } from '../../codegen/cli/command.ts'
import { loadSchema } from '../../codegen/cli/load-schema.ts'
import { MessageJson } from '../../codegen/otf/message-json.ts'
import { GodwitError } from '../../codegen/runtime/errors.ts'
import { DirectBuffer, SbeError } from '../../codegen/runtime/index.ts'
import type { MessageOrigin } from './sub-format.ts'
import type { SbeSchema } from './sub-options.ts'
import { counted } from './text.ts'

/** Prints messages of an SBE schema; those that cannot be decoded are reported and counted. */
export class SbeFormat {
  #messages: number = 0
  #undecoded: number = 0
  readonly #json: MessageJson
  readonly #report: (text: string) => void

  private constructor(json: MessageJson, report: (text: string) => void) {
    this.#json = json
    this.#report = report
  }

  /** Compiles the schema and prints what was found in it; undefined when it has an error. */
  static load(name: string, { file, isLenient: lenient }: SbeSchema, output: Output): SbeFormat | undefined {
    const ir = loadSchema(file, { lenient }, output)
    if (ir === undefined) return undefined
    return new SbeFormat(new MessageJson([ir]), (text) => output.err(`${name}: ${text}\n`))
  }

  /** One line for a message; nothing for one that cannot be decoded. */
  format(data: Buffer, { sessionId, position }: MessageOrigin): string {
    this.#messages++
    try {
      return this.#json.format({ session: sessionId, position }, new DirectBuffer(data), 0, data.length)
    } catch (error) {
      if (!(error instanceof SbeError)) throw error
      this.#undecoded++
      const size = counted(data.length, 'byte')
      this.#report(`cannot decode the message of ${size} that ends at position ${position} of session ${sessionId}: ` +
        `${error.message} (${error.code})`)
      return ''
    }
  }

  /** Throws ERR_GODWIT_CLI_DECODE when there were such messages. */
  requireAll(): void {
    if (this.#undecoded === 0) return
    const messages = counted(this.#messages, 'message')
    const message = `${this.#undecoded} of ${messages} could not be decoded with the schema`
    throw new GodwitError('ERR_GODWIT_CLI_DECODE', message)
  }
}
