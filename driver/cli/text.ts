/** How the commands write numbers, times and what others have written. */

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * A text of unknown origin for a terminal: on one line, and with nothing in it that would move the cursor or hide what
 * is there.
 */
export function printable(text: string): string {
  return text.replaceAll(CONTROL, (character) => {
    const code = character.charCodeAt(0)
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`
  })
}

/** With commas between groups of three digits. */
export function grouped(value: number | bigint): string {
  return value.toLocaleString('en')
}

/** Such as `1 stream`, `2 streams` or `1,000 streams`. */
export function counted(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** How long something took or is ago, in the unit that people would choose. */
export function roughDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 2 * 86_400 ? `${Math.round(seconds / 3600)} h` : `${grouped(Math.round(seconds / 86_400))} days`
}

/** A JSON value for a 64-bit number: a text where a number would not have all digits. */
export function jsonNumber(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

export interface Column {
  readonly title: string
  /** Numbers go to the right. */
  readonly align?: 'right'
}

/** Lines: the titles, and below them each row. Columns are as wide as they have to be. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_column, i) => longest(all.map((row) => row[i] ?? '')))
  return all.map((row) => {
    const cells = columns.map(({ align }, i) => {
      const [cell, width] = [row[i] ?? '', widths[i] ?? 0]
      return align === 'right' ? cell.padStart(width) : cell.padEnd(width)
    })
    return cells.join('  ').trimEnd()
  })
}

export function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

/** Length of the longest text. */
export function longest(texts: readonly string[]): number {
  return texts.reduce((length, text) => Math.max(length, text.length), 0)
}
