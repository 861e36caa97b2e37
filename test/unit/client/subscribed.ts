import type { Client, ClientOptions, SubscriptionOptions } from '../../../client/client.ts'
import { ExclusiveAppender } from '../../../client/log/exclusive-appender.ts'
import type { LogParameters } from '../../../client/log/initialise-log.ts'
import type { Image } from '../../../client/image.ts'
import type { Subscription } from '../../../client/subscription.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FakeDriver } from '../../support/fake-driver.ts'
import type { FakeLog } from '../../support/fake-driver.ts'

/** Writes to an image's log as its publisher does, without limits. */
export class Feed {
  readonly fake: FakeLog
  readonly appender: ExclusiveAppender

  constructor(fake: FakeLog) {
    this.fake = fake
    this.appender = new ExclusiveAppender(fake.log, { get: () => Infinity })
  }

  /** Publishes a message of that length, whose bytes are all the same. */
  send(length: number, value: number = length): number {
    const buffer = new DirectBuffer(new Uint8Array(length).fill(value))
    let position = this.appender.offer(buffer, 0, length)
    if (position < 0) position = this.appender.offer(buffer, 0, length)
    return position
  }

  /** Position that the subscriber has published. */
  get consumed(): number {
    return this.fake.counter.get()
  }
}

export interface Subscribed {
  readonly driver: FakeDriver
  readonly client: Client
  readonly subscription: Subscription
  readonly images: readonly Image[]
  readonly feeds: readonly Feed[]
}

/** A subscription with images. */
export async function subscribed(
  imageCount: number = 1,
  options: ClientOptions & SubscriptionOptions = {},
  parameters: Partial<LogParameters> = {},
  position: number = 0,
): Promise<Subscribed> {
  const driver = new FakeDriver()
  const { onAvailableImage, onUnavailableImage, ...clientOptions } = options
  const client = driver.connect(clientOptions)
  const subscription = await client.addSubscription('aeron:ipc', 10, { onAvailableImage, onUnavailableImage })
  const feeds: Feed[] = []
  for (let i = 0; i < imageCount; i++) {
    feeds.push(new Feed(driver.addImage(subscription.registrationId, parameters, position)))
  }
  driver.advanceMs(20)
  return { driver, client, subscription, images: subscription.images, feeds }
}
