import * as assert from 'uvu/assert'
import { insertPacket } from '../../../client/log/term-rebuilder.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { NO_FEEDBACK_DELAY, UnicastFeedbackDelay } from '../../../driver/core/conductor/feedback-delay.ts'
import type { FeedbackDelayGenerator } from '../../../driver/core/conductor/feedback-delay.ts'
import { LossDetector } from '../../../driver/core/conductor/loss-detector.ts'
import { suite } from '../../support/suite.ts'
import { ImageFixture, createCnc } from '../receiver/image-fixture.ts'
import type { ImageFields } from '../receiver/image-fixture.ts'
import { INITIAL_TERM, TERM_LENGTH, data, pad } from '../receiver/sender-frames.ts'

const test = suite('conductor/loss-detector')

const DELAY_NS = 1_000
const RETRY_NS = 100_000
const FRAME = 160
const DELAYED = new UnicastFeedbackDelay(DELAY_NS, RETRY_NS / DELAY_NS)

class Fixture {
  readonly image: ImageFixture
  readonly losses: string[] = []
  readonly detector: LossDetector
  nowNs: number = 5_000_000

  constructor(fields: ImageFields = {}, feedbackDelay: FeedbackDelayGenerator = DELAYED) {
    this.image = new ImageFixture(createCnc(), fields)
    this.detector = new LossDetector(feedbackDelay, (termId, termOffset, length) => {
      this.losses.push(`${(termId - INITIAL_TERM) | 0}:${termOffset} ${length}`)
    })
  }

  insert(position: number, frame: Uint8Array = data({ termOffset: position % TERM_LENGTH })): void {
    const term = this.image.log.termOf(position)
    insertPacket(term, position % TERM_LENGTH, new DirectBuffer(frame), 0, frame.length)
  }

  /** Scans, and hands out what was due. */
  scan(position: number, highWaterPosition: number): string[] {
    this.detector.scan(this.image.log, position, highWaterPosition, this.nowNs)
    return this.losses.splice(0)
  }

  scanAfter(durationNs: number, position: number, highWaterPosition: number): string[] {
    this.nowNs += durationNs
    return this.scan(position, highWaterPosition)
  }
}

test('nothing is missing in an empty log, or where all is there', () => {
  const fixture = new Fixture()
  assert.equal(fixture.scan(0, 0), [])
  for (let position = 0; position < 10 * FRAME; position += FRAME) fixture.insert(position)
  assert.is(fixture.detector.scan(fixture.image.log, 0, 10 * FRAME, fixture.nowNs), 10 * FRAME)
  assert.equal(fixture.scanAfter(RETRY_NS, 0, 10 * FRAME), [])
  assert.is(fixture.detector.deadlineNs, Infinity)
})

test('a gap is due after the delay, and again after each retry delay', () => {
  const fixture = new Fixture()
  fixture.insert(0)
  fixture.insert(3 * FRAME)
  const end = 4 * FRAME
  const loss = [`0:${FRAME} ${2 * FRAME}`]
  assert.equal(fixture.scan(0, end), [])
  assert.is(fixture.detector.lossFound, true)
  assert.is(fixture.detector.deadlineNs, fixture.nowNs + DELAY_NS)
  assert.equal(fixture.scanAfter(DELAY_NS - 1, 0, end), [])
  assert.equal(fixture.scanAfter(1, 0, end), loss)
  assert.is(fixture.detector.lossFound, false)
  assert.equal(fixture.scanAfter(RETRY_NS - 1, FRAME, end), [])
  assert.equal(fixture.scanAfter(1, FRAME, end), loss)
  assert.equal(fixture.scanAfter(RETRY_NS, FRAME, end), loss)
  assert.is(fixture.detector.scan(fixture.image.log, 0, end, fixture.nowNs), FRAME)
})

test('nothing is asked for that has come in the meantime', () => {
  const fixture = new Fixture()
  fixture.insert(FRAME)
  fixture.scan(0, 2 * FRAME)
  fixture.insert(0)
  assert.equal(fixture.scanAfter(DELAY_NS, 0, 2 * FRAME), [])
  assert.is(fixture.detector.deadlineNs, Infinity)
  assert.equal(fixture.scanAfter(RETRY_NS, 2 * FRAME, 2 * FRAME), [])
})

