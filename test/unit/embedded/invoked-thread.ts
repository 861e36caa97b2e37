/** A thread of the tests that runs agents of a driver beside a publisher, or a subscriber. */
import { parentPort, workerData } from 'node:worker_threads'
import { Client } from '../../../client/index.ts'
import { InvokedAgents } from '../../../driver/index.ts'
import { LOOPBACK } from './harness.ts'
import type { InvokedThreadData, InvokedThreadReport } from './invoked-thread-data.ts'
import { MESSAGE_LENGTH } from './invoked-thread-data.ts'

const STREAM_ID = 1001

/** Turns of the thread between two of its event loop, where that has to turn. */
const TURNS_PER_EVENT_LOOP = 16

const { group, role, count } = workerData as InvokedThreadData
const port = parentPort!
const agents = InvokedAgents.attach(group, { onWarning: () => undefined })
const client = await Client.connect(agents)
if (role === 'publisher') await publish()
else await subscribe()
await client.close()
while (!agents.isClosed) await turn()

function turn(): Promise<void> {
  agents.invoke()
  return new Promise(setImmediate)
}

function tell(report: InvokedThreadReport): void {
  port.postMessage(report)
}

async function publish(): Promise<void> {
  let channel: string | undefined
  port.once('message', (message: string) => (channel = message))
  while (channel === undefined) await turn()
  const publication = await client.addExclusivePublication(channel, STREAM_ID)
  await publication.waitForConnected({ timeoutMs: 10_000 })
  const message = new Uint8Array(MESSAGE_LENGTH)
  const view = new DataView(message.buffer)
  let sequence = 0
  await until(() => {
    view.setInt32(0, sequence)
    if (publication.offer(message) > 0) sequence++
    return sequence === count
  })
  tell({ kind: 'done', inOrder: sequence })
  // What was lost is asked for again.
  let isOver = false
  port.once('message', () => (isOver = true))
  while (!isOver) await turn()
}

async function subscribe(): Promise<void> {
  const subscription = await client.addSubscription(LOOPBACK, STREAM_ID)
  let channel: string | undefined
  while (channel === undefined) {
    await turn()
    channel = subscription.tryResolveChannelEndpointPort()
  }
  tell({ kind: 'subscribed', channel })
  let received = 0
  let inOrder = 0
  await until(() => {
    received += subscription.poll((buffer, offset, length) => {
      if (length === MESSAGE_LENGTH && buffer.view.getInt32(offset) === inOrder) inOrder++
    }, 10)
    return received >= count
  })
  tell({ kind: 'done', inOrder })
}

/** Runs the agents between looks; the event loop only where they need it. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 1; !isSo(); turns++) {
    agents.invoke()
    if (agents.needsEventLoop() && turns % TURNS_PER_EVENT_LOOP === 0) await new Promise(setImmediate)
  }
}
