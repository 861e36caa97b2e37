import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TraceEvent } from './suite.ts'
import { TRACE_FD_VARIABLE } from './suite.ts'
import type { Summary } from './summary.ts'
import { judge, NOTHING } from './summary.ts'

/** A test that is this much over its limit blocks its thread: its own timer could not end it. */
const BLOCKED_GRACE_MS = 5_000
/** Time for the process to end by itself after the last test; longer means that a test left something open. */
const EXIT_GRACE_MS = 30_000

const CHILD = fileURLToPath(new URL(`./uvu-process.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url))

export interface RunFilesOptions {
  readonly timeBoxMs: number
  readonly blockedGraceMs?: number
  readonly exitGraceMs?: number
}

/** Runs uvu test files in one child process that cannot outlive its time box. */
export function runFiles(files: readonly string[], options: RunFilesOptions): Promise<Summary> {
  const blockedGraceMs = options.blockedGraceMs ?? BLOCKED_GRACE_MS
  const exitGraceMs = options.exitGraceMs ?? EXIT_GRACE_MS
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...files], {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: { ...process.env, [TRACE_FD_VARIABLE]: '3' },
    })
    let summary = NOTHING
    let running = 'no test'
    let testTimer: NodeJS.Timeout | undefined
    let complaint: string | undefined

    const kill = (why: string): void => {
      complaint ??= why
      killGroup(child.pid)
    }
    const killAtExit = (): void => killGroup(child.pid)
    const boxTimer = setTimeout(() => {
      kill(`time box of ${options.timeBoxMs} ms exceeded while running ${running}`)
    }, options.timeBoxMs)
    process.once('exit', killAtExit)

    const onTrace = (event: TraceEvent): void => {
      clearTimeout(testTimer)
      if ('started' in event) {
        running = event.started
        const { timeoutMs } = event
        testTimer = setTimeout(() => {
          kill(`${running} blocks its thread and did not finish within its limit of ${timeoutMs} ms`)
        }, timeoutMs + blockedGraceMs)
      } else if ('skipped' in event) {
        summary = { ...summary, skipped: summary.skipped + 1 }
      } else {
        summary = event.passed
          ? { ...summary, passed: summary.passed + 1 }
          : { ...summary, failed: summary.failed + 1 }
        testTimer = setTimeout(() => {
          kill(`the process did not go on after ${event.ended}: did a test leave a timer, socket or child open?`)
        }, exitGraceMs)
      }
    }
    createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => onTrace(JSON.parse(line) as TraceEvent))

    const finish = (): void => {
      clearTimeout(boxTimer)
      clearTimeout(testTimer)
      process.removeListener('exit', killAtExit)
    }
    child.on('error', (error) => {
      finish()
      reject(error)
    })
    child.on('close', (code) => {
      finish()
      if (complaint !== undefined) {
        process.stdout.write(`\nFAILED ${complaint}\n`)
        summary = { ...summary, failed: summary.failed + 1 }
      }
      resolve(judge(summary, code === 0))
    })
  })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}
