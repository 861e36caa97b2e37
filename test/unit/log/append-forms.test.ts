import * as assert from 'uvu/assert'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import { ConcurrentAppender } from '../../../client/log/concurrent-appender.ts'
import { copyIntoTerm } from '../../../client/log/copy.ts'
import { ExclusiveAppender } from '../../../client/log/exclusive-appender.ts'
import { Header } from '../../../client/log/header.ts'
import { initialiseLog } from '../../../client/log/initialise-log.ts'
import { LOG_META_DATA_LENGTH, TERM_MAX_LENGTH, computeLogLength } from '../../../client/log/log-buffer-descriptor.ts'
import { unblockLog } from '../../../client/log/log-buffer-unblocker.ts'
import { ADMIN_ACTION, BACK_PRESSURED, CLOSED, MAX_POSITION_EXCEEDED } from '../../../client/log/offer-result.ts'
import { TermReader } from '../../../client/log/term-reader.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import {
  INITIAL_TERM_ID,
  Limit,
  PARAMETERS,
  TERM_LENGTH,
  frameAt,
  newLog,
  payload,
  putFrame,
} from './log-harness.ts'

const test = suite('log append forms')

function refused(code: string, body: () => unknown): void {
  assert.throws(body, (error: unknown) => error instanceof GodwitError && error.code === code)
}

/** Payloads of all frames of a term, and flags. */
function read(term: AtomicBuffer): { readonly bytes: readonly number[]; readonly flags: readonly number[] } {
  const reader = new TermReader(new Header(INITIAL_TERM_ID, 16, undefined))
  const bytes: number[] = []
  const flags: number[] = []
  reader.read(term, term.byteLength, Infinity, (buffer, offset, length, header) => {
    bytes.push(...buffer.bytes.subarray(offset, offset + length))
    flags.push(header.flags)
  })
  return { bytes, flags }
}

test('copies are exact at every alignment and length', async () => {
  await withSeed('log copy', (random) => {
    const source = new DirectBuffer(random.bytes(3000))
    const term = AtomicBuffer.allocate(4096)
    for (let length = 0; length < 2000; length += length < 80 ? 1 : random.between(1, 60)) {
      const offset = random.int(16)
      const termOffset = 32 + 4 * random.int(8)
      term.bytes.fill(0)
      copyIntoTerm(term, termOffset, source, offset, length)
      assert.equal(term.bytes.slice(termOffset, termOffset + length), source.bytes.slice(offset, offset + length))
      assert.ok(term.bytes.subarray(0, termOffset).every((byte) => byte === 0))
      assert.ok(term.bytes.subarray(termOffset + length).every((byte) => byte === 0))
    }
  })
})

