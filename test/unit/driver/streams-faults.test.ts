import * as assert from 'uvu/assert'
import type { Client } from '../../../client/client.ts'
import type { FaultCounts } from '../../../driver/media/fault-counts.ts'
import type { FaultRates } from '../../../driver/media/fault-direction.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import type { VirtualDriver } from '../../support/virtual-driver.ts'
import { CheckingSubscriber, RandomMessages, RandomPublisher } from '../../support/virtual-streams.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('streams in virtual time')

const STREAM_ID = 1001
const TERM_LENGTH = 65_536
const CASES = 12
/** One case in so many goes through shared memory instead of sockets. */
const IPC_EVERY = 6

/** NAKs that are under way, or held back, at the end. */
const ON_THE_WAY_MAX = 500

/** Of so many lost datagrams, at least one was DATA. */
const LOSSES_MIN = 50

/** Everything of a driver's closed streams is gone by then: linger, liveness and reuse of counters. */
const CLEAN_UP_NS = 40e9

/** Damage that a check of frames cannot find may hit what can do no harm: at worst something is sent in vain. */
const NAKS_DAMAGED: FaultRates = { frameTypes: [FrameType.NAK], corrupt: 0.2 }

interface Start {
  readonly initialTermId: number
  readonly termCount: number
  readonly termOffset: number
}

interface Case {
  readonly name: string
  readonly channel: string
  readonly isOneDriver: boolean
  readonly faults: FaultRates
  readonly latencyNs: number
  readonly publishers: number
  readonly subscribers: number
  readonly isExclusive: boolean
  readonly messages: number
  /** Undefined: where the driver likes. */
  readonly start: Start | undefined
  readonly mtu: number
  /** Undefined: the setting of the driver, which repeats NAKs every 100 us. */
  readonly nakDelay: string | undefined
}

function randomFaults(random: Random): FaultRates {
  const loss = random.pick([0, 0.05, 0.1, 0.3])
  const rate = (): number => random.pick([0, 0.02, 0.1])
  return { loss, reorder: rate(), duplicate: rate(), delay: rate(), truncate: rate() }
}

function randomCase(number: number, random: Random): Case {
  const isIpc = number % IPC_EVERY === 0
  const faults = isIpc ? {} : randomFaults(random)
  const address = random.pick(['127.0.0.1', '[::1]'])
  const isCalm = (faults.loss ?? 0) + (faults.truncate ?? 0) < 0.1
  const hasStart = random.bool(0.6)
  const start = hasStart
    ? {
        initialTermId: random.pick([0, 0x7fff_ffff, 0x7fff_fffe, -1, -2, -0x8000_0000, random.u32() | 0]),
        termCount: random.pick([0, 1, 2, 3, 1000]),
        termOffset: random.pick([0, 32, TERM_LENGTH - 32, TERM_LENGTH / 2]),
      }
    : undefined
  return {
    name: isIpc ? 'ipc' : `udp ${address}`,
    channel: isIpc ? 'aeron:ipc?term-length=64k' : `aeron:udp?endpoint=${address}:20121|term-length=64k`,
    isOneDriver: isIpc || random.bool(0.2),
    faults,
    latencyNs: random.pick([0, 20_000, 3_000_000]),
    publishers: random.pick([1, 1, 2, 3]),
    subscribers: random.pick([1, 1, 2]),
    isExclusive: random.bool() || hasStart,
    messages: 300,
    start,
    mtu: random.pick([1408, 1408, 288, 8192]),
    nakDelay: isIpc || (isCalm && random.bool()) ? undefined : '50us',
  }
}

function publicationChannel({ channel, start, mtu }: Case): string {
  let text = `${channel}|mtu=${mtu}`
  if (start !== undefined) {
    const termId = (start.initialTermId + start.termCount) | 0
    text += `|init-term-id=${start.initialTermId}|term-id=${termId}|term-offset=${start.termOffset}`
  }
  return text
}

function subscriptionChannel({ channel, nakDelay }: Case): string {
  return nakDelay === undefined ? channel : `${channel}|nak-delay=${nakDelay}`
}

for (let number = 0; number < CASES; number++) {
  test(`every message comes once, in order and unharmed, and nothing is left: case ${number}`, () =>
    withSeed(`streams/${number}`, async (random) => {
      const plan = randomCase(number, random)
      try {
        await check(plan, random)
      } catch (error) {
        if (error instanceof Error) error.message += `\n${JSON.stringify(plan)}`
        throw error
      }
    }))
}

