import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { dispatch, UsageError } from '../../../codegen/cli/command.ts'
import { GodwitError } from '../../../codegen/runtime/errors.ts'
import { runChild } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { BINARY, inFolder, runGodwit, runSbe } from './run-godwit.ts'
import { badSchema } from './sample-schemas.ts'

const test = suite('cli: godwit')

test('prints the version of the package', async () => {
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string }
  for (const option of ['--version', '-V']) {
    const result = await runGodwit(option)
    assert.is(result.stdout, `${manifest.version}\n`)
    assert.is(result.code, 0)
  }
})

test('has help at every level', async () => {
  for (const option of ['--help', '-h']) {
    const top = await runGodwit(option)
    assert.is(top.code, 0)
    assert.match(top.stdout, 'Usage: godwit <command>')
    assert.match(top.stdout, 'sbe')
    const sbe = await runSbe(option)
    assert.is(sbe.code, 0)
    assert.match(sbe.out, 'Usage: godwit sbe <command>')
    for (const command of ['generate', 'validate']) {
      const result = await runSbe(command, 'schema.xml', option)
      assert.is(result.code, 0)
      assert.match(result.out, `Usage: godwit sbe ${command}`)
      assert.is(result.err, '')
    }
  }
})

test('without a command says what there is, and fails', async () => {
  const top = await runGodwit()
  assert.is(top.code, 2)
  assert.is(top.stdout, '')
  assert.match(top.stderr, 'Usage: godwit <command>')
  assert.is((await runSbe()).code, 2)
})

test('an unknown command is a wrong usage and gets a suggestion', async () => {
  const top = await runGodwit('sbee')
  assert.is(top.code, 2)
  assert.is(top.stderr, 'godwit: unknown command "sbee". Did you mean "sbe"?\nTry "godwit --help".\n')
  const sbe = await runSbe('genrate')
  assert.is(sbe.code, 2)
  assert.match(sbe.err, 'unknown command "genrate". Did you mean "generate"?')
  assert.match((await runSbe('constructor')).err, 'unknown command "constructor".')
})

test('an unknown option is a wrong usage and gets a suggestion', async () => {
  const { code, err } = await runSbe('generate', '--shcema', 'a.xml')
  assert.is(code, 2)
  assert.is(
    err,
    'godwit sbe generate: unknown option "--shcema". Did you mean "--schema"?\nTry "godwit sbe generate --help".\n',
  )
  assert.match((await runGodwit('--verison')).stderr, 'unknown option "--verison"')
})

test('an option without its value is a wrong usage', async () => {
  for (const args of [['generate', '--out'], ['generate', '--lenient=yes'], ['validate', '--json=1', 'a.xml']]) {
    const { code, err } = await runSbe(...args)
    assert.is(code, 2, args.join(' '))
    assert.not.match(err, /\n\s+at /)
  }
  const expectMessage = async (message: string, ...args: readonly string[]): Promise<void> => {
    const { err } = await runSbe('generate', ...args)
    assert.is(err.split('\n')[0], `godwit sbe generate: ${message}`)
  }
  await expectMessage('--schema needs a value, but another option follows it.', '--schema', '--out', 'x')
  await expectMessage('--out needs a value.', '--out')
  await expectMessage('--lenient takes no value.', '--lenient=yes')
})

test('an error of a command is printed with its code and without a stack', async () => {
  await inFolder({ 'file': '', 'schema.xml': '' }, async (path) => {
    const good = join(repositoryRoot, 'schemas', 'market-data.xml')
    const result = await runGodwit('sbe', 'generate', '--schema', good, '--out', path('file'))
    assert.is(result.code, 1)
    assert.match(result.stderr, /^godwit: cannot write .* \(ERR_GODWIT_CLI_OUTPUT\)\n$/m)
    assert.not.match(result.stderr, /\n\s+at /)
  })
})

test('an unexpected error leaves the dispatcher', async () => {
  const commands = { fail: { summary: '', load: () => Promise.reject(new Error('defect')) } }
  const group = { name: 'x', title: '', commands }
  const silent = { out: () => undefined, err: () => undefined }
  const error = await dispatch(group, ['fail'], silent).catch((reason: unknown) => reason)
  assert.match(String(error), 'defect')
})

test('a usage error is told from other errors', () => {
  const error = new UsageError('wrong')
  assert.is(error.code, 'ERR_GODWIT_CLI_USAGE')
  assert.ok(error instanceof UsageError && error instanceof GodwitError)
  assert.not.ok(new GodwitError('ERR_OTHER', 'other') instanceof UsageError)
})

test('a reader that has seen enough is no error', async () => {
  await inFolder({ 'bad.xml': badSchema('a') }, async (path) => {
    const bad = Array.from({ length: 400 }, () => path('bad.xml'))
    const line = `"${process.execPath}" "${BINARY}" sbe validate --json "$@" | head -c 10`
    const result = await runChild('sh', ['-c', line, 'sh', ...bad], { timeoutMs: 8_000 })
    assert.is(result.stdout, '{\n  "valid')
    assert.is(result.stderr, '')
  })
})

test('output that cannot be written is an error on one line', async () => {
  await inFolder({ 'bad.xml': badSchema('a') }, async (path) => {
    const run = (redirection: string): Promise<{ code: number | null; stderr: string }> => {
      const line = `"${process.execPath}" "${BINARY}" sbe validate "${path('bad.xml')}" ${redirection}`
      return runChild('sh', ['-c', line], { timeoutMs: 8_000 })
    }
    const full = await run('> /dev/full')
    assert.is(full.code, 1)
    assert.match(full.stderr, /^godwit: cannot write to standard output: ENOSPC.* \(ERR_GODWIT_CLI_OUTPUT\)\n$/m)
    assert.not.match(full.stderr, /\n\s+at /)
    assert.is((await run('2> /dev/full')).code, 1)
  })
})

test('an interrupt ends it while it waits for input', async () => {
  await inFolder({}, async (path) => {
    execFileSync('mkfifo', [path('fifo')])
    const child = spawn(process.execPath, [BINARY, 'sbe', 'validate', path('fifo')], { stdio: 'ignore' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.is(child.exitCode, null)
    child.kill('SIGINT')
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
    assert.is(signal, 'SIGINT')
  })
})

test.run()
