import { existsSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChild, runChildOk } from '../../support/child.ts'
import { suite } from '../../support/suite.ts'
import type { InstalledPackage } from './installed-package.ts'
import { installedPackage } from './installed-package.ts'
import { PROGRAM_OUTPUT, PROGRAMS } from './program.ts'

const TIMEOUT_MS = 60_000
const PROGRAM_TIME_BOX_MS = 15_000

const NO_NATIVE_SOCKETS = new RegExp(
  '^\\(node:\\d+\\) GodwitWarning: native sockets are not available, sockets of Node are used instead, which are ' +
    'slower: it needs the package koffi \\(npm install koffi\\), or a Node with node:ffi: ' +
    "Cannot find module 'koffi'; Node v[\\d.]+ has no node:ffi" +
    '\\n\\(Use `node --trace-warnings \\.\\.\\.` to show where the warning was created\\)\\n$',
)

const test = suite('the package where it is installed', { timeoutMs: TIMEOUT_MS })

let installed: InstalledPackage

test.before(async () => {
  installed = await installedPackage()
})

const hasKoffi = (project: string): boolean => existsSync(join(project, 'node_modules', 'koffi'))

async function checkPrograms(project: string, checkWarnings: (stderr: string) => void): Promise<void> {
  for (const [file, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(project, file), text)
    for (const option of ['close-driver', 'leave-driver']) {
      const result = await runChild(process.execPath, [file, option], { cwd: project, timeoutMs: PROGRAM_TIME_BOX_MS })
      assert.is(result.code, 0, `${file} ${option}: ${result.signal}\n${result.stderr}`)
      assert.is(result.stdout, PROGRAM_OUTPUT)
      checkWarnings(result.stderr)
    }
  }
}

test('programs of both kinds of modules send over UDP and IPC, and end by themselves without a warning', async () => {
  assert.ok(hasKoffi(installed.project), 'the optional dependency did not come along')
  await checkPrograms(installed.project, (stderr) => assert.is(stderr, ''))
})

test('without optional dependencies they do the same, and warn once of native sockets', async () => {
  assert.not(hasKoffi(installed.bareProject))
  await checkPrograms(installed.bareProject, (stderr) => {
    if (isBuiltin('node:ffi')) assert.not.match(stderr, 'GodwitWarning')
    else assert.match(stderr, NO_NATIVE_SOCKETS)
  })
})

for (const kind of ['project', 'bareProject'] as const) {
  const where = kind === 'project' ? 'with native sockets' : 'with sockets of Node'
  test(`godwit perf measures ${where}`, async () => {
    const perf = ['--no-install', 'godwit', 'perf']
    const options = { cwd: installed[kind], timeoutMs: PROGRAM_TIME_BOX_MS }
    const commands = (await runChildOk('npx', [...perf, '--help'], options)).stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)
    const names = [...commands].map((match) => match[1]!)
    assert.ok(names.includes('throughput') && names.includes('latency'), names.join(' '))
    for (const command of names) {
      const help = await runChildOk('npx', [...perf, command, '--help'], options)
      assert.match(help.stdout, `Usage: godwit perf ${command}`)
    }
    const channel = 'aeron:udp?endpoint=127.0.0.1:0'
    const args = [...perf, 'throughput', '--seconds', '1', '--warm-up', '0.2', '--channel', channel, '--json']
    const { stdout } = await runChildOk('npx', args, options)
    const { messagesPerSecond } = JSON.parse(stdout) as { readonly messagesPerSecond: number }
    assert.ok(messagesPerSecond > 0, stdout)
  })
}

test.run()
