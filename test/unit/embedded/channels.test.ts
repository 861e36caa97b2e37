import { createSocket } from 'node:dgram'
import * as assert from 'uvu/assert'
import { ChannelStatus, RegistrationError } from '../../../client/index.ts'
import type { Client } from '../../../client/index.ts'
import { suite } from '../../support/suite.ts'
import { World, bytesOf, connected, receive, rejection, send, until } from './harness.ts'

const test = suite('embedded/channels')

let world: World
let client: Client

test.before(async () => {
  world = await World.launch()
  client = await world.connect()
})

test.after(async () => {
  const errors = world.errors.map(String)
  await world.end()
  assert.equal(errors, [])
})

async function refusal(promise: Promise<unknown>, errorName: string, what: string = ''): Promise<string> {
  const error = await rejection(promise, 'ERR_GODWIT_REGISTRATION', what)
  assert.instance(error, RegistrationError)
  assert.is((error as RegistrationError).errorName, errorName, error.message)
  return error.message
}

for (const [channel, local] of [
  ['aeron:udp?endpoint=127.0.0.1:0', /^127\.0\.0\.1:\d+$/],
  ['aeron:udp?endpoint=[::1]:0', /^\[::1\]:\d+$/],
  ['aeron:udp?endpoint=localhost:0', /^127\.0\.0\.1:\d+$/],
  ['aeron:udp?endpoint=0.0.0.0:0|interface=127.0.0.1', /^0\.0\.0\.0:\d+$/],
  ['aeron:udp?endpoint=127.0.0.1:0|interface=127.0.0.0/8|alias=loop', /^127\.0\.0\.1:\d+$/],
] as const) {
  test(`${channel} carries messages to the port that was chosen`, async () => {
    const subscription = await client.addSubscription(channel, 1001)
    await until('the socket', () => subscription.channelStatus === ChannelStatus.ACTIVE)
    assert.match(subscription.resolvedEndpoint!, local)
    const target = subscription.tryResolveChannelEndpointPort()!
    assert.not.match(target, /:0(\||$)/)
    const publication = await client.addPublication(target.replace('0.0.0.0', '127.0.0.1'), 1001)
    await publication.waitForConnected({ timeoutMs: 5000 })
    assert.is(publication.channelStatus, ChannelStatus.ACTIVE)
    assert.is(publication.localSocketAddresses().length, 1)
    await send(publication, bytesOf(channel))
    assert.equal(await receive(subscription, 1), [channel])
    publication.close()
    subscription.close()
  })
}

test('a port that is taken is an error that says so, and a port that is free again is no error', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const channel = `aeron:udp?endpoint=127.0.0.1:${socket.address().port}`
  const text = await refusal(client.addSubscription(channel, 1001), 'GENERIC_ERROR')
  assert.match(text, /EADDRINUSE|in use/)
  assert.match(text, String(socket.address().port))
  await new Promise<void>((resolve) => socket.close(resolve))
  const { publication, subscription } = await connected(client, client, channel)
  await send(publication, bytesOf('free'))
  assert.equal(await receive(subscription, 1), ['free'])
  publication.close()
  subscription.close()
})

test('a host that nobody knows is an error that names it', async () => {
  const channel = 'aeron:udp?endpoint=no-such-host.invalid:4000'
  for (const promise of [client.addSubscription(channel, 1001), client.addPublication(channel, 1001)]) {
    assert.match(await refusal(promise, 'UNKNOWN_HOST'), 'no-such-host.invalid')
  }
})

