import * as assert from 'uvu/assert'
import type { Client } from '../../../client/client.ts'
import type { ExclusivePublication } from '../../../client/exclusive-publication.ts'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import {
  ADMIN_ACTION,
  BACK_PRESSURED,
  CLOSED,
  MAX_POSITION_EXCEEDED,
  NOT_CONNECTED,
} from '../../../client/log/offer-result.ts'
import type { Publication } from '../../../client/publication.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FakeDriver, TERM_LENGTH, closeClients, turns } from '../../support/fake-driver.ts'
import type { FakeLog } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'

const test = suite('client/publish')
const FRAME = 64
const BYTES = new Uint8Array(8).fill(3)

interface Published {
  readonly driver: FakeDriver
  readonly client: Client
  readonly publication: Publication | ExclusivePublication
  readonly fake: FakeLog
}

async function published(isExclusive: boolean = false): Promise<Published> {
  const driver = new FakeDriver()
  const client = driver.connect()
  const publication = isExclusive
    ? await client.addExclusivePublication('aeron:ipc', 10)
    : await client.addPublication('aeron:ipc', 10)
  return { driver, client, publication, fake: driver.publications[0]! }
}

for (const isExclusive of [false, true]) {
  const kind = isExclusive ? 'exclusive' : 'shared'

  test(`${kind}: offers return positions, or why not`, async () => {
    const { publication, fake } = await published(isExclusive)
    assert.is(publication.offer(BYTES), FRAME)
    assert.is(publication.offer(new DirectBuffer(BYTES), 1, 3), 2 * FRAME)
    assert.is(publication.position, 2 * FRAME)
    assert.is(publication.availableWindow, TERM_LENGTH / 2 - 2 * FRAME)
    assert.is(fake.log.terms[0].view.getInt32(FRAME, true), 35)
    fake.counter.set(2 * FRAME)
    assert.is(publication.offer(BYTES), BACK_PRESSURED)
    assert.is(publication.availableWindow, 0)
    fake.log.setConnected(false)
    assert.not.ok(publication.isConnected)
    assert.is(publication.offer(BYTES), NOT_CONNECTED)
    fake.counter.set(2 * TERM_LENGTH)
    while (publication.position < TERM_LENGTH) publication.offer(BYTES)
    assert.is(publication.offer(BYTES), ADMIN_ACTION)
    assert.is(publication.offer(BYTES), TERM_LENGTH + FRAME)
    assert.is((await rejection(() => publication.offer(new Uint8Array(publication.maxMessageLength + 1)))).code,
      'ERR_GODWIT_LOG_LENGTH')
    publication.close()
    assert.is(publication.offer(BYTES), CLOSED)
    assert.is(publication.position, CLOSED)
    assert.is(publication.positionLimit, CLOSED)
    assert.is(publication.availableWindow, CLOSED)
    assert.is((await rejection(() => publication.publish(BYTES))).code, 'ERR_GODWIT_CLOSED')
  })

  test(`${kind}: parts, claims and reserved values`, async () => {
    const { publication, fake } = await published(isExclusive)
    const part = { buffer: new DirectBuffer(BYTES), offset: 2, length: 4 }
    assert.is(publication.offerVectors([part, part], () => 99n), FRAME)
    assert.is(fake.log.terms[0].view.getInt32(0, true), 40)
    assert.is(fake.log.terms[0].view.getBigInt64(24, true), 99n)
    const claim = new BufferClaim()
    assert.is(publication.tryClaim(5, claim), 2 * FRAME)
    claim.buffer.bytes.fill(9, claim.offset, claim.offset + 5)
    assert.ok(fake.log.terms[0].loadInt32(FRAME) < 0)
    claim.commit()
    assert.is(fake.log.terms[0].loadInt32(FRAME), 37)
    assert.is((await rejection(() => publication.tryClaim(publication.maxPayloadLength + 1, claim))).code,
      'ERR_GODWIT_LOG_LENGTH')
  })
}

test('the bytes of the last array are wrapped once, those of another anew', async () => {
  const { publication, fake } = await published()
  const bytes = new Uint8Array(8).fill(1)
  publication.offer(bytes)
  bytes.fill(2)
  publication.offer(bytes)
  publication.offer(BYTES)
  publication.offer(bytes)
  const { bytes: term } = fake.log.terms[0]
  assert.equal([0, 1, 2, 3].map((i) => term[i * FRAME + 32]), [1, 2, 3, 2])
})

test('an exclusive publication pads, takes blocks, and tells where it is', async () => {
  const { publication, fake } = await published(true) as Published & { publication: ExclusivePublication }
  assert.is(publication.appendPadding(10), FRAME)
  assert.is(publication.termOffset, FRAME)
  assert.is(publication.termId, 7)
  const block = new DirectBuffer(new ArrayBuffer(FRAME))
  block.view.setInt32(0, FRAME, true)
  block.view.setUint16(6, 1, true)
  block.view.setInt32(8, FRAME, true)
  block.view.setInt32(12, publication.sessionId, true)
  block.view.setInt32(16, publication.streamId, true)
  block.view.setInt32(20, 7, true)
  assert.is(publication.offerBlock(block), 2 * FRAME)
  assert.is((await rejection(() => publication.offerBlock(block.bytes))).code, 'ERR_GODWIT_LOG_BLOCK')
  fake.counter.set(0)
  assert.is(publication.appendPadding(10), BACK_PRESSURED)
})