for (const Appender of [ConcurrentAppender, ExclusiveAppender]) {
  const name = Appender.name

  test(`${name} joins parts across fragments`, async () => {
    await withSeed(`log parts ${name}`, (random) => {
      for (let round = 0; round < 50; round++) {
        const log = newLog({ mtuLength: random.pick([64, 96, 1408]) })
        const appender = new Appender(log, new Limit())
        const parts = Array.from({ length: random.int(6) }, () => {
          const buffer = new DirectBuffer(random.bytes(random.between(1, 1500)))
          const offset = random.int(buffer.byteLength)
          return { buffer, offset, length: random.int(buffer.byteLength - offset + 1) }
        })
        const expected = parts.flatMap(({ buffer, offset, length }) => [...buffer.bytes.slice(offset, offset + length)])
        const position = appender.offerVectors(parts)
        const { bytes, flags } = read(log.terms[0])
        assert.equal(bytes, expected)
        assert.is(flags[0]! & 0x80, 0x80)
        assert.is(flags.at(-1)! & 0x40, 0x40)
        assert.is(flags.filter((value) => (value & 0x80) !== 0).length, 1)
        assert.is(position, appender.position())
        const whole = new Appender(newLog({ mtuLength: log.mtuLength }), new Limit())
        assert.is(whole.offer(new DirectBuffer(new Uint8Array(expected)), 0, expected.length), position)
        assert.equal(read(whole.log.terms[0]), { bytes, flags })
      }
    })
  })

  test(`${name} takes no parts for an empty message`, () => {
    const log = newLog()
    const appender = new Appender(log, new Limit())
    assert.is(appender.offerVectors([]), 32)
    assert.is(appender.offerVectors([{ buffer: payload(1), offset: 1, length: 0 }]), 64)
    assert.equal(read(log.terms[0]), { bytes: [], flags: [0xc0, 0xc0] })
  })

  test(`${name} asks for the reserved value of each fragment`, () => {
    const log = newLog({ mtuLength: 64 })
    const appender = new Appender(log, new Limit())
    const calls: number[][] = []
    const supplier = (term: AtomicBuffer, offset: number, length: number): bigint => {
      calls.push([offset, length, term.bytes[offset + 32]!])
      return -1n - BigInt(offset)
    }
    appender.offer(payload(70), 0, 70, supplier)
    appender.offer(payload(3), 0, 3, supplier)
    appender.offerVectors([{ buffer: payload(33), offset: 0, length: 33 }], supplier)
    assert.equal(calls.map(([offset, length]) => [offset, length]), [
      [0, 64], [64, 64], [128, 38], [192, 35], [256, 64], [320, 33],
    ])
    assert.equal(calls.map(([offset, , byte]) => byte === log.terms[0].bytes[offset! + 32]), new Array(6).fill(true))
    for (const offset of [0, 64, 128, 192, 256, 320]) {
      assert.is(frameAt(log.terms[0], offset).reservedValue, -1n - BigInt(offset))
    }
  })

  test(`${name} leaves padding when a supplier of reserved values throws`, () => {
    const log = newLog({ mtuLength: 64 })
    const appender = new Appender(log, new Limit())
    const failure = new Error('no value')
    let countdown = 2
    const supplier = (): bigint => {
      if (--countdown === 0) throw failure
      return 0n
    }
    assert.throws(() => appender.offer(payload(100), 0, 100, supplier), (error: unknown) => error === failure)
    assert.is(frameAt(log.terms[0], 0).type, 1)
    const pad = frameAt(log.terms[0], 64)
    assert.equal([pad.type, pad.length], [0, 192])
    assert.is(appender.offer(payload(1), 0, 1), 256 + 64)
    assert.is(frameAt(log.terms[0], 256).length, 33)
  })

  test(`${name} refuses what is too long or not within its buffer`, () => {
    const log = newLog()
    const appender = new Appender(log, new Limit())
    const source = payload(10_000)
    assert.is(appender.maxMessageLength, 8192)
    refused('ERR_GODWIT_LOG_LENGTH', () => appender.offer(source, 0, 8193))
    refused('ERR_GODWIT_LOG_LENGTH', () => appender.offerVectors([
      { buffer: source, offset: 0, length: 8192 },
      { buffer: source, offset: 0, length: 1 },
    ]))
    refused('ERR_GODWIT_LOG_LENGTH', () => appender.claim(1377, new BufferClaim()))
    refused('ERR_GODWIT_LOG_LENGTH', () => appender.claim(-1, new BufferClaim()))
    for (const [offset, length] of [[-1, 4], [0, -1], [9_999, 2], [0.5, 1], [0, NaN], [NaN, 0]]) {
      refused('ERR_GODWIT_LOG_RANGE', () => appender.offer(source, offset!, length!))
      const part = { buffer: source, offset: offset!, length: length! }
      refused('ERR_GODWIT_LOG_RANGE', () => appender.offerVectors([part]))
    }
    assert.is(appender.position(), 0)
    assert.ok(appender.offer(source, 0, 8192) > 8192)
  })

  test(`${name} refuses a log whose MTU has no room for payload`, () => {
    refused('ERR_GODWIT_LOG_LAYOUT', () => new Appender(newLog({ mtuLength: 32 }), new Limit()))
  })

  test(`${name} shows a claim when it is committed, and padding when it is aborted`, () => {
    const log = newLog()
    const appender = new Appender(log, new Limit())
    const claim = new BufferClaim()
    assert.is(appender.claim(5, claim), 64)
    assert.equal([claim.offset, claim.length, claim.buffer], [32, 5, log.terms[0]])
    assert.equal([claim.flags, claim.headerType, claim.reservedValue], [0xc0, 1, 0n])
    assert.is(frameAt(log.terms[0], 0).length, -37)
    assert.is(appender.offer(payload(1), 0, 1), 128)
    assert.equal(read(log.terms[0]).bytes, [])
    claim.buffer.bytes.fill(6, claim.offset, claim.offset + claim.length)
    claim.reservedValue = -(2n ** 63n)
    claim.flags = 0xe0
    claim.commit()
    const frame = frameAt(log.terms[0], 0)
    assert.equal([frame.length, frame.flags, frame.reservedValue], [37, 0xe0, -(2n ** 63n)])
    assert.equal(read(log.terms[0]).bytes, [6, 6, 6, 6, 6, payload(1).bytes[0]!])
    appender.claim(100, claim)
    claim.abort()
    assert.equal([frameAt(log.terms[0], 128).type, frameAt(log.terms[0], 128).length], [0, 132])
  })

  test(`${name} keeps the other codes for claims`, () => {
    const limit = new Limit(0)
    const log = newLog({ isConnected: true, termOffset: TERM_LENGTH - 32 })
    const appender = new Appender(log, limit)
    const claim = new BufferClaim()
    assert.is(appender.claim(1, claim), BACK_PRESSURED)
    limit.position = Infinity
    assert.is(appender.claim(1, claim), ADMIN_ACTION)
    assert.is(appender.claim(1, claim), TERM_LENGTH + 64)
    appender.close()
    assert.is(appender.claim(1, claim), CLOSED)
    assert.is(appender.offerVectors([]), CLOSED)
    assert.ok(appender.isClosed)
  })
}

