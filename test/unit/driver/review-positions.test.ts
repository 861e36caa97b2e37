import * as assert from 'uvu/assert'
import type { BasePublication } from '../../../client/base-publication.ts'
import { ADMIN_ACTION, MAX_POSITION_EXCEEDED } from '../../../client/log/offer-result.ts'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import { Random } from '../../support/random.ts'
import { suite } from '../../support/suite.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('streams at the ends of positions and term ids, through whole drivers')

const STREAM_ID = 7
const TERM_LENGTH = 65_536
const UDP = 'aeron:udp?endpoint=127.0.0.1:20121'
const IPC = 'aeron:ipc?alias=positions'
const INT32_MIN = -0x8000_0000

/** Where a stream begins: at `termOffset` of term `termId`. */
interface Start {
  readonly what: string
  readonly initialTermId: number
  readonly termCount: number
  readonly termOffset: number
}

const STARTS: readonly Start[] = [
  { what: 'beyond 2^31', initialTermId: 5, termCount: 32_767, termOffset: TERM_LENGTH - 1024 },
  { what: 'beyond 2^32', initialTermId: -5, termCount: 65_535, termOffset: TERM_LENGTH - 1024 },
  { what: 'where term ids wrap', initialTermId: 0x7fff_fffe, termCount: 1, termOffset: TERM_LENGTH - 1024 },
  { what: 'where positions and term ids wrap', initialTermId: 0x7fff_8000, termCount: 32_767, termOffset: 0 },
  { what: 'at the end of a term', initialTermId: INT32_MIN, termCount: 70_000, termOffset: TERM_LENGTH },
]

function channelOf(channel: string, { initialTermId, termCount, termOffset }: Start): string {
  const termId = (initialTermId + termCount) | 0
  return `${channel}|term-length=64k|init-term-id=${initialTermId}|term-id=${termId}|term-offset=${termOffset}`
}

interface Stage {
  readonly world: VirtualWorld
  readonly publication: BasePublication
  /** First bytes of messages. */
  readonly received: number[]
  isGone(): boolean
}

async function begin(channel: string, isExclusive: boolean, loss: number, start: Start): Promise<Stage> {
  const world = new VirtualWorld(new Random(`positions ${start.what}`), { latencyNs: 10_000 })
  const driver = world.addDriver({ faults: { send: { loss }, receive: { reorder: loss } } })
  const [reader, writer] = [world.addClient(driver), world.addClient(driver)]
  const subscription = await world.settle(reader.addSubscription(channel, STREAM_ID))
  const asked = channelOf(channel, start)
  const publication = isExclusive
    ? await world.settle(writer.addExclusivePublication(asked, STREAM_ID))
    : await world.settle(writer.addPublication(asked, STREAM_ID))
  const received: number[] = []
  world.addTask(() => subscription.poll((buffer, offset) => void received.push(buffer.bytes[offset]!), 10))
  return { world, publication, received, isGone: () => subscription.hasNoImages }
}

for (const start of STARTS) {
  for (const channel of [UDP, IPC]) {
    for (const isExclusive of [false, true]) {
      const kind = isExclusive ? 'exclusive' : 'concurrent'
      test(`a stream goes on ${start.what}: ${kind}, ${channel}`, async () => {
        const { world, publication, received } = await begin(channel, isExclusive, 0.05, start)
        const startPosition = start.termCount * TERM_LENGTH + start.termOffset
        assert.is(publication.position, startPosition)
        const sent: number[] = []
        const message = new Uint8Array(1000)
        while (sent.length < 300) {
          message[0] = sent.length % 251
          world.runUntil('published', () => publication.offer(message) > 0)
          sent.push(message[0])
        }
        world.runUntil('received', () => received.length === sent.length)
        assert.equal(received, sent)
        assert.ok(publication.position > startPosition + 4 * TERM_LENGTH)
      })
    }
  }
}

for (const channel of [UDP, IPC]) {
  for (const isExclusive of [false, true]) {
    const kind = isExclusive ? 'exclusive' : 'concurrent'
    test(`the last position of a stream is reached, and the stream ends there: ${kind}, ${channel}`, async () => {
      const start = { what: 'the end', initialTermId: 9, termCount: 2 ** 31 - 1, termOffset: TERM_LENGTH - 4096 }
      const { world, publication, received, isGone } = await begin(channel, isExclusive, 0.05, start)
      let count = 0
      const isFull = (): boolean => {
        const result = publication.offer(new Uint8Array(100))
        if (result > 0) count++
        return result === MAX_POSITION_EXCEEDED
      }
      world.runUntil('all positions are taken', isFull)
      assert.is(count, 25, 'messages of 160 bytes in 4096')
      assert.is(publication.tryClaim(100, new BufferClaim()), MAX_POSITION_EXCEEDED)
      assert.is.not(publication.offer(new Uint8Array(1)), ADMIN_ACTION)
      world.runUntil('received', () => received.length === count)
      publication.close()
      world.runUntil('the image is gone', isGone)
    })
  }
}

test.run()
