import * as assert from 'uvu/assert'
import { ExclusiveAppender } from '../../../client/log/exclusive-appender.ts'
import { Header } from '../../../client/log/header.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { TermReader, scanBlock } from '../../../client/log/term-reader.ts'
import { ControlledAction } from '../../../client/memory/controlled-action.ts'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import {
  INITIAL_TERM_ID,
  Limit,
  SESSION_ID,
  STREAM_ID,
  TERM_LENGTH,
  newLog,
  payload,
  putFrame,
} from './log-harness.ts'

const test = suite('term reader')

/** Four messages of 64 bytes each in the log, with padding of 96 behind the second. */
function logOfFour(): LogBuffers {
  const log = newLog()
  const appender = new ExclusiveAppender(log, new Limit())
  for (let i = 0; i < 4; i++) {
    appender.offer(payload(20 + i), 0, 20 + i)
    if (i === 1) appender.appendPadding(64)
  }
  return log
}

function newReader(): TermReader {
  return new TermReader(new Header(INITIAL_TERM_ID, 16, 'image'))
}

test('fragments are delivered up to the limit, padding is skipped and not counted', () => {
  const log = logOfFour()
  const reader = newReader()
  const lengths: number[] = []
  const handler = (_buffer: unknown, _offset: number, length: number): void => void lengths.push(length)
  reader.read(log.terms[0], TERM_LENGTH, 3, handler)
  assert.equal([lengths, reader.fragmentsRead, reader.termOffset], [[20, 21, 22], 3, 288])
  reader.read(log.terms[0], TERM_LENGTH, 3, handler)
  assert.equal([lengths, reader.fragmentsRead, reader.termOffset], [[20, 21, 22, 23], 1, 352])
  reader.read(log.terms[0], TERM_LENGTH, 3, handler)
  assert.equal([reader.fragmentsRead, reader.termOffset], [0, 352])
  reader.termOffset = 0
  reader.read(log.terms[0], 128, 9, handler)
  assert.equal([reader.fragmentsRead, reader.termOffset], [2, 128])
})

test('the header tells where a fragment lies in the stream', () => {
  const log = newLog({ initialTermId: -1, termId: 2 ** 20, termOffset: 64 })
  const appender = new ExclusiveAppender(log, new Limit())
  const position = appender.offer(payload(33), 0, 33, () => 2n ** 63n - 1n)
  const reader = new TermReader(new Header(-1, 16, 'image'))
  reader.termOffset = 64
  let calls = 0
  reader.read(log.termOf(position), TERM_LENGTH, 1, (buffer, offset, length, header) => {
    calls++
    assert.equal([header.frameLength, header.flags, header.type, header.termOffset], [65, 0xc0, 1, 64])
    assert.equal([header.sessionId, header.streamId, header.termId], [SESSION_ID, STREAM_ID, 2 ** 20])
    assert.equal([header.reservedValue, header.nextTermOffset, header.position], [2n ** 63n - 1n, 160, position])
    assert.equal([header.initialTermId, header.positionBitsToShift, header.context], [-1, 16, 'image'])
    assert.equal([header.buffer, header.offset, offset, length], [buffer, 64, 96, 33])
  })
  assert.is(calls, 1)
})

test('the header of a message put together ends where its last fragment does', () => {
  const header = new Header(INITIAL_TERM_ID, 16, undefined)
  const copy = new DirectBuffer(new Uint8Array(32))
  putFrame(copy, 0, 32 + 3000, { termOffset: 64, termId: INITIAL_TERM_ID + 1 })
  header.wrap(copy, 0, 2 * 1408 + 288)
  assert.equal([header.frameLength, header.nextTermOffset], [3032, 64 + 3104])
  assert.is(header.position, TERM_LENGTH + 64 + 3104)
})

test('reading ends at a frame that is not committed', () => {
  const log = logOfFour()
  log.terms[0].storeInt32(64, -53)
  const reader = newReader()
  reader.read(log.terms[0], TERM_LENGTH, 9, () => undefined)
  assert.equal([reader.fragmentsRead, reader.termOffset], [1, 64])
})

