/** Threads of the tests: connect to a driver by its handle and do what the job says. */
import { parentPort, workerData } from 'node:worker_threads'
import { BufferClaim, Client } from '../../../client/index.ts'
import type { DriverHandle, Publication } from '../../../client/index.ts'
import type { Job, JobData, SpinReport } from './thread-job.ts'
import { STREAM_ID, spinStreamId } from './thread-job.ts'

const port = parentPort!
const data = workerData as JobData

function nextMessage(): Promise<unknown> {
  return new Promise((resolve) => port.once('message', resolve))
}

type JobOf<Kind> = Extract<Job, { readonly kind: Kind }>

async function publish(client: Client, { channel, publisher, count }: JobOf<'publish'>): Promise<void> {
  const publication = await client.addPublication(channel, STREAM_ID)
  port.postMessage({ isOriginal: publication.isOriginal, sessionId: publication.sessionId })
  await nextMessage()
  const claim = new BufferClaim()
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  for (let sequence = 0; sequence < count; sequence++) {
    view.setInt32(0, publisher)
    view.setInt32(4, sequence)
    let result = -1
    while (result < 0) {
      result = sequence % 2 === 0 ? publication.offer(bytes) : claimed(publication, claim, bytes)
      if (result < 0) await new Promise(setImmediate)
    }
  }
}

function claimed(publication: Publication, claim: BufferClaim, bytes: Uint8Array): number {
  const result = publication.tryClaim(bytes.length, claim)
  if (result < 0) return result
  claim.buffer.bytes.set(bytes, claim.offset)
  claim.commit()
  return result
}

async function hold(client: Client, channel: string): Promise<void> {
  const subscription = await client.addSubscription(channel, STREAM_ID)
  const publication = await client.addPublication(channel, STREAM_ID)
  await client.addExclusivePublication('aeron:ipc', STREAM_ID + 1)
  await client.addCounter(2001, 'held')
  await publication.waitForConnected({ timeoutMs: 5000 })
  await subscription.waitForConnected({ timeoutMs: 5000 })
  port.postMessage('held')
  await nextMessage()
}

async function spin(client: Client, { doing, channel, forMs }: JobOf<'spin'>): Promise<void> {
  const available: number[] = []
  const unavailable: number[] = []
  const subscription = await client.addSubscription(channel, spinStreamId(doing), {
    onAvailableImage: ({ sessionId }) => available.push(sessionId),
    onUnavailableImage: ({ sessionId }) => unavailable.push(sessionId),
  })
  const publication = await client.addPublication('aeron:ipc', STREAM_ID + 1)
  port.postMessage('spinning')
  let fragments = 0
  let offers = 0
  const bytes = new Uint8Array(8)
  const count = (): void => void fragments++
  const endMs = performance.now() + forMs
  while (performance.now() < endMs && !client.isClosed) {
    if (doing === 'poll') subscription.poll(count, 10)
    else if (publication.offer(bytes) > 0) offers++
  }
  const { isClosed } = client
  const report: SpinReport = { isClosed, available, unavailable, fragments, offers, errors }
  port.postMessage(report)
}

const errors: string[] = []
const handle = data.handle ?? (await nextMessage()) as DriverHandle
const client = await Client.connect(handle, { errorHandler: (error) => errors.push(String(error)) })
try {
  if (data.job.kind === 'publish') await publish(client, data.job)
  else if (data.job.kind === 'hold') await hold(client, data.job.channel)
  else await spin(client, data.job)
} finally {
  await client.close()
}