test('another gap begins anew, behind the first or within it', () => {
  const fixture = new Fixture()
  fixture.insert(4 * FRAME)
  fixture.insert(6 * FRAME)
  const end = 7 * FRAME
  fixture.scan(0, end)
  assert.equal(fixture.scanAfter(DELAY_NS, 0, end), [`0:0 ${4 * FRAME}`])
  fixture.insert(2 * FRAME)
  assert.equal(fixture.scanAfter(RETRY_NS, 0, end), [], 'shorter now: a new one')
  assert.is(fixture.detector.lossFound, true)
  assert.equal(fixture.scanAfter(DELAY_NS, 0, end), [`0:0 ${2 * FRAME}`])
  fixture.insert(0)
  fixture.insert(FRAME)
  assert.equal(fixture.scanAfter(RETRY_NS, 0, end), [])
  assert.equal(fixture.scanAfter(DELAY_NS, 0, end), [`0:${3 * FRAME} ${FRAME}`])
  fixture.insert(3 * FRAME)
  fixture.scan(0, end)
  assert.equal(fixture.scanAfter(DELAY_NS, 0, end), [`0:${5 * FRAME} ${FRAME}`])
})

test('a gap grows with the high-water mark', () => {
  const fixture = new Fixture()
  fixture.scan(0, FRAME)
  assert.equal(fixture.scanAfter(DELAY_NS, 0, 2 * FRAME), [])
  assert.equal(fixture.scanAfter(DELAY_NS, 0, 2 * FRAME), [`0:0 ${2 * FRAME}`])
})

test('a scan stays within its term', () => {
  const fixture = new Fixture()
  const start = TERM_LENGTH - 2 * FRAME
  fixture.insert(start)
  const end = TERM_LENGTH + 3 * FRAME
  fixture.scan(start, end)
  assert.equal(fixture.scanAfter(DELAY_NS, start, end), [`0:${start + FRAME} ${FRAME}`])
  fixture.insert(start + FRAME)
  fixture.insert(TERM_LENGTH + FRAME)
  assert.is(fixture.detector.scan(fixture.image.log, start, end, fixture.nowNs), TERM_LENGTH)
  assert.is(fixture.detector.deadlineNs, Infinity)
  fixture.scan(TERM_LENGTH, end)
  assert.equal(fixture.scanAfter(DELAY_NS, TERM_LENGTH, end), [`1:0 ${FRAME}`])
})

test('a gap at the same offset of another term is another gap', () => {
  const fixture = new Fixture()
  fixture.insert(FRAME)
  fixture.insert(TERM_LENGTH + FRAME)
  fixture.scan(0, 2 * FRAME)
  assert.equal(fixture.scanAfter(DELAY_NS, TERM_LENGTH, TERM_LENGTH + 2 * FRAME), [])
  assert.is(fixture.detector.lossFound, true)
  assert.equal(fixture.scanAfter(DELAY_NS, TERM_LENGTH, TERM_LENGTH + 2 * FRAME), [`1:0 ${FRAME}`])
})

test('the scan begins where it is told to, in any term', () => {
  const position = 5 * TERM_LENGTH + 4096
  const fixture = new Fixture({ joinPosition: position })
  fixture.insert(position + FRAME)
  fixture.scan(position, position + 2 * FRAME)
  assert.equal(fixture.scanAfter(DELAY_NS, position, position + 2 * FRAME), [`5:4096 ${FRAME}`])
})

test('padding is walked over as a whole', () => {
  const fixture = new Fixture()
  fixture.insert(0, pad(TERM_LENGTH))
  assert.is(fixture.detector.scan(fixture.image.log, 0, TERM_LENGTH, fixture.nowNs), TERM_LENGTH)
  fixture.insert(TERM_LENGTH, pad(1024))
  assert.is(fixture.detector.scan(fixture.image.log, TERM_LENGTH, TERM_LENGTH + 32, fixture.nowNs), TERM_LENGTH + 1024)
})

test('gaps that are to be filled are due at once, and as long as they stay', () => {
  const fixture = new Fixture({}, NO_FEEDBACK_DELAY)
  fixture.insert(FRAME)
  assert.equal(fixture.scan(0, 2 * FRAME), [`0:0 ${FRAME}`])
  assert.equal(fixture.scan(0, 2 * FRAME), [`0:0 ${FRAME}`])
})

test.run()
