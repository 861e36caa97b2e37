import * as assert from 'uvu/assert'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import { ConcurrentAppender } from '../../../client/log/concurrent-appender.ts'
import { unblockLog } from '../../../client/log/log-buffer-unblocker.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { Tail } from '../../../client/log/log-buffers.ts'
import { insertPacket } from '../../../client/log/term-rebuilder.ts'
import { fillGap } from '../../../client/log/term-gap-filler.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { INITIAL_TERM_ID, Limit, SESSION_ID, TERM_LENGTH, frameAt, newLog, payload, putFrame } from './log-harness.ts'

const test = suite('unblocking')
const PAD = 0
const DATA = 1

function offer(log: LogBuffers, length: number): number {
  return new ConcurrentAppender(log, new Limit()).offer(payload(length), 0, length)
}

/** A publisher moved the tail and died. */
function claimOnly(log: LogBuffers, length: number): void {
  log.addToTail(log.activeTermCount() % 3, length, new Tail())
}

/** Lengths and types of the frames of a term up to the first that is not committed. */
function chain(log: LogBuffers, start: number = 0): readonly (readonly [length: number, type: number])[] {
  const term = log.termOf(start)
  const frames: [number, number][] = []
  for (let at = start % TERM_LENGTH; at < TERM_LENGTH;) {
    const { length, type } = frameAt(term, at)
    if (length <= 0) break
    frames.push([length, type])
    at += Math.ceil(length / 32) * 32
  }
  return frames
}

test('a claim that was begun becomes padding of its length', () => {
  const log = newLog()
  new ConcurrentAppender(log, new Limit()).claim(50, new BufferClaim())
  offer(log, 1)
  assert.ok(unblockLog(log, 0))
  assert.equal(chain(log), [[82, PAD], [33, DATA]])
  const pad = frameAt(log.terms[0], 0)
  assert.equal([pad.flags, pad.termOffset, pad.termId, pad.sessionId], [0xc0, 0, INITIAL_TERM_ID, SESSION_ID])
  assert.not(unblockLog(log, 0))
})

test('a claim that was not begun becomes padding up to what comes behind', () => {
  const log = newLog()
  offer(log, 1)
  claimOnly(log, 96)
  claimOnly(log, 64)
  assert.not(unblockLog(log, 64))
  offer(log, 1)
  assert.ok(unblockLog(log, 64))
  assert.equal(chain(log), [[33, DATA], [160, PAD], [33, DATA]])
})

test('a claim that was not begun and has nothing behind it becomes padding only when nobody publishes any more', () => {
  const log = newLog()
  offer(log, 1)
  claimOnly(log, 96)
  claimOnly(log, 64)
  assert.not(unblockLog(log, 64))
  assert.ok(unblockLog(log, 64, true))
  assert.equal(chain(log), [[33, DATA], [160, PAD]])
  assert.not(unblockLog(log, 224, true), 'there is nothing to wait for')
})

test('a claim behind the blocked one ends the padding though it is not committed', () => {
  const log = newLog()
  claimOnly(log, 96)
  new ConcurrentAppender(log, new Limit()).claim(1, new BufferClaim())
  assert.ok(unblockLog(log, 0))
  assert.equal(chain(log), [[96, PAD]])
  assert.ok(unblockLog(log, 96))
  assert.equal(chain(log), [[96, PAD], [33, PAD]])
  assert.not(unblockLog(log, 160))
})

test('claims up to the end of the term become padding, and the log goes on', () => {
  for (const beyond of [0, 64]) {
    const log = newLog({ termOffset: TERM_LENGTH - 160 })
    claimOnly(log, 96)
    claimOnly(log, 64 + beyond)
    assert.ok(unblockLog(log, TERM_LENGTH - 160))
    assert.equal(chain(log, TERM_LENGTH - 160), [[160, PAD]])
    assert.is(log.activeTermCount(), 1)
    assert.is(offer(log, 1), TERM_LENGTH + 64)
  }
})

test('a missing rotation is made up for', () => {
  const log = newLog({ initialTermId: 0x7fffffff, termOffset: TERM_LENGTH - 64 })
  offer(log, 32)
  claimOnly(log, 64)
  assert.is(log.activeTermCount(), 0)
  assert.ok(unblockLog(log, TERM_LENGTH))
  assert.is(log.activeTermCount(), 1)
  assert.is(offer(log, 1), TERM_LENGTH + 64)
  assert.is(frameAt(log.terms[1], 0).termId, -0x80000000)
})

test('a rotation that stopped half way is completed', () => {
  const log = newLog({ termOffset: TERM_LENGTH - 64 })
  offer(log, 32)
  log.compareAndSetTailTerm(1, INITIAL_TERM_ID - 2, INITIAL_TERM_ID + 1)
  assert.ok(unblockLog(log, TERM_LENGTH))
  assert.is(log.activeTermCount(), 1)
  assert.is(offer(log, 1), TERM_LENGTH + 64)
})

test('the last term is padded but has no next one', () => {
  const log = newLog({ termId: (INITIAL_TERM_ID + 0x7fffffff) | 0, termOffset: TERM_LENGTH - 64 })
  claimOnly(log, 64)
  const position = log.maxPossiblePosition - 64
  assert.ok(unblockLog(log, position))
  assert.is(log.activeTermCount(), 0x7fffffff)
  assert.equal(chain(log, position), [[64, PAD]])
})

