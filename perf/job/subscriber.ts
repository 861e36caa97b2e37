import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'
import type { FragmentHandler } from '../../client/log/term-reader.ts'
import type { IdleStrategy } from '../../client/memory/idle-strategy.ts'
import type { Subscription } from '../../client/subscription.ts'
import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { foldMessage } from '../market-data/checksum.ts'
import { MarketDataDecoder } from '../market-data/decode.ts'
import type { JobMessage } from './messages.ts'
import type { JobState } from './job-state.ts'
import { Phase } from './job-state.ts'
import { TIMED_INTERVAL } from './publisher.ts'
import { Stamp, US_PER_TICK, nowTicks } from './stamp.ts'
import { StreamDigest } from './stream-digest.ts'
import type { Latency, PhaseResult, SubscriberResult } from './thread-protocol.ts'

const FRAGMENT_LIMIT = 64

/** What is counted while a phase lasts. */
class PhaseMeter {
  /** In units of 100 ns. */
  readonly histogram: RecordableHistogram = createHistogram()
  readonly #startMs: number = performance.now()
  readonly #messages: number
  readonly #bytes: number
  #result: PhaseResult | undefined

  constructor(messages: number, bytes: number) {
    this.#messages = messages
    this.#bytes = bytes
  }

  end(messages: number, bytes: number): void {
    this.#result ??= {
      seconds: (performance.now() - this.#startMs) / 1000,
      messages: messages - this.#messages,
      bytes: bytes - this.#bytes,
      latency: undefined,
    }
  }

  get result(): PhaseResult | undefined {
    return this.#result && { ...this.#result, latency: latencyOf(this.histogram) }
  }
}

/**
 * Decodes every message where it lies, and throws for the first one that is not the next one, or whose fields do not
 * all have the values of the file.
 */
export class Subscriber {
  readonly onFragment: FragmentHandler
  readonly #messages: readonly JobMessage[]
  readonly #decoder: MarketDataDecoder = new MarketDataDecoder()
  readonly #digest: StreamDigest = new StreamDigest()
  readonly #stamp: Stamp = new Stamp()
  #received: number = 0
  #bytes: number = 0
  #position: number = 0
  #meter: PhaseMeter | undefined
  #timedInterval: number = TIMED_INTERVAL

  constructor(messages: readonly JobMessage[]) {
    this.#messages = messages
    this.onFragment = (buffer, offset, length, header) => {
      const number = this.#received
      this.#stamp.unpack(header.reservedValue)
      this.#checkNumber(this.#stamp.number)
      if (number % this.#timedInterval === 0 && this.#meter !== undefined) {
        this.#meter.histogram.record(Math.max(1, this.#stamp.ticksUntil(nowTicks())))
      }
      this.#checkFields(buffer, offset, length)
      this.#digest.add(number, buffer, offset, length)
      this.#received = number + 1
      this.#bytes += length
      this.#position = header.position
    }
  }

  /** @throws Error for the first message that is not as it was sent */
  run(subscription: Subscription, state: JobState, idle: IdleStrategy): SubscriberResult {
    let phase: Phase = Phase.PREPARE
    let fullSpeed: PhaseMeter | undefined
    let paced: PhaseMeter | undefined
    while (phase !== Phase.END) {
      const phaseNow = state.phase
      if (phaseNow !== phase) {
        phase = phaseNow
        this.#meter?.end(this.#received, this.#bytes)
        if (phase === Phase.FULL_SPEED) {
          fullSpeed = this.#meter = new PhaseMeter(this.#received, this.#bytes)
        } else if (phase === Phase.PACED) {
          paced = this.#meter = new PhaseMeter(this.#received, this.#bytes)
          this.#timedInterval = 1
        }
      }
      const count = subscription.poll(this.onFragment, FRAGMENT_LIMIT)
      state.receive(this.#received, this.#bytes)
      idle.idle(count)
    }
    const digest = this.#digest.end()
    const totals = { messages: this.#received, bytes: this.#bytes, digest, position: this.#position }
    return { role: 'subscriber', totals, fullSpeed: fullSpeed?.result, paced: paced?.result }
  }

  #checkNumber(number: number): void {
    const expected = this.#received
    const ahead = (number - expected) | 0
    if (ahead === 0) return
    if (ahead < 0) throw new Error(`message ${expected + ahead} arrived again, or late, where ${expected} was due`)
    const what = ahead === 1 ? `message ${expected} is` : `messages ${expected} to ${expected + ahead - 1} are`
    throw new Error(`${what} missing: message ${expected + ahead} arrived instead`)
  }

  #checkFields(buffer: DirectBuffer, offset: number, length: number): void {
    const number = this.#received
    const expected = this.#messages[number % this.#messages.length]!
    const checksum = this.#checksumOf(buffer, offset)
    if (checksum === expected.checksum && length === expected.length) return
    throw new Error(`message ${number}, a ${expected.record.kind}, does not have the values of the data file`)
  }

  #checksumOf(buffer: DirectBuffer, offset: number): number {
    try {
      return foldMessage(0, this.#decoder.message(buffer, offset))
    } catch (error) {
      throw new Error(`message ${this.#received} cannot be decoded: ${(error as Error).message}`, { cause: error })
    }
  }
}

function latencyOf(histogram: RecordableHistogram): Latency | undefined {
  if (histogram.count === 0) return undefined
  const us = (percentile: number): number => histogram.percentile(percentile) * US_PER_TICK
  return { p50Us: us(50), p90Us: us(90), p99Us: us(99), p999Us: us(99.9), maxUs: histogram.max * US_PER_TICK }
}
