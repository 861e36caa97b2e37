import { stringLiteral, templateText } from '../literals.ts'

/** Where a value is within a message, for errors: `BookSnapshot.levels[3].price.mantissa`. */
export class Path {
  /** Texts, and between them the variables of indices. */
  private readonly texts: readonly string[]
  private readonly indices: readonly string[]

  constructor(texts: readonly string[], indices: readonly string[] = []) {
    this.texts = texts
    this.indices = indices
  }

  member(name: string): Path {
    return this.append(`.${name}`)
  }

  /** An entry or element; `variable` holds its index at run time. */
  at(variable: string): Path {
    return new Path([...this.append('[').texts, ']'], [...this.indices, variable])
  }

  private append(text: string): Path {
    return new Path([...this.texts.slice(0, -1), `${this.texts.at(-1) ?? ''}${text}`], this.indices)
  }

  /** The path as an expression. */
  code(): string {
    if (this.indices.length === 0) return stringLiteral(this.texts.join(''))
    const parts = this.texts.map((text, i) => {
      const index = this.indices[i]
      return templateText(text) + (index === undefined ? '' : `\${${index}}`)
    })
    return `\`${parts.join('')}\``
  }
}
