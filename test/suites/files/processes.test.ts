/** Millions of messages between processes, through files that each has mapped for itself: no word comes too early. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { MediaDriver } from '../../../driver/index.ts'
import type { ThreadingMode } from '../../../driver/index.ts'
import { runChild } from '../../support/child.ts'
import { suite } from '../../support/suite.ts'

const MESSAGES = 3_000_000
const LIMIT_MS = 110_000
const STREAM_PROCESS = fileURLToPath(new URL('./stream-process.js', import.meta.url))
const IPC = 'aeron:ipc?term-length=1m'
const UDP = 'aeron:udp?endpoint=127.0.0.1:0|term-length=1m'

const test = suite('streams between processes', { timeoutMs: 120_000 })

async function carry(threadingMode: ThreadingMode, channel: string): Promise<void> {
  await using driver = await MediaDriver.launch({ dir: true, threadingMode, countersBufferLength: 1 << 20 })
  const dir = driver.dir ?? ''
  const start = performance.now()
  const subscriber = spawn(process.execPath, [STREAM_PROCESS, 'subscriber', dir, channel, '1001', String(MESSAGES)])
  try {
    const lines = createInterface({ input: subscriber.stdout })[Symbol.asyncIterator]()
    assert.is((await lines.next()).value, 'ready')
    const target = channel === UDP ? `aeron:udp?endpoint=${boundAddress(driver)}|term-length=1m` : channel
    const args = [STREAM_PROCESS, 'publisher', dir, target, '1001', String(MESSAGES)]
    const publisher = await runChild(process.execPath, args, { timeoutMs: LIMIT_MS })
    assert.is(publisher.code, 0, publisher.stderr)
    assert.is((await lines.next()).value, JSON.stringify({ received: MESSAGES, wrong: 0 }))
    const seconds = (performance.now() - start) / 1000
    process.stdout.write(`${channel}, ${threadingMode}: ${MESSAGES} messages in ${seconds.toFixed(1)} s\n`)
    assert.equal(driver.errors(), [])
  } finally {
    subscriber.kill('SIGKILL')
  }
}

/** Where the subscription with port 0 listens. */
function boundAddress(driver: MediaDriver): string {
  let address: string | undefined
  driver.counters().forEach((_id, _typeId, _key, label) => {
    address ??= /^rcv-local-sockaddr: \d+ (\S+)$/.exec(label)?.[1]
  })
  assert.ok(address !== undefined)
  return address!
}

test('over IPC', () => carry('DEDICATED', IPC))
test('over IPC, with a driver of one thread', () => carry('SHARED', IPC))
test('over UDP', () => carry('DEDICATED', UDP))

test.run()
