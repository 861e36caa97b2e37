import { getHeapStatistics } from 'node:v8'
import * as assert from 'uvu/assert'
import { BufferClaim, DirectBuffer } from '../../../client/index.ts'
import type { ExclusivePublication, Publication } from '../../../client/index.ts'
import { suite } from '../../support/suite.ts'
import { World } from './harness.ts'

const test = suite('embedded/garbage')

const WARM_UP_ROUNDS = 200
const ROUNDS = 60
const BURST = 400

/** A double on the heap takes 16 bytes, a BigInt 24. A sixteenth of the calls looks at the clock, which is a double. */
const BYTES_MAX = 12

/** Bytes that a call leaves on the heap, on average. */
function bytesPerCall(burst: () => number): number {
  const before = getHeapStatistics().used_heap_size
  const calls = burst()
  return (getHeapStatistics().used_heap_size - before) / calls
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

for (const kind of ['Publication', 'ExclusivePublication'] as const) {
  test(`${kind}: offers, claims and polls leave nothing behind, once they are warm`, async () => {
    const world = await World.launch({ threadingMode: 'INVOKER' })
    try {
      const client = await world.connect()
      const subscription = await client.addSubscription('aeron:ipc', 1001)
      const publication: Publication | ExclusivePublication = await client[`add${kind}`]('aeron:ipc', 1001)
      await publication.waitForConnected()
      await subscription.waitForConnected()
      const buffer = new DirectBuffer(new ArrayBuffer(32))
      const claim = new BufferClaim()
      const onFragment = (): void => undefined
      const offer = (): number => {
        for (let i = 0; i < BURST; i++) publication.offer(buffer, 0, 32)
        return BURST
      }
      const claimAndCommit = (): number => {
        for (let i = 0; i < BURST; i++) if (publication.tryClaim(32, claim) > 0) claim.commit()
        return BURST
      }
      const poll = (): number => {
        let count = 0
        while (subscription.poll(onFragment, 1) > 0) count++
        return count
      }
      const [offers, claims, polls]: [number[], number[], number[]] = [[], [], []]
      for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
        const [ofOffers, afterOffers] = [bytesPerCall(offer), bytesPerCall(poll)]
        for (let i = 0; i < 3; i++) world.driver.invoke()
        const [ofClaims, afterClaims] = [bytesPerCall(claimAndCommit), bytesPerCall(poll)]
        for (let i = 0; i < 3; i++) world.driver.invoke()
        if (round < WARM_UP_ROUNDS) continue
        offers.push(ofOffers)
        claims.push(ofClaims)
        polls.push(afterOffers, afterClaims)
      }
      for (const values of [offers, claims, polls]) assert.ok(median(values) < BYTES_MAX, `${median(values)} bytes`)
    } finally {
      await world.end()
    }
  })
}

test.run()
