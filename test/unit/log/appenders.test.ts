import * as assert from 'uvu/assert'
import { ConcurrentAppender } from '../../../client/log/concurrent-appender.ts'
import { ExclusiveAppender } from '../../../client/log/exclusive-appender.ts'
import { Header } from '../../../client/log/header.ts'
import {
  ADMIN_ACTION,
  BACK_PRESSURED,
  CLOSED,
  MAX_POSITION_EXCEEDED,
  NOT_CONNECTED,
} from '../../../client/log/offer-result.ts'
import { TermReader } from '../../../client/log/term-reader.ts'
import { suite } from '../../support/suite.ts'
import { INITIAL_TERM_ID, Limit, SESSION_ID, STREAM_ID, TERM_LENGTH, frameAt, newLog, payload } from './log-harness.ts'

const test = suite('log appenders')
const APPENDERS = [ConcurrentAppender, ExclusiveAppender]

for (const Appender of APPENDERS) {
  const name = Appender.name

  test(`${name} writes one frame with the default header`, () => {
    const log = newLog()
    const appender = new Appender(log, new Limit())
    const source = payload(100)
    assert.is(appender.offer(source, 3, 45), 96)
    assert.is(appender.offer(source, 0, 0), 128)
    assert.equal(frameAt(log.terms[0], 0), {
      length: 77,
      flags: 0xc0,
      type: 1,
      termOffset: 0,
      sessionId: SESSION_ID,
      streamId: STREAM_ID,
      termId: INITIAL_TERM_ID,
      reservedValue: 0n,
      payload: source.bytes.slice(3, 48),
    })
    assert.is(frameAt(log.terms[0], 96).length, 32)
    assert.is(appender.position(), 128)
    assert.is(log.producerPosition(), 128)
  })

  test(`${name} says why it does not accept a message`, () => {
    const log = newLog()
    const limit = new Limit(0)
    const appender = new Appender(log, limit)
    assert.is(appender.offer(payload(1), 0, 1), NOT_CONNECTED)
    log.setConnected(true)
    assert.is(appender.offer(payload(1), 0, 1), BACK_PRESSURED)
    limit.position = 1
    assert.is(appender.offer(payload(1), 0, 1), 64)
    appender.close()
    assert.is(appender.offer(payload(1), 0, 1), CLOSED)
    assert.is(appender.position(), CLOSED)
  })

  test(`${name} pads the end of a term and goes on in the next one`, () => {
    const log = newLog({ termOffset: TERM_LENGTH - 64 })
    const appender = new Appender(log, new Limit())
    assert.is(appender.offer(payload(40), 0, 40), ADMIN_ACTION)
    const pad = frameAt(log.terms[0], TERM_LENGTH - 64)
    assert.equal([pad.length, pad.type, pad.flags, pad.termOffset], [64, 0, 0xc0, TERM_LENGTH - 64])
    assert.is(appender.position(), TERM_LENGTH)
    assert.is(appender.offer(payload(40), 0, 40), TERM_LENGTH + 96)
    assert.is(frameAt(log.terms[1], 0).termId, INITIAL_TERM_ID + 1)
    assert.is(log.activeTermCount(), 1)
  })

  test(`${name} ends at the last position`, () => {
    const log = newLog({ termId: (INITIAL_TERM_ID + 0x7fffffff) | 0, termOffset: TERM_LENGTH - 64 })
    const max = TERM_LENGTH * 2 ** 31
    assert.is(log.maxPossiblePosition, max)
    const appender = new Appender(log, new Limit(max))
    assert.is(appender.position(), max - 64)
    assert.is(appender.offer(payload(64), 0, 64), MAX_POSITION_EXCEEDED)
    assert.is(appender.offer(payload(1), 0, 1), MAX_POSITION_EXCEEDED)
    assert.is(appender.position(), max)
    assert.is(log.activeTermCount(), 0x7fffffff)
    assert.is(frameAt(log.terms[0x7fffffff % 3]!, TERM_LENGTH - 64).length, 64)
  })

  test(`${name} fragments messages, which a reader gets in order`, () => {
    const log = newLog()
    const appender = new Appender(log, new Limit())
    const source = payload(3 * 1376 + 5)
    assert.is(appender.offer(source, 0, source.byteLength), 3 * 1408 + 64)
    const reader = new TermReader(new Header(INITIAL_TERM_ID, 16, undefined))
    const got: number[] = []
    const flags: number[] = []
    reader.read(log.terms[0], TERM_LENGTH, 10, (buffer, offset, length, header) => {
      got.push(...buffer.bytes.subarray(offset, offset + length))
      flags.push(header.flags)
    })
    assert.equal(flags, [0x80, 0, 0, 0x40])
    assert.equal(got, [...source.bytes])
    assert.is(reader.termOffset, 3 * 1408 + 64)
  })
}

test('a message that comes when its term was left behind long ago asks to try again, and moves nothing', () => {
  const log = newLog()
  const appender = new ConcurrentAppender(log, new Limit())
  const source = payload(100)
  const add = log.addToTail.bind(log)
  // Three terms later the partition has another term, which is full as well by then.
  log.addToTail = (partition, length, tail) => {
    log.setTail(partition, INITIAL_TERM_ID + 3, TERM_LENGTH + 64)
    log.setActiveTermCount(3)
    add(partition, length, tail)
  }
  assert.is(appender.offer(source, 0, 100), ADMIN_ACTION)
  assert.is(log.activeTermCount(), 3)
  assert.is(frameAt(log.terms[0], 0).length, 0)
})

test.run()
