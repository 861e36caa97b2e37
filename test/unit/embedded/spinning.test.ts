import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { World, bytesOf, messageOf, send, until } from './harness.ts'
import type { Job, SpinReport } from './thread-job.ts'
import { STREAM_ID, spinStreamId, startThread } from './thread-job.ts'

const test = suite('embedded/spinning')

const LIVENESS_MS = 400

test('threads that do nothing but poll or offer stay connected, and images reach them', async () => {
  const world = await World.launch({
    clientLivenessTimeoutNs: LIVENESS_MS * 1e6,
    publicationUnblockTimeoutNs: 1.5 * LIVENESS_MS * 1e6,
  })
  try {
    const client = await world.connect()
    const workers = (['poll', 'offer'] as const).map((doing) => {
      const job: Job = { kind: 'spin', doing, channel: 'aeron:ipc', forMs: 3.2 * LIVENESS_MS }
      return startThread({ handle: world.driver.handle, job })
    })
    assert.equal(await Promise.all(workers.map(messageOf)), ['spinning', 'spinning'])
    const reporting = Promise.all(workers.map((worker) => messageOf<SpinReport>(worker)))
    // These logs do not exist before the threads spin.
    const unread = await client.addPublication('aeron:ipc', spinStreamId('offer'))
    const publication = await client.addPublication('aeron:ipc', spinStreamId('poll'))
    await unread.waitForConnected({ timeoutMs: 5000 })
    await publication.waitForConnected({ timeoutMs: 5000 })
    await send(publication, bytesOf('x'))
    const sink = await client.addSubscription('aeron:ipc', STREAM_ID + 1)
    let sunk = 0
    const endMs = performance.now() + LIVENESS_MS
    await until('some time', () => {
      sunk += sink.poll(() => undefined, 1000)
      return performance.now() > endMs
    })
    publication.close()
    const [polled, offered] = await reporting
    for (const report of [polled, offered]) {
      assert.equal(report!.errors, [])
      assert.not(report!.isClosed)
    }
    assert.equal(polled!.available, [publication.sessionId])
    assert.equal(offered!.available, [unread.sessionId])
    assert.is(polled!.fragments, 1)
    assert.equal(polled!.unavailable, [publication.sessionId])
    assert.ok(offered!.offers > 0 && sunk > 0)
    assert.is(world.systemCounter('Client liveness timeouts'), 0)
  } finally {
    await world.end()
  }
})

test.run()
