/**
 * The slower suites that `.ci/run` runs after `npm test`, in this order. To add one, add a line here and in
 * `docs/testing.md`. Its command is run by Node from the repository root after a build; its last line must be
 * `N passed, N failed, N skipped`.
 */
export interface SlowSuite {
  readonly name: string
  readonly command: readonly string[]
  readonly timeBoxMs: number
}

const MINUTE_MS = 60_000

export const SLOW_SUITES: readonly SlowSuite[] = [
  { name: 'pack', command: ['dist/test/run.js', 'suites/pack/'], timeBoxMs: 3 * MINUTE_MS },
  { name: 'tutorial', command: ['dist/test/run.js', 'suites/tutorial/'], timeBoxMs: 4 * MINUTE_MS },
  { name: 'node-newest', command: ['dist/test/suites/node-newest.js'], timeBoxMs: 6 * MINUTE_MS },
  { name: 'portable', command: ['dist/test/suites/portable.js'], timeBoxMs: 4 * MINUTE_MS },
  { name: 'streams', command: ['dist/test/run.js', 'suites/streams/'], timeBoxMs: 4 * MINUTE_MS },
  { name: 'files', command: ['dist/test/run.js', 'suites/files/'], timeBoxMs: 4 * MINUTE_MS },
  { name: 'transfer', command: ['dist/test/run.js', 'suites/transfer/'], timeBoxMs: 3 * MINUTE_MS },
  { name: 'crash', command: ['dist/test/suites/crash/main.js'], timeBoxMs: 8 * MINUTE_MS },
  { name: 'idle', command: ['dist/test/run.js', 'suites/idle/'], timeBoxMs: 2 * MINUTE_MS },
  { name: 'fuzz', command: ['dist/test/suites/fuzz/main.js'], timeBoxMs: 3 * MINUTE_MS },
  { name: 'bench', command: ['dist/test/suites/bench.js'], timeBoxMs: 6 * MINUTE_MS },
  { name: 'bench-sbe', command: ['dist/test/suites/bench-sbe.js'], timeBoxMs: 5 * MINUTE_MS },
  { name: 'java', command: ['dist/test/suites/java/main.js'], timeBoxMs: 6 * MINUTE_MS },
  {
    name: 'interop',
    command: ['dist/test/run.js', '--time-box-ms', String(8 * MINUTE_MS - 10_000), 'suites/interop/'],
    timeBoxMs: 8 * MINUTE_MS,
  },
]

/** What `.ci/run` may take in all; on two cores with nothing else to do it is half of it. */
export const CI_TIME_BOX_MS: number = 60 * MINUTE_MS
/** What the boxes of all suites may come to: each is wide enough for a slow day, and not all have that on one day. */
export const BOXES_TOTAL_MAX_MS: number = 75 * MINUTE_MS
/** What `npm ci && npm test` may take of it. */
export const UNIT_TIME_BOX_MS: number = 7 * MINUTE_MS
