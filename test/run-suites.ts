/**
 * Runs the slower suites, each in a child process within its time box: `node dist/test/run-suites.js [name...]`. The
 * last line sums all of them.
 */
import { runChild } from './support/child.ts'
import { repositoryRoot } from './support/root.ts'
import type { Summary } from './support/summary.ts'
import { addSummaries, formatSummary, judge, NOTHING, parseSummary } from './support/summary.ts'
import type { SlowSuite } from './suites/table.ts'
import { SLOW_SUITES } from './suites/table.ts'

async function runSuite(suite: SlowSuite): Promise<Summary> {
  process.stdout.write(`\n== ${suite.name}, at most ${suite.timeBoxMs / 1000} s\n`)
  const result = await runChild(process.execPath, suite.command, {
    cwd: repositoryRoot,
    timeoutMs: suite.timeBoxMs,
    echo: 'indented',
  })
  const summary = judge(parseSummary(result.stdout) ?? NOTHING, result.code === 0)
  const end = result.timedOut ? 'exceeded its time box' : `ended with ${result.code ?? result.signal}`
  const seconds = (result.elapsedMs / 1000).toFixed(1)
  process.stdout.write(`== ${suite.name} ${end} after ${seconds} s: ${formatSummary(summary)}\n`)
  return summary
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !SLOW_SUITES.some((suite) => suite.name === name))
if (unknown.length > 0) {
  throw new Error(`no suite ${unknown.join(', ')}; there are ${SLOW_SUITES.map(({ name }) => name).join(', ')}`)
}

let total = NOTHING
for (const suite of SLOW_SUITES) {
  if (wanted.length === 0 || wanted.includes(suite.name)) total = addSummaries(total, await runSuite(suite))
}
process.stdout.write(`\n${formatSummary(total)}\n`)
process.exitCode = total.failed === 0 ? 0 : 1
