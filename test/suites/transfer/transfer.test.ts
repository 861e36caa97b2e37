/**
 * 200 MB of random bytes as a file from `godwit pub` to `godwit sub`, with 5 % of all datagrams lost in both
 * directions: they are the same behind it. Between drivers of their own, and through drivers in other processes.
 */
import { createHash, randomFillSync } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { withNative } from '../../support/native.ts'
import { RunningChild } from '../../support/running-child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { BINARY, startPub, startSub, StreamCommand } from '../../support/stream-commands.ts'
import { suite } from '../../support/suite.ts'

const LENGTH = 200_000_000
const BLOCK_LENGTH = 1 << 20
const LOSS = '5%'
const TIMEOUT_MS = 90_000

const test = suite('file transfer', { timeoutMs: TIMEOUT_MS })

const folder = scratchFolder('transfer')
const source = join(folder, 'source')
const target = join(folder, 'target')
const part = `${target}.part`
let expected = ''

interface Summary {
  readonly bytes: number
  readonly seconds: number
  readonly sha256: string
}

test.before(() => {
  const file = openSync(source, 'w')
  const hash = createHash('sha256')
  const block = Buffer.alloc(BLOCK_LENGTH)
  for (let offset = 0; offset < LENGTH; offset += BLOCK_LENGTH) {
    const bytes = randomFillSync(block).subarray(0, Math.min(BLOCK_LENGTH, LENGTH - offset))
    writeSync(file, bytes)
    hash.update(bytes)
  }
  closeSync(file)
  expected = hash.digest('hex')
})

test.before.each(() => {
  for (const path of [target, part]) rmSync(path, { force: true })
})

async function expectSame(what: string, pub: StreamCommand, sub: StreamCommand): Promise<void> {
  const sent = await pub.ended
  const received = await sub.ended
  assert.is(sent.code, 0, sent.stderr)
  assert.is(received.code, 0, received.stderr)
  const { bytes, seconds, sha256 } = JSON.parse(received.stdout.toString()) as Summary
  process.stdout.write(`${what}: ${bytes} bytes in ${seconds} s\n`)
  assert.is((JSON.parse(sent.stdout.toString()) as Summary).sha256, expected)
  assert.is(sha256, expected)
  assert.is(createHash('sha256').update(readFileSync(target)).digest('hex'), expected)
  assert.not.ok(existsSync(part))
}

const options = { timeoutMs: TIMEOUT_MS }

test('200 MB arrive unchanged between commands with drivers of their own, with loss in both directions', async () => {
  const { sub, channel } = await startSub(['--out', target, '--json', '--loss', LOSS, '--loss-seed', '1'], options)
  const faults = ['--loss', LOSS, '--loss-seed', '2']
  await expectSame('own drivers', startPub(channel, ['--file', source, '--json', ...faults], options), sub)
})

withNative(test)('200 MB arrive unchanged through drivers in processes of their own, with loss', async () => {
  const drivers = [1, 2].map((seed) => {
    const dir = join(sharedMemoryFolder('transfer'), 'driver')
    const args = ['driver', '--dir', dir, '--threading', 'SHARED', '--loss', LOSS, '--loss-seed', `${seed}`]
    const tuning = ['--set', 'rcvInitialWindowLength=512k', '--set', 'socketSoRcvbuf=512k']
    return { dir, child: new RunningChild(process.execPath, [BINARY, ...args, ...tuning]) }
  })
  for (const { child } of drivers) await child.until('the driver is ready', () => child.stdout.includes('ready'))
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const channel = `aeron:udp?endpoint=127.0.0.1:${socket.address().port}`
  socket.close()
  const [ofPub, ofSub] = drivers
  const sub = new StreamCommand(['sub', '--channel', channel, '--dir', ofSub!.dir, '--out', target, '--json'], options)
  const pub = startPub(channel, ['--dir', ofPub!.dir, '--file', source, '--json', '--linger', '20'], options)
  await expectSame('drivers in processes of their own', pub, sub)
  for (const { child } of drivers) {
    child.kill('SIGTERM')
    assert.is((await child.ended).code, 0)
  }
})

test('of a publisher that is killed in the middle the subscriber keeps what has come, and says how much', async () => {
  const env = { AERON_IMAGE_LIVENESS_TIMEOUT: '1s' }
  const { sub, channel } = await startSub(['--out', target], { ...options, env })
  const pub = startPub(channel, ['--file', source], options)
  await sub.until('a tenth had come', () => existsSync(part) && statSync(part).size > LENGTH / 10)
  pub.kill('SIGKILL')
  const { code, stderr } = await sub.ended
  assert.is(code, 1)
  assert.not.ok(existsSync(target))
  const arrived = readFileSync(part)
  assert.ok(arrived.length < LENGTH)
  assert.ok(arrived.equals(readFileSync(source).subarray(0, arrived.length)))
  assert.match(stderr, `has the ${arrived.length.toLocaleString('en')} of 200,000,000 bytes of "source" that arrived`)
})

test.run()
