import { totalmem } from 'node:os'
import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import type { EmbeddedLogMessage } from '../../../client/protocol/embedded.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../../../driver/core/driver-error.ts'
import { EmbeddedLogStore, memoryBytes } from '../../../driver/launcher/embedded-logs.ts'
import type { EmbeddedLogOptions } from '../../../driver/launcher/embedded-logs.ts'
import { suite } from '../../support/suite.ts'

const unexpected = (message: string): void => {
  throw new Error(message)
}

function storeOf(options: Partial<EmbeddedLogOptions> = {}): EmbeddedLogStore {
  const defaults = { directory: 'embedded', logChannel: 'godwit-test-logs-of-nobody', bytesMax: Infinity, lowBytes: 0 }
  return new EmbeddedLogStore({ ...defaults, warn: unexpected, ...options })
}

const test = suite('logs of an embedded driver')

test('reach a client at once, in a thread that runs no event handlers', () => {
  const channel = new BroadcastChannel('godwit-test-logs')
  const store = storeOf({ logChannel: 'godwit-test-logs' })
  const log = store.create('publication', 7, 4096)
  store.announce(42, log)
  const received = receiveMessageOnPort(channel as unknown as MessagePort) as { readonly message: EmbeddedLogMessage }
  assert.is(received.message.clientId, 42)
  assert.is(received.message.name, 'embedded/publications/7.logbuffer')
  assert.is(received.message.byteLength, 4096)
  new Uint8Array(log.memory)[5] = 9
  assert.is(new Uint8Array(received.message.memory)[5], 9)
  store.close()
  channel.close()
})

test('are named, zeroed and counted', () => {
  const store = storeOf()
  const image = store.create('image', 8, 8192)
  const publication = store.create('publication', 9, 4096)
  assert.is(image.name, 'embedded/images/8.logbuffer')
  assert.ok(new Uint8Array(image.memory).every((byte) => byte === 0))
  assert.is(store.bytesMapped(), 12_288)
  assert.ok(store.free(image))
  assert.is(store.bytesMapped(), 4096)
  assert.ok(store.free(image))
  assert.is(store.bytesMapped(), 4096)
  assert.ok(store.free(publication))
  assert.is(store.bytesMapped(), 0)
  store.close()
})

test('without memory: an answer for the client', () => {
  const store = storeOf()
  assert.throws(
    () => store.create('publication', 1, Number.MAX_SAFE_INTEGER),
    (error: unknown) => error instanceof DriverError && error.errorCode === ErrorCode.STORAGE_SPACE,
  )
  assert.is(store.bytesMapped(), 0)
  store.close()
})

test('take no more bytes together than they may, and warn once when few are left', () => {
  const warnings: string[] = []
  const store = storeOf({ bytesMax: 16_384, lowBytes: 8192, warn: (message) => warnings.push(message) })
  const first = store.create('publication', 1, 8192)
  assert.equal(warnings, [])
  const second = store.create('publication', 2, 4096)
  store.create('image', 3, 2048)
  assert.is(warnings.length, 1)
  assert.throws(
    () => store.create('image', 4, 4096),
    (error: unknown) => error instanceof DriverError && error.errorCode === ErrorCode.STORAGE_SPACE,
  )
  assert.is(store.bytesMapped(), 14_336)
  store.free(first)
  store.free(second)
  store.create('image', 5, 8192)
  assert.is(warnings.length, 2)
  store.close()
})

test('the memory that there is, is some', () => {
  assert.ok(memoryBytes() > 64 * 1024 * 1024 && memoryBytes() <= totalmem())
})

test.run()
