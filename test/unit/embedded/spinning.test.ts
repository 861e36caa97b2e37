import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { World, bytesOf, messageOf, send, until } from './harness.ts'
import type { Job, SpinReport } from './thread-job.ts'
import { STREAM_ID, startThread } from './thread-job.ts'

const test = suite('embedded/spinning')

const LIVENESS_MS = 400

for (const doing of ['poll', 'offer'] as const) {
  test(`a thread that does nothing but ${doing} stays connected, and images reach it`, async () => {
    const world = await World.launch({
      clientLivenessTimeoutNs: LIVENESS_MS * 1e6,
      publicationUnblockTimeoutNs: 1.5 * LIVENESS_MS * 1e6,
    })
    try {
      const client = await world.connect()
      const job: Job = { kind: 'spin', doing, channel: 'aeron:ipc', forMs: 3.2 * LIVENESS_MS }
      const worker = startThread({ handle: world.driver.handle, job })
      assert.is(await messageOf(worker), 'spinning')
      // Its log does not exist before the thread spins.
      const publication = await client.addPublication('aeron:ipc', STREAM_ID)
      await publication.waitForConnected({ timeoutMs: 5000 })
      await send(publication, bytesOf('x'))
      let sunk = 0
      const sink = await client.addSubscription('aeron:ipc', STREAM_ID + 1)
      const endMs = performance.now() + LIVENESS_MS
      await until('some time', () => {
        sunk += sink.poll(() => undefined, 1000)
        return performance.now() > endMs
      })
      publication.close()
      const report = await messageOf<SpinReport>(worker)
      assert.equal(report.errors, [])
      assert.not(report.isClosed)
      assert.equal(report.available, [publication.sessionId])
      assert.is(report.fragments, doing === 'poll' ? 1 : 0)
      if (doing === 'poll') assert.equal(report.unavailable, [publication.sessionId])
      else assert.ok(report.offers > 0 && sunk > 0)
      assert.is(world.systemCounter('Client liveness timeouts'), 0)
    } finally {
      await world.end()
    }
  })
}

test.run()
