/**
 * The code of a TypeScript text: comments and the contents of strings, templates and regular expressions are replaced
 * by spaces, so that line and column stay. Understands what this repository uses, not every corner of the language.
 */
export function codeOnly(text: string): string {
  return new Scanner(text).run()
}

/** After one of these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEXP = /(?:^|[=(,:[!&|?{};+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of|do|else|void|throw|await))$/

class Scanner {
  private readonly text: string
  private at = 0
  private output = ''
  /** Braces open inside each `${` that is open. */
  private readonly templates: number[] = []

  constructor(text: string) {
    this.text = text
  }

  run(): string {
    while (this.at < this.text.length) this.step()
    return this.output
  }

  private step(): void {
    const { text, at } = this
    const char = text[at] ?? ''
    if (text.startsWith('//', at)) this.blankTo(this.find('\n', at))
    else if (text.startsWith('/*', at)) this.blankTo(this.find('*/', at + 2) + 2)
    else if (char === "'" || char === '"') this.blankContents(this.endOfString(char))
    else if (char === '`') this.template()
    else if (char === '/' && BEFORE_REGEXP.test(this.output.trimEnd())) this.blankContents(this.endOfRegExp())
    else if (char === '}' && this.templates.at(-1) === 0) this.template()
    else this.copy(char)
  }

  private copy(char: string): void {
    const depth = this.templates.length - 1
    if (char === '{' && depth >= 0) this.templates[depth] = (this.templates[depth] ?? 0) + 1
    if (char === '}' && depth >= 0) this.templates[depth] = (this.templates[depth] ?? 0) - 1
    this.output += char
    this.at++
  }

  /** From a backtick, or from the brace that ends an expression in a template, to the next such place. */
  private template(): void {
    if (this.text[this.at] === '}') this.templates.pop()
    let end = this.at + 1
    while (end < this.text.length && this.text[end] !== '`' && !this.text.startsWith('${', end)) {
      end += this.text[end] === '\\' ? 2 : 1
    }
    const expression = this.text.startsWith('${', end)
    this.blankContents(end + (expression ? 2 : 1))
    if (expression) this.templates.push(0)
  }

  private endOfString(quote: string): number {
    let end = this.at + 1
    while (end < this.text.length && this.text[end] !== quote) end += this.text[end] === '\\' ? 2 : 1
    return end + 1
  }

  private endOfRegExp(): number {
    let end = this.at + 1
    let inClass = false
    while (end < this.text.length && (inClass || this.text[end] !== '/')) {
      if (this.text[end] === '[') inClass = true
      if (this.text[end] === ']') inClass = false
      end += this.text[end] === '\\' ? 2 : 1
    }
    return end + 1
  }

  private find(what: string, from: number): number {
    const found = this.text.indexOf(what, from)
    return found === -1 ? this.text.length : found
  }

  /** Keeps the first and the last character, so that there is still a literal. */
  private blankContents(end: number): void {
    this.output += this.text[this.at] ?? ''
    this.at++
    this.blankTo(end - 1)
    this.output += this.text[this.at] ?? ''
    this.at++
  }

  private blankTo(end: number): void {
    this.output += this.text.slice(this.at, end).replaceAll(/[^\n]/g, ' ')
    this.at = Math.min(end, this.text.length)
  }
}
