import * as assert from 'uvu/assert'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { MessageChecker, MessageWriter, WHOLE_INTERVAL } from '../../../perf/streams/payload.ts'
import { suite } from '../../support/suite.ts'

const test = suite('perf: messages')

function checkerAt(received: number, length: number): MessageChecker {
  const checker = new MessageChecker(length)
  checker.received = received
  return checker
}

function expectRefusal(check: () => void, message: string): void {
  assert.throws(check, (error: unknown) => {
    assert.instance(error, GodwitError)
    assert.is((error as GodwitError).code, 'ERR_GODWIT_PERF_MESSAGE')
    assert.match((error as GodwitError).message, message)
    return true
  })
}

test('messages in order are accepted, and each 1,024th is compared whole', () => {
  for (const length of [4, 5, 7, 8, 32, 1001]) {
    const writer = new MessageWriter(length)
    const checker = new MessageChecker(length)
    for (let sequence = 0; sequence < 2 * WHOLE_INTERVAL + 1; sequence++) {
      writer.prepare(sequence)
      checker.check(writer.buffer, 0, length)
    }
    assert.is(checker.received, 2 * WHOLE_INTERVAL + 1)
    assert.is(checker.comparedWhole, 3)
  }
})

test('a message written in place is the same as one written into the buffer', () => {
  const length = 39
  const writer = new MessageWriter(length)
  const place = new DirectBuffer(new ArrayBuffer(64))
  for (const sequence of [0, WHOLE_INTERVAL, 7 * WHOLE_INTERVAL]) {
    writer.prepare(sequence)
    writer.writeTo(place, 8, sequence)
    assert.equal(place.bytes.slice(8, 8 + length), writer.buffer.bytes.slice(0, length))
    assert.equal(place.bytes.slice(8 + length), new Uint8Array(64 - 8 - length))
  }
})

test('a wrong bit anywhere in a message that is compared whole is found', () => {
  const length = 33
  const writer = new MessageWriter(length)
  for (let at = 4; at < length; at++) {
    writer.prepare(WHOLE_INTERVAL)
    writer.buffer.view.setUint8(at, writer.buffer.view.getUint8(at) ^ 0x10)
    const checker = checkerAt(WHOLE_INTERVAL, length)
    expectRefusal(() => checker.check(writer.buffer, 0, length), `message 1024 differs at byte ${at}`)
  }
})

test('the words differ from one whole message to the next', () => {
  const writer = new MessageWriter(32)
  writer.prepare(0)
  const first = writer.buffer.bytes.slice(4)
  writer.prepare(WHOLE_INTERVAL)
  assert.not.equal(writer.buffer.bytes.slice(4), first)
})

test('a gap, a repeat and a wrong length are found', () => {
  const writer = new MessageWriter(16)
  const checker = checkerAt(5, 16)
  writer.prepare(7)
  expectRefusal(() => checker.check(writer.buffer, 0, 16), 'message 5 is missing, with 1 behind it')
  writer.prepare(4)
  expectRefusal(() => checker.check(writer.buffer, 0, 16), 'message 5 was expected, one of 1 before came again')
  writer.prepare(5)
  expectRefusal(() => checker.check(writer.buffer, 0, 15), 'message 5 is 15 bytes long, not 16')
  assert.is(checker.received, 5)
})

test('numbers go on behind 2^31 and 2^32', () => {
  for (const start of [2 ** 31 - 3, 2 ** 32 - 3]) {
    const writer = new MessageWriter(16)
    const checker = checkerAt(start, 16)
    writer.prepare(start - (start % WHOLE_INTERVAL))
    for (let sequence = start; sequence < start + 6; sequence++) {
      writer.prepare(sequence)
      checker.check(writer.buffer, 0, 16)
    }
    assert.is(checker.received, start + 6)
  }
})

test.run()
