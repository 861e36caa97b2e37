export interface Position {
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number
}

/** The text of one document, with line ends normalised to LF. */
export class SourceText {
  readonly file: string
  readonly text: string
  private lineStarts: number[] | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
    this.lineStarts = undefined
  }

  positionAt(offset: number): Position {
    this.lineStarts ??= startsOfLines(this.text)
    let low = 0
    let high = this.lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1 }
  }
}

function startsOfLines(text: string): number[] {
  const starts = [0]
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return starts
}
