const INDENT = '  '

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
    if (!this.#isFirst) this.text += ','
    this.#isFirst = false
    this.#newLine()
  }

  /** A value, or the rest of one. */
  raw(json: string): void {
    this.text += json
  }

  #newLine(): void {
    if (this.#pretty) this.text += `\n${INDENT.repeat(this.#depth)}`
  }
}
