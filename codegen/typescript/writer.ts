export const LINE_LENGTH_MAX = 120

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
    return this.line(open).indented(body).line(close)
  }

  /** Lines one level deeper. */
  indented(body: () => void): this {
    this.depth++
    body()
    this.depth--
    return this
  }

  /** As `block`, on one line where that is short enough. */
  compactBlock(open: string, body: () => void, close: string): this {
    const start = this.lines.length
    this.block(open, body, close)
    const lines = this.lines.slice(start).map((line) => line.trim())
    const inner = lines.slice(1, -1).join(' ').replace(/,$/, '')
    const single = '  '.repeat(this.depth) + `${open} ${inner} ${close}`
    if (single.length <= LINE_LENGTH_MAX) this.lines.splice(start, lines.length, single)
    return this
  }

  /** A call or list: on one line where that is short enough, else one part per line. */
  list(open: string, parts: readonly string[], close: string): this {
    const single = `${open}${parts.join(', ')}${close}`
    if (this.depth * 2 + single.length <= LINE_LENGTH_MAX) return this.line(single)
    return this.block(open.trimEnd(), () => parts.forEach((part) => this.line(`${part},`)), close.trimStart())
  }

  /** A doc comment; nothing when there is no text. Whatever follows a tag belongs to it: `@deprecated` goes last. */
  doc(...parts: readonly (string | undefined)[]): this {
    const text = parts.filter((part) => part !== undefined && part !== '').join('\n')
    if (text === '') return this
    // Schema text is foreign: it must not end the comment.
    const width = LINE_LENGTH_MAX - this.depth * 2 - ' * '.length
    const all = text.replaceAll('*/', '*\\/').split(/\r\n|\r|\n/).map((line) => line.trim())
    const isLast = (line: string): boolean => line.startsWith('@deprecated')
    const ordered = [...all.filter((line) => !isLast(line)), ...all.filter(isLast)]
    // Nor may one of its words begin a line as a tag does.
    const lines = ordered.flatMap((line) => {
      return wrapWords(line, width).map((part, index) => (index > 0 && part.startsWith('@') ? `\\${part}` : part))
    })
    const single = lines[0]
    if (lines.length === 1 && single !== undefined && single.length + '/** */'.length < width) {
      return this.line(`/** ${single} */`)
    }
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
    for (const line of after) this.lines.push(line)
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`
  }
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
