import { createSocket } from 'node:dgram'
import type { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { Client, GodwitError } from '../../../client/index.ts'
import type { ClientOptions, ExclusivePublication, Publication, Subscription } from '../../../client/index.ts'
import { MediaDriver } from '../../../driver/index.ts'
import type { MediaDriverOptions } from '../../../driver/index.ts'

const MS = 1_000_000

/** Small and quick: tests start many. Clients have long to live, so that a machine with much else to do kills none. */
export const SMALL: MediaDriverOptions = {
  threadingMode: 'SHARED',
  timerIntervalNs: 10 * MS,
  termBufferLength: 65_536,
  ipcTermBufferLength: 65_536,
  countersBufferLength: 1024 * 1024,
  publicationLingerTimeoutNs: 250 * MS,
  rcvStatusMessageTimeoutNs: 20 * MS,
  imageLivenessTimeoutNs: 300 * MS,
  countersFreeToReuseTimeoutNs: 10 * MS,
}

export const LOOPBACK = 'aeron:udp?endpoint=127.0.0.1:0'

/** Looks every millisecond, in turns of the event loop. */
export async function until(what: string, isSo: () => boolean, timeoutMs: number = 5000): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** A driver, and clients that end with it. */
export class World {
  readonly driver: MediaDriver
  /** What error handlers of clients got. */
  readonly errors: GodwitError[] = []
  readonly #clients: Client[] = []

  private constructor(driver: MediaDriver) {
    this.driver = driver
  }

  static async launch(options: MediaDriverOptions = {}): Promise<World> {
    return new World(await MediaDriver.launch({ ...SMALL, ...options }))
  }

  async connect(options: ClientOptions = {}): Promise<Client> {
    const client = await Client.connect(this.driver, {
      errorHandler: (error) => this.errors.push(error as GodwitError),
      ...options,
    })
    this.#clients.push(client)
    return client
  }

  async closeClients(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.close()
    this.errors.length = 0
  }

  async end(): Promise<void> {
    await this.closeClients()
    await this.driver.close()
  }

  /** Labels of the counters of all streams, channels and clients: what the driver has at the moment. */
  labels(): string[] {
    const labels: string[] = []
    this.driver.counters().forEach((_id, typeId, _key, label) => {
      if (typeId !== 0) labels.push(label)
    })
    return labels
  }

  /** @param label of a system counter */
  systemCounter(label: string): number {
    const counters = this.driver.counters()
    let value = -1
    counters.forEach((id, typeId, _key, text) => {
      if (typeId === 0 && text.startsWith(label)) value = counters.value(id)
    })
    return value
  }
}

export interface Stream {
  readonly channel: string
  readonly subscription: Subscription
  readonly publication: ExclusivePublication
}

/** A connected stream from one client to another, or to itself. */
export async function connected(
  publisher: Client, subscriber: Client, channel: string = 'aeron:ipc', streamId: number = 1001,
): Promise<Stream> {
  const subscription = await subscriber.addSubscription(channel, streamId)
  const target = await resolved(subscription)
  const publication = await publisher.addExclusivePublication(target, streamId)
  await publication.waitForConnected({ timeoutMs: 5000 })
  await subscription.waitForConnected({ timeoutMs: 5000 })
  return { channel: target, subscription, publication }
}

/** The channel of a subscription with the port that was bound. */
export async function resolved(subscription: Subscription): Promise<string> {
  let channel: string | undefined
  await until(`port of ${subscription.channel}`, () => {
    channel = subscription.tryResolveChannelEndpointPort()
    return channel !== undefined
  })
  return channel!
}

/** A channel whose port is free, for those who must all name the same. */
export async function freeChannel(): Promise<string> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return `aeron:udp?endpoint=127.0.0.1:${port}`
}

/** Offers until it is accepted. */
export async function send(publication: Publication | ExclusivePublication, bytes: Uint8Array): Promise<number> {
  let position = -1
  await until('room for a message', () => {
    position = publication.offer(bytes)
    return position > 0
  })
  return position
}

/** Polls until so many fragments have come; hands each to `onText` as text. */
export async function receive(subscription: Subscription, count: number): Promise<string[]> {
  const texts: string[] = []
  await until(`${count} messages`, () => {
    subscription.poll((buffer, offset, length) => {
      texts.push(Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString('latin1'))
    }, 100)
    return texts.length >= count
  })
  return texts
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** What a promise rejects with, which must be an error of ours with that code. */
export async function rejection(promise: Promise<unknown>, code: string, what: string = ''): Promise<GodwitError> {
  const error = await promise.then(() => 'no error', (reason: unknown) => reason)
  assert.ok(error instanceof GodwitError && error.code === code, `${what} expected ${code}: ${String(error)}`)
  return error as GodwitError
}

/** The next message of a thread; what kills the thread rejects. */
export function messageOf<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