test('messages are published in the order of the calls as soon as there is room, and none before', async () => {
  const { publication, fake } = await published()
  fake.counter.set(0)
  const done: number[] = []
  const all = [1, 2, 3, 4].map((i) => publication.publish(new Uint8Array(8).fill(i)).then((position) => {
    done.push(i)
    return position
  }))
  await turns()
  assert.equal(done, [])
  fake.counter.set(2 * FRAME)
  await turns(4)
  assert.equal(done, [1, 2])
  // Room alone does not let a later call pass those that wait.
  const last = publication.publish(new Uint8Array(8).fill(5))
  fake.counter.set(TERM_LENGTH)
  assert.equal(await Promise.all([...all, last]), [1, 2, 3, 4, 5].map((i) => i * FRAME))
  assert.equal([0, 1, 2, 3, 4].map((i) => fake.log.terms[0].bytes[i * FRAME + 32]), [1, 2, 3, 4, 5])
})

test('an aborted publish leaves its place, others go on', async () => {
  const { publication, fake } = await published()
  fake.counter.set(0)
  const controller = new AbortController()
  const first = rejection(() => publication.publish(BYTES, { signal: controller.signal }))
  const second = publication.publish(new Uint8Array(16))
  await turns()
  controller.abort(new Error('enough'))
  assert.is((await first).message, 'enough')
  fake.counter.set(TERM_LENGTH)
  assert.is(await second, FRAME)
  const aborted = AbortSignal.abort(new Error('before'))
  assert.is((await rejection(() => publication.publish(BYTES, { signal: aborted }))).message, 'before')
  assert.is(publication.position, FRAME)
})

test('a publish that waits too long rejects, whatever is before it', async () => {
  const { driver, publication, fake } = await published()
  fake.counter.set(0)
  const patient = publication.publish(BYTES)
  const impatient = rejection(() => publication.publish(BYTES, { timeoutMs: 50 }))
  await turns()
  driver.clock.skipMs(50)
  await turns()
  driver.clock.skipMs(1)
  const error = await impatient
  assert.is(error.code, 'ERR_GODWIT_TIMEOUT')
  assert.match(error.message, 'subscribers are behind')
  fake.counter.set(TERM_LENGTH)
  assert.is(await patient, FRAME)
})

test('closing rejects those who wait', async () => {
  const { driver, client, publication, fake } = await published()
  fake.counter.set(0)
  const waiting = [rejection(() => publication.publish(BYTES)), rejection(() => publication.drain())]
  await turns()
  publication.close()
  for (const error of await Promise.all(waiting)) assert.is(error.code, 'ERR_GODWIT_CLOSED')
  const other = await client.addPublication('aeron:ipc', 11)
  driver.publications[1]!.log.setConnected(false)
  const more = [rejection(() => other.waitForConnected()), rejection(() => client.nextSessionId(1))]
  await client.close()
  for (const error of await Promise.all(more)) assert.is(error.code, 'ERR_GODWIT_CLOSED')
  assert.ok(other.isClosed)
})

test('a message that is too long rejects, and later ones go on', async () => {
  const { publication, fake } = await published()
  fake.counter.set(0)
  const tooLong = rejection(() => publication.publish(new Uint8Array(publication.maxMessageLength + 1)))
  const next = publication.publish(BYTES)
  await turns()
  fake.counter.set(TERM_LENGTH)
  assert.is((await tooLong).code, 'ERR_GODWIT_LOG_LENGTH')
  assert.is(await next, FRAME)
})

test('the end of all positions rejects', async () => {
  const driver = new FakeDriver()
  driver.parameters = { initialTermId: 0, termId: 2 ** 31 - 1, termOffset: TERM_LENGTH - FRAME }
  const publication = await driver.connect().addPublication('aeron:ipc', 10)
  driver.publications[0]!.counter.set(2 ** 58)
  assert.is(publication.offer(new Uint8Array(100)), MAX_POSITION_EXCEEDED)
  assert.is((await rejection(() => publication.publish(new Uint8Array(100)))).code, 'ERR_GODWIT_MAX_POSITION_EXCEEDED')
})

test('a loop of publishes that never wait lets other work of the thread have its turn', async () => {
  const { publication, fake } = await published()
  let other = 0
  const immediate = setInterval(() => other++, 0)
  for (let i = 0; i < 20_000; i++) {
    fake.counter.set(publication.position + FRAME)
    await publication.publish(BYTES)
  }
  clearInterval(immediate)
  assert.ok(other > 0)
})

test('waiting for a connection and for room', async () => {
  const { driver, publication, fake } = await published()
  await publication.waitForConnected()
  await publication.drain()
  fake.log.setConnected(false)
  const connecting = publication.waitForConnected()
  const tooLong = rejection(() => publication.drain({ timeoutMs: 5 }))
  await turns()
  driver.clock.skipMs(6)
  assert.is((await tooLong).code, 'ERR_GODWIT_TIMEOUT')
  fake.log.setConnected(true)
  await connecting
  const controller = new AbortController()
  fake.counter.set(0)
  const aborted = rejection(() => publication.drain({ signal: controller.signal }))
  controller.abort(new Error('stop'))
  assert.is((await aborted).message, 'stop')
})

test.after(closeClients)

test.run()
