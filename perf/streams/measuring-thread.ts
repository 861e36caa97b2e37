import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { BasePublication } from '../../client/base-publication.ts'
import { Client } from '../../client/client.ts'
import { HEADER_LENGTH } from '../../client/log/log-buffer-descriptor.ts'
import type { Subscription } from '../../client/subscription.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { InvokedAgents } from '../../driver/launcher/invoked-agents.ts'
import { AgentPump } from './invoked-driver.ts'
import { idleStrategyOf } from './idle.ts'
import { echo, ping } from './latency.ts'
import { MessageWriter } from './payload.ts'
import { RunState } from './run-state.ts'
import type { StreamFacts, ThreadCommand, ThreadOrder, ThreadReport, ThreadResult } from './thread-protocol.ts'
import { publishStream, receiveStream } from './throughput.ts'
import { Turns } from './turns.ts'

const CONNECT_TIMEOUT_MS = 10_000
const RESOLVE_INTERVAL_MS = 1

/** The way back of latency runs is another stream, so that both may use one channel. */
const STREAMS_BETWEEN = 1

/**
 * What each measuring thread does, from its order in `workerData` to the end.
 *
 * @param makeWriter makes the messages; tests hand in one that makes mistakes
 */
export async function runMeasuringThread(makeWriter: (length: number) => MessageWriter): Promise<void> {
  const leader = new Leader(parentPort!)
  try {
    await new MeasuringThread(workerData as ThreadOrder, leader).run(makeWriter)
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    leader.report({ kind: 'failed', code: error.code, message: error.message })
  } finally {
    leader.close()
  }
}

/** The thread that leads the run. */
class Leader {
  readonly #port: MessagePort
  readonly #commands: ThreadCommand[] = []
  #wake: () => void = () => undefined

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (command: ThreadCommand) => {
      this.#commands.push(command)
      this.#wake()
    })
  }

  report(report: ThreadReport): void {
    this.#port.postMessage(report)
  }

  /** The next command, which must be of that kind. */
  async command<K extends ThreadCommand['kind']>(kind: K): Promise<Extract<ThreadCommand, { kind: K }>> {
    while (this.#commands.length === 0) await new Promise<void>((resolve) => void (this.#wake = resolve))
    const command = this.#commands.shift()!
    if (command.kind !== kind) throw new Error(`got the command ${command.kind} instead of ${kind}`)
    return command as Extract<ThreadCommand, { kind: K }>
  }

  close(): void {
    this.#port.close()
  }
}

class MeasuringThread {
  readonly #order: ThreadOrder
  readonly #leader: Leader
  readonly #agents: InvokedAgents | undefined
  readonly #pump: AgentPump | undefined

  constructor(order: ThreadOrder, leader: Leader) {
    this.#order = order
    this.#leader = leader
    this.#agents = order.agents && InvokedAgents.attach(order.agents)
    this.#pump = this.#agents && new AgentPump(this.#agents)
  }

  async run(makeWriter: (length: number) => MessageWriter): Promise<void> {
    const { role, plan, driver } = this.#order
    const pump = this.#pump
    pump?.start()
    const client = await Client.connect(driver, { clientName: `perf-${role}` })
    try {
      const subscription = role === 'publisher' ? undefined : await this.#subscribe(client)
      const publication = role === 'subscriber' ? undefined : await this.#publish(client)
      await subscription?.waitForConnected({ timeoutMs: CONNECT_TIMEOUT_MS })
      await publication?.waitForConnected({ timeoutMs: CONNECT_TIMEOUT_MS })
      this.#leader.report({ kind: 'ready', facts: publication === undefined ? undefined : factsOf(publication) })
      await this.#leader.command('run')
      pump?.stop()
      const result = await this.#measure(publication, subscription, makeWriter(plan.length))
      pump?.start()
      this.#leader.report({ kind: 'done', result })
      await this.#leader.command('close')
    } finally {
      await client.close()
      pump?.start()
    }
    this.#leader.report({ kind: 'closed' })
  }

  async #subscribe(client: Client): Promise<Subscription> {
    const { role, plan } = this.#order
    const streamId = role === 'pinger' ? plan.streamId + STREAMS_BETWEEN : plan.streamId
    const subscription = await client.addSubscription(plan.channel, streamId)
    this.#leader.report({ kind: 'subscribed', channel: await resolvedChannelOf(subscription) })
    return subscription
  }

  async #publish(client: Client): Promise<BasePublication> {
    const { role, plan } = this.#order
    const streamId = role === 'ponger' ? plan.streamId + STREAMS_BETWEEN : plan.streamId
    const { channel } = await this.#leader.command('publish')
    if (plan.isConcurrent) return client.addPublication(channel, streamId)
    return client.addExclusivePublication(channel, streamId)
  }

  async #measure(
    publication: BasePublication | undefined,
    subscription: Subscription | undefined,
    writer: MessageWriter,
  ): Promise<ThreadResult> {
    const { role, plan } = this.#order
    const state = new RunState(this.#order.state)
    const turns = new Turns(idleStrategyOf(plan.idle), this.#agents)
    switch (role) {
      case 'publisher':
        return publishStream(publication!, writer, plan.claims, state, turns)
      case 'subscriber':
        return receiveStream(subscription!, plan.length, state, turns)
      case 'pinger':
        return ping(publication!, subscription!, writer, plan.rate, state, turns)
      case 'ponger':
        return echo(subscription!, publication!, state, turns).then(() => undefined)
    }
  }
}

function factsOf({ maxPayloadLength, termBufferLength }: BasePublication): StreamFacts {
  return { mtuLength: maxPayloadLength + HEADER_LENGTH, termLength: termBufferLength }
}

/** The channel to publish to; where the subscription asked for port 0, that is known when its socket is bound. */
async function resolvedChannelOf(subscription: Subscription): Promise<string> {
  for (;;) {
    const channel = subscription.tryResolveChannelEndpointPort()
    if (channel !== undefined) return channel
    await delay(RESOLVE_INTERVAL_MS)
  }
}
