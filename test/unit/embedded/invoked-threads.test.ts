import type { Worker } from 'node:worker_threads'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { Client, GodwitError } from '../../../client/index.ts'
import { InvokedAgents, MediaDriver } from '../../../driver/index.ts'
import type { AgentGroup, AgentRole, MediaDriverOptions } from '../../../driver/index.ts'
import { suite } from '../../support/suite.ts'
import { LOOPBACK, SMALL, bytesOf, connected, messageOf, receive, rejection, send, until } from './harness.ts'
import type { InvokedThreadReport } from './invoked-thread-data.ts'
import { startInvokedThread } from './invoked-thread-data.ts'

const test = suite('embedded/invoked-threads', { timeoutMs: 30_000 })

const COUNT = 2000
const BESIDE: readonly (readonly AgentRole[])[] = [['conductor', 'sender'], ['receiver']]

function launch(options: MediaDriverOptions = {}): Promise<MediaDriver> {
  return MediaDriver.launch({
    ...SMALL, threadingMode: 'INVOKER', imageLivenessTimeoutNs: 10e9, agentGroups: BESIDE, ...options,
  })
}

function attach(group: AgentGroup): InvokedAgents {
  return InvokedAgents.attach(group, { onWarning: () => undefined })
}

/** What a thread gets when it is sent a group. */
function posted(group: AgentGroup): AgentGroup {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(group, group.transferList)
  const { message } = receiveMessageOnPort(port2) as { readonly message: AgentGroup }
  port1.close()
  return message
}

function ended(worker: Worker): Promise<number> {
  return new Promise((resolve) => worker.once('exit', resolve))
}

function codeOf(body: () => unknown): string {
  try {
    body()
  } catch (error) {
    if (error instanceof GodwitError) return error.code
    throw error
  }
  return 'no error'
}

for (const media of ['auto', 'dgram'] as const) {
  test(`the sender beside the publisher, the receiver beside the subscriber, over ${media}`, async () => {
    const warnings: string[] = []
    const driver = await launch({ media, onWarning: (message) => warnings.push(message) })
    const [first, second] = driver.agentGroups
    const publisher = startInvokedThread({ group: first!, role: 'publisher', count: COUNT })
    const subscriber = startInvokedThread({ group: second!, role: 'subscriber', count: COUNT })
    const exits = Promise.all([ended(publisher), ended(subscriber)])
    try {
      const subscribed = await messageOf<InvokedThreadReport>(subscriber)
      assert.is(subscribed.kind, 'subscribed')
      const results = Promise.all([messageOf<InvokedThreadReport>(publisher), messageOf(subscriber)])
      publisher.postMessage('channel' in subscribed && subscribed.channel)
      assert.equal(await results, [{ kind: 'done', inOrder: COUNT }, { kind: 'done', inOrder: COUNT }])
      publisher.postMessage('go')
      await driver.close()
      assert.equal(await exits, [0, 0])
      const isOther = (text: string): boolean => !text.startsWith('native sockets are not available')
      assert.equal(driver.errors().filter(({ text }) => isOther(text)), [])
      assert.equal(warnings.filter(isOther), [])
    } finally {
      await Promise.all([publisher.terminate(), subscriber.terminate()])
      await driver.close()
    }
  })
}

test('agents that are closed in their thread end the driver, all its groups and its clients', async () => {
  const driver = await launch()
  const remote = attach(posted(driver.agentGroups[0]!))
  const own = attach(driver.agentGroups[1]!)
  const errors: string[] = []
  const errorHandler = (error: unknown): void => void errors.push((error as GodwitError).code)
  const client = await Client.connect(remote, { keepAliveIntervalNs: 20e6, errorHandler })
  assert.not(driver.isClosed)
  own.close()
  own.close()
  assert.ok(own.isClosed && !remote.isClosed)
  assert.is(codeOf(() => own.invoke()), 'ERR_GODWIT_INVOKER')
  await until('the driver to end', () => driver.isClosed)
  assert.is(remote.isClosed ? 0 : remote.invoke(), 0)
  assert.ok(remote.isClosed)
  await until('the client to notice', () => client.isClosed)
  assert.equal(errors, ['ERR_GODWIT_DRIVER_TIMEOUT'])
  assert.is(codeOf(() => remote.invoke()), 'ERR_GODWIT_INVOKER')
  await driver.close()
})

test('a driver that closes ends agents of its own thread at once, and waits for those of others', async () => {
  const driver = await launch()
  const remote = attach(posted(driver.agentGroups[0]!))
  const own = attach(driver.agentGroups[1]!)
  remote.invoke()
  own.invoke()
  let isClosed = false
  const closing = driver.close().then(() => (isClosed = true))
  assert.ok(own.isClosed)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.not(isClosed || remote.isClosed)
  assert.is(remote.invoke(), 0)
  assert.ok(remote.isClosed)
  await closing
})