test('a fragment whose handler throws is consumed', () => {
  const log = logOfFour()
  const reader = newReader()
  const failure = new Error('handler')
  let calls = 0
  const fail = (): never => {
    if (++calls === 2) throw failure
    return undefined as never
  }
  assert.throws(() => reader.read(log.terms[0], TERM_LENGTH, 9, fail), (error: unknown) => error === failure)
  assert.equal([reader.fragmentsRead, reader.termOffset], [2, 128])
  calls = 1
  reader.termOffset = 0
  const controlled = (): void => reader.readControlled(log.terms[0], TERM_LENGTH, 9, fail, () => undefined)
  assert.throws(controlled, (error: unknown) => error === failure)
  assert.equal([reader.fragmentsRead, reader.termOffset], [1, 64])
})

test('nothing is touched after a handler closed the image', () => {
  const log = logOfFour()
  const reader = newReader()
  reader.read(log.terms[0], TERM_LENGTH, 9, () => {
    reader.isClosed = true
  })
  assert.equal([reader.fragmentsRead, reader.termOffset], [1, 64])
  reader.read(log.terms[0], TERM_LENGTH, 9, () => assert.unreachable())
  reader.readControlled(log.terms[0], TERM_LENGTH, 9, () => assert.unreachable() as never, () => undefined)
  assert.equal([reader.fragmentsRead, reader.termOffset], [0, 64])
})

test('a controlled handler says how to go on', () => {
  const log = logOfFour()
  const reader = newReader()
  const commits: number[] = []
  const run = (...actions: ControlledAction[]): void => {
    reader.readControlled(
      log.terms[0],
      TERM_LENGTH,
      9,
      () => actions.shift() ?? assert.unreachable() as never,
      (termOffset) => void commits.push(termOffset),
    )
  }
  run(ControlledAction.CONTINUE, ControlledAction.ABORT)
  assert.equal([reader.fragmentsRead, reader.termOffset], [1, 64])
  run(ControlledAction.BREAK)
  assert.equal([reader.fragmentsRead, reader.termOffset], [1, 128])
  run(ControlledAction.ABORT)
  assert.equal([reader.fragmentsRead, reader.termOffset], [0, 224])
  run(ControlledAction.COMMIT, ControlledAction.COMMIT)
  assert.equal([reader.fragmentsRead, reader.termOffset, commits], [2, 352, [288, 352]])
})

test('a frame that leads out of its term ends the reading with an error', () => {
  for (const frameLength of [1, 31, TERM_LENGTH + 1, 0x7fffffff]) {
    const log = logOfFour()
    log.terms[0].storeInt32(64, frameLength)
    const reader = newReader()
    const isCorrupt = (error: unknown): boolean =>
      error instanceof GodwitError && error.code === 'ERR_GODWIT_LOG_CORRUPT'
    assert.throws(() => reader.read(log.terms[0], TERM_LENGTH, 9, () => undefined), isCorrupt)
    assert.equal([reader.fragmentsRead, reader.termOffset], [1, 64])
    assert.throws(() => scanBlock(log.terms[0], 0, TERM_LENGTH), isCorrupt)
  }
})

test('a block ends before what exceeds the limit and before padding, which is a block alone', () => {
  const { terms: [term] } = logOfFour()
  assert.is(scanBlock(term, 0, TERM_LENGTH), 128)
  assert.is(scanBlock(term, 0, 127), 64)
  assert.is(scanBlock(term, 0, 63), 0)
  assert.is(scanBlock(term, 128, 130), 224)
  assert.is(scanBlock(term, 224, TERM_LENGTH), 352)
  assert.is(scanBlock(term, 352, TERM_LENGTH), 352)
  assert.is(scanBlock(term, TERM_LENGTH, TERM_LENGTH), TERM_LENGTH)
})

test.run()
