import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import type { ErrorObservation } from '../../../client/memory/error-log.ts'
import { DistinctErrorLog, ERROR_LOG_TEXT_LENGTH_MAX, readErrorLog } from '../../../client/memory/error-log.ts'
import { ErrorLogRecordMeta } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'

const test = suite('memory/error-log')

const RECORD = ErrorLogRecordMeta.fields

class Fixture {
  nowMs: number = 1000
  readonly buffer: AtomicBuffer
  readonly log: DistinctErrorLog

  constructor(lengthBytes: number = 4096) {
    this.buffer = AtomicBuffer.allocate(lengthBytes)
    this.log = new DistinctErrorLog(this.buffer, () => this.nowMs)
  }

  read(sinceMs?: number): readonly ErrorObservation[] {
    const observations: ErrorObservation[] = []
    const count = readErrorLog(this.buffer, (observation) => void observations.push(observation), sinceMs)
    assert.is(count, observations.length)
    return observations
  }
}

test('an empty log has no errors', () => {
  assert.equal(new Fixture().read(), [])
  assert.equal(new Fixture(0).read(), [])
})

test('the same error is counted, not repeated', () => {
  const fixture = new Fixture()
  assert.ok(fixture.log.record(3, 'no such channel'))
  fixture.nowMs = 1500
  assert.ok(fixture.log.record(3, 'other'))
  fixture.nowMs = 2000
  assert.ok(fixture.log.record(3, 'no such channel'))
  assert.equal(fixture.read(), [
    { observationCount: 2, firstObservationMs: 1000, lastObservationMs: 2000, text: 'no such channel' },
    { observationCount: 1, firstObservationMs: 1500, lastObservationMs: 1500, text: 'other' },
  ])
})

test('errors differ by code and by text', () => {
  const fixture = new Fixture()
  fixture.log.record(1, '1 x')
  fixture.log.record(11, ' x')
  fixture.log.record(1, 'x')
  assert.is(fixture.read().length, 3)
})

test('errors that were not seen lately can be left out', () => {
  const fixture = new Fixture()
  for (const text of ['a', 'b', 'c']) {
    fixture.nowMs += 100
    fixture.log.record(1, text)
  }
  assert.equal(fixture.read(1200).map(({ text }) => text), ['b', 'c'])
  assert.equal(fixture.read(1301), [])
})

test('texts are UTF-8', () => {
  const fixture = new Fixture()
  const texts = ['\u00e4rgerlich', '\u4e16\u754c \ud83d\udc26 is a text that is longer than sixteen bytes', '']
  for (const text of texts) assert.ok(fixture.log.record(1, text))
  assert.equal(fixture.read().map(({ text }) => text), texts)
  assert.is(fixture.buffer.loadInt32(0), 24 + 10)
})

test('an error that does not fit is refused, those that are there are counted on', () => {
  const fixture = new Fixture(64)
  assert.ok(fixture.log.record(1, 'x'.repeat(8)))
  assert.not(fixture.log.record(1, 'y'.repeat(9)))
  assert.ok(fixture.log.record(1, 'z'.repeat(8)))
  assert.not(fixture.log.record(1, ''))
  assert.ok(fixture.log.record(1, 'x'.repeat(8)))
  assert.equal(fixture.read().map(({ text, observationCount }) => [text[0], observationCount]), [['x', 2], ['z', 1]])
})

test('long texts are cut', () => {
  const fixture = new Fixture(65_536)
  fixture.log.record(1, 'x'.repeat(ERROR_LOG_TEXT_LENGTH_MAX + 1))
  fixture.log.record(1, 'x'.repeat(ERROR_LOG_TEXT_LENGTH_MAX + 2))
  assert.equal(fixture.read().map(({ text, observationCount }) => [text.length, observationCount]), [[8192, 2]])
})

for (const length of [-1, 23, 0x7fff_ffff, 4096 - 32 + 1]) {
  test(`reading stops at a record of ${length} bytes`, () => {
    const fixture = new Fixture()
    fixture.log.record(1, 'a')
    fixture.log.record(1, 'b')
    fixture.buffer.storeInt32(32 + RECORD.length.offset, length)
    assert.equal(fixture.read().map(({ text }) => text), ['a'])
  })
}

test.run()
