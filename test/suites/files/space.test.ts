/** File systems in memory that are too small: nothing is touched for which there is no space. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import type { SpaceReport } from './space-job.ts'

const JOB = fileURLToPath(new URL('./space-job.js', import.meta.url))
const MIB = 1024 * 1024
/** A CnC file with room for few counters, and the loss report. */
const DRIVER_BYTES = 12 * MIB
const LOG_BYTES = 3 * MIB + 4096

const test = suite('file systems without space', { timeoutMs: 60_000 })

async function within(bytes: number, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(scratchFolder('space'), 'tmpfs')
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder])
  try {
    await body(folder)
  } finally {
    execFileSync('umount', ['--lazy', folder])
  }
}

async function run(dir: string): Promise<SpaceReport> {
  const { code, signal, stdout, stderr } = await runChild(process.execPath, [JOB, dir], { timeoutMs: 50_000 })
  assert.is(signal, null, stderr)
  assert.is(code, 0, stderr)
  return JSON.parse(stdout) as SpaceReport
}

test('a driver for which there is no space does not start, and leaves nothing', () =>
  within(DRIVER_BYTES / 2, async (folder) => {
    const dir = join(folder, 'driver')
    assert.equal(await run(dir), { launched: false, code: 'ERR_GODWIT_FILE_SPACE', publications: 0, bytesWritten: 0 })
    assert.not(existsSync(dir))
  }))

test('logs are made as long as there is space for all of them, and can then be filled', () =>
  within(DRIVER_BYTES + 10 * LOG_BYTES, async (folder) => {
    const { launched, publications, refusal, bytesWritten } = await run(join(folder, 'driver'))
    assert.ok(launched)
    assert.is(refusal, 'STORAGE_SPACE')
    assert.ok(publications >= 9 && publications <= 10, `${publications} publications`)
    assert.is(bytesWritten, publications * 4 * MIB)
  }))

test('the root of a file system can be the directory, again and again', () =>
  within(DRIVER_BYTES + 2 * LOG_BYTES, async (folder) => {
    for (let round = 0; round < 3; round++) {
      const { launched, publications } = await run(folder)
      assert.ok(launched)
      assert.ok(publications >= 1)
    }
  }))

test.run()
