/**
 * The main job: a driver, a publisher and a subscriber in threads of their own send market data through UDP that loses
 * datagrams, and prove that everything arrived.
 */
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, UsageError } from '../codegen/cli/command.ts'
import { JOB_HELP, jobOptions } from './job/options.ts'
import { differenceOf, progressLine, summary } from './job/report.ts'
import { InterruptedError, runJob } from './job/run.ts'
import type { JobPlan, JobWatcher, Progress } from './job/run.ts'
import { dataFile, packageFolder } from './market-data/data-file.ts'

/** As shells have it: 128 and the number of SIGINT. */
const EXIT_INTERRUPTED = 130

/** Some shells and npm pass an interrupt on that the terminal has sent already. */
const SECOND_INTERRUPT_MS = 500

/** Of a terminal that does not know. */
const DEFAULT_COLUMNS = 80

const CLEAR_LINE = '\r\u001b[K'

class Screen implements JobWatcher {
  readonly signal: AbortSignal
  readonly #plan: JobPlan
  readonly #isTerminal: boolean = process.stdout.isTTY && process.env['TERM'] !== 'dumb'
  #hasProgress: boolean = false

  constructor(plan: JobPlan, signal: AbortSignal) {
    this.#plan = plan
    this.signal = signal
  }

  print(line: string = ''): void {
    process.stdout.write(`${line}\n`)
  }

  onStart(endpoint: string): void {
    this.print(`publisher -> driver -> UDP to ${endpoint} -> driver -> subscriber, each in a thread of its own`)
    this.print(`messages of ${relative(packageFolder, dataFile)}, over and over; ` +
      `${+(100 * this.#plan.loss).toFixed(4)} % of the datagrams are dropped on arrival`)
    this.print()
  }

  onProgress(progress: Progress): void {
    const line = progressLine(progress)
    // A line that the terminal breaks cannot be rewritten.
    const width = (process.stdout.columns || DEFAULT_COLUMNS) - 1
    if (this.#isTerminal) process.stdout.write(`${CLEAR_LINE}${line.slice(0, width)}`)
    else this.print(line)
    this.#hasProgress = true
  }

  onWarning(message: string): void {
    this.clear()
    process.stderr.write(`note: ${message}\n`)
  }

  /** Makes room for other text where the progress is, or behind it. */
  clear(): void {
    if (!this.#hasProgress) return
    this.#hasProgress = false
    process.stdout.write(this.#isTerminal ? CLEAR_LINE : '\n')
  }
}

/** Aborts at the first interrupt; the second one ends the process. */
function onInterrupt(): AbortSignal {
  const controller = new AbortController()
  let firstMs = 0
  process.on('SIGINT', () => {
    if (!controller.signal.aborted) {
      firstMs = performance.now()
      controller.abort()
    } else if (performance.now() - firstMs > SECOND_INTERRUPT_MS) {
      process.exit(EXIT_INTERRUPTED)
    }
  })
  return controller.signal
}

async function run(plan: JobPlan): Promise<number> {
  const screen = new Screen(plan, onInterrupt())
  const startMs = performance.now()
  screen.print(`godwit on Node ${process.versions.node}, ${availableParallelism()} cores`)
  try {
    const result = await runJob(plan, screen)
    screen.clear()
    screen.print(summary(plan, result))
    const difference = differenceOf(result.published.totals, result.received.totals)
    if (difference !== undefined) throw new Error(difference)
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
    screen.print(result.isInterrupted ? `interrupted after ${seconds} s; nothing lost until then` :
      `passed in ${seconds} s: nothing lost, nothing twice, nothing changed`)
    return result.isInterrupted ? EXIT_INTERRUPTED : EXIT_OK
  } catch (error) {
    screen.clear()
    if (error instanceof InterruptedError) {
      screen.print(error.message)
      return EXIT_INTERRUPTED
    }
    process.stderr.write(`FAILED: ${error instanceof Error ? error.message : String(error)}\n`)
    return EXIT_FAILED
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const plan = jobOptions(args)
    if (plan !== undefined) return await run(plan)
    process.stdout.write(JOB_HELP)
    return EXIT_OK
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`start: ${error.message}\nTry "npm start -- --help".\n`)
    return EXIT_USAGE
  }
}

// Who reads may have seen enough, as in `npm start | head`: the exit code still says how it ended.
process.stdout.on('error', () => undefined)

process.exitCode = await main(process.argv.slice(2))
