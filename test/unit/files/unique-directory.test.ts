import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { defaultDirectory } from '../../../client/files/directory-layout.ts'
import { removeLeftDirectories, uniqueDirectory } from '../../../driver/launcher/unique-directory.ts'
import { runChildOk } from '../../support/child.ts'
import { leaveDirectory } from '../../support/left-directory.ts'
import { withFiles } from '../../support/native.ts'
import { repositoryRoot } from '../../support/root.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'

const test = suite('directories of their own', { timeoutMs: 45_000 })
const left = withFiles(test)

const TIMEOUT_MS = 1_000

test('lie beside the default one, and no two have one name', () => {
  const names = new Set(Array.from({ length: 100 }, uniqueDirectory))
  assert.is(names.size, 100)
  for (const name of names) assert.is(dirname(name), dirname(defaultDirectory({})))
})

left('go with a process that ends without closing its driver', async () => {
  const entry = pathToFileURL(join(repositoryRoot, 'dist', 'driver', 'index.js')).href
  for (const end of ['', 'process.exit(0)']) {
    const program = `
      const { MediaDriver } = await import('${entry}')
      const driver = await MediaDriver.launch({ dir: true, media: 'dgram', countersBufferLength: 1024 * 1024 })
      process.stdout.write(driver.dir)
      ${end}`
    const args = ['--input-type=module', '--eval', program]
    const { stdout } = await runChildOk(process.execPath, args, { timeoutMs: 20_000 })
    assert.ok(stdout.startsWith(dirname(defaultDirectory({}))), stdout)
    assert.not(existsSync(stdout))
  }
})

left('are removed when their process is gone and they are stale; others are not', () => {
  const folder = sharedMemoryFolder('unique')
  const own = basename(uniqueDirectory())
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const name = own.replace(`-${process.pid}-`, `-${dead}-`)
  const ofDead = (suffix: string): string => join(folder, name.slice(0, -suffix.length) + suffix)
  const staleMs = Date.now() - 2 * TIMEOUT_MS
  const paths = {
    stale: ofDead('00'),
    closed: ofDead('01'),
    fresh: ofDead('02'),
    empty: ofDead('03'),
    ofLiving: join(folder, own),
    ofAeron: join(folder, 'aeron-somebody'),
    alike: `${ofDead('04')}x`,
  }
  leaveDirectory(paths.stale, { heartbeatMs: staleMs })
  leaveDirectory(paths.closed, { heartbeatMs: -1 })
  leaveDirectory(paths.fresh, { heartbeatMs: Date.now() })
  mkdirSync(paths.empty)
  leaveDirectory(paths.ofLiving, { heartbeatMs: staleMs })
  leaveDirectory(paths.ofAeron, { heartbeatMs: staleMs })
  leaveDirectory(paths.alike, { heartbeatMs: staleMs })
  assert.is(removeLeftDirectories(TIMEOUT_MS, folder), 3)
  const there = Object.entries(paths).filter(([, path]) => existsSync(path)).map(([name]) => name)
  assert.equal(there, ['fresh', 'ofLiving', 'ofAeron', 'alike'])
  assert.is(removeLeftDirectories(TIMEOUT_MS, folder), 0)
  assert.is(removeLeftDirectories(TIMEOUT_MS, join(folder, 'nowhere')), 0)
})

test.run()
