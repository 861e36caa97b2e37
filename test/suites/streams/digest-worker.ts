/**
 * One end of a stream of random bytes, in a thread of its own. The publisher makes the bytes from a seed and cuts them
 * into messages of random lengths; both ends hash lengths and bytes of all messages.
 */
import { createCipheriv, createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { DriverHandle } from '../../../driver/index.ts'
import { Client, FragmentAssembler } from '../../../driver/index.ts'
import { Random } from '../../support/random.ts'

export interface EndOfStream {
  readonly role: 'publisher' | 'subscriber'
  readonly handle: DriverHandle
  readonly channel: string
  readonly streamId: number
  readonly seed: string
  readonly totalBytes: number
  readonly messageLengthMax: number
}

/** The subscriber is there; the channel has the port that was chosen. */
export interface EndReady {
  readonly channel: string | undefined
}

export interface EndResult {
  readonly messages: number
  readonly bytes: number
  readonly sha256: string
}

const SHORT_MESSAGE_LENGTH_MAX = 200
const FRAGMENT_LIMIT = 64
const CHUNK_LENGTH = 1 << 20
/** Without progress the event loop turns after so many attempts, for sockets and logs that need it. */
const ATTEMPTS_PER_TURN = 1000

const task = workerData as EndOfStream

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

class Digest {
  bytes = 0
  messages = 0
  readonly #hash: Hash = createHash('sha256')
  readonly #length: Buffer = Buffer.alloc(4)

  add(message: Uint8Array): void {
    this.#length.writeInt32LE(message.byteLength)
    this.#hash.update(this.#length).update(message)
    this.bytes += message.byteLength
    this.messages++
  }

  result(): EndResult {
    return { messages: this.messages, bytes: this.bytes, sha256: this.#hash.digest('hex') }
  }
}

async function publish(client: Client): Promise<EndResult> {
  const publication = await client.addExclusivePublication(task.channel, task.streamId)
  await publication.waitForConnected()
  const random = new Random(task.seed)
  const key = Buffer.from(Array.from({ length: 16 }, () => random.int(256)))
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(CHUNK_LENGTH)
  const digest = new Digest()
  let chunk = Buffer.alloc(0)
  while (digest.bytes < task.totalBytes) {
    const lengthMax = random.bool() ? SHORT_MESSAGE_LENGTH_MAX : task.messageLengthMax
    const length = Math.min(random.between(1, lengthMax), task.totalBytes - digest.bytes)
    if (chunk.length < length) chunk = Buffer.concat([chunk, stream.update(zeros)])
    const message = chunk.subarray(0, length)
    chunk = chunk.subarray(length)
    for (let attempts = 1; publication.offer(message) < 0; attempts++) {
      if (publication.isClosed) throw new Error('the publication was closed')
      if (attempts % ATTEMPTS_PER_TURN === 0) await nextTurn()
    }
    digest.add(message)
  }
  publication.close()
  return digest.result()
}

async function subscribe(client: Client): Promise<EndResult> {
  const subscription = await client.addSubscription(task.channel, task.streamId)
  const copy = Buffer.alloc(task.messageLengthMax)
  const digest = new Digest()
  const assembler = new FragmentAssembler((buffer, offset, length) => {
    copy.set(buffer.bytes.subarray(offset, offset + length))
    digest.add(copy.subarray(0, length))
  })
  const channel = subscription.tryResolveChannelEndpointPort()
  parentPort?.postMessage({ channel } satisfies EndReady)
  for (let idle = 0; digest.bytes < task.totalBytes; ) {
    idle = subscription.poll(assembler.onFragment, FRAGMENT_LIMIT) > 0 ? 0 : idle + 1
    if (idle % ATTEMPTS_PER_TURN === ATTEMPTS_PER_TURN - 1) await nextTurn()
  }
  return digest.result()
}

const client = await Client.connect(task.handle)
const result = task.role === 'publisher' ? await publish(client) : await subscribe(client)
parentPort?.postMessage(result)
await client.close()
