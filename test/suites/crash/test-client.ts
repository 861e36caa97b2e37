import type { ExclusivePublication, Image, Publication, Subscription } from '../../../driver/index.ts'
import { BufferClaim, Client, DirectBuffer, FragmentAssembler, GodwitError } from '../../../driver/index.ts'
import { checkMessage, MESSAGE_LENGTH_MAX, messageLength, writeMessage } from './content.ts'
import { arm, die } from './kill-switch.ts'
import { ProgressFile } from './progress-file.ts'
import type {
  AnyKillPoint, ClientFacts, JoinPlan, Loss, PublicationKillPoint, PublicationPlan, StreamFacts, SubscriptionPlan,
} from './protocol.ts'
import type { StallWatch } from './stall-watch.ts'

/** Rest between two turns: a machine with few cores runs many of these clients. */
const TURN_INTERVAL_MS = 3
const MESSAGES_PER_TURN = 3
const FRAGMENTS_PER_TURN = 100
/** What is published where a client is killed within a message; of a length that nobody expects there. */
const UNFINISHED_LENGTH = { claim: 333, fragment: MESSAGE_LENGTH_MAX } as const

/** What a client ends with that nobody closed. */
const CLOSING: readonly string[] = [
  'ERR_GODWIT_DRIVER_TIMEOUT', 'ERR_GODWIT_CLIENT_TIMEOUT', 'ERR_GODWIT_CONDUCTOR_SERVICE_TIMEOUT',
]
/** Streams go on, and it ends with its driver. */
const HARMLESS = 'ERR_GODWIT_DIRECTORY_GONE'

const CHURN_STREAM_ID = 4711
const FINDINGS_MAX = 5

/** A client that publishes and checks what it gets, in turns of the event loop. */
export class TestClient {
  readonly #client: Client
  readonly #progress: ProgressFile
  readonly #publishers: Publisher[] = []
  readonly #subscribers: Subscriber[] = []
  readonly #timer: NodeJS.Timeout
  readonly #loss: () => Loss | undefined
  /** What its error handler got that does not close it. */
  readonly #failures: string[]
  #isChurning: boolean = false

  private constructor(client: Client, progress: ProgressFile, loss: () => Loss | undefined, failures: string[]) {
    this.#client = client
    this.#progress = progress
    this.#loss = loss
    this.#failures = failures
    this.#timer = setInterval(() => this.#turn(), TURN_INTERVAL_MS)
  }

  static async join(plan: JoinPlan, stalls: StallWatch): Promise<TestClient> {
    let loss: Loss | undefined
    const failures: string[] = []
    const { dir, driverTimeoutMs } = plan
    const client = await Client.connect({ dir }, {
      clientName: 'crash',
      driverTimeoutMs,
      resourceLingerNs: 100e6,
      errorHandler: (error) => {
        const code = error instanceof GodwitError ? error.code : 'none'
        if (CLOSING.includes(code)) loss ??= { code, message: String(error), stallMs: stalls.longestMs() }
        else if (code !== HARMLESS) failures.push(String(error))
      },
    })
    const self = new TestClient(client, new ProgressFile(plan.progressPath, 'open'), () => loss, failures)
    try {
      for (const subscription of plan.subscriptions) self.#subscribers.push(await Subscriber.add(client, subscription))
      for (const publication of plan.publications) {
        self.#publishers.push(await Publisher.add(client, publication, self.#progress))
      }
      return self
    } catch (error) {
      await self.leave()
      throw loss === undefined ? error : new GodwitError(loss.code, loss.message)
    }
  }

  get clientId(): number {
    return this.#client.clientId
  }

  look(oldestKey: number): ClientFacts {
    return {
      loss: this.#loss(),
      subscriptions: this.#subscribers.map((subscriber) => subscriber.look(oldestKey)),
      messages: this.#subscribers.reduce((sum, { messages }) => sum + messages, 0),
      failures: [...this.#failures, ...[...this.#subscribers, ...this.#publishers].flatMap(({ failures }) => failures)],
      gaps: this.#subscribers.flatMap(({ gaps }) => gaps),
    }
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer)
    await this.#client.close()
    this.#progress.close()
  }

  churn(): void {
    this.#isChurning = true
    void this.#churn()
  }

  arm(point: AnyKillPoint): void {
    if ('key' in point) this.#publishers.find(({ key }) => key === point.key)!.dieAt(point)
    else arm(point)
  }

  #turn(): void {
    for (const publisher of this.#publishers) publisher.turn()
    for (const subscriber of this.#subscribers) subscriber.turn()
  }

  async #churn(): Promise<void> {
    try {
      while (this.#isChurning && !this.#client.isClosed) {
        const publication = await this.#client.addPublication('aeron:ipc', CHURN_STREAM_ID)
        const counter = await this.#client.addCounter(CHURN_STREAM_ID, 'counter of a client that is killed')
        publication.close()
        counter.close()
      }
    } catch {
      // It is about to be killed, or the driver is gone: what matters is in `loss`.
    }
  }
}

