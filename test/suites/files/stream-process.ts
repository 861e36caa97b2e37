/**
 * One end of a stream between two processes: `publisher` or `subscriber`, by arguments. Each message says which one it
 * is and is a function of that, so that one word that comes too early shows.
 */
import { BACK_PRESSURED, Client, NOT_CONNECTED } from '../../../client/index.ts'

const WORDS_MAX = 16
const MIX = 0x9e37_79b1

/** Words of the message with that index, as many as it says. */
function fill(words: Int32Array, index: number): number {
  const count = 2 + (Math.imul(index, MIX) >>> 28)
  for (let i = 0; i < count; i++) words[i] = Math.imul(index + i, MIX)
  words[0] = index
  return count
}

async function publish(client: Client, channel: string, streamId: number, count: number): Promise<void> {
  const publication = await client.addExclusivePublication(channel, streamId)
  const words = new Int32Array(WORDS_MAX + 2)
  const bytes = new Uint8Array(words.buffer)
  for (let index = 0, length = 0; index < count;) {
    if (length === 0) length = 4 * fill(words, index)
    const result = publication.offer(bytes, 0, length)
    if (result > 0) {
      index++
      length = 0
    } else if (result === BACK_PRESSURED || result === NOT_CONNECTED) {
      await new Promise(setImmediate)
    }
  }
  await publication.drain()
}

async function subscribe(client: Client, channel: string, streamId: number, count: number): Promise<void> {
  const subscription = await client.addSubscription(channel, streamId)
  process.stdout.write('ready\n')
  const expected = new Int32Array(WORDS_MAX + 2)
  let index = 0
  let wrong = 0
  const handler: Parameters<typeof subscription.poll>[0] = ({ view }, offset, length) => {
    const words = fill(expected, index)
    let isWrong = length !== 4 * words
    for (let i = 0; i < words && !isWrong; i++) isWrong = view.getInt32(offset + 4 * i, true) !== expected[i]
    if (isWrong) wrong++
    index++
  }
  for (let idle = 0; index < count;) {
    idle = subscription.poll(handler, 100) > 0 ? 0 : idle + 1
    if (idle > 100) await new Promise(setImmediate)
  }
  process.stdout.write(`${JSON.stringify({ received: index, wrong })}\n`)
}

const [role, dir, channel = '', streamId, count] = process.argv.slice(2)
const client = await Client.connect({ dir: dir ?? '' })
const end = role === 'publisher' ? publish : subscribe
await end(client, channel, Number(streamId), Number(count))
await client.close()
