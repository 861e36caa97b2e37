/** Conversations with a real driver: what it sent as a receiver, this receiver sends. */
import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { LossReport } from '../../../client/memory/loss-report.ts'
import { StaticCongestionControl } from '../../../driver/core/conductor/congestion-control.ts'
import { UnicastFeedbackDelay } from '../../../driver/core/conductor/feedback-delay.ts'
import { PublicationImage } from '../../../driver/core/conductor/publication-image.ts'
import { SubscriberPosition } from '../../../driver/core/conductor/subscriber-position.ts'
import type { SubscriptionLink } from '../../../driver/core/conductor/subscriber-position.ts'
import { SetupDecoder, StatusMessageDecoder } from '../../../schemas/generated/aeron.wire/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { readVector, withVectors } from '../../support/vectors.ts'
import { ENDPOINT, ImageFixture, createCounter } from './image-fixture.ts'
import { MS, ReceiverHarness, hexOf } from './receiver-harness.ts'

const test = suite('receiver/golden')
const golden = withVectors(test)

const DEFAULT_WINDOW = 131_072
/** How exactly the times of the recording are met. */
const TOLERANCE_MS = 3

interface GoldenFrame {
  readonly timeMs: number
  readonly isFromReceiver: boolean
  readonly kind: string
  readonly bytes: Uint8Array
}

