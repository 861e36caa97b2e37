/** What arrives at the control socket of a sender may be anything: nothing but counters may change. */
import * as assert from 'uvu/assert'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import {
  INITIAL_TERM,
  RECEIVER,
  SEND_SETUP,
  errorFrame,
  nakFrame,
  rttMeasurement,
  statusMessage,
} from './receiver-frames.ts'
import { SenderHarness, TERM_LENGTH, hexOf, offer } from './sender-harness.ts'
import type { TestPublication } from './sender-harness.ts'

const test = suite('hostile control frames')

const WINDOW = 32_768

interface Target {
  readonly harness: SenderHarness
  readonly publication: TestPublication
}

/** In the middle of the second term, all data sent. */
function start(): Target {
  const harness = new SenderHarness()
  harness.openEndpoint()
  const publication = harness.addPublication()
  offer(publication, 992, 80)
  for (const [termId, termOffset] of [[0, 0], [0, 32_768], [1, 0]] as const) {
    harness.deliver(statusMessage({ termId: INITIAL_TERM + termId, termOffset, window: WINDOW }))
    harness.settle()
  }
  harness.transport.take()
  harness.replies()
  return { harness, publication }
}

/** All that a control frame could change besides counters of the driver. */
function stateOf({ harness, publication }: Target): string {
  const { log, state } = publication
  const parts = [
    publication.senderPosition.get(),
    publication.senderLimit.get(),
    publication.backPressureEvents.get(),
    log.isConnected(),
    state.hasReceivers(),
    state.isEosStatusReceived(),
    harness.replies().length,
    harness.transport.take().length,
    harness.sender.nextDeadlineNs(),
  ]
  return parts.join(' ')
}

function checksumOf({ log }: TestPublication): number {
  let sum = 0
  for (const buffer of [...log.terms, log.metadata]) {
    for (const word of buffer.int32s) sum = (Math.imul(sum, 31) + word) | 0
  }
  return sum
}

/** A frame that breaks one rule. */
function invalidFrame(random: Random): Uint8Array {
  const termId = INITIAL_TERM + 1
  const frame = Uint8Array.from(random.pick([
    statusMessage({ termId }),
    statusMessage({ termId, groupTag: 5n }),
    nakFrame({ termId, length: 1024 }),
    errorFrame(),
  ]))
  const view = new DataView(frame.buffer)
  const type = view.getUint16(6, true)
  const breakCommon = [
    (): Uint8Array => frame.subarray(0, random.int(type === 2 ? 28 : 36)),
    (): void => view.setInt32(0, frame.length + 1 + random.int(1000), true),
    (): void => view.setInt32(0, -1 - random.int(1000), true),
    (): void => view.setUint8(4, 1 + random.int(255)),
    (): void => view.setUint16(6, random.pick([8, 9, 10, 12, 255, 256, 0x0300, 0xffff]), true),
  ]
  const badOffset = (offset: number) => (): void =>
    view.setInt32(offset, random.pick([-32, TERM_LENGTH, 1 + random.int(31), -0x8000_0000, 0x7fff_ffe0]), true)
  const breakOwn: Readonly<Record<number, readonly (() => void)[]>> = {
    2: [
      badOffset(20),
      (): void => view.setInt32(24, random.pick([-1, TERM_LENGTH + 1, -0x8000_0000, 0x7fff_ffff]), true),
      (): void => view.setInt32(8, random.u32(), true),
    ],
    3: [
      badOffset(20),
      (): void => view.setInt32(24, random.pick([-1, TERM_LENGTH / 2 + 1, 0x7fff_ffff, -0x8000_0000]), true),
    ],
    4: [(): void => view.setInt32(36, random.pick([-1, 16, 1024, 0x7fff_ffff, -0x8000_0000]), true)],
  }
  const result = random.pick([...breakCommon, ...(breakOwn[type] ?? [])])()
  return result ?? frame
}

test('frames that break one rule count as invalid packets and do nothing else', () =>
  withSeed('hostile sender, one rule', (random) => {
    const target = start()
    const { harness, publication } = target
    const before = stateOf(target)
    const checksum = checksumOf(publication)
    const received = [SystemCounterId.STATUS_MESSAGES_RECEIVED, SystemCounterId.NAK_MESSAGES_RECEIVED]
    const counts = received.map((id) => harness.count(id))
    for (let i = 1; i <= 3000; i++) {
      const frame = invalidFrame(random)
      harness.deliver(frame)
      assert.is(harness.count(SystemCounterId.INVALID_PACKETS), i, hexOf(frame))
      assert.is(stateOf(target), before, hexOf(frame))
    }
    assert.is(checksumOf(publication), checksum)
    assert.equal(received.map((id) => harness.count(id)), counts)
  }))

