import * as assert from 'uvu/assert'
import {
  LOG_META_DATA_LENGTH,
  POSITION_LIMIT,
  TERM_MAX_LENGTH,
  computeFragmentedFrameLength,
  computeLogLength,
  computePosition,
  computeTermBeginPosition,
  computeTermCount,
  computeTermCountFromPosition,
  computeTermIdFromPosition,
  computeTermOffsetFromPosition,
  indexByPosition,
  indexByTerm,
  indexByTermCount,
  maxMessageLength,
  maxPossiblePosition,
  positionBitsToShift,
} from '../../../client/log/log-buffer-descriptor.ts'
import { LogBuffers, Tail } from '../../../client/log/log-buffers.ts'
import { checkStart, initialiseLog } from '../../../client/log/initialise-log.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { LogMetadataDecoder, LogType } from '../../../schemas/generated/aeron.memory/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import {
  INITIAL_TERM_ID,
  MTU_LENGTH,
  PARAMETERS,
  SESSION_ID,
  STREAM_ID,
  TERM_LENGTH,
  frameAt,
  newLog,
} from './log-harness.ts'

const test = suite('log descriptor')

function refused(code: string, body: () => unknown): void {
  assert.throws(body, (error: unknown) => error instanceof GodwitError && error.code === code)
}

test('a log is three terms and metadata in whole pages', () => {
  assert.is(computeLogLength(65536, 4096), 3 * 65536 + 4096)
  assert.is(computeLogLength(65536, 2 ** 21), 2 ** 21)
  assert.is(computeLogLength(TERM_MAX_LENGTH, 4096), 3 * 2 ** 30 + 4096)
  assert.is(computeLogLength(TERM_MAX_LENGTH, 2 ** 30), 4 * 2 ** 30)
})

test('positions of terms whose ids wrap are exact', async () => {
  await withSeed('log positions', (random) => {
    for (let i = 0; i < 2000; i++) {
      const shift = random.between(16, 30)
      const termLength = 2 ** shift
      assert.is(positionBitsToShift(termLength), shift)
      const initialTermId = random.u32() | 0
      const termCount = random.int(Math.min(2 ** 31, POSITION_LIMIT / termLength))
      const termId = (initialTermId + termCount) | 0
      const termOffset = random.int(termLength / 32) * 32
      const exact = BigInt(termCount) * BigInt(termLength) + BigInt(termOffset)
      const position = computePosition(termId, termOffset, shift, initialTermId)
      assert.is(BigInt(position), exact)
      assert.is(computeTermCount(termId, initialTermId), termCount)
      assert.is(computeTermBeginPosition(termId, shift, initialTermId), position - termOffset)
      assert.is(computeTermIdFromPosition(position, shift, initialTermId), termId)
      assert.is(computeTermCountFromPosition(position, shift), termCount)
      assert.is(computeTermOffsetFromPosition(position, shift), termOffset)
      assert.is(indexByPosition(position, shift), termCount % 3)
      assert.is(indexByTerm(initialTermId, termId), termCount % 3)
    }
  })
})

test('whatever another process wrote as a term count is some partition', () => {
  for (const termCount of [0, 1, 2, 3, -1, -2, -3, 0x7fffffff, -0x80000000]) {
    assert.ok([0, 1, 2].includes(indexByTermCount(termCount)))
  }
})

test('limits follow from the term length', () => {
  assert.is(maxPossiblePosition(65536), 2 ** 47)
  assert.is(maxPossiblePosition(2 ** 27), 2 ** 58)
  assert.is(maxPossiblePosition(2 ** 30), 2 ** 58)
  assert.is(maxMessageLength(65536), 8192)
  assert.is(maxMessageLength(2 ** 30), 16 * 1024 * 1024)
})

test('a fragmented message takes a header for each fragment and padding behind the last', () => {
  assert.is(computeFragmentedFrameLength(1376, 1376), 1408)
  assert.is(computeFragmentedFrameLength(1377, 1376), 1408 + 64)
  assert.is(computeFragmentedFrameLength(2752, 1376), 2816)
  assert.is(computeFragmentedFrameLength(2752 + 32, 1376), 2816 + 64)
})

test('a new log begins where it shall, and its other partitions are one round behind', () => {
  for (const [initialTermId, termCount, termOffset] of [[7, 0, 0], [0x7fffffff, 4, 4096], [-5, 0x7fffffff, 65536]]) {
    const termId = (initialTermId! + termCount!) | 0
    const log = newLog({ initialTermId: initialTermId!, termId, termOffset: termOffset! })
    assert.is(log.activeTermCount(), termCount)
    assert.is(log.producerPosition(), termCount! * TERM_LENGTH + termOffset!)
    for (let i = 0; i < 3; i++) {
      const tail = new Tail()
      log.loadTail((termCount! + i) % 3, tail)
      assert.equal([tail.termId, tail.termOffset], i === 0 ? [termId, termOffset] : [(termId + i - 3) | 0, 0])
    }
  }
})

