import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { runChildOk } from '../../support/child.ts'
import { suite } from '../../support/suite.ts'
import type { RoundsReport } from './rounds-job.ts'

const RESIDENT_GROWTH_MAX = 48 * 1024 * 1024

// Without it glibc raises the length from which it maps memory: it then keeps what was freed, up to some hundred MB.
const env = { MALLOC_MMAP_THRESHOLD_: String(128 * 1024) }

const TIMEOUT_MS = 60_000

const test = suite('rounds of launch and close', { timeoutMs: TIMEOUT_MS })

test('leave nothing behind, and a program with an open driver ends', async () => {
  const job = fileURLToPath(new URL('./rounds-job.js', import.meta.url))
  const { stdout, stderr } = await runChildOk(process.execPath, ['--expose-gc', job], { timeoutMs: TIMEOUT_MS, env })
  const [first, last] = JSON.parse(stdout) as [RoundsReport, RoundsReport]
  assert.is(last.fds, first.fds, 'file descriptors')
  assert.is(last.resources, first.resources, 'timers, sockets and ports')
  const growth = last.residentBytes - first.residentBytes
  assert.ok(growth < RESIDENT_GROWTH_MAX, `${growth} bytes more`)
  assert.not.match(stderr, 'MaxListeners')
})

test.run()