test('a claim ends once', () => {
  const claim = new BufferClaim()
  refused('ERR_GODWIT_LOG_CLAIM', () => claim.commit())
  refused('ERR_GODWIT_LOG_CLAIM', () => claim.abort())
  new ExclusiveAppender(newLog(), new Limit()).claim(1, claim)
  claim.commit()
  for (const use of [() => claim.commit(), () => claim.abort(), () => claim.flags, () => (claim.headerType = 1)]) {
    refused('ERR_GODWIT_LOG_CLAIM', use)
  }
})

test('an exclusive appender begins where its log does, and appends padding', () => {
  const log = newLog({ initialTermId: 0x7fffffff, termId: -0x80000000, termOffset: 64 })
  const appender = new ExclusiveAppender(log, new Limit())
  assert.equal([appender.termId, appender.termOffset], [-0x80000000, 64])
  assert.is(appender.appendPadding(100), TERM_LENGTH + 64 + 160)
  const pad = frameAt(log.terms[1], 64)
  assert.equal([pad.type, pad.length, pad.termId], [0, 160, -0x80000000])
  refused('ERR_GODWIT_LOG_LENGTH', () => appender.appendPadding(8193))
  appender.close()
  assert.is(appender.appendPadding(0), CLOSED)
  assert.is(appender.offerBlock(payload(1), 0, 1), CLOSED)
})

test('a block is appended as it is where it belongs', () => {
  const log = newLog({ termOffset: 96 })
  const limit = new Limit()
  const appender = new ExclusiveAppender(log, limit)
  const block = payload(8 + 192)
  putFrame(block, 8, 50, { termOffset: 96, reservedValue: 5n })
  putFrame(block, 8 + 64, 128, { termOffset: 160 })
  assert.is(appender.offerBlock(block, 8, 192), 288)
  assert.equal(log.terms[0].bytes.slice(96, 288), block.bytes.slice(8, 200))
  assert.is(log.producerPosition(), 288)
  limit.position = 288
  log.setConnected(true)
  assert.is(appender.offerBlock(block, 8, 192), BACK_PRESSURED)
})

test('a block that does not belong there is refused and leaves the log as it is', () => {
  const log = newLog({ termOffset: 96 })
  const appender = new ExclusiveAppender(log, new Limit())
  const code = 'ERR_GODWIT_LOG_BLOCK'
  const block = (fields: Parameters<typeof putFrame>[3], frameLength = 50): DirectBuffer => {
    const buffer = payload(64)
    putFrame(buffer, 0, frameLength, { termOffset: 96, ...fields })
    return buffer
  }
  refused(code, () => appender.offerBlock(block({ termOffset: 64 }), 0, 64))
  refused(code, () => appender.offerBlock(block({ termId: INITIAL_TERM_ID + 1 }), 0, 64))
  refused(code, () => appender.offerBlock(block({ type: 0 }), 0, 64))
  for (const at of [12, 16]) {
    const other = block({})
    other.view.setInt32(at, 77, true)
    refused(code, () => appender.offerBlock(other, 0, 64))
  }
  for (const frameLength of [0, -50, 31, 65, 32]) {
    refused(code, () => appender.offerBlock(block({}, frameLength), 0, 64))
  }
  refused(code, () => appender.offerBlock(block({}), 0, 50))
  refused(code, () => appender.offerBlock(block({}), 0, 0))
  refused(code, () => appender.offerBlock(new DirectBuffer(new Uint8Array(TERM_LENGTH)), 0, TERM_LENGTH - 64))
  refused('ERR_GODWIT_LOG_RANGE', () => appender.offerBlock(block({}), 32, 64))
  assert.is(appender.position(), 96)
  assert.is(frameAt(log.terms[0], 96).length, 0)
})

test('a block goes into the next term when the term is full', () => {
  const log = newLog({ termOffset: TERM_LENGTH })
  const appender = new ExclusiveAppender(log, new Limit())
  const block = payload(64)
  putFrame(block, 0, 64, { termOffset: 0, termId: INITIAL_TERM_ID + 1 })
  assert.is(appender.offerBlock(block, 0, 64), TERM_LENGTH + 64)
  const last = newLog({ termId: (INITIAL_TERM_ID + 0x7fffffff) | 0, termOffset: TERM_LENGTH })
  assert.is(new ExclusiveAppender(last, new Limit()).offerBlock(block, 0, 64), MAX_POSITION_EXCEEDED)
})

