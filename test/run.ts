/**
 * Runs compiled uvu tests: `node dist/test/run.js [--time-box-ms N] [path...]`, paths relative to `test/`; `unit` when
 * there is none. The last line is `N passed, N failed, N skipped`.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryRoot } from './support/root.ts'
import { runFiles } from './support/run-files.ts'
import { formatSummary } from './support/summary.ts'

const DEFAULT_TIME_BOX_MS = 360_000

const { values, positionals } = parseArgs({
  options: { 'time-box-ms': { type: 'string', default: String(DEFAULT_TIME_BOX_MS) } },
  allowPositionals: true,
})
const timeBoxMs = Number(values['time-box-ms'])
if (!Number.isInteger(timeBoxMs) || timeBoxMs < 1) throw new Error(`--time-box-ms: ${values['time-box-ms']}`)

const compiled = join(repositoryRoot, 'dist', 'test')
const sources = join(repositoryRoot, 'test')
const wanted = positionals.length === 0 ? ['unit'] : positionals

/** Compiled tests whose source still exists: a build does not remove what an earlier one left. */
function testFiles(): readonly string[] {
  return readdirSync(compiled, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.js') && existsSync(join(sources, path.replace(/\.js$/, '.ts'))))
    .filter((path) => wanted.some((prefix) => path.startsWith(prefix)))
    .sort()
    .map((path) => join(compiled, path))
}

const files = testFiles()
if (files.length === 0) process.stdout.write(`no test under ${relative('.', compiled)} matches ${wanted.join(' ')}\n`)
const startMs = performance.now()
const summary = files.length === 0 ? { passed: 0, failed: 1, skipped: 0 } : await runFiles(files, { timeBoxMs })
const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
process.stdout.write(`\n${wanted.join(' ')}: ${files.length} files, ${seconds} s of at most ${timeBoxMs / 1000} s\n`)
process.stdout.write(`${formatSummary(summary)}\n`)
process.exitCode = summary.failed === 0 ? 0 : 1
