/**
 * A fresh copy of the repository without koffi: the main job and the tests of what uses sockets. Only koffi is removed
 * after `npm ci`, because `--omit=optional` would also leave out the binary of the compiler.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { runChild, runChildOk } from '../support/child.ts'
import { runMainJob } from '../support/main-job.ts'
import { installNewestNode } from '../support/newest-node.ts'
import { copyRepository } from '../support/repository-copy.ts'
import { repositoryRoot } from '../support/root.ts'
import { scratchFolder } from '../support/scratch.ts'
import type { Summary } from '../support/summary.ts'
import { addSummaries, formatSummary, judge, NOTHING, parseSummary } from '../support/summary.ts'

const INSTALL_TIME_BOX_MS = 60_000
const BUILD_TIME_BOX_MS = 30_000
const TESTS_TIME_BOX_MS = 120_000
const TESTED = ['client', 'docs', 'driver', 'embedded', 'launcher', 'media', 'perf']
/** What needs to call the system, which the newest Node can do by itself. */
const TESTED_WITH_FFI = [...TESTED, 'files']

const scratch = scratchFolder('portable')
const copy = join(scratch, 'main')

function announce(what: string): void {
  process.stdout.write(`\n${what}\n`)
}

async function install(): Promise<void> {
  copyRepository(copy)
  const vectors = join(repositoryRoot, '..', 'shared')
  if (existsSync(vectors)) symlinkSync(vectors, join(scratch, 'shared'), 'junction')
  const ci = ['ci', '--no-audit', '--no-fund', '--prefer-offline']
  await runChildOk('npm', ci, { cwd: copy, timeoutMs: INSTALL_TIME_BOX_MS })
  for (const name of ['koffi', '@koromix']) rmSync(join(copy, 'node_modules', name), { recursive: true })
  await runChildOk('npm', ['run', 'build'], { cwd: copy, timeoutMs: BUILD_TIME_BOX_MS })
}

async function runTests(node: string, areas: readonly string[]): Promise<Summary> {
  const result = await runChild(node, ['dist/test/run.js', ...areas.map((area) => `unit/${area}/`)], {
    cwd: copy,
    timeoutMs: TESTS_TIME_BOX_MS,
    echo: 'indented',
  })
  return judge(parseSummary(result.stdout) ?? NOTHING, result.code === 0)
}

await install()
announce(`main job without koffi, Node ${process.version}`)
let summary = await runMainJob(process.execPath, copy)
announce(`tests without koffi, Node ${process.version}`)
summary = addSummaries(summary, await runTests(process.execPath, TESTED))
const newestFolder = join(scratch, 'node')
mkdirSync(newestFolder)
const newest = await installNewestNode(newestFolder)
announce('main job without koffi, newest Node')
summary = addSummaries(summary, await runMainJob(newest, copy))
announce('tests without koffi, newest Node')
summary = addSummaries(summary, await runTests(newest, TESTED_WITH_FFI))
process.stdout.write(`\n${formatSummary(summary)}\n`)
process.exitCode = summary.failed === 0 ? 0 : 1
