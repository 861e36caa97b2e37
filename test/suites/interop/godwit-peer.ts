/**
 * Our drivers and clients behind a pipe: reads a command per line from standard input and writes an answer per line to
 * standard output. In between it publishes and polls. As Peer.java.
 */
import { createInterface } from 'node:readline'
import { MediaDriver, RegistrationError } from '../../../driver/index.ts'
import type { Counter, ExclusivePublication, MediaDriverOptions } from '../../../driver/index.ts'
import { GodwitClient } from './godwit-client.ts'
import { GodwitDirectory, listCounters } from './godwit-directory.ts'
import { GodwitPublisher } from './godwit-publisher.ts'
import type { SubscriberOptions } from './godwit-subscriber.ts'
import { GodwitSubscriber } from './godwit-subscriber.ts'
import type { PeerClientSettings, PeerDriverSettings, Task } from './protocol.ts'

/** A command with all arguments that commands have. */
interface Request {
  readonly command: string
  readonly name: string
  readonly client: string
  readonly channel: string
  readonly streamId: number
  readonly dir: string
  readonly exclusive: boolean
  readonly typeId: number
  readonly label: string
  /** Of a static counter. */
  readonly registrationId: number | undefined
  readonly value: number
  readonly length: number
  readonly reason: string
  readonly settings: PeerDriverSettings & PeerClientSettings
}

type Answer = Readonly<Record<string, unknown>> | void

const IDLE_MS = 1

const drivers = new Map<string, MediaDriver>()
const clients = new Map<string, GodwitClient>()
const publishers = new Map<string, GodwitPublisher>()
const subscribers = new Map<string, GodwitSubscriber>()
const counters = new Map<string, Counter>()

/** What was made under that name; a wrong name is a mistake of the suite. */
function named<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name)
  if (value === undefined) throw new Error(`nothing is called ${name}`)
  return value
}

function driverOptions({ lossPerMille = 0, lossSeed = 0, ...settings }: PeerDriverSettings): MediaDriverOptions {
  if (lossPerMille === 0) return settings
  const rates = { loss: lossPerMille / 1000 }
  return { ...settings, faults: { seed: lossSeed, send: rates, receive: rates } }
}

const COMMANDS: Readonly<Record<string, (request: Request) => Answer | Promise<Answer>>> = {
  async launch({ name, dir, settings }) {
    drivers.set(name, await MediaDriver.launch({ dir, ...driverOptions(settings) }))
  },
  async connect({ name, dir, settings }) {
    const connected = await GodwitClient.connect(dir, settings)
    clients.set(name, connected)
    return { clientId: connected.client.clientId }
  },
  async addPublication({ name, client, channel, streamId, exclusive }) {
    const owner = named(clients, client).client
    const publication = exclusive
      ? await owner.addExclusivePublication(channel, streamId)
      : await owner.addPublication(channel, streamId)
    const publisher = new GodwitPublisher(publication)
    publishers.set(name, publisher)
    return { ...publisher.facts() }
  },
  async addSubscription(request) {
    const owner = named(clients, request.client).client
    const subscriber = await GodwitSubscriber.add(owner, request as unknown as SubscriberOptions)
    subscribers.set(request.name, subscriber)
    return { registrationId: subscriber.subscription.registrationId }
  },
  async addCounter({ name, client, typeId, label, registrationId }) {
    const owner = named(clients, client).client
    const counter = registrationId === undefined
      ? await owner.addCounter(typeId, label)
      : await owner.addStaticCounter(typeId, registrationId, label)
    counters.set(name, counter)
    return { id: counter.id, registrationId: counter.registrationId }
  },
  nextSessionId: async ({ client, streamId }) => ({
    sessionId: await named(clients, client).client.nextSessionId(streamId),
  }),
  setCounter: ({ name, value }) => named(counters, name).set(value),
  publish: (request) => named(publishers, request.name).publish(request as unknown as Task),
  claim: ({ name, length }) => ({ result: named(publishers, name).claimForever(length) }),
  resume: ({ name }) => named(subscribers, name).resume(),
  reject: ({ name, reason }) => named(subscribers, name).reject(reason),
  revoke: ({ name }) => (named(publishers, name).publication as ExclusivePublication).revoke(),
  state: ({ name }) => ({ ...(publishers.get(name) ?? subscribers.get(name) ?? named(clients, name)).state() }),
  close: async ({ name }) => {
    publishers.get(name)?.publication.close()
    subscribers.get(name)?.subscription.close()
    counters.get(name)?.close()
    await clients.get(name)?.client.close()
    await drivers.get(name)?.close()
  },
  clientCounters: ({ client }) => ({ counters: listCounters(named(clients, client).client.countersReader) }),
  counters: ({ dir }) => ({ counters: new GodwitDirectory(dir).counters() }),
  facts: ({ dir }) => ({ facts: new GodwitDirectory(dir).facts() }),
  errors: ({ dir }) => ({ errors: new GodwitDirectory(dir).errors() }),
  losses: ({ dir }) => ({ losses: new GodwitDirectory(dir).losses() }),
}

async function answer(line: string): Promise<Answer> {
  try {
    const request = JSON.parse(line) as Request
    const command = COMMANDS[request.command]
    if (command === undefined) throw new Error(`unknown command ${request.command}`)
    return { ...(await command(request)), ok: true }
  } catch (error) {
    const at = error instanceof Error ? error.stack : ''
    const errorName = error instanceof RegistrationError ? { errorName: error.errorName } : {}
    return { ok: false, error: String(error), at, ...errorName }
  }
}

function turn(): void {
  let work = 0
  for (const publisher of publishers.values()) work += publisher.step()
  for (const subscriber of subscribers.values()) work += subscriber.step()
  if (work > 0) setImmediate(turn)
  else setTimeout(turn, IDLE_MS)
}

turn()
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
}
process.exit()
