import { writeSync } from 'node:fs'
import { suite as uvuSuite } from 'uvu'

const DEFAULT_TEST_TIMEOUT_MS = 10_000

/** Names the environment variable with the file descriptor on which a test process tells its runner what it does. */
export const TRACE_FD_VARIABLE = 'GODWIT_TEST_TRACE_FD'

/** One line on that descriptor. */
export type TraceEvent =
  | { readonly started: string; readonly timeoutMs: number }
  | { readonly ended: string; readonly passed: boolean }
  | { readonly skipped: string }

const traceFd = process.env[TRACE_FD_VARIABLE]
// Processes that a test starts do not have the descriptor.
delete process.env[TRACE_FD_VARIABLE]

export type TestBody = () => void | Promise<void>

export interface SuiteOptions {
  /** Time limit of each test and hook of the suite. */
  readonly timeoutMs?: number
}

export interface Hook {
  (body: TestBody): void
  each(body: TestBody): void
}

export interface Suite {
  (name: string, body: TestBody): void
  only(name: string, body: TestBody): void
  /** Counts the test as skipped and prints a line that says so. */
  skip(name: string, body?: TestBody, reason?: string): void
  readonly before: Hook
  readonly after: Hook
  /** Hands the suite to uvu; without it nothing runs. */
  run(): void
}

/** Rejects with a message that names `what` and the limit when `body` has not settled in time. */
export async function withTimeout(what: string, timeoutMs: number, body: TestBody): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not finish within its limit of ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([Promise.resolve(body()), limit])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * A uvu suite whose tests have a time limit each.
 *
 * uvu loses what hooks throw (the suite then passes without having run), so errors of hooks are kept here and thrown
 * by the tests they were to prepare, or by a test of their own.
 */
export function suite(name: string, options: SuiteOptions = {}): Suite {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TEST_TIMEOUT_MS
  const inner = uvuSuite(name)
  const before: TestBody[] = []
  const beforeEach: TestBody[] = []
  const after: TestBody[] = []
  const afterEach: TestBody[] = []
  const skipped: string[] = []
  let beforeFailure: Error | undefined

  const runAll = async (bodies: readonly TestBody[], what: string): Promise<void> => {
    for (const body of bodies) await withTimeout(what, timeoutMs, body)
  }

  const guarded = (testName: string, body: TestBody) => async (): Promise<void> => {
    const what = `test "${name}: ${testName}"`
    let passed = false
    trace({ started: what, timeoutMs: timeoutMs * (1 + beforeEach.length + afterEach.length) })
    try {
      if (beforeFailure !== undefined) throw beforeFailure
      await runAll(beforeEach, `before each of ${what}`)
      try {
        await withTimeout(what, timeoutMs, body)
      } finally {
        await runAll(afterEach, `after each of ${what}`)
      }
      passed = true
    } catch (error) {
      throw toError(error)
    } finally {
      trace({ ended: what, passed })
    }
  }

  const prepare = async (): Promise<void> => {
    for (const line of skipped) {
      process.stdout.write(`SKIPPED ${line}\n`)
      trace({ skipped: line })
    }
    trace({ started: `before hooks of "${name}"`, timeoutMs: timeoutMs * (1 + before.length) })
    try {
      await runAll(before, `a before hook of "${name}"`)
    } catch (error) {
      beforeFailure = toError(error)
    }
  }

  const test = (testName: string, body: TestBody): void => inner(testName, guarded(testName, body))
  return Object.assign(test, {
    only: (testName: string, body: TestBody): void => inner.only(testName, guarded(testName, body)),
    skip: (testName: string, _body?: TestBody, reason?: string): void => {
      skipped.push(`${name}: ${testName}${reason === undefined ? '' : ` (${reason})`}`)
      inner.skip(testName)
    },
    before: Object.assign((body: TestBody): void => void before.push(body), {
      each: (body: TestBody): void => void beforeEach.push(body),
    }),
    after: Object.assign((body: TestBody): void => void after.push(body), {
      each: (body: TestBody): void => void afterEach.push(body),
    }),
    run: (): void => {
      inner.before(prepare)
      if (after.length > 0) inner('cleans up', guarded('cleans up', () => runAll(after, `an after hook of "${name}"`)))
      else if (before.length > 0) inner('sets up', guarded('sets up', () => undefined))
      inner.run()
    },
  })
}

function toError(value: unknown): Error {
  return value instanceof Error && typeof value.stack === 'string' ? value : new Error(`thrown: ${String(value)}`)
}

/** Tells the runner, which can end a test that blocks this thread. */
function trace(event: TraceEvent): void {
  if (traceFd !== undefined) writeSync(Number(traceFd), `${JSON.stringify(event)}\n`)
}
