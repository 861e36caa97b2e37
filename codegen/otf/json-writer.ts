import { SbeError } from '../runtime/index.ts'

const INDENT = '  '

/** Short messages can hold many entries; engines have no strings of more than eight times this, escapes included. */
const TEXT_LENGTH_MAX: number = 2 ** 26

/** Puts JSON text together, compact or in lines as `JSON.stringify` with an indent of two makes them. */
export class JsonWriter {
  text: string = ''
  readonly #pretty: boolean
  #depth = 0
  #isFirst = true

  constructor(pretty: boolean) {
    this.#pretty = pretty
  }

  reset(): void {
    this.text = ''
    this.#depth = 0
    this.#isFirst = true
  }

  open(bracket: '{' | '['): void {
    this.text += bracket
    this.#depth++
    this.#isFirst = true
  }

  close(bracket: '}' | ']'): void {
    this.#depth--
    if (!this.#isFirst) this.#newLine()
    this.text += bracket
    this.#isFirst = false
  }

  /** Begins a member of an object. */
  key(name: string): void {
    this.item()
    this.text += this.#pretty ? `${JSON.stringify(name)}: ` : `${JSON.stringify(name)}:`
  }

  /** Begins an element of an array. */
  item(): void {
    this.checkRoom(0)
    if (!this.#isFirst) this.text += ','
    this.#isFirst = false
    this.#newLine()
  }

  /** Throws unless as many characters can follow. */
  checkRoom(length: number): void {
    if (this.text.length + length <= TEXT_LENGTH_MAX) return
    const what = `the JSON of the message would be longer than ${TEXT_LENGTH_MAX} characters`
    throw new SbeError('ERR_GODWIT_SBE_LENGTH', what)
  }

  /** A value, or the rest of one. */
  raw(json: string): void {
    this.text += json
  }

  #newLine(): void {
    if (this.#pretty) this.text += `\n${INDENT.repeat(this.#depth)}`
  }
}
