/** `godwit pub --file` and `godwit sub --out`, each in a process of its own, with a driver of its own. */
import { createHash, randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { BINARY, startPub, startSub, StreamCommand } from '../../support/stream-commands.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: files of pub and sub', { timeoutMs: 40_000 })

const LENGTH = 5_000_000

interface Files {
  readonly source: string
  readonly target: string
  readonly part: string
}

function filesOf(content: Uint8Array): Files {
  const folder = scratchFolder('stream-files')
  const source = join(folder, 'source')
  writeFileSync(source, content)
  return { source, target: join(folder, 'target'), part: join(folder, 'target.part') }
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

test('a file arrives as it was sent, through loss in both directions', async () => {
  const content = randomBytes(LENGTH)
  const { source, target, part } = filesOf(content)
  const { sub, channel } = await startSub(['--out', target, '--loss', '0.05', '--json'])
  const pub = startPub(channel, ['--file', source, '--loss', '0.05', '--json'])
  const sent = await pub.ended
  const received = await sub.ended
  assert.is(sent.code, 0, sent.stderr)
  assert.is(received.code, 0, received.stderr)
  assert.ok(readFileSync(target).equals(content))
  assert.is(statSync(target).mode & 0o777, 0o600)
  assert.not.ok(existsSync(part))
  const summary = JSON.parse(received.stdout.toString()) as Readonly<Record<string, unknown>>
  assert.is(summary['sha256'], sha256Of(content))
  assert.is(summary['bytes'], LENGTH)
  assert.is(summary['name'], 'source')
  assert.is(summary['path'], target)
  assert.is((JSON.parse(sent.stdout.toString()) as Readonly<Record<string, unknown>>)['sha256'], sha256Of(content))
})

test('files of no byte, of one and of one chunk arrive', async () => {
  for (const length of [0, 1, 1348]) {
    const content = randomBytes(length)
    const { source, target } = filesOf(content)
    const { sub, channel } = await startSub(['--out', target])
    const sent = await startPub(channel, ['--file', source]).ended
    const received = await sub.ended
    assert.is(sent.code, 0, sent.stderr)
    assert.is(received.code, 0, received.stderr)
    assert.ok(readFileSync(target).equals(content))
    assert.match(received.stdout.toString(), `SHA-256 ${sha256Of(content)}\n`)
  }
})

test('a publisher that is killed in the middle leaves a part, and the subscriber says how much', async () => {
  const { source, target, part } = filesOf(randomBytes(LENGTH))
  truncateSync(source, 100 * LENGTH)
  const { sub, channel } = await startSub(['--out', target], { env: { AERON_IMAGE_LIVENESS_TIMEOUT: '500ms' } })
  const pub = startPub(channel, ['--file', source])
  await sub.until('something was written', () => existsSync(part) && statSync(part).size > 0)
  pub.kill('SIGKILL')
  const { code, stderr } = await sub.ended
  assert.is(code, 1)
  assert.not.ok(existsSync(target))
  const arrived = statSync(part).size
  assert.ok(arrived > 0 && arrived < 100 * LENGTH)
  assert.match(stderr, 'the publisher is gone: nothing was heard of it any more')
  const said = `target.part has the ${arrived.toLocaleString('en')} of 500,000,000 bytes of "source" that arrived`
  assert.match(stderr, `${said} (ERR_GODWIT_CLI_TRANSFER)`)
  assert.equal(readFileSync(part).subarray(0, 1000), readFileSync(source).subarray(0, 1000))
})

test('a publisher that is interrupted ends the stream early, and both say so', async () => {
  const { source, target, part } = filesOf(randomBytes(LENGTH))
  truncateSync(source, 100 * LENGTH)
  const { sub, channel } = await startSub(['--out', target])
  const pub = startPub(channel, ['--file', source])
  await sub.until('something was written', () => existsSync(part) && statSync(part).size > 0)
  pub.kill('SIGINT')
  const sent = await pub.ended
  assert.is(sent.code, 1)
  assert.match(sent.stderr, /interrupted after [\d,]+ of 500,000,000 bytes \(ERR_GODWIT_CLI_INTERRUPTED\)/)
  const received = await sub.ended
  assert.is(received.code, 1)
  assert.match(received.stderr, 'the publisher ended the stream before the file was complete')
  assert.ok(existsSync(part) && !existsSync(target))
})

test('a subscriber that is interrupted keeps the part, and the publisher learns that it is gone', async () => {
  const { source, target, part } = filesOf(randomBytes(LENGTH))
  truncateSync(source, 100 * LENGTH)
  const { sub, channel } = await startSub(['--out', target])
  const pub = startPub(channel, ['--file', source])
  await sub.until('something was written', () => existsSync(part) && statSync(part).size > 0)
  sub.kill('SIGTERM')
  const received = await sub.ended
  assert.is(received.code, 1)
  assert.match(received.stderr, /interrupted before the file was complete; .*\.part has the [\d,]+ of 500,000,000 b/)
  assert.match(received.stderr, 'ERR_GODWIT_CLI_INTERRUPTED')
  const sent = await pub.ended
  assert.is(sent.code, 1)
  assert.match(sent.stderr, /the subscriber of .* was gone after .*ERR_GODWIT_CLI_CONNECTION/)
})

test('a stream that is no file is refused', async () => {
  const { target, part } = filesOf(randomBytes(0))
  const { sub, channel } = await startSub(['--out', target])
  const pub = startPub(channel, ['--message', 'no file'])
  const { code, stderr } = await sub.ended
  assert.is(code, 1)
  assert.match(stderr, 'its first message is not the beginning of a file')
  assert.match(stderr, 'nothing of a file arrived (ERR_GODWIT_CLI_TRANSFER)')
  assert.not.ok(existsSync(part) || existsSync(target))
  await pub.ended
})

test('a file that is changed on its way is not taken for whole', async () => {
  const content = randomBytes(10_000)
  const { source, target, part } = filesOf(content)
  const dump = await startSub(['--once', '--framing', 'length'])
  assert.is((await startPub(dump.channel, ['--file', source]).ended).code, 0)
  const frames = (await dump.sub.ended).stdout
  const changed = Buffer.from(frames)
  const at = changed.indexOf(content.subarray(5000, 5016))
  changed[at]! ^= 1
  for (const { input, code, why } of [
    { input: frames, code: 0, why: '' },
    { input: changed, code: 1, why: /the SHA-256 is [0-9a-f]{64} here and was [0-9a-f]{64} there/ },
    { input: frames.subarray(0, lastFrameOf(frames)), code: 1, why: 'ended the stream before the file was complete' },
  ]) {
    const { sub, channel } = await startSub(['--out', target, '--force'])
    const pub = startPub(channel, ['--framing', 'length'], { input })
    const received = await sub.ended
    assert.is(received.code, code, received.stderr)
    assert.match(received.stderr, why)
    assert.is(existsSync(part), code === 1)
    await pub.ended
  }
  assert.is(sha256Of(readFileSync(target)), sha256Of(content), 'the file of the first run is still there')
})

test('a second publisher is not heard while the first one sends', async () => {
  const { source, target, part } = filesOf(randomBytes(LENGTH))
  const other = filesOf(Buffer.from('something else'))
  const { sub, channel } = await startSub(['--out', target])
  truncateSync(source, 10 * LENGTH)
  const pub = startPub(channel, ['--file', source])
  await sub.until('something was written', () => existsSync(part) && statSync(part).size > 0)
  const second = startPub(channel, ['--file', other.source, '--timeout', '5'])
  const received = await sub.ended
  assert.is(received.code, 0, received.stderr)
  assert.is((await pub.ended).code, 0)
  assert.ok(readFileSync(target).equals(readFileSync(source)))
  const refused = await second.ended
  assert.is(refused.code, 1)
  assert.match(refused.stderr, 'ERR_GODWIT_CLI_CONNECTION')
})

test('at a port that was named a second publisher waits for a subscriber', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const channel = `aeron:udp?endpoint=127.0.0.1:${socket.address().port}`
  socket.close()
  const { source, target } = filesOf(randomBytes(LENGTH))
  truncateSync(source, 10 * LENGTH)
  const sub = new StreamCommand(['sub', '--channel', channel, '--out', target])
  const publishers = [0, 1].map(() => startPub(channel, ['--file', source, '--timeout', '6']))
  const received = await sub.ended
  assert.is(received.code, 0, received.stderr)
  assert.ok(readFileSync(target).equals(readFileSync(source)))
  const codes = await Promise.all(publishers.map(async (pub) => (await pub.ended).code))
  assert.equal(codes.sort(), [0, 1])
})