async function check(plan: Case, random: Random): Promise<void> {
  const world = new VirtualWorld(random, { latencyNs: plan.latencyNs })
  const faults = { send: plan.faults, receive: plan.faults }
  const sending = world.addDriver({ faults: plan.isOneDriver ? faults : { ...faults, receive: NAKS_DAMAGED } })
  const receiving = plan.isOneDriver ? sending : world.addDriver({ faults })
  const drivers = [...new Set([sending, receiving])]
  world.run(2e9)
  const before = drivers.map((driver) => driver.counterLabels())
  const clients: Client[] = []

  const subscribers: CheckingSubscriber[] = []
  for (let i = 0; i < plan.subscribers; i++) {
    const client = world.addClient(receiving)
    clients.push(client)
    const adding = client.addSubscription(subscriptionChannel(plan), STREAM_ID)
    subscribers.push(new CheckingSubscriber(await world.settle(adding)))
  }
  const publishers: RandomPublisher[] = []
  for (let i = 0; i < plan.publishers; i++) {
    const client = world.addClient(sending)
    clients.push(client)
    const channel = publicationChannel(plan)
    const publication = await world.settle(
      plan.isExclusive ? client.addExclusivePublication(channel, STREAM_ID) : client.addPublication(channel, STREAM_ID),
    )
    const { maxMessageLength, sessionId } = publication
    const seed = `${random.seed}/${i}`
    publishers.push(new RandomPublisher(publication, new RandomMessages(seed, i, maxMessageLength), plan.messages))
    for (const subscriber of subscribers) {
      subscriber.expect(sessionId, new RandomMessages(seed, i, maxMessageLength))
    }
  }
  const sessions = new Set(publishers.map(({ publication }) => publication.sessionId)).size
  const allConnected = (): boolean => subscribers.every(({ subscription }) => subscription.imageCount === sessions)
  world.runUntil('all images are there', allConnected, 100e9)

  for (const publisher of publishers) world.addTask(() => publisher.work(random.between(1, 8)))
  for (const subscriber of subscribers) world.addTask(() => subscriber.work(random.between(1, 40)))
  const total = plan.publishers * plan.messages
  world.runUntil('all messages are there', () => subscribers.every(({ received }) => received === total), 200e9)

  checkCounters(sending, receiving)
  for (const { publication } of publishers) publication.close()
  world.runUntil('the images are gone', () => subscribers.every(({ subscription }) => subscription.hasNoImages), 100e9)
  for (const subscriber of subscribers) assert.is(subscriber.received, total)
  for (const client of clients) await world.settle(client.close())
  world.run(CLEAN_UP_NS)
  drivers.forEach((driver, i) => {
    assert.equal([...driver.counterLabels().keys()], [...before[i]!.keys()], 'counters that are left')
    assert.is(driver.logs.bytesMapped(), 0, 'bytes of logs that are left')
    assert.equal(driver.errors(), [])
  })
}

function checkCounters(sending: VirtualDriver, receiving: VirtualDriver): void {
  const [out, back] = [receiving.faultCounts().send, sending.faultCounts().receive]
  const naksSent = receiving.count(SystemCounterId.NAK_MESSAGES_SENT)
  const naksReceived = sending.count(SystemCounterId.NAK_MESSAGES_RECEIVED)
  const copied = out.duplicated + back.duplicated
  const destroyed = harmedBy(out) + harmedBy(back) + out.lost + back.lost
  assert.ok(naksReceived <= naksSent + copied, `${naksReceived} NAKs received of ${naksSent}`)
  assert.ok(naksReceived + destroyed + ON_THE_WAY_MAX >= naksSent, `${naksReceived} NAKs received of ${naksSent}`)
  const lost = sending.faultCounts().send.lost + receiving.faultCounts().receive.lost
  if (lost > LOSSES_MIN) assert.ok(sending.count(SystemCounterId.RETRANSMITS_SENT) > 0, 'retransmits')

  const drivers = new Set([sending, receiving])
  const directions = [...drivers].flatMap((driver) => Object.values(driver.faultCounts()))
  const harmed = directions.reduce((sum, counts) => sum + harmedBy(counts) + counts.duplicated, 0)
  for (const driver of drivers) {
    const invalid = driver.count(SystemCounterId.INVALID_PACKETS)
    assert.ok(invalid <= harmed, `${invalid} invalid packets, ${harmed} were harmed`)
    assert.equal(driver.errors(), [])
    driver.logs.checkGuards()
  }
}

function harmedBy({ truncated, corrupted }: FaultCounts): number {
  return truncated + corrupted
}

test.run()
