/** Unit tests and main job once more, under the newest Node, which comes as an npm package into a folder of its own. */
import { runChild, runChildOk } from '../support/child.ts'
import { runMainJob } from '../support/main-job.ts'
import { installNewestNode } from '../support/newest-node.ts'
import { repositoryRoot } from '../support/root.ts'
import { scratchFolder } from '../support/scratch.ts'
import { addSummaries, formatSummary, judge, NOTHING, parseSummary } from '../support/summary.ts'

const TESTS_TIME_BOX_MS = 320_000

const node = await installNewestNode(scratchFolder('node'))
const version = (await runChildOk(node, ['--version'], { timeoutMs: 10_000 })).stdout.trim()
process.stdout.write(`newest Node: ${version}, beside ${process.version}\n`)
const result = await runChild(node, ['dist/test/run.js'], {
  cwd: repositoryRoot,
  timeoutMs: TESTS_TIME_BOX_MS,
  echo: 'indented',
})
const tests = judge(parseSummary(result.stdout) ?? NOTHING, result.code === 0)
const summary = addSummaries(tests, await runMainJob(node, repositoryRoot))
process.stdout.write(`\n${formatSummary(summary)}\n`)
process.exitCode = summary.failed === 0 ? 0 : 1
