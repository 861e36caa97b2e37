/** The unit tests once more, under the newest Node. Node comes as an npm package into a folder that is removed. */
import { runChild, runChildOk } from '../support/child.ts'
import { installNewestNode } from '../support/newest-node.ts'
import { repositoryRoot } from '../support/root.ts'
import { scratchFolder } from '../support/scratch.ts'
import { formatSummary, judge, NOTHING, parseSummary } from '../support/summary.ts'

const TESTS_TIME_BOX_MS = 300_000

const node = await installNewestNode(scratchFolder('node'))
const version = (await runChildOk(node, ['--version'], { timeoutMs: 10_000 })).stdout.trim()
process.stdout.write(`newest Node: ${version}, beside ${process.version}\n`)
const result = await runChild(node, ['dist/test/run.js'], {
  cwd: repositoryRoot,
  timeoutMs: TESTS_TIME_BOX_MS,
  echo: 'indented',
})
const summary = judge(parseSummary(result.stdout) ?? NOTHING, result.code === 0)
process.stdout.write(`\n${formatSummary(summary)}\n`)
process.exitCode = summary.failed === 0 ? 0 : 1