test('metadata holds what the log was made for', () => {
  const log = newLog({
    logType: LogType.EXCLUSIVE_PUBLICATION,
    entityTag: -2n,
    responseCorrelationId: 12,
    lingerTimeoutNs: 5_000_000_000,
    untetheredLingerTimeoutNs: 3,
    tether: true,
    maxResend: 16,
    termId: INITIAL_TERM_ID + 1,
  })
  const decoder = new LogMetadataDecoder().wrap(log.metadata, 0, LOG_META_DATA_LENGTH, 0)
  assert.is(decoder.endOfStreamPosition(), 2n ** 63n - 1n)
  assert.is(decoder.correlationId(), 42n)
  assert.is(decoder.defaultFrameHeaderLength(), 32)
  assert.is(decoder.entityTag(), -2n)
  assert.is(decoder.responseCorrelationId(), 12n)
  assert.is(decoder.lingerTimeoutNs(), 5_000_000_000n)
  assert.is(decoder.untetheredLingerTimeoutNs(), 3n)
  assert.is(decoder.maxResend(), 16)
  assert.equal([decoder.tether(), decoder.group(), decoder.logType()], [1, 0, 1])
  const { payload: _payload, ...header } = frameAt(log.metadata, 320)
  assert.equal(header, {
    length: 0,
    flags: 0xc0,
    type: 1,
    termOffset: 0,
    sessionId: SESSION_ID,
    streamId: STREAM_ID,
    termId: INITIAL_TERM_ID,
    reservedValue: 0n,
  })
  assert.equal(
    [log.correlationId, log.sessionId, log.streamId, log.initialTermId, log.mtuLength, log.termLength, log.pageSize],
    [42, SESSION_ID, STREAM_ID, INITIAL_TERM_ID, MTU_LENGTH, TERM_LENGTH, 4096],
  )
})

test('state that changes is shared by all who are attached', () => {
  const log = newLog({ isConnected: true })
  const other = new LogBuffers(log.metadata.bytes.buffer)
  assert.ok(other.isConnected())
  log.setConnected(false)
  assert.not(other.isConnected())
  assert.ok(other.endOfStreamPosition() > POSITION_LIMIT)
  log.setEndOfStreamPosition(2 ** 40 + 32)
  assert.is(other.endOfStreamPosition(), 2 ** 40 + 32)
  log.setActiveTransportCount(2)
  assert.is(other.activeTransportCount(), 2)
  assert.not(other.isPublicationRevoked())
  log.setPublicationRevoked()
  assert.ok(other.isPublicationRevoked())
  assert.is(other.termOf(4 * TERM_LENGTH + 32), other.terms[1])
})

test('a log lies anywhere in memory', () => {
  const length = computeLogLength(TERM_LENGTH, 4096)
  const memory = new SharedArrayBuffer(length + 4096)
  const log = newLog()
  new Uint8Array(memory, 1024, length).set(new Uint8Array(log.metadata.bytes.buffer))
  const moved = new LogBuffers(memory, 1024, length)
  moved.terms[2].bytes[0] = 9
  assert.is(new Uint8Array(memory)[1024 + 2 * TERM_LENGTH], 9)
  assert.is(moved.sessionId, SESSION_ID)
})

test('a stream does not begin before its initial term, between frames or beyond the last position', () => {
  const code = 'ERR_GODWIT_LOG_POSITION'
  refused(code, () => newLog({ termId: INITIAL_TERM_ID - 1 }))
  refused(code, () => newLog({ termOffset: 33 }))
  refused(code, () => newLog({ termOffset: -32 }))
  refused(code, () => newLog({ termOffset: TERM_LENGTH + 32 }))
  refused(code, () => newLog({ termOffset: NaN }))
  refused(code, () => checkStart(2 ** 30, 0, 2 ** 28, 32))
  checkStart(2 ** 30, 0, 2 ** 28 - 1, 2 ** 30)
  checkStart(2 ** 27, -1, 2 ** 31 - 2, 2 ** 27 - 32)
})

test('impossible lengths are refused', () => {
  const code = 'ERR_GODWIT_LOG_LAYOUT'
  const memory = AtomicBuffer.allocate(computeLogLength(TERM_LENGTH, 4096))
  const params = { ...PARAMETERS, termLength: TERM_LENGTH }
  assert.is(initialiseLog(memory, params).termLength, TERM_LENGTH)
  for (const termLength of [0, 32768, 65537, 98304, 131072, -65536, 2 ** 31, NaN]) {
    refused(code, () => initialiseLog(memory, { ...params, termLength }))
  }
  for (const pageSize of [0, 2048, 4097, 2 ** 21, 2 ** 31]) {
    refused(code, () => initialiseLog(memory, { ...params, pageSize }))
  }
  for (const mtuLength of [0, 1400, 65536, -32]) {
    refused(code, () => initialiseLog(memory, { ...params, mtuLength }))
  }
})

test('hostile metadata is refused and never leads out of the memory', async () => {
  const code = 'ERR_GODWIT_LOG_LAYOUT'
  refused(code, () => new LogBuffers(new SharedArrayBuffer(computeLogLength(TERM_LENGTH, 4096))))
  refused(code, () => new LogBuffers(new SharedArrayBuffer(4096)))
  refused(code, () => new LogBuffers(new SharedArrayBuffer(0)))
  for (const [offset, values] of [
    [272, [0, -32, 1407, 65536, 0x7fffffff]],
    [276, [0, -1, 65535, 131072, 2 ** 30, -0x80000000]],
    [280, [0, 1, 8192 + 1, 2 ** 21, -4096]],
  ] as const) {
    for (const value of values) {
      const { metadata } = newLog()
      metadata.view.setInt32(offset, value, true)
      refused(code, () => new LogBuffers(metadata.bytes.buffer))
    }
  }
  await withSeed('hostile log metadata', (random) => {
    const memory = newLog().metadata.bytes.buffer
    const words = new Int32Array(memory, 3 * TERM_LENGTH + 256, 16)
    const good = words.slice()
    for (let i = 0; i < 2000; i++) {
      words.set(good)
      for (let n = random.between(1, 3); n > 0; n--) {
        words[random.int(words.length)] = random.bool() ? random.u32() : 2 ** random.int(32)
      }
      try {
        const log = new LogBuffers(memory)
        assert.is(log.termLength, TERM_LENGTH)
        log.producerPosition()
      } catch (error) {
        assert.ok(error instanceof GodwitError && error.code === code, String(error))
      }
    }
  })
})

test.run()