test('wrong parameters are errors that name them', async () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['endpoint=127.0.0.1', 'endpoint'],
    ['endpoint=127.0.0.1:70000', 'endpoint'],
    ['endpoint=:4000', 'endpoint'],
    ['endpoint=127.0.0.1:4000|interface=300.1.1.1', 'interface'],
    ['endpoint=127.0.0.1:4000|mtu=17', 'mtu'],
    ['endpoint=127.0.0.1:4000|mtu=70000', 'mtu'],
    ['endpoint=127.0.0.1:4000|term-length=65537', 'term-length'],
    ['endpoint=127.0.0.1:4000|term-length=2g', 'term-length'],
    ['endpoint=127.0.0.1:4000|session-id=many', 'session-id'],
    ['endpoint=127.0.0.1:4000|stream-id=7', 'stream-id'],
    ['endpoint=127.0.0.1:4000|linger=-1', 'linger'],
    ['endpoint=127.0.0.1:4000|linger=5m', 'linger'],
    ['endpoint=127.0.0.1:4000|init-term-id=1', 'term-id'],
    ['endpoint=127.0.0.1:4000|init-term-id=1|term-id=0|term-offset=0', 'term-id'],
    ['endpoint=127.0.0.1:4000|init-term-id=1|term-id=1|term-offset=33', 'term-offset'],
    ['endpoint=127.0.0.1:4000|sparse=maybe', 'sparse'],
    ['endpoint=127.0.0.1:4000|eos=1', 'eos'],
    ['endpoint=127.0.0.1:4000|so-sndbuf=big', 'so-sndbuf'],
    ['endpoint=127.0.0.1:4000|so-rcvbuf=-1', 'so-rcvbuf'],
    ['endpoint=127.0.0.1:4000|pub-wnd=1', 'pub-wnd'],
  ]
  for (const [parameters, name] of wrong) {
    const text = await refusal(client.addPublication(`aeron:udp?${parameters}`, 1001), 'INVALID_CHANNEL', parameters)
    assert.match(text.slice(text.indexOf('INVALID_CHANNEL')), name, parameters)
  }
  const wrongSubscriptions: readonly (readonly [string, string])[] = [
    ['endpoint=127.0.0.1:4000|reliable=yes', 'reliable'],
    ['endpoint=127.0.0.1:4000|rcv-wnd=1', 'rcv-wnd'],
    ['endpoint=127.0.0.1:4000|nak-delay=soon', 'nak-delay'],
    ['endpoint=127.0.0.1:4000|rejoin=1', 'rejoin'],
    ['endpoint=127.0.0.1:4000|session-id=x', 'session-id'],
    ['endpoint=127.0.0.1:4000|group=some', 'group'],
    ['endpoint=127.0.0.1:4000|gtag=red', 'gtag'],
  ]
  for (const [parameters, name] of wrongSubscriptions) {
    const text = await refusal(client.addSubscription(`aeron:udp?${parameters}`, 1001), 'INVALID_CHANNEL', parameters)
    assert.match(text.slice(text.indexOf('INVALID_CHANNEL')), name, parameters)
  }
  for (const channel of ['', 'udp', 'aeron', 'aeron:tcp?endpoint=127.0.0.1:1', 'aeron:udp?endpoint', 'aeron:udp?=1']) {
    await refusal(client.addPublication(channel, 1001), 'INVALID_CHANNEL')
    await refusal(client.addSubscription(channel, 1001), 'INVALID_CHANNEL')
  }
})

test('what comes later is not supported yet, and says so by name', async () => {
  const later: readonly (readonly [string, string])[] = [
    ['endpoint=224.10.9.7:4000', 'endpoint'],
    ['endpoint=127.0.0.1:4000|control=127.0.0.1:4001|control-mode=dynamic', 'control'],
    ['control=127.0.0.1:4001|control-mode=manual', 'control'],
    ['endpoint=127.0.0.1:4000|tags=1,2', 'tags'],
  ]
  for (const [parameters, name] of later) {
    for (const add of ['addPublication', 'addSubscription'] as const) {
      const text = await refusal(client[add](`aeron:udp?${parameters}`, 1001), 'NOT_SUPPORTED', `${add} ${parameters}`)
      assert.match(text.slice(text.indexOf('NOT_SUPPORTED')), name, parameters)
    }
  }
  await refusal(client.addSubscription('aeron:udp?endpoint=127.0.0.1:4000|tether=false', 1001), 'NOT_SUPPORTED')
  await refusal(client.addSubscription('aeron-spy:aeron:udp?endpoint=127.0.0.1:4000', 1001), 'NOT_SUPPORTED')
  const publication = await client.addPublication('aeron:ipc', 1001)
  await rejection(publication.addDestination('aeron:udp?endpoint=127.0.0.1:4000'), 'ERR_GODWIT_NOT_SUPPORTED')
  await rejection(publication.removeDestination('aeron:udp?endpoint=127.0.0.1:4000'), 'ERR_GODWIT_NOT_SUPPORTED')
  publication.close()
})

test('parameters of publications of one stream must agree', async () => {
  const first = await client.addPublication('aeron:ipc?mtu=1024', 1009)
  assert.match(await refusal(client.addPublication('aeron:ipc?mtu=2048', 1009), 'INVALID_CHANNEL'), 'mtu')
  const second = await client.addPublication('aeron:ipc', 1009)
  assert.is(second.maxPayloadLength, 1024 - 32)
  first.close()
  second.close()
})

test('streams begin where the channel says', async () => {
  const channel = 'aeron:ipc?init-term-id=100|term-id=102|term-offset=4096|term-length=64k|session-id=-77'
  const publication = await client.addExclusivePublication(channel, 1010)
  assert.is(publication.position, 2 * 65_536 + 4096)
  assert.is(publication.sessionId, -77)
  assert.equal([publication.initialTermId, publication.termId, publication.termOffset], [100, 102, 4096])
  const subscription = await client.addSubscription('aeron:ipc?session-id=-77', 1010)
  await subscription.waitForConnected({ timeoutMs: 5000 })
  assert.is(subscription.imageAtIndex(0)!.joinPosition, publication.position)
  await send(publication, bytesOf('here'))
  assert.equal(await receive(subscription, 1), ['here'])
  publication.close()
  subscription.close()
})

test.run()