test('status messages out of reach, whatever else they say, are rejected and do nothing else', () =>
  withSeed('hostile sender, positions', (random) => {
    const target = start()
    const { harness } = target
    const before = stateOf(target)
    const sentPosition = target.publication.senderPosition.get()
    let rejected = 0
    for (let i = 0; i < 2000; i++) {
      const termCount = random.bool(0.5) ? random.between(-3, 5) : random.u32() | 0
      const termOffset = 32 * random.int(TERM_LENGTH / 32)
      if (Math.abs(termCount * TERM_LENGTH + termOffset - sentPosition) <= TERM_LENGTH / 2) continue
      rejected++
      const termId = (INITIAL_TERM + termCount) | 0
      const flags = random.int(256) & ~SEND_SETUP
      harness.deliver(statusMessage({ termId, termOffset, flags, window: random.int(WINDOW), receiverId: RECEIVER }))
    }
    assert.ok(rejected > 500)
    assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_REJECTED), rejected)
    assert.is(stateOf(target), before)
  }))

test('mutated and random datagrams never move data, and never let more than a window be sent', () =>
  withSeed('hostile sender, anything', (random) => {
    const target = start()
    const { harness, publication } = target
    const position = publication.senderPosition.get()
    const checksums = publication.log.terms.map(({ int32s }) => int32s.join())
    for (let i = 0; i < 5000; i++) {
      const termId = INITIAL_TERM + random.int(3)
      const termOffset = 32 * random.int(TERM_LENGTH / 32)
      const frame = Uint8Array.from(random.pick([
        random.bytes(random.int(80)),
        statusMessage({ termId, termOffset, flags: random.int(256), window: random.int(WINDOW) }),
        nakFrame({ termId, termOffset, length: random.int(TERM_LENGTH) }),
        errorFrame({ flags: random.int(256) }),
        rttMeasurement({ flags: random.int(256) }),
      ]))
      for (let n = random.int(4); n > 0 && frame.length > 0; n--) frame[random.int(frame.length)] = random.int(256)
      harness.nowNs += random.int(5_000_000)
      harness.deliver(frame)
      for (const sent of harness.transport.take()) {
        assert.ok(sent.length <= 1408)
        const termOfSent = new DataView(sent.buffer).getInt32(20, true)
        if (sent[6] === 1 && sent[0] !== 0) assert.ok(termOfSent === INITIAL_TERM || termOfSent === INITIAL_TERM + 1)
      }
      assert.is(publication.senderPosition.get(), position)
      assert.ok(publication.senderLimit.get() <= position + TERM_LENGTH)
    }
    publication.log.terms.forEach(({ int32s }, index) => assert.ok(int32s.join() === checksums[index]))
  }))

test('whatever a client writes into its log, datagrams are within the term, the MTU and the limit', () =>
  withSeed('hostile log', (random) => {
    for (let round = 0; round < 40; round++) {
      const harness = new SenderHarness()
      harness.openEndpoint()
      const { log, senderPosition, senderLimit } = harness.addPublication()
      for (const term of log.terms) {
        for (let offset = 0; offset < TERM_LENGTH; offset += 32) {
          const lengths = [32, 33 + random.int(1400), 1 + random.int(31), 0x7fff_ffff, random.u32() | 0]
          term.view.setInt32(offset, random.bool(0.9) ? lengths[random.int(2)]! : random.pick(lengths), true)
          term.view.setUint16(offset + 6, random.bool(0.95) ? 1 : random.int(3), true)
        }
      }
      harness.transport.take()
      for (let i = 0; i < 30; i++) {
        const position = senderPosition.get()
        const termId = INITIAL_TERM + Math.floor(position / TERM_LENGTH)
        harness.nowNs += 20_000_000
        harness.deliver(
          statusMessage({ termId, termOffset: position % TERM_LENGTH, window: random.int(WINDOW) }),
          nakFrame({ termId, termOffset: 32 * random.int(TERM_LENGTH / 32), length: 0 }),
        )
        harness.settle()
        assert.is(senderPosition.get() % 32, 0)
        assert.ok(senderPosition.get() <= Math.max(senderLimit.get(), position) + TERM_LENGTH)
        for (const sent of harness.transport.take()) assert.ok(sent.length <= 1408 && sent.length >= 32)
      }
      assert.equal(harness.replies().filter(({ type }) => type === 'error'), [])
    }
  }))

test.run()