test('publishers who meet at the end of a term pad it once and rotate it once', () => {
  const log = newLog({ initialTermId: -2, termOffset: TERM_LENGTH - 96 })
  const [a, b, c] = [0, 1, 2].map(() => new ConcurrentAppender(log, new Limit()))
  log.addToTail(0, 64, { termOffset: 0, termId: 0 })
  assert.is(a!.offer(payload(32), 0, 32), ADMIN_ACTION)
  assert.is(frameAt(log.terms[0], TERM_LENGTH - 32).length, 32)
  assert.is(frameAt(log.terms[0], TERM_LENGTH - 96).length, 0)
  log.setActiveTermCount(0)
  assert.is(b!.offer(payload(32), 0, 32), ADMIN_ACTION)
  assert.is(frameAt(log.terms[0], TERM_LENGTH - 32).length, 32)
  assert.is(c!.offer(payload(32), 0, 32), TERM_LENGTH + 64)
  assert.is(frameAt(log.terms[1], 0).termId, -1)
  assert.is(log.activeTermCount(), 1)
})

test('a publisher that reads the tail of another term tries again', () => {
  const log = newLog()
  const appender = new ConcurrentAppender(log, new Limit())
  log.setActiveTermCount(1)
  assert.is(appender.offer(payload(1), 0, 1), ADMIN_ACTION)
})

test('a stream with the longest terms ends where positions would no longer be exact', () => {
  const termLength = TERM_MAX_LENGTH
  const max = 2 ** 58
  // Gigabytes of which next to nothing is touched.
  const memory = AtomicBuffer.allocate(computeLogLength(termLength, PARAMETERS.pageSize))
  for (const Appender of [ConcurrentAppender, ExclusiveAppender]) {
    memory.bytes.fill(0, memory.byteLength - LOG_META_DATA_LENGTH)
    const termId = INITIAL_TERM_ID + max / termLength - 1
    const log = initialiseLog(memory, { ...PARAMETERS, termLength, termId, termOffset: termLength - 224 })
    const appender = new Appender(log, new Limit())
    assert.is(appender.offer(payload(1), 0, 1), max - 160)
    assert.is(frameAt(log.termOf(max - 224), termLength - 224).length, 33)
    assert.is(appender.offer(payload(100), 0, 100), max)
    assert.is(appender.offer(payload(1), 0, 1), MAX_POSITION_EXCEEDED)
    assert.is(appender.position(), max)
  }
})

test('hostile tails and term counts lead neither out of the log nor into an exception', async () => {
  await withSeed('hostile log tails', (random) => {
    const log = newLog()
    const words = new Int32Array(log.metadata.bytes.buffer, 3 * TERM_LENGTH, 7)
    const constants = log.metadata.bytes.slice(28)
    const source = payload(8192)
    const offsets = [0, 32, 33, TERM_LENGTH - 32, TERM_LENGTH, TERM_LENGTH + 1, -1, -32, 0x7fffffff]
    for (let i = 0; i < 1000; i++) {
      for (let word = 0; word < words.length; word++) {
        const near = word % 2 === 0 ? random.pick(offsets) : INITIAL_TERM_ID + random.between(-3, 3)
        words[word] = random.bool(0.8) ? near : random.u32()
      }
      words[6] = random.bool(0.8) ? random.between(-1, 4) : random.u32()
      const length = random.pick([0, 1, 500, 1376, 8192])
      for (const Appender of [ConcurrentAppender, ExclusiveAppender]) {
        const result = new Appender(log, new Limit()).offer(source, 0, length)
        assert.ok(Number.isInteger(result), String(result))
      }
      unblockLog(log, random.int(4 * TERM_LENGTH / 32) * 32)
    }
    assert.equal(log.metadata.bytes.slice(28), constants)
  })
})

test('positions go on beyond 2^32 and where term ids wrap', () => {
  for (const Appender of [ConcurrentAppender, ExclusiveAppender]) {
    const termCount = 2 ** 20
    const log = newLog({
      initialTermId: 0x7fffffff - termCount,
      termId: 0x7fffffff,
      termOffset: TERM_LENGTH - 32,
    })
    const begin = (termCount + 1) * TERM_LENGTH
    const appender = new Appender(log, new Limit(begin))
    assert.is(appender.position(), begin - 32)
    assert.is(appender.offer(payload(1), 0, 1), ADMIN_ACTION)
    appender.positionLimit.get = () => begin + 1
    assert.is(appender.offer(payload(1), 0, 1), begin + 64)
    assert.is(frameAt(log.termOf(begin), 0).termId, -0x80000000)
    assert.is(log.producerPosition(), begin + 64)
  }
})

test.run()
