/** Conversations captured from another driver, with this sender in its place: frame by frame the same bytes. */
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { ADMIN_ACTION } from '../../../client/log/offer-result.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { readVector, withVectors } from '../../support/vectors.ts'
import { statusMessage } from './receiver-frames.ts'
import { SenderHarness, hexOf } from './sender-harness.ts'
import type { TestPublication } from './sender-harness.ts'

const test = suite('golden conversations, sender')
const testWithVectors = withVectors(test)

const MS = 1_000_000
const SUMMARY = /^ {2}([\d.]+)s (\d+)->(\d+) len=(\d+) (\w+) /

interface Captured {
  readonly timeNs: number
  readonly isToReceiver: boolean
  readonly kind: string
  readonly length: number
  /** The datagram, or the start of it. */
  readonly hex: string
}

/** Frames of one section; the one who sends the first SETUP is the sender. */
function readSection(section: number): Captured[] {
  const [, text] = readVector('aeron/frames.txt').split(new RegExp(`^## ${section}\\. .*$`, 'm'))
  const lines = (text ?? '').split(/^## /m)[0]!.split('\n')
  const frames = lines.flatMap((line, index) => {
    const match = SUMMARY.exec(line)
    if (match === null) return []
    const [, time, source, , length, kind] = match as unknown as [string, string, string, string, string, string]
    const hex = lines[index + 1]!.replace(/[^0-9a-f]/g, '')
    return [{ timeNs: Math.round(Number(time) * 10_000) * MS / 10, source, kind, length: Number(length), hex }]
  })
  const sender = frames.find(({ kind }) => kind === 'SETUP')?.source
  return frames.map(({ source, ...frame }) => ({ ...frame, isToReceiver: source === sender }))
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

interface Started {
  readonly harness: SenderHarness
  readonly publication: TestPublication
}

/** A publication of the captured stream, which has sent its SETUP. */
function start(frames: readonly Captured[], termLength: number): Started {
  const [setup] = frames
  const view = new DataView(bytesOf(setup!.hex).buffer)
  assert.is(setup!.kind, 'SETUP')
  assert.is(view.getInt32(28, true), termLength)
  const harness = new SenderHarness()
  harness.openEndpoint()
  harness.nowNs += 1000 * MS
  const publication = harness.addPublication({
    sessionId: view.getInt32(12, true),
    streamId: view.getInt32(16, true),
    initialTermId: view.getInt32(20, true),
    termLength,
  })
  const sent = harness.transport.take()
  assert.equal(sent.map(hexOf), [setup!.hex])
  return { harness, publication }
}

function publish(publication: TestPublication, message: Uint8Array): void {
  const buffer = new DirectBuffer(message)
  let result: number
  do result = publication.appender.offer(buffer, 0, message.length)
  while (result === ADMIN_ACTION)
  assert.ok(result > 0)
}

/** Plays a conversation: what the receiver sent is delivered, what the publisher published is published. */
class Replay {
  private readonly harness: SenderHarness
  private readonly publication: TestPublication
  private readonly pending: string[] = []
  private lastHeartbeat: string = ''

  constructor(harness: SenderHarness, publication: TestPublication) {
    this.harness = harness
    this.publication = publication
  }

  /** @param beforeHeartbeat does what the conductor did before the sender sent that one */
  run(frames: readonly Captured[], beforeHeartbeat: (flags: string) => void): void {
    const { harness } = this
    const offsetNs = harness.nowNs - frames[0]!.timeNs
    for (const frame of frames.slice(1)) {
      const atNs = Math.max(harness.nowNs, frame.timeNs + offsetNs)
      if (frame.kind === 'HEARTBEAT') {
        beforeHeartbeat(frame.hex.slice(10, 12))
        this.expectHeartbeat(frame.hex, atNs)
        continue
      }
      this.advanceTo(atNs)
      if (frame.isToReceiver) this.expectData(frame)
      else harness.transport.deliver(bytesOf(frame.hex))
      this.work()
    }
  }

  /** Captures leave out most of quiet times, in which the sender repeats itself. */
  private expectHeartbeat(hex: string, atNs: number): void {
    for (;;) {
      const sent = this.pending.shift()
      if (sent === hex) break
      if (sent === undefined) this.advanceTo(Math.min(this.harness.sender.nextDeadlineNs(), atNs + 101 * MS))
      else assert.is(sent, this.lastHeartbeat, `before ${hex}`)
      assert.ok(sent !== undefined || this.pending.length > 0, `no heartbeat ${hex}`)
    }
    this.lastHeartbeat = hex
  }

  private expectData({ hex, length }: Captured): void {
    for (const sent of this.pending.splice(0)) assert.is(sent, this.lastHeartbeat, `before ${hex}`)
    const bytes = bytesOf(hex)
    const payload = new Uint8Array(new DataView(bytes.buffer).getInt32(0, true) - 32)
    payload.set(bytes.subarray(32, 32 + payload.length))
    publish(this.publication, payload)
    this.work()
    const [sent, ...more] = this.pending.splice(0)
    assert.is(more.length, 0)
    assert.is(sent?.length, 2 * length)
    assert.is(sent?.slice(0, hex.length), hex)
    this.lastHeartbeat = heartbeatAfter(hex, this.publication.senderPosition.get())
  }

  private advanceTo(atNs: number): void {
    this.harness.advanceTo(Math.max(atNs, this.harness.nowNs))
    this.work()
  }

  private work(): void {
    this.harness.work()
    this.pending.push(...this.harness.transport.take().map(hexOf))
  }
}

/** The heartbeat at a position in the term of a data frame. */
function heartbeatAfter(dataHex: string, termOffset: number): string {
  const bytes = bytesOf(dataHex).subarray(0, 32)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 0, true)
  view.setInt32(8, termOffset, true)
  return hexOf(bytes)
}

testWithVectors('unicast without loss: SETUP, heartbeats, data, EOS', () => {
  const frames = readSection(1)
  const { harness, publication } = start(frames, 16 * 1024 * 1024)
  new Replay(harness, publication).run(frames, (flags) => {
    if (flags === 'e0') publication.state.setEndOfStream()
  })
  assert.is(publication.state.isEosStatusReceived(), true)
  assert.is(publication.state.hasReceivers(), false)
  assert.is(publication.senderLimit.get(), 131_072)
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 0)
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_REJECTED), 0)
})

