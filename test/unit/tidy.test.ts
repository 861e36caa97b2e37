/** The repository keeps its own rules. What the rules find in bad examples is tested in tidy-rules.test.ts. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { repositoryRoot } from '../support/root.ts'
import { suite } from '../support/suite.ts'
import { checkHouseRules, checkTestFile } from '../support/tidy/house-rules.ts'
import { readRepositoryFile, repositoryPaths } from '../support/tidy/repository-files.ts'
import {
  checkErrorCodes,
  checkFindingCodes,
  checkLockFile,
  checkManifest,
  checkTopLevel,
  checkUnusedExports,
} from '../support/tidy/repository-rules.ts'
import type { Finding } from '../support/tidy/source-file.ts'
import { formatFindings } from '../support/tidy/source-file.ts'
import { checkWalls } from '../support/tidy/walls.ts'
import { BOXES_TOTAL_MAX_MS, CI_TIME_BOX_MS, SLOW_SUITES, UNIT_TIME_BOX_MS } from '../suites/table.ts'

const test = suite('tidy')

const ROOMS = /^(?:client|codegen|driver|perf|schemas)\//
const TEXT = /\.(?:ts|js|mjs|java|json|md|xml|xsd|txt|hex|csv|yml|sh)$|^\.ci\/|^(?:\.gitignore|\.npmrc)$/

const paths = repositoryPaths()
const files = paths.filter((path) => TEXT.test(path)).map(readRepositoryFile)
const code = files.filter(({ path }) => path.endsWith('.ts'))

function expectNone(findings: readonly Finding[]): void {
  if (findings.length === 0) return
  const error = new Error(`${findings.length} findings${formatFindings(findings)}`)
  // The places are in the message; where this function was called helps nobody.
  error.stack = error.name
  throw error
}

function textOf(folder: RegExp): string {
  return code
    .filter(({ path }) => folder.test(path))
    .map(({ text }) => text)
    .join('\n')
}

test('there are files to look at', () => {
  assert.ok(code.length > 20)
  assert.ok(paths.includes('package.json'))
})

test('nobody imports through a wall', () => {
  expectNone(code.flatMap(checkWalls))
})

test('every file keeps the house rules', () => {
  expectNone(files.flatMap(checkHouseRules))
})

test('what is exported is in use', () => {
  expectNone(checkUnusedExports(code))
})

test('every test file can fail and runs', () => {
  expectNone(code.flatMap(checkTestFile))
})

test('the top of the repository holds what the plan names', () => {
  expectNone(checkTopLevel(paths))
})

test('error codes are documented, in use and tested', () => {
  expectNone(checkErrorCodes(textOf(ROOMS), readRepositoryFile('docs/errors.md').text, textOf(/^test\//)))
})

test('findings about schemas are documented and in use', () => {
  expectNone(checkFindingCodes(textOf(/^codegen\//), readRepositoryFile('docs/errors.md').text))
})

test('dependencies are pinned and package.json names what the build makes', () => {
  const manifest = JSON.parse(readRepositoryFile('package.json').text) as Parameters<typeof checkManifest>[0]
  expectNone(checkManifest(manifest, (path) => existsSync(join(repositoryRoot, path))))
  expectNone(checkLockFile(readRepositoryFile('package-lock.json')))
})

test('the suites are documented and fit into the time box of all', () => {
  const documentation = readRepositoryFile('docs/testing.md').text
  for (const { name, timeBoxMs } of SLOW_SUITES) {
    assert.match(documentation, new RegExp(`^\\| ${name} \\|.*\\| ${timeBoxMs / 60_000} min \\|$`, 'm'), name)
  }
  const boxesMs = SLOW_SUITES.reduce((sum, { timeBoxMs }) => sum + timeBoxMs, UNIT_TIME_BOX_MS)
  assert.ok(boxesMs <= BOXES_TOTAL_MAX_MS, `the time boxes come to ${boxesMs} ms`)
  const script = readRepositoryFile('.ci/run').text
  assert.match(script, `timeout --kill-after=10 ${UNIT_TIME_BOX_MS / 1000} bash -c 'npm ci && npm test'`)
  assert.match(script, `$((${CI_TIME_BOX_MS / 1000} - `)
})

test('README gives the two commands that do everything', () => {
  const { text } = readRepositoryFile('README.md')
  assert.match(text, 'npm ci && npm start')
  assert.match(text, 'npm ci && npm test')
})

test.run()
