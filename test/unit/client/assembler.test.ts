import * as assert from 'uvu/assert'
import { ControlledFragmentAssembler, FragmentAssembler } from '../../../client/fragment-assembler.ts'
import { ControlledAction } from '../../../client/memory/controlled-action.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { Header } from '../../../client/log/header.ts'
import { DataHeaderEncoder, FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import { MTU_LENGTH, closeClients } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { subscribed } from './subscribed.ts'

const test = suite('client/assembler')

const BEGIN = 0x80
const END = 0x40
const HEADER_LENGTH = 32
const PAYLOAD = 32

interface Fragment {
  readonly buffer: AtomicBuffer
  readonly header: Header
}

/** A fragment of 32 bytes, all of one value, at a multiple of 64. */
function fragment(
  flags: number, index: number, sessionId: number = 1, context: unknown = {}, termId: number = 3,
): Fragment {
  const buffer = AtomicBuffer.allocate(HEADER_LENGTH + PAYLOAD)
  const encoder = new DataHeaderEncoder().wrap(buffer, 0)
  encoder.frameLength(HEADER_LENGTH + PAYLOAD).version(0).frameType(FrameType.DATA)
    .termOffset(index * 64).sessionId(sessionId).streamId(10).termId(termId)
  encoder.flagsRaw(flags)
  buffer.bytes.fill(index, HEADER_LENGTH)
  const header = new Header(3, 16, context)
  header.wrap(buffer, 0)
  return { buffer, header }
}

function assembled(): { feed(fragment: Fragment): void; readonly seen: number[][]; assembler: FragmentAssembler } {
  const seen: number[][] = []
  const assembler = new FragmentAssembler((buffer, offset, length, header) => {
    seen.push([length, buffer.bytes[offset]!, buffer.bytes[offset + length - 1]!, header.flags, header.position])
    assert.is(header.frameLength, length + HEADER_LENGTH)
  })
  return { seen, assembler, feed: ({ buffer, header }) => assembler.onFragment(buffer, HEADER_LENGTH, PAYLOAD, header) }
}

test('a whole message is handed on where it lies', () => {
  const { seen, feed } = assembled()
  feed(fragment(BEGIN | END, 0))
  assert.equal(seen, [[32, 0, 0, BEGIN | END, 64]])
})

test('fragments are put together, and the header tells of the whole message', () => {
  const { seen, feed } = assembled()
  feed(fragment(BEGIN, 1))
  feed(fragment(0, 2))
  assert.equal(seen, [])
  feed(fragment(END, 3))
  assert.equal(seen, [[96, 1, 3, BEGIN | END, 256]])
  feed(fragment(END, 4))
  assert.is(seen.length, 1)
})

test('a message whose begin, middle or order was missed is dropped, and the next one is whole', () => {
  const { seen, feed } = assembled()
  feed(fragment(0, 1))
  feed(fragment(END, 2))
  feed(fragment(BEGIN, 3))
  feed(fragment(END, 5))
  feed(fragment(END, 4))
  feed(fragment(BEGIN, 6))
  feed(fragment(BEGIN, 8))
  feed(fragment(END, 9))
  feed(fragment(BEGIN, 10))
  feed(fragment(END, 11, 1, {}, 4))
  assert.equal(seen, [[64, 8, 9, BEGIN | END, 640]])
})

test('sessions do not mix', () => {
  const { seen, feed, assembler } = assembled()
  feed(fragment(BEGIN, 1, 1))
  feed(fragment(BEGIN, 1, 2))
  feed(fragment(END, 2, 1))
  assert.ok(assembler.freeSession(2))
  assert.not.ok(assembler.freeSession(2))
  feed(fragment(END, 2, 2))
  assert.is(seen.length, 1)
  feed(fragment(BEGIN, 1, 1))
  assembler.clear()
  feed(fragment(END, 2, 1))
  assert.is(seen.length, 1)
})

test('sessions of closed images are given up', () => {
  const { seen, feed, assembler } = assembled()
  for (let i = 0; i < 100; i++) feed(fragment(BEGIN, 1, i, { isClosed: true }))
  const kept = Array.from({ length: 100 }, (_, i) => assembler.freeSession(i)).filter(Boolean).length
  assert.ok(kept <= 16, `${kept}`)
  assert.is(seen.length, 0)
})

test('a handler that throws has consumed the message', () => {
  let calls = 0
  const assembler = new FragmentAssembler(() => {
    calls++
    throw new Error('mine')
  })
  const { buffer, header } = fragment(BEGIN, 1)
  const end = fragment(END, 2)
  assembler.onFragment(buffer, HEADER_LENGTH, PAYLOAD, header)
  assert.throws(() => assembler.onFragment(end.buffer, HEADER_LENGTH, PAYLOAD, end.header), 'mine')
  assembler.onFragment(end.buffer, HEADER_LENGTH, PAYLOAD, end.header)
  assert.is(calls, 1)
})

test('controlled: after abort the message is handed on again, the same', async () => {
  const { images, feeds } = await subscribed(1)
  const length = 3 * MTU_LENGTH
  feeds[0]!.send(length, 5)
  feeds[0]!.send(10, 6)
  const seen: number[][] = []
  const actions: ControlledAction[] = [ControlledAction.ABORT, ControlledAction.ABORT, ControlledAction.COMMIT]
  const assembler = new ControlledFragmentAssembler((buffer, offset, messageLength, header) => {
    const isSame = buffer.bytes.subarray(offset, offset + messageLength).every((byte) => byte === buffer.bytes[offset])
    seen.push([messageLength, buffer.bytes[offset]!, header.frameLength, header.flags, header.position, Number(isSame)])
    return actions.shift() ?? ControlledAction.CONTINUE
  })
  const [image] = images
  assert.is(image!.controlledPoll(assembler.onFragment, 10), 3)
  assert.is(image!.controlledPoll(assembler.onFragment, 10), 0)
  assert.is(image!.controlledPoll(assembler.onFragment, 10), 2)
  const end = feeds[0]!.appender.position()
  const whole = [length, 5, length + HEADER_LENGTH, BEGIN | END, end - 64, 1]
  assert.equal(seen, [whole, whole, whole, [10, 6, 42, BEGIN | END, end, 1]])
})

test('controlled: incomplete messages are dropped', () => {
  const seen: number[] = []
  const assembler = new ControlledFragmentAssembler((_buffer, _offset, length) => {
    seen.push(length)
    return ControlledAction.BREAK
  })
  const feed = ({ buffer, header }: Fragment): ControlledAction =>
    assembler.onFragment(buffer, HEADER_LENGTH, PAYLOAD, header)
  assert.is(feed(fragment(END, 1)), ControlledAction.CONTINUE)
  assert.is(feed(fragment(BEGIN, 2)), ControlledAction.CONTINUE)
  assert.is(feed(fragment(0, 4)), ControlledAction.CONTINUE)
  assert.is(feed(fragment(BEGIN, 5)), ControlledAction.CONTINUE)
  assert.is(feed(fragment(END, 6)), ControlledAction.BREAK)
  assert.is(feed(fragment(BEGIN | END, 7)), ControlledAction.BREAK)
  assert.equal(seen, [64, 32])
  assert.ok(assembler.freeSession(1))
  feed(fragment(BEGIN, 8))
  assembler.clear()
  assert.is(feed(fragment(END, 9)), ControlledAction.CONTINUE)
})

test.after(closeClients)

test.run()
