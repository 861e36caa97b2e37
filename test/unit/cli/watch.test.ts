import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Output } from '../../../codegen/cli/command.ts'
import { Screen } from '../../../driver/cli/watch.ts'
import { RunningChild } from '../../support/running-child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { SmallDriver } from '../tools/small-driver.ts'
import { BINARY } from './run-godwit.ts'

const test = suite('cli: --watch', { timeoutMs: 30_000 })

const folder = scratchFolder('cli-watch')

function watch(...args: readonly string[]): RunningChild {
  return new RunningChild(process.execPath, [BINARY, ...args, '--watch', '--interval', '20'])
}

async function interrupt(child: RunningChild): Promise<void> {
  child.kill('SIGINT')
  assert.equal(await child.ended, { code: 0, signal: null })
}

test('prints again and again, with a line in between, until an interrupt', async () => {
  const written = SmallDriver.withStreams()
  const directory = written.write(join(folder, 'again'))
  for (const command of ['stat', 'streams']) {
    const child = watch(command, '--dir', directory)
    await child.until('three prints', () => child.stdout.split('\n--\n').length > 3)
    await interrupt(child)
    assert.is(child.stderr, '')
    const [first, second] = child.stdout.split('--\n')
    assert.match(first ?? '', 'pid 4711')
    assert.is(first?.split('\n').slice(2).join(), second?.split('\n').slice(2).join())
    assert.ok(child.stdout.endsWith('\n--\n'))
    assert.not.match(child.stdout, '\x1b')
  }
})

test('shows values as they change', async () => {
  const written = new SmallDriver()
  const counter = written.counters.allocate(1001, 'that changes')
  const directory = written.write(join(folder, 'values'))
  const child = watch('stat', '--dir', directory)
  for (const value of [111, 222, 333]) {
    counter.set(value)
    written.write(directory)
    await child.until(`the value ${value}`, () => child.stdout.includes(`${value} - that changes`))
  }
  await interrupt(child)
})

test('waits for a driver, says when it is gone, and goes on with the next one', async () => {
  const directory = join(folder, 'restart')
  const child = watch('stat', '--dir', directory)
  await child.until('no directory', () => child.stdout.includes('(ERR_GODWIT_TOOL_DIRECTORY)\n--\n'))
  for (const label of ['of the first', 'of the second']) {
    const written = new SmallDriver()
    written.counters.allocate(1001, label)
    written.write(directory)
    await child.until(label, () => child.stdout.includes(` - ${label}\n`))
    rmSync(directory, { recursive: true })
    const { length } = child.stdout
    await child.until('its end', () => child.stdout.includes('(ERR_GODWIT_TOOL_DIRECTORY)\n', length))
  }
  await interrupt(child)
})

test('as JSON each line is a document, also while there is no driver', async () => {
  const directory = join(folder, 'json')
  const child = watch('streams', '--json', '--dir', directory)
  await child.until('an error', () => child.stdout.includes('\n'))
  SmallDriver.withStreams().write(directory)
  await child.until('streams', () => child.stdout.includes('"bytesToConsume":1920'))
  await interrupt(child)
  const documents = child.stdout.trim().split('\n').map((line) => JSON.parse(line) as { readonly error?: unknown })
  const message = `there is no directory ${directory}: no driver has used it, or it was deleted with its driver; ` +
    'name the directory of a driver with --dir'
  assert.equal(documents[0], { error: { code: 'ERR_GODWIT_TOOL_DIRECTORY', message } })
  assert.is(documents.at(-1)?.error, undefined)
})

test('a reader that has seen enough ends it', async () => {
  const directory = SmallDriver.withStreams().write(join(folder, 'head'))
  const line = `"${process.execPath}" "${BINARY}" stat --watch --interval 10 --dir "${directory}" | head -1`
  const child = new RunningChild('sh', ['-c', line])
  assert.is((await child.ended).code, 0)
  assert.is(child.stdout.split('\n').length, 2)
  assert.is(child.stderr, '')
})

test('a screen shows what there is room for, over what was there', () => {
  let text = ''
  const output: Output = { out: (more) => void (text += more), err: () => undefined }
  const screen = new Screen(output, () => ({ columns: 9, rows: 4 }))
  screen.draw('a\nb\nc\n')
  assert.is(text, '\x1b[2J\x1b[H\x1b[2Ka\n\x1b[2Kb\n\x1b[2Kc\n\x1b[J')
  text = ''
  screen.draw('first line\nb\nc\nd\n')
  assert.is(text, '\x1b[H\x1b[2Kfirst lin\n\x1b[2Kb\n\x1b[2K... 2 mor\n\x1b[J')
})

test.run()
