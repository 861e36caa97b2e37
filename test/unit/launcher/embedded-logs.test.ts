import { totalmem } from 'node:os'
import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import type { EmbeddedLogMessage } from '../../../client/protocol/embedded.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../../../driver/core/driver-error.ts'
import { MEMORY_LOG_MAPPER } from '../../../driver/core/log-store.ts'
import type { LogRegion } from '../../../driver/core/log-store.ts'
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

function create(
  store: EmbeddedLogStore, kind: 'publication' | 'image', registrationId: number, byteLength: number,
): LogRegion {
  return store.create({ kind, registrationId, byteLength, isSparse: true })
}

function bytesOf(log: LogRegion): Uint8Array {
  return MEMORY_LOG_MAPPER.map(log).bytes
}

const test = suite('logs of an embedded driver')

test('reach a client at once, in a thread that runs no event handlers', () => {
  const channel = new BroadcastChannel('godwit-test-logs')
  const store = storeOf({ logChannel: 'godwit-test-logs' })
  const log = create(store, 'publication', 7, 4096)
  store.announce(42, log)
  const received = receiveMessageOnPort(channel as unknown as MessagePort) as { readonly message: EmbeddedLogMessage }
  assert.is(received.message.clientId, 42)
  assert.is(received.message.name, 'embedded/publications/7.logbuffer')
  assert.is(received.message.byteLength, 4096)
  bytesOf(log)[5] = 9
  assert.is(new Uint8Array(received.message.memory)[5], 9)
  store.close()
  channel.close()
})

test('are named, zeroed and counted', () => {
  const store = storeOf()
  const image = create(store, 'image', 8, 8192)
  const publication = create(store, 'publication', 9, 4096)
  assert.is(image.name, 'embedded/images/8.logbuffer')
  assert.ok(bytesOf(image).every((byte) => byte === 0))
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
    () => create(store, 'publication', 1, Number.MAX_SAFE_INTEGER),
    (error: unknown) => error instanceof DriverError && error.errorCode === ErrorCode.STORAGE_SPACE,
  )
  assert.is(store.bytesMapped(), 0)
  store.close()
})

test('take no more bytes together than they may, and warn once when few are left', () => {
  const warnings: string[] = []
  const store = storeOf({ bytesMax: 16_384, lowBytes: 8192, warn: (message) => warnings.push(message) })
  const first = create(store, 'publication', 1, 8192)
  assert.equal(warnings, [])
  const second = create(store, 'publication', 2, 4096)
  create(store, 'image', 3, 2048)
  assert.is(warnings.length, 1)
  assert.throws(
    () => create(store, 'image', 4, 4096),
    (error: unknown) => error instanceof DriverError && error.errorCode === ErrorCode.STORAGE_SPACE,
  )
  assert.is(store.bytesMapped(), 14_336)
  store.free(first)
  store.free(second)
  create(store, 'image', 5, 8192)
  assert.is(warnings.length, 2)
  store.close()
})

test('the memory that there is, is some', () => {
  assert.ok(memoryBytes() > 64 * 1024 * 1024 && memoryBytes() <= totalmem())
})

test.run()