test('a group can be attached once, in one thread, while the driver lives', async () => {
  const driver = await launch()
  try {
    const [first, second] = driver.agentGroups
    const moved = posted(first!)
    assert.equal(moved.roles, ['conductor', 'sender'])
    assert.is(codeOf(() => attach(first!)), 'ERR_GODWIT_INVOKER', 'it was posted')
    assert.throws(() => posted(first!), (error: Error) => error.name === 'DataCloneError')
    const owner = attach(moved)
    assert.is(codeOf(() => attach(moved)), 'ERR_GODWIT_INVOKER', 'it is attached')
    for (const nothing of [undefined, {}, driver.handle]) {
      assert.is(codeOf(() => attach(nothing as unknown as AgentGroup)), 'ERR_GODWIT_INVOKER')
    }
    const closing = driver.close()
    assert.is(codeOf(() => attach(second!)), 'ERR_GODWIT_INVOKER', 'the driver is closed')
    assert.is(codeOf(() => attach(moved)), 'ERR_GODWIT_INVOKER')
    assert.is(owner.invoke(), 0)
    await closing
  } finally {
    await driver.close()
  }
})

test('a driver whose agents run in groups is not run as a whole', async () => {
  const driver = await launch()
  assert.is(codeOf(() => driver.invoke()), 'ERR_GODWIT_INVOKER')
  assert.is(codeOf(() => driver.agents), 'ERR_GODWIT_INVOKER')
  await rejection(Client.connect(driver), 'ERR_GODWIT_INVOKER')
  await driver.close()
  const whole = await launch({ agentGroups: undefined } as object)
  assert.equal(whole.agentGroups, [])
  assert.type(whole.invoke(), 'number')
  await whole.close()
})

test('a thread that ends without closing its agents is the death of the driver', async () => {
  const told: string[] = []
  const driver = await launch({ onError: ({ code }) => told.push(code) })
  const own = attach(driver.agentGroups[0]!)
  const worker = startInvokedThread({ group: driver.agentGroups[1]!, role: 'subscriber', count: 1 })
  const subscribed = messageOf(worker)
  let isSubscribed = false
  void subscribed.then(() => (isSubscribed = true))
  await until('the other thread', () => own.invoke() >= 0 && isSubscribed, 20_000)
  await worker.terminate()
  await until('the news', () => told.length > 0)
  assert.equal(told, ['ERR_GODWIT_DRIVER_DIED'])
  await driver.close()
  assert.ok(own.isClosed)
})

test('two groups in one thread, over media memory', async () => {
  const driver = await launch({ media: 'memory', agentGroups: [['sender', 'receiver'], ['conductor']] })
  const [network, conductor] = driver.agentGroups.map(attach)
  let isRunning = true
  const run = async (): Promise<void> => {
    for (; isRunning; await new Promise(setImmediate)) network!.invoke()
  }
  const running = run()
  assert.not(network!.needsEventLoop() || conductor!.needsEventLoop())
  const client = await Client.connect(conductor!)
  const pump = setInterval(() => conductor!.invoke(), 1)
  try {
    const { publication, subscription } = await connected(client, client, LOOPBACK.replace(':0', ':40123'))
    await send(publication, bytesOf('x'.repeat(3000)))
    assert.is((await receive(subscription, 3)).join(''), 'x'.repeat(3000))
    await client.close()
  } finally {
    clearInterval(pump)
    isRunning = false
    await running
    await driver.close()
  }
})

test('groups that miss, repeat or invent an agent, or do not go with mode or media, are refused', async () => {
  const wrong: readonly (readonly [unknown, RegExp, MediaDriverOptions?])[] = [
    [[['conductor', 'sender']], /receiver is there 0 times/],
    [[['conductor', 'sender'], ['receiver', 'sender']], /sender is there 2 times/],
    [[['conductor', 'sender'], ['receiver', 'archive']], /archive/],
    [[['conductor', 'sender', 'receiver'], []], /lists of agents/],
    [['conductor', 'sender', 'receiver'], /lists of agents/],
    ['conductor', /lists of agents/],
    [BESIDE, /mode INVOKER/, { threadingMode: 'SHARED' }],
    [BESIDE, /media memory/, { media: 'memory' }],
  ]
  for (const [agentGroups, message, options] of wrong) {
    const launching = launch({ ...options, agentGroups: agentGroups as typeof BESIDE })
    assert.match((await rejection(launching, 'ERR_GODWIT_SETTINGS')).message, message)
  }
})

test.run()