test('a file that is there, or that cannot be made, is an error before anything is subscribed to', async () => {
  const { source, target } = filesOf(Buffer.from('old'))
  const run = (...args: readonly string[]): ReturnType<typeof runChild> =>
    runChild(process.execPath, [BINARY, 'sub', ...args], { timeoutMs: 10_000 })
  const there = await run('--out', source)
  assert.is(there.code, 1)
  assert.match(there.stderr, /cannot write .*source: it is there already: --force replaces it \(ERR_.*_CLI_OUTPUT\)/)
  mkdirSync(target)
  assert.match((await run('--out', target, '--force')).stderr, 'it is a directory')
  assert.match((await run('--out', join(source, 'f'))).stderr, 'ENOTDIR')
  assert.is(readFileSync(source, 'utf8'), 'old')
})

test('a disk that takes no more is told with what has arrived, and the publisher ends', async () => {
  const { source, target, part } = filesOf(randomBytes(LENGTH))
  // 512 blocks of 512 or 1024 bytes are less than the file in every shell.
  const line = `ulimit -f 2048; exec "${process.execPath}" "${BINARY}" sub --channel "$1" --out "$2"`
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const channel = `aeron:udp?endpoint=127.0.0.1:${socket.address().port}`
  socket.close()
  const sub = runChild('sh', ['-c', line, 'sh', channel, target], { timeoutMs: 20_000 })
  const pub = startPub(channel, ['--file', source])
  const { code, stderr } = await sub
  assert.is(code, 1, stderr)
  assert.match(stderr, /cannot write .*target\.part: EFBIG.*; .*target\.part has the [\d,]+ of 5,000,000 bytes/)
  assert.match(stderr, 'ERR_GODWIT_CLI_OUTPUT')
  assert.ok(existsSync(part) && !existsSync(target))
  assert.is((await pub.ended).code, 1)
})