function goldenFrames(section: number): GoldenFrame[] {
  const text = readVector('aeron/frames.txt').split(/^## /m)[section]!
  const frames: GoldenFrame[] = []
  for (const [, time, port, kind, length, hex] of text.matchAll(
    /^ *([\d.]+)s (\d+)->\d+ len=\d+ (\w+) frame_length=(\d+).*\n *([\da-f ]+?)(?: \.\.\.)?$/gm,
  )) {
    const bytes = Uint8Array.from(Buffer.from(hex!.replaceAll(' ', ''), 'hex'))
    frames.push({
      timeMs: Math.round(Number(time) * 10_000) / 10,
      isFromReceiver: port === '20121' || port === '20123',
      kind: kind!,
      bytes: kind === 'DATA' ? withPayload(bytes, Number(length)) : bytes,
    })
  }
  return frames
}

/** What the recording left out of a long frame are zeroes. */
function withPayload(bytes: Uint8Array, frameLength: number): Uint8Array {
  const whole = new Uint8Array(Math.ceil(frameLength / 32) * 32)
  whole.set(bytes.subarray(0, whole.length))
  return whole
}

/** How many frames of a kind and flags the real driver sent, listed or not. */
function goldenCount(section: number, kind: string, flags: number): number {
  const text = readVector('aeron/frames.txt').split(/^## /m)[section]!
  return Number(new RegExp(`\\('${kind}', ${flags}\\): (\\d+)`).exec(text)?.[1] ?? 0)
}

/** The receiving half of a driver with one subscriber, which reads what it can when told to. */
class ReceivingDriver {
  readonly harness: ReceiverHarness = new ReceiverHarness()
  readonly shared: ImageFixture
  readonly image: PublicationImage
  readonly subscriber: SubscriberPosition
  readonly sent: { readonly timeMs: number; readonly bytes: Uint8Array }[] = []
  private nextTimerMs: number

  /** Starts when the image is made, which is when the first status message goes out. */
  constructor(frames: readonly GoldenFrame[], firstTimerMs: number) {
    const { harness } = this
    const offered = frames.find(({ kind }) => kind === 'SETUP')!
    const first = frames.find(({ kind }) => kind === 'SM')!
    const setup = new SetupDecoder().wrap(new DirectBuffer(offered.bytes), 0, SetupDecoder.BLOCK_LENGTH, 0)
    const status = new StatusMessageDecoder().wrap(new DirectBuffer(first.bytes), 0, first.bytes.length, 0)
    const [sessionId, streamId, initialTermId] = [setup.sessionId(), setup.streamId(), setup.initialTermId()]
    harness.nowNs = first.timeMs * MS
    this.nextTimerMs = firstTimerMs
    harness.openEndpoint({ receiverId: status.receiverId() })
    harness.addInterest(streamId)
    harness.replies()
    harness.deliver(offered.bytes)
    assert.equal(harness.replyTypes(), ['createImage'])
    const congestionControl = new StaticCongestionControl(DEFAULT_WINDOW, setup.termLength())
    const windowLength = congestionControl.window
    const fields = { sessionId, streamId, initialTermId, termLength: setup.termLength(), windowLength }
    this.shared = new ImageFixture(harness.cnc, fields)
    const { params, log, region, state, hwm, naksSent } = this.shared
    this.image = new PublicationImage({
      ...params,
      log,
      region,
      state,
      receiverHwm: hwm,
      receiverPosition: createCounter(harness.cnc),
      naksSent,
      congestionControl,
      feedbackDelay: new UnicastFeedbackDelay(
        harness.settings.nakUnicastDelayNs, harness.settings.nakUnicastRetryDelayRatio,
      ),
      settings: harness.settings,
      lossReport: new LossReport(AtomicBuffer.allocate(4096)),
      channel: 'aeron:udp',
      sourceIdentity: '',
      epochMs: () => 0,
      events: {
        removeFromReceiver: ({ correlationId }) => harness.commands.offer({ type: 'removeImage', correlationId }),
        onUnavailable: () => undefined,
        clearCoolDown: () => harness.commands.offer({
          type: 'removeCoolDown', endpointId: ENDPOINT, streamId, sessionId,
        }),
      },
      nowNs: harness.nowNs,
    })
    const link: SubscriptionLink = {
      registrationId: 1, clientId: 1, streamId, sessionId: undefined, endpointId: ENDPOINT, channel: 'aeron:udp',
      isReliable: true, isRejoin: true,
    }
    this.subscriber = new SubscriberPosition(link, createCounter(harness.cnc))
    this.image.addSubscriber(this.subscriber)
    harness.command({ type: 'addImage', image: params })
    this.keepSent()
  }

  /** One cycle of conductor and receiver. */
  work(): void {
    this.image.trackRebuild(this.harness.nowNs)
    this.harness.work()
    this.keepSent()
  }

  /** Lets time pass in steps of a tenth of a millisecond. */
  advanceTo(timeMs: number, isReading: boolean = true): void {
    for (let nowMs = this.harness.nowNs / MS; nowMs < timeMs; nowMs = this.harness.nowNs / MS) {
      this.harness.nowNs = Math.min(Math.round(nowMs * 10 + 1) / 10, timeMs) * MS
      if (this.harness.nowNs >= this.nextTimerMs * MS) {
        this.image.onTimeEvent(this.harness.nowNs)
        this.nextTimerMs += 1000
      }
      this.work()
      if (isReading) this.read()
    }
  }

  read(): void {
    this.subscriber.counter.set(this.image.receiverPosition.get())
  }

  deliver(...datagrams: readonly Uint8Array[]): void {
    for (const datagram of datagrams) {
      this.harness.deliver(datagram)
      this.keepSent()
    }
  }

  private keepSent(): void {
    const timeMs = this.harness.nowNs / MS
    for (const bytes of this.harness.transport.take()) this.sent.push({ timeMs, bytes })
  }
}

/** Plays the sender of a recording, and looks for every frame of its receiver at its time. */
function play(driver: ReceivingDriver, frames: readonly GoldenFrame[]): void {
  for (const frame of frames) {
    if (frame.kind === 'SETUP' || frame.timeMs < driver.harness.nowNs / MS) continue
    driver.advanceTo(frame.timeMs + (frame.isFromReceiver ? TOLERANCE_MS : 0))
    if (!frame.isFromReceiver) driver.deliver(frame.bytes)
  }
}

function expectListed(driver: ReceivingDriver, frames: readonly GoldenFrame[]): void {
  for (const { timeMs, kind, bytes, isFromReceiver } of frames) {
    if (!isFromReceiver) continue
    const near = driver.sent.filter((sent) => Math.abs(sent.timeMs - timeMs) <= TOLERANCE_MS)
    assert.equal(near.map((sent) => hexOf(sent.bytes)), [hexOf(bytes)], `${kind} at ${timeMs} ms`)
  }
}

function countSent(driver: ReceivingDriver, frameType: number, flags: number): number {
  return driver.sent.filter(({ bytes }) => bytes[6] === frameType && bytes[5] === flags).length
}

golden('a stream without loss, to its end', () => {
  const frames = goldenFrames(1)
  const driver = new ReceivingDriver(frames, 1900)
  play(driver, frames)
  driver.advanceTo(9000)
  expectListed(driver, frames)
  assert.is(countSent(driver, 3, 0), goldenCount(1, 'SM', 0))
  assert.is(countSent(driver, 3, 0x40), goldenCount(1, 'SM', 0x40))
  assert.is(driver.sent.length, goldenCount(1, 'SM', 0) + goldenCount(1, 'SM', 0x40))
})

golden('losses within a window, at its edge and in the next term', () => {
  const frames = goldenFrames(2)
  const expected = frames.filter(({ isFromReceiver, timeMs }) => isFromReceiver && timeMs < 2000)
  const driver = new ReceivingDriver(frames, 10_000)
  const header = frames.find(({ kind }) => kind === 'DATA')!.bytes.subarray(0, 32)
  const padding = frames.find(({ kind }) => kind === 'PAD')!.bytes
  const lost = new Set([0x7300, 0xa280, 0x1_1400])
  const datagramAt = (position: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    const view = new DataView(bytes.buffer)
    for (let offset = 0; offset < length; offset += 160) {
      bytes.set(header, offset)
      view.setInt32(offset + 8, (position + offset) & 0xffff, true)
      view.setInt32(offset + 20, view.getInt32(offset + 20, true) + ((position + offset) >> 16), true)
    }
    return bytes
  }
  const send = (position: number, endPosition: number): void => {
    for (let at = position; at < endPosition; at += 1280) {
      if (!lost.has(at)) driver.deliver(datagramAt(at, Math.min(1280, endPosition - at)))
    }
  }
  const nakDue = (): void => driver.advanceTo(driver.harness.nowNs / MS + 0.1, false)
  const repair = (position: number, readPosition: number): void => {
    driver.deliver(datagramAt(position, 1280))
    driver.work()
    driver.subscriber.counter.set(readPosition)
    driver.work()
  }
  send(0, 0x7f80)
  driver.work()
  nakDue()
  repair(0x7300, 0x7f80)
  send(0x7f80, 0xff00)
  driver.subscriber.counter.set(0xa280)
  driver.work()
  nakDue()
  driver.deliver(datagramAt(0xa280, 1280))
  send(0xff00, 0xffa0)
  driver.deliver(padding)
  driver.work()
  driver.work()
  assert.is(driver.image.receiverPosition.get(), 0x1_0000)
  driver.sent.push({ timeMs: 0, bytes: new Uint8Array() })
  driver.subscriber.counter.set(0x1_0000)
  driver.work()
  assert.is(driver.sent.pop()?.bytes[6], 3, 'not listed: a status message at the start of the next term')
  driver.sent.pop()
  send(0x1_0000, 0x1_2800)
  driver.work()
  nakDue()
  assert.equal(driver.sent.map(({ bytes }) => hexOf(bytes)), expected.map(({ bytes }) => hexOf(bytes)))
})

golden('an image that its subscriber rejects', () => {
  const frames = goldenFrames(5)
  const driver = new ReceivingDriver(frames, 1000)
  const rejectedMs = 450
  play(driver, frames.filter(({ timeMs }) => timeMs < rejectedMs))
  driver.harness.command({ type: 'rejectImage', correlationId: 200, reason: 'No longer valid' })
  play(driver, frames)
  driver.advanceTo(8000)
  expectListed(driver, frames)
  assert.is(countSent(driver, 4, 0), goldenCount(5, 'ERR', 0))
  assert.is(driver.sent.length, goldenCount(5, 'ERR', 0) + goldenCount(5, 'SM', 0))
})

golden('a stream that its publisher revokes', () => {
  const frames = goldenFrames(6)
  const driver = new ReceivingDriver(frames, 1000)
  play(driver, frames)
  expectListed(driver, frames)
  assert.is(driver.shared.log.isPublicationRevoked(), true)
  driver.advanceTo(1000)
  assert.is(driver.sent.at(-1)?.bytes[5], 0x40, 'the publisher is told')
  driver.advanceTo(2000)
  assert.is(driver.image.status, 'LINGER')
})

test.run()
