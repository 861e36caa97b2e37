import { randomUUID } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { BroadcastChannel } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { Client } from '../../../client/client.ts'
import { EmbeddedLogs } from '../../../client/conductor/embedded-connection.ts'
import { waitStrategy } from '../../../client/conductor/wait-strategy.ts'
import type { EmbeddedDriverHandle, EmbeddedLogMessage } from '../../../client/protocol/embedded.ts'
import { FakeDriver } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'

const test = suite('client/embedded')

function handleOf(driver: FakeDriver): EmbeddedDriverHandle {
  const cnc = driver.memory.bytes.buffer as SharedArrayBuffer
  return { kind: 'godwit-embedded-driver', cnc, logChannel: `test-${randomUUID()}` }
}

function post(handle: EmbeddedDriverHandle, driver: FakeDriver, clientId: number, name: string): BroadcastChannel {
  const sender = new BroadcastChannel(handle.logChannel)
  sender.postMessage(logMessage(driver, clientId, name))
  return sender
}

function logMessage(driver: FakeDriver, clientId: number, name: string): EmbeddedLogMessage {
  driver.createLog(1, name)
  const { buffer, byteLength } = driver.logs.get(name)!.bytes
  return { clientId, name, memory: buffer as SharedArrayBuffer, byteOffset: 0, byteLength }
}

test('a log is there at once for its client, without a turn of the event loop', async () => {
  const driver = new FakeDriver()
  const handle = handleOf(driver)
  const logs = new EmbeddedLogs(handle)
  const others = new EmbeddedLogs(handle)
  logs.bind(7)
  others.bind(8)
  const sender = post(handle, driver, 7, 'log')
  sender.postMessage('hostile')
  sender.postMessage({ clientId: 7, name: 5 })
  assert.is(logs.open('log').correlationId, 1)
  assert.is((await rejection(() => logs.open('log'))).code, 'ERR_GODWIT_LOG_UNKNOWN')
  assert.is((await rejection(() => others.open('log'))).code, 'ERR_GODWIT_LOG_UNKNOWN')
  for (const end of [logs, others, sender]) end.close()
})

test('a log is there, too, when the event loop took the message', async () => {
  const driver = new FakeDriver()
  const handle = handleOf(driver)
  const logs = new EmbeddedLogs(handle)
  logs.bind(7)
  const sender = post(handle, driver, 7, 'log')
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.is(logs.open('log').correlationId, 1)
  logs.close()
  sender.close()
})

test('a log that nobody opens is not kept', async () => {
  const driver = new FakeDriver()
  const handle = handleOf(driver)
  const logs = new EmbeddedLogs(handle)
  logs.bind(7)
  const sender = post(handle, driver, 7, 'log')
  logs.onTime(1e9)
  logs.onTime(4e9)
  sender.postMessage(logMessage(driver, 7, 'other'))
  logs.onTime(4e9 + 1)
  assert.is((await rejection(() => logs.open('log'))).code, 'ERR_GODWIT_LOG_UNKNOWN')
  assert.is(logs.open('other').correlationId, 1)
  logs.close()
  sender.close()
})

test('a client connects to a live driver, in each way of waiting, and runs it if nobody else does', async () => {
  const connected: unknown[] = []
  const onConnect = (message: unknown): void => void connected.push(message)
  channel('godwit:client:connect').subscribe(onConnect)
  for (const idle of ['spin', 'backoff', 'sleep'] as const) {
    const driver = new FakeDriver()
    driver.clock.epochMs = () => Date.now()
    const handle = handleOf(driver)
    const sender = new BroadcastChannel(handle.logChannel)
    let invoked = 0
    const invoke = (): number => {
      invoked++
      driver.work()
      return 0
    }
    const client = await Client.connect({ handle, threadingMode: 'INVOKER', invoke }, { idle, clientName: idle })
    await client.addSubscription('aeron:ipc', 10)
    assert.ok(invoked > 0)
    assert.is(client.unref().ref(), client)
    await client[Symbol.asyncDispose]()
    sender.close()
  }
  channel('godwit:client:connect').unsubscribe(onConnect)
  assert.equal(connected.map((message) => (message as { clientName: string }).clientName), ['spin', 'backoff', 'sleep'])
})

test('what is no driver, or a dead one, is refused', async () => {
  const none = {} as EmbeddedDriverHandle
  assert.is((await rejection(() => Client.connect(none))).code, 'ERR_GODWIT_CLIENT_OPTION')
  const driver = new FakeDriver()
  driver.ring.setConsumerHeartbeatMs(-1)
  assert.is((await rejection(() => Client.connect(handleOf(driver)))).code, 'ERR_GODWIT_DRIVER_TIMEOUT')
  driver.ring.setConsumerHeartbeatMs(1)
  const late = await rejection(() => Client.connect(handleOf(driver), { driverTimeoutMs: 10 }))
  assert.is(late.code, 'ERR_GODWIT_DRIVER_TIMEOUT')
  const signal = AbortSignal.timeout(10)
  assert.is((await rejection(() => Client.connect(handleOf(driver), { signal }))).name, 'TimeoutError')
  assert.is(waitStrategy('backoff').name, 'backoff')
})

test.run()