test('a source that is missing, a directory or no regular file is an error before anything is published', async () => {
  const folder = scratchFolder('stream-files')
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const run = (path: string): ReturnType<typeof runChild> =>
    runChild(process.execPath, [BINARY, 'pub', '--file', path], { timeoutMs: 10_000 })
  const missing = await run(join(folder, 'none'))
  assert.is(missing.code, 1)
  assert.match(missing.stderr, /cannot read .*none: ENOENT.* \(ERR_GODWIT_CLI_INPUT\)/)
  assert.match((await run(folder)).stderr, 'is a directory (ERR_GODWIT_CLI_INPUT)')
  assert.match((await run(join(folder, 'pipe'))).stderr, 'is no regular file')
  assert.match((await run('/proc/self/status')).stderr, 'has bytes, but no length')
})

test('a source that becomes shorter is told, and the subscriber is not given a file', async () => {
  const { source, target } = filesOf(randomBytes(LENGTH))
  truncateSync(source, 100 * LENGTH)
  const { sub, channel } = await startSub(['--out', target])
  const pub = startPub(channel, ['--file', source])
  await sub.until('something was written', () => existsSync(`${target}.part`) && statSync(`${target}.part`).size > 0)
  truncateSync(source, 1000)
  const sent = await pub.ended
  assert.is(sent.code, 1)
  assert.match(sent.stderr, /became shorter while it was sent: it had 500000000 bytes, now \d+ \(ERR_.*_CLI_INPUT\)/)
  const received = await sub.ended
  assert.is(received.code, 1)
  assert.not.ok(existsSync(target))
})

/** Where the last message of input that is framed by lengths begins. */
function lastFrameOf(frames: Buffer): number {
  let last = 0
  for (let offset = 0; offset < frames.length; offset += 4 + frames.readUInt32LE(offset)) last = offset
  return last
}

test.run()
