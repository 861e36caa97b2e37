/** Collects lines of generated code with their indentation. */
export class Writer {
  private readonly lines: string[] = []
  private depth = 0

  /** Appends lines; text may hold several, each is indented. */
  line(text: string = ''): this {
    for (const line of text.split('\n')) this.lines.push(line === '' ? '' : '  '.repeat(this.depth) + line)
    return this
  }

  /** A block: the opening line, the body one level deeper, the closing line. */
  block(open: string, body: () => void, close: string = '}'): this {
    this.line(open)
    this.depth++
    body()
    this.depth--
    return this.line(close)
  }

  /** A doc comment; nothing when there is no text. */
  doc(...parts: readonly (string | undefined)[]): this {
    const text = parts.filter((part) => part !== undefined && part !== '').join('\n')
    if (text === '') return this
    // Schema text is foreign: it must not end the comment.
    const lines = text.replaceAll('*/', '*\\/').split(/\r\n|\r|\n/).map((line) => line.trim())
    const single = lines[0]
    if (lines.length === 1 && single !== undefined) return this.line(`/** ${single} */`)
    this.line('/**')
    for (const line of lines) this.line(line === '' ? ' *' : ` * ${line}`)
    return this.line(' */')
  }

  /** A place to insert lines at later. */
  mark(): number {
    return this.lines.length
  }

  /** Runs `body` with its lines going to an earlier mark, at the present indentation. */
  insertAt(mark: number, body: () => void): void {
    const after = this.lines.splice(mark)
    body()
    this.lines.push(...after)
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`
  }
}
