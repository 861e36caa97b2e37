import type { Signal } from '../ir/token.ts'
import { IrFileError } from './ir-file-error.ts'
import type { FileToken } from './read-tokens.ts'

/** Goes through the tokens of a file, one after the other. */
export class TokenWalk {
  readonly #tokens: readonly FileToken[]
  readonly #fileLength: number
  #index = 0

  constructor(tokens: readonly FileToken[], fileLength: number) {
    this.#tokens = tokens
    this.#fileLength = fileLength
  }

  get isAtEnd(): boolean {
    return this.#index === this.#tokens.length
  }

  /** Signal of the next token; undefined at the end. */
  get signal(): Signal | undefined {
    return this.#tokens[this.#index]?.token.signal
  }

  take(...signals: readonly Signal[]): FileToken {
    const next = this.#tokens[this.#index]
    const expected = signals.join(' or ')
    if (next === undefined) throw contentError(`the tokens end where there must be ${expected}`, this.#fileLength)
    if (!signals.includes(next.token.signal)) fail(next, `is out of place: there must be ${expected}`)
    this.#index++
    return next
  }

  /** Takes the end of a part that begins with a token; both have its name, and say how many tokens it has. */
  takeEnd(begin: FileToken, end: Signal): FileToken {
    const last = this.take(end)
    const count = this.#index - begin.index
    if (last.token.name !== begin.token.name) fail(last, `ends '${begin.token.name}'`)
    for (const token of [begin, last]) {
      if (token.token.componentTokenCount !== count) {
        fail(token, `says that the part has ${token.token.componentTokenCount} tokens, and it has ${count}`)
      }
    }
    return last
  }
}

/** Throws that a token cannot be; the message goes on from its name. */
export function fail({ token, at }: FileToken, what: string): never {
  throw contentError(`${token.signal} '${token.name}' ${what}`, at)
}

export function contentError(what: string, offset: number): IrFileError {
  return new IrFileError('ERR_GODWIT_SBE_IR_CONTENT', `the .sbeir file has no valid schema: ${what}`, offset)
}
