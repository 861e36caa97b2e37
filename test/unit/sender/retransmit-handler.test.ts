import * as assert from 'uvu/assert'
import type { RetransmitOptions } from '../../../driver/core/sender/retransmit-handler.ts'
import { RetransmitHandler } from '../../../driver/core/sender/retransmit-handler.ts'
import { suite } from '../../support/suite.ts'

const test = suite('retransmit handler')

const TERM_LENGTH = 65_536
const TERM = -3
const LINGER_NS = 10_000_000

class Resends {
  readonly ranges: [number, number, number][] = []
  overflows: number = 0

  resend(termId: number, termOffset: number, length: number): void {
    this.ranges.push([termId, termOffset, length])
  }

  onRetransmitOverflow(): void {
    this.overflows++
  }

  take(): [number, number, number][] {
    return this.ranges.splice(0)
  }
}

function start(options: Partial<RetransmitOptions> = {}): { handler: RetransmitHandler; resends: Resends } {
  const resends = new Resends()
  const handler = new RetransmitHandler(
    {
      termLength: TERM_LENGTH,
      hasGroupSemantics: false,
      maxResend: 3,
      windowMultiple: 16,
      delayNs: 0,
      lingerNs: LINGER_NS,
      ...options,
    },
    resends,
  )
  return { handler, resends }
}

test('a NAK is served at once, and its range not again until the linger time is over', () => {
  const { handler, resends } = start()
  handler.onNak(TERM, 640, 320, 0)
  assert.equal(resends.take(), [[TERM, 640, 320]])
  for (const offset of [640, 672, 928]) handler.onNak(TERM, offset, 3200, 1)
  handler.processTimeouts(LINGER_NS)
  handler.onNak(TERM, 640, 320, LINGER_NS)
  assert.equal(resends.take(), [])
  handler.processTimeouts(LINGER_NS + 1)
  handler.onNak(TERM, 640, 320, LINGER_NS + 1)
  assert.equal(resends.take(), [[TERM, 640, 320]])
})

test('a start just outside of the range, or in another term, is served', () => {
  for (const [termId, offset] of [[TERM, 960], [TERM, 608], [TERM + 1, 640]] as const) {
    const { handler, resends } = start()
    handler.onNak(TERM, 640, 320, 0)
    resends.take()
    handler.onNak(termId, offset, 64, 1)
    assert.equal(resends.take(), [[termId, offset, 64]])
  }
})

test('without group semantics a new range replaces the old one', () => {
  const { handler, resends } = start()
  handler.onNak(TERM, 0, 32, 0)
  handler.onNak(TERM, 64, 32, 0)
  handler.onNak(TERM, 0, 32, 0)
  assert.is(resends.take().length, 3)
  assert.is(resends.overflows, 0)
  handler.onNak(TERM, 0, 32, 1)
  assert.is(resends.take().length, 0)
})

test('with group semantics ranges are served beside each other until there is no room', () => {
  const { handler, resends } = start({ hasGroupSemantics: true })
  for (const offset of [0, 64, 128, 192, 256]) handler.onNak(TERM, offset, 32, 0)
  for (const offset of [0, 64, 128]) handler.onNak(TERM, offset, 32, 1)
  assert.equal(resends.take().map(([, offset]) => offset), [0, 64, 128])
  assert.is(resends.overflows, 2)
  handler.processTimeouts(LINGER_NS + 1)
  handler.onNak(TERM, 192, 32, LINGER_NS + 1)
  assert.equal(resends.take(), [[TERM, 192, 32]])
  assert.is(resends.overflows, 2)
})

test('an empty NAK is ignored and occupies nothing', () => {
  const { handler, resends } = start()
  handler.onNak(TERM, 0, 0, 0)
  assert.equal(resends.take(), [])
  assert.is(handler.nextDeadlineNs(), Infinity)
})

test('a range ends with its term, and with so many windows', () => {
  const { handler, resends } = start({ windowMultiple: 1 })
  handler.onNak(TERM, 0, TERM_LENGTH, 0)
  handler.onNak(TERM, TERM_LENGTH - 64, 4096, 0)
  assert.equal(resends.take(), [[TERM, 0, TERM_LENGTH / 2], [TERM, TERM_LENGTH - 64, 64]])
  const large = start({ windowMultiple: 2, termLength: 1 << 24 })
  large.handler.onNak(TERM, 0, 1 << 23, 0)
  assert.equal(large.resends.take(), [[TERM, 0, 256 * 1024]])
  // What was left out may be asked for at once.
  large.handler.onNak(TERM, 256 * 1024, 32, 0)
  assert.equal(large.resends.take(), [[TERM, 256 * 1024, 32]])
})

test('with a delay the range is served after it, once, and lingers from then on', () => {
  const { handler, resends } = start({ delayNs: 500 })
  handler.onNak(TERM, 0, 32, 1000)
  handler.onNak(TERM, 0, 32, 1100)
  assert.is(handler.nextDeadlineNs(), 1500)
  handler.processTimeouts(1500)
  assert.equal(resends.take(), [])
  handler.processTimeouts(1501)
  assert.equal(resends.take(), [[TERM, 0, 32]])
  assert.is(handler.nextDeadlineNs(), 1501 + LINGER_NS)
  handler.processTimeouts(1501 + LINGER_NS)
  handler.onNak(TERM, 0, 32, 1501 + LINGER_NS)
  assert.equal(resends.take(), [])
  handler.processTimeouts(1502 + LINGER_NS)
  assert.is(handler.nextDeadlineNs(), Infinity)
})

test.run()
