import { inputError } from '../input-error.ts'

const SEPARATORS = /[\s:,;_-]/

/** Bytes from text of hex digits that comes in pieces: with white space, `:` `,` `;` `-` `_` or `0x` between bytes. */
export class HexText {
  #characters: number = 0
  /** The first digit of a byte whose second has not come. */
  #high: number | undefined
  readonly #what: string

  /** @param what where the text comes from, for errors */
  constructor(what: string) {
    this.#what = what
  }

  /** Throws ERR_GODWIT_CLI_INPUT for what is no digit, and for half a byte. */
  decode(text: string): Uint8Array {
    const bytes = new Uint8Array((text.length + 1) >>> 1)
    let length = 0
    for (const character of text) {
      this.#characters++
      const digit = '0123456789abcdef'.indexOf(character.toLowerCase())
      if (digit !== -1) {
        if (this.#high === undefined) this.#high = digit
        else {
          bytes[length++] = this.#high * 16 + digit
          this.#high = undefined
        }
      } else if (this.#high === 0 && character.toLowerCase() === 'x') this.#high = undefined
      else if (!SEPARATORS.test(character)) {
        throw inputError(`${this.#what}: ${JSON.stringify(character)}, character ${this.#characters}, is no hex digit`)
      } else this.end()
    }
    return bytes.subarray(0, length)
  }

  /** Throws ERR_GODWIT_CLI_INPUT when the text ends within a byte. */
  end(): void {
    if (this.#high === undefined) return
    throw inputError(`${this.#what}: the byte at character ${this.#characters} has one digit, not two`)
  }
}