class Publisher {
  readonly key: number
  readonly failures: string[] = []
  readonly #publication: Publication | ExclusivePublication
  readonly #plan: PublicationPlan
  readonly #progress: ProgressFile
  readonly #source: DirectBuffer = new DirectBuffer(new ArrayBuffer(MESSAGE_LENGTH_MAX))
  readonly #claim: BufferClaim = new BufferClaim()
  #index: number = 0
  #end: PublicationKillPoint | undefined

  private constructor(publication: Publication | ExclusivePublication, plan: PublicationPlan, progress: ProgressFile) {
    this.key = plan.key
    this.#publication = publication
    this.#plan = plan
    this.#progress = progress
  }

  static async add(client: Client, plan: PublicationPlan, progress: ProgressFile): Promise<Publisher> {
    const { channel, streamId, isExclusive } = plan
    const publication = isExclusive
      ? await client.addExclusivePublication(channel, streamId)
      : await client.addPublication(channel, streamId)
    return new Publisher(publication, plan, progress)
  }

  dieAt(end: PublicationKillPoint): void {
    this.#end = end
  }

  turn(): void {
    try {
      for (let i = 0; i < MESSAGES_PER_TURN && this.#publish(); i++) this.#progress.write(this.key, ++this.#index)
      if (this.#end !== undefined) this.#publishAndDie(this.#end)
    } catch (error) {
      if (this.failures.length < FINDINGS_MAX) this.failures.push(`publication ${this.key}: ${String(error)}`)
    }
  }

  #publish(): boolean {
    const [key, index] = [this.key, this.#index]
    const publication = this.#publication
    const length = messageLength(key, index)
    if (this.#plan.way === 'offer' || length > publication.maxPayloadLength) {
      writeMessage(this.#source.view, 0, key, index, length)
      return publication.offer(this.#source, 0, length) > 0
    }
    if (publication.tryClaim(length, this.#claim) < 0) return false
    writeMessage(this.#claim.buffer.view, this.#claim.offset, key, index, length)
    this.#claim.commit()
    return true
  }

  /** Tries again in the next turn when there is no room. */
  #publishAndDie(end: PublicationKillPoint): void {
    const length = UNFINISHED_LENGTH[end.at]
    writeMessage(this.#source.view, 0, this.key, this.#index, length)
    if (end.at === 'claim') {
      if (this.#publication.tryClaim(length, this.#claim) > 0) die()
      return
    }
    let fragment = 0
    this.#publication.offer(this.#source, 0, length, () => {
      if (fragment++ === end.fragment) die()
      return 0n
    })
  }
}

class Subscriber {
  messages: number = 0
  readonly failures: string[] = []
  readonly gaps: string[] = []
  readonly #plan: SubscriptionPlan
  readonly #next: Map<number, number> = new Map()
  /** The image that a publication was last heard of in. */
  readonly #images: Map<number, number> = new Map()
  readonly #assembler: FragmentAssembler
  #subscription: Subscription | undefined

  private constructor(plan: SubscriptionPlan) {
    this.#plan = plan
    this.#assembler = new FragmentAssembler((buffer, offset, length, header) => {
      this.#check(buffer.view, offset, length, header.context as Image)
    })
  }

  static async add(client: Client, plan: SubscriptionPlan): Promise<Subscriber> {
    const self = new Subscriber(plan)
    self.#subscription = await client.addSubscription(plan.channel, plan.streamId, {
      onUnavailableImage: ({ sessionId }) => self.#assembler.freeSession(sessionId),
    })
    return self
  }

  turn(): void {
    try {
      this.#subscription?.poll(this.#assembler.onFragment, FRAGMENTS_PER_TURN)
    } catch (error) {
      this.#complain(this.failures, String(error))
    }
  }

  look(oldestKey: number): StreamFacts {
    for (const key of [...this.#next.keys()].filter((key) => key < oldestKey)) {
      this.#next.delete(key)
      this.#images.delete(key)
    }
    return { images: this.#subscription?.imageCount ?? 0, next: Object.fromEntries(this.#next) }
  }

  #check(view: DataView, offset: number, length: number, image: Image): void {
    const checked = checkMessage(view, offset, length)
    if (checked.key === undefined) return this.#complain(this.failures, checked.problem)
    const { key, index } = checked
    // Who was there before a stream began has missed nothing of it.
    const expected = this.#next.get(key) ?? (image.joinPosition === 0 ? 0 : index)
    if (index !== expected) {
      const isOfNewImage = index > expected && this.#images.get(key) !== image.correlationId
      const what = `message ${index} of publication ${key} came when ${expected} was next`
      this.#complain(isOfNewImage ? this.gaps : this.failures, what)
    }
    this.messages++
    this.#next.set(key, index + 1)
    this.#images.set(key, image.correlationId)
  }

  #complain(list: string[], what: string): void {
    if (list.length < FINDINGS_MAX) list.push(`${this.#plan.channel}, stream ${this.#plan.streamId}: ${what}`)
  }
}