test('what is committed, not claimed or of another term is left alone', () => {
  const log = newLog()
  offer(log, 1)
  const before = log.terms[0].bytes.slice()
  assert.not(unblockLog(log, 0))
  assert.not(unblockLog(log, 64))
  assert.not(unblockLog(log, 2 * TERM_LENGTH))
  assert.not(unblockLog(log, 3 * TERM_LENGTH + 64))
  assert.equal(log.terms[0].bytes, before)
  assert.is(log.activeTermCount(), 0)
})

test('a length that no publisher of good faith would write is left alone', () => {
  const log = newLog()
  claimOnly(log, 64)
  offer(log, 1)
  for (const frameLength of [-0x80000000, -TERM_LENGTH - 1]) {
    log.terms[0].storeInt32(0, frameLength)
    assert.not(unblockLog(log, 0))
    assert.is(frameAt(log.terms[0], 0).length, frameLength)
  }
})

interface Scenario {
  /** What is interrupted. */
  run(): void
  /** What another thread does at that moment. */
  intruder(): void
  check(): void
}

/**
 * Runs a scenario again and again, with the intruder in front of each atomic access in turn.
 *
 * @returns how many moments there were
 */
function interleave(scenario: () => Scenario): number {
  const names = ['load', 'store', 'compareExchange'] as const
  const originals = names.map((name) => Atomics[name] as (...args: readonly unknown[]) => unknown)
  for (let moment = 0; ; moment++) {
    const { run, intruder, check } = scenario()
    let accesses = 0
    let isIntruding = false
    const before = (): void => {
      if (isIntruding || accesses++ !== moment) return
      isIntruding = true
      intruder()
      isIntruding = false
    }
    for (const [i, name] of names.entries()) {
      const wrapped = (...args: readonly unknown[]): unknown => {
        before()
        return originals[i]!(...args)
      }
      Object.assign(Atomics, { [name]: wrapped })
    }
    try {
      run()
    } finally {
      for (const [i, name] of names.entries()) Object.assign(Atomics, { [name]: originals[i] })
    }
    check()
    if (moment >= accesses) return moment
  }
}

test('a commit at any moment is not overwritten', () => {
  const rounds = interleave(() => {
    const log = newLog()
    const claim = new BufferClaim()
    new ConcurrentAppender(log, new Limit()).claim(50, claim)
    offer(log, 1)
    let isCommitted = false
    let isUnblocked = false
    let wasPadded = false
    return {
      run: () => void (isUnblocked = unblockLog(log, 0)),
      intruder: () => {
        wasPadded = frameAt(log.terms[0], 0).length > 0
        claim.commit()
        isCommitted = true
      },
      check: () => {
        const type = isCommitted && !wasPadded ? DATA : PAD
        assert.is(isUnblocked, type === PAD)
        assert.equal(chain(log), [[82, type], [33, DATA]])
      },
    }
  })
  assert.ok(rounds >= 3, `${rounds} moments`)
})

test('a publisher that wakes up at any moment is not overwritten', () => {
  for (const steps of [1, 2]) {
    const rounds = interleave(() => {
      const log = newLog()
      const [term] = log.terms
      claimOnly(log, 96)
      offer(log, 1)
      let wasPadded = false
      let hasBegun = false
      return {
        run: () => void unblockLog(log, 0),
        intruder: () => {
          hasBegun = true
          wasPadded = frameAt(term, 0).length > 0
          if (wasPadded) return
          putFrame(term, 0, -90)
          if (steps === 2) term.storeInt32(0, 90)
        },
        check: () => {
          if (!hasBegun || wasPadded) assert.equal(chain(log), [[96, PAD], [33, DATA]])
          else if (steps === 2) assert.equal(chain(log), [[90, DATA], [33, DATA]])
          else assert.ok([-90, 90].includes(frameAt(term, 0).length))
        },
      }
    })
    assert.ok(rounds >= 4, `${rounds} moments`)
  }
})

test('a packet that comes while its gap is filled leaves a whole frame', () => {
  const rounds = interleave(() => {
    const log = newLog()
    const [term] = log.terms
    const packet = new DirectBuffer(new Uint8Array(96).fill(5))
    putFrame(packet, 0, 90, { termOffset: 64 })
    let isInserted: boolean | undefined
    let isFilled = false
    return {
      run: () => void (isFilled = fillGap(log, term, INITIAL_TERM_ID, 64, 192)),
      intruder: () => void (isInserted = insertPacket(term, 64, packet, 0, 96)),
      check: () => {
        assert.is(isFilled, isInserted !== true)
        const { length, type } = frameAt(term, 64)
        assert.equal([length, type], isFilled ? [192, PAD] : [90, DATA])
      },
    }
  })
  assert.ok(rounds >= 8, `${rounds} moments`)
})

test('a gap that is filled while its packet comes leaves a whole frame', () => {
  const rounds = interleave(() => {
    const log = newLog()
    const [term] = log.terms
    const packet = new DirectBuffer(new Uint8Array(96).fill(5))
    putFrame(packet, 0, 90, { termOffset: 64 })
    let isInserted = false
    let isFilled = false
    return {
      run: () => void (isInserted = insertPacket(term, 64, packet, 0, 96)),
      intruder: () => void (isFilled = fillGap(log, term, INITIAL_TERM_ID, 64, 192)),
      check: () => {
        assert.is(isInserted, !isFilled)
        const { length, type } = frameAt(term, 64)
        assert.equal([length, type], isFilled ? [192, PAD] : [90, DATA])
      },
    }
  })
  assert.ok(rounds >= 3, `${rounds} moments`)
})

test.run()