testWithVectors('an image is rejected: the error reaches the conductor, heartbeats go on', () => {
  const frames = readSection(5)
  const { harness, publication } = start(frames, 16 * 1024 * 1024)
  harness.replies()
  new Replay(harness, publication).run(frames, (flags) => {
    if (flags === 'e0') publication.state.setEndOfStream()
  })
  const errors = harness.replies()
  assert.is(errors.length, 3)
  for (const error of errors) {
    assert.ok(error.type === 'publicationError')
    assert.equal([error.errorCode, error.text, error.groupTag], [13, 'No longer valid', -1n])
    assert.is(error.receiverId, BigInt.asIntN(64, 0xfc7f_ae98_4582_6202n))
  }
  assert.is(publication.state.hasReceivers(), false)
})

testWithVectors('a publication is revoked: heartbeats say so', () => {
  const frames = readSection(6)
  const { harness, publication } = start(frames, 16 * 1024 * 1024)
  new Replay(harness, publication).run(frames, (flags) => {
    if (flags === 'f0') publication.log.setPublicationRevoked()
  })
  assert.is(publication.log.isPublicationRevoked(), true)
})

testWithVectors('loss: ranges are sent again, padding is its header, fragments are whole datagrams', () => {
  const frames = readSection(2)
  const { harness, publication } = start(frames, 64 * 1024)
  const sent: Uint8Array[] = []
  const take = (): void => void sent.push(...harness.transport.take())
  const receive = (frame: Captured): void => {
    harness.transport.deliver(bytesOf(frame.hex))
    harness.settle()
    take()
  }
  const find = (frame: Captured): Uint8Array | undefined =>
    sent.find((bytes) => hexOf(bytes.subarray(0, frame.hex.length / 2)) === frame.hex)

  receive(frames[1]!)
  harness.settle()
  take()
  assert.is(find(frames[2]!)?.length, 32)
  // Messages of 100 bytes that begin with their number, as far as the window of the capture goes.
  const message = new Uint8Array(100)
  const publishNumbered = (first: number, count: number): void => {
    for (let i = first; i < first + count; i++) {
      new DataView(message.buffer).setInt32(0, i, true)
      publish(publication, message)
    }
    harness.settle()
    take()
  }
  publishNumbered(0, 204)
  for (const frame of frames.filter(({ kind }) => kind === 'DATA').slice(0, 3)) {
    assert.is(find(frame)?.length, 1280)
  }
  const nak = frames.find(({ kind }) => kind === 'NAK')!
  const statuses = frames.filter(({ kind }) => kind === 'SM')
  sent.length = 0
  receive(nak)
  assert.equal(sent.map(({ length }) => length), [1280])
  assert.is(new DataView(sent[0]!.buffer).getInt32(8, true), 0x7300)
  assert.is(harness.count(SystemCounterId.RETRANSMITTED_BYTES), 1280)
  sent.length = 0
  receive(statuses[1]!)
  publishNumbered(204, 206)
  receive(statuses[2]!)
  const pad = frames.find(({ kind }) => kind === 'PAD')!
  assert.is(sent.filter((bytes) => hexOf(bytes.subarray(-32)) === pad.hex).length, 1)
  assert.is(publication.senderPosition.get(), 64 * 1024 + 160)
})

testWithVectors('messages of 4000 bytes go out in fragments of the MTU', () => {
  const frames = readSection(2)
  const first = frames.findIndex(({ kind, hex }) => kind === 'DATA' && hex.slice(10, 12) === '80')
  const fragments = frames.slice(first, first + 9)
  const view = new DataView(bytesOf(fragments[0]!.hex).buffer)
  const termId = view.getInt32(20, true)
  const termOffset = view.getInt32(8, true)
  const sessionId = view.getInt32(12, true)
  const initialTermId = new DataView(bytesOf(frames[0]!.hex).buffer).getInt32(20, true)
  const harness = new SenderHarness()
  harness.openEndpoint()
  const publication = harness.addPublication({ sessionId, initialTermId, termId, termOffset })
  harness.deliver(statusMessage({ sessionId, termId, termOffset }))
  harness.settle()
  harness.transport.take()
  for (let number = 0; number < 3; number++) {
    const message = new Uint8Array(4000)
    new DataView(message.buffer).setInt32(0, number, true)
    publish(publication, message)
  }
  harness.settle()
  const sent = harness.transport.take()
  assert.equal(sent.map((bytes, i) => hexOf(bytes).slice(0, fragments[i]!.hex.length)), fragments.map(({ hex }) => hex))
  assert.equal(sent.map(({ length }) => length), fragments.map(({ length }) => length))
})

test.run()
