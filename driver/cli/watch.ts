import { setTimeout as sleep } from 'node:timers/promises'
import type { Output } from '../../codegen/cli/command.ts'
import { UsageError } from '../../codegen/cli/command.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { printable } from './text.ts'

const INTERVAL_MIN_MS = 10
const INTERVAL_MAX_MS = 3_600_000
const INTERVAL_DEFAULT_MS = 1000

/** Between what is printed at one time and at the next. */
const SEPARATOR = '--\n'

export const WATCH_OPTIONS = {
  watch: { type: 'boolean', short: 'w', default: false },
  interval: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const WATCH_HELP: string = `\
  -w, --watch           print again and again, also while no driver is there, until an interrupt
  --interval <ms>       how often; default ${INTERVAL_DEFAULT_MS}
  --json                print JSON: one document, with --watch one on each line
`

export interface WatchOptions {
  /** Undefined: print once. */
  readonly intervalMs: number | undefined
  readonly json: boolean
}

/** @throws UsageError */
export function watchOptions(
  values: { readonly watch: boolean; readonly interval?: string | undefined; readonly json: boolean },
): WatchOptions {
  const { watch, interval, json } = values
  if (interval === undefined) return { intervalMs: watch ? INTERVAL_DEFAULT_MS : undefined, json }
  if (!watch) throw new UsageError('--interval is for --watch.')
  const intervalMs = /^\d+$/.test(interval) ? Number(interval) : NaN
  if (!(intervalMs >= INTERVAL_MIN_MS && intervalMs <= INTERVAL_MAX_MS)) {
    const range = `${INTERVAL_MIN_MS} to ${INTERVAL_MAX_MS}`
    throw new UsageError(`--interval: "${interval}" is no number of milliseconds from ${range}.`)
  }
  return { intervalMs, json }
}

/** What a command has to show, as it is now. */
export interface View {
  text(): string
  json(): unknown
}

/** Prints what `look` finds, once or until an interrupt. While it watches, what cannot be read may come back. */
export async function show(options: WatchOptions, look: () => View, output: Output): Promise<void> {
  const { intervalMs, json } = options
  if (intervalMs === undefined) {
    const view = look()
    output.out(json ? `${JSON.stringify(view.json(), null, 2)}\n` : view.text())
    return
  }
  const { stdout } = process
  const isTerminal = !json && stdout.isTTY && process.env['TERM'] !== 'dumb'
  const screen = isTerminal ? new Screen(output, () => sizeOf(stdout)) : undefined
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  try {
    while (!interrupt.signal.aborted) {
      const text = json ? lookForJson(look) : lookForText(look)
      if (screen !== undefined) screen.draw(text)
      else output.out(json ? text : text + SEPARATOR)
      await sleep(intervalMs, undefined, { signal: interrupt.signal }).catch(() => undefined)
    }
  } finally {
    process.removeListener('SIGINT', onInterrupt)
  }
}

function sizeOf({ columns, rows }: NodeJS.WriteStream): ScreenSize {
  // Some terminals do not know their size, and say 0.
  return { columns: columns === 0 ? 80 : columns, rows: rows === 0 ? 24 : rows }
}

function lookForText(look: () => View): string {
  return orProblem(() => look().text(), ({ code, message }) => `${printable(message)} (${code})\n`)
}

function lookForJson(look: () => View): string {
  const line = (value: unknown): string => `${JSON.stringify(value)}\n`
  return orProblem(() => line(look().json()), ({ code, message }) => line({ error: { code, message } }))
}

function orProblem(body: () => string, problem: (error: GodwitError) => string): string {
  try {
    return body()
  } catch (error) {
    if (error instanceof GodwitError) return problem(error)
    throw error
  }
}

interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** A terminal that is written over, without flicker. */
export class Screen {
  readonly #output: Output
  readonly #size: () => ScreenSize
  #isCleared = false

  constructor(output: Output, size: () => ScreenSize) {
    this.#output = output
    this.#size = size
  }

  /** Shows the lines that there is room for. */
  draw(text: string): void {
    const { columns, rows } = this.#size()
    const lines = text.replace(/\n$/, '').split('\n')
    const room = Math.max(1, rows - 1)
    const shown = lines.length <= room ? lines : lines.slice(0, room - 1)
    const rest = lines.length - shown.length
    if (rest > 0) shown.push(`... ${rest} more: make the window higher, or choose (--help)`)
    const cut = shown.map((line) => `\x1b[2K${line.slice(0, columns)}\n`)
    this.#output.out(`${this.#isCleared ? '' : '\x1b[2J'}\x1b[H${cut.join('')}\x1b[J`)
    this.#isCleared = true
  }
}
