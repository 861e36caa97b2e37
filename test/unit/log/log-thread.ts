/** A thread of the test of logs between threads: a publisher, or the reader who also cleans and moves the limit. */
import { parentPort, workerData } from 'node:worker_threads'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import { ConcurrentAppender } from '../../../client/log/concurrent-appender.ts'
import { ExclusiveAppender } from '../../../client/log/exclusive-appender.ts'
import { Header } from '../../../client/log/header.ts'
import { LogBuffers } from '../../../client/log/log-buffers.ts'
import { BACK_PRESSURED, MAX_POSITION_EXCEEDED } from '../../../client/log/offer-result.ts'
import { cleanTo } from '../../../client/log/term-cleaner.ts'
import { TermReader } from '../../../client/log/term-reader.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { Random } from '../../support/random.ts'

export interface LogThreadOrder {
  readonly role: 'publisher' | 'reader'
  readonly isExclusive: boolean
  readonly log: SharedArrayBuffer
  /** Counter 0 is the position limit. */
  readonly counters: SharedArrayBuffer
  readonly publisherId: number
  readonly publisherCount: number
  /** Of each publisher. */
  readonly messageCount: number
  readonly seed: string
}

export interface LogReaderResult {
  readonly received: readonly number[]
  /** What was wrong first. */
  readonly mistake: string | undefined
  readonly position: number
}

const BEGIN = 0x80
const END = 0x40
const HEAD_LENGTH = 8
const LONG_LENGTH = 3000
const PARK_MS = 0.05
const DEADLINE_MS = 8000
const parkingPlace = new Int32Array(new SharedArrayBuffer(4))

function fillOf(publisherId: number, sequence: number): number {
  return 1 + ((publisherId * 83 + sequence * 7) % 255)
}

function publish(order: LogThreadOrder): void {
  const random = new Random(order.seed).fork(order.publisherId)
  const log = new LogBuffers(order.log)
  const limit = new AtomicCounter(new AtomicBuffer(order.counters), 0)
  const appender = order.isExclusive ? new ExclusiveAppender(log, limit) : new ConcurrentAppender(log, limit)
  const source = new DirectBuffer(new Uint8Array(LONG_LENGTH))
  const claim = new BufferClaim()
  const deadlineMs = performance.now() + DEADLINE_MS
  const insist = (append: () => number): void => {
    for (let result = append(); result < 0; result = append()) {
      if (result <= MAX_POSITION_EXCEEDED + 1 || performance.now() > deadlineMs) throw new Error(`result ${result}`)
      if (result === BACK_PRESSURED) Atomics.wait(parkingPlace, 0, 0, PARK_MS)
    }
  }
  for (let sequence = 0; sequence < order.messageCount; sequence++) {
    const length = random.between(HEAD_LENGTH, random.bool(0.1) ? LONG_LENGTH : 200)
    source.view.setInt32(0, order.publisherId, true)
    source.view.setInt32(4, sequence, true)
    source.bytes.fill(fillOf(order.publisherId, sequence), HEAD_LENGTH, length)
    const form = random.int(4)
    if (form === 0 && length <= appender.maxPayloadLength) {
      insist(() => appender.claim(length, claim))
      if (random.bool(0.2)) {
        claim.abort()
        insist(() => appender.claim(length, claim))
      }
      claim.buffer.bytes.set(source.bytes.subarray(0, length), claim.offset)
      claim.commit()
    } else if (form === 1) {
      const parts = [{ buffer: source, offset: 0, length: 7 }, { buffer: source, offset: 7, length: length - 7 }]
      insist(() => appender.offerVectors(parts))
    } else {
      insist(() => appender.offer(source, 0, length))
    }
  }
}

function readAll(order: LogThreadOrder): LogReaderResult {
  const log = new LogBuffers(order.log)
  const limit = new AtomicCounter(new AtomicBuffer(order.counters), 0)
  const reader = new TermReader(new Header(log.initialTermId, log.positionBitsToShift, undefined))
  const received = new Array<number>(order.publisherCount).fill(0)
  let mistake: string | undefined
  let missing = order.publisherCount * order.messageCount
  let message: number[] = []
  const handler = (buffer: AtomicBuffer, offset: number, length: number, header: Header): void => {
    if (((header.flags & BEGIN) !== 0) !== (message.length === 0)) mistake ??= `flags ${header.flags}`
    for (let i = 0; i < length; i++) message.push(buffer.bytes[offset + i]!)
    if ((header.flags & END) === 0) return
    const view = new DataView(new Uint8Array(message).buffer)
    const publisherId = view.getInt32(0, true)
    const sequence = view.getInt32(4, true)
    const fill = fillOf(publisherId, sequence)
    const isWhole = message.every((byte, i) => i < HEAD_LENGTH || byte === fill)
    if (received[publisherId] !== sequence || !isWhole) mistake ??= `publisher ${publisherId} message ${sequence}`
    received[publisherId] = sequence + 1
    message = []
    missing--
  }
  const deadlineMs = performance.now() + DEADLINE_MS
  let position = limit.get() - log.termLength / 2
  let cleanPosition = position
  while (missing > 0 && mistake === undefined && performance.now() < deadlineMs) {
    const termBegin = Math.floor(position / log.termLength) * log.termLength
    reader.termOffset = position - termBegin
    reader.read(log.termOf(position), log.termLength, 20, handler)
    if (termBegin + reader.termOffset === position) {
      Atomics.wait(parkingPlace, 0, 0, PARK_MS)
      continue
    }
    position = termBegin + reader.termOffset
    while (cleanPosition < position) cleanPosition = cleanTo(log, cleanPosition, position)
    limit.set(position + log.termLength / 2)
  }
  return { received, mistake, position }
}

if (parentPort !== null) {
  const order = workerData as LogThreadOrder
  if (order.role === 'reader') parentPort.postMessage(readAll(order))
  else publish(order)
}
