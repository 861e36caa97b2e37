/** `godwit pub --file` and `godwit sub --out`: sizes, ends, other publishers, and disks that are full. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import {
  BINARY, sha256Of, silentChannel, startPub, startSub, StreamCommand, transferFiles,
} from '../../support/stream-commands.ts'
import { suite } from '../../support/suite.ts'

const test = suite('file ends', { timeoutMs: 40_000 })

const LENGTH = 5_000_000

test('files of no byte, of one and of one chunk arrive', async () => {
  for (const length of [0, 1, 1348]) {
    const content = randomBytes(length)
    const { source, target } = transferFiles(content)
    const { sub, channel } = await startSub(['--out', target])
    const sent = await startPub(channel, ['--file', source]).ended
    const received = await sub.ended
    assert.is(sent.code, 0, sent.stderr)
    assert.is(received.code, 0, received.stderr)
    assert.ok(readFileSync(target).equals(content))
    assert.match(received.stdout.toString(), `SHA-256 ${sha256Of(content)}\n`)
  }
})

test('a publisher that is interrupted ends the stream early, and both say so', async () => {
  const { source, target, part } = transferFiles(randomBytes(LENGTH))
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
  const { source, target, part } = transferFiles(randomBytes(LENGTH))
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

test('a second publisher is not heard while the first one sends', async () => {
  const { source, target, part } = transferFiles(randomBytes(LENGTH))
  const other = transferFiles(Buffer.from('something else'))
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
  const channel = await silentChannel()
  const { source, target } = transferFiles(randomBytes(LENGTH))
  truncateSync(source, 10 * LENGTH)
  const sub = new StreamCommand(['sub', '--channel', channel, '--out', target])
  const publishers = [0, 1].map(() => startPub(channel, ['--file', source, '--timeout', '6']))
  const received = await sub.ended
  assert.is(received.code, 0, received.stderr)
  assert.ok(readFileSync(target).equals(readFileSync(source)))
  const codes = await Promise.all(publishers.map(async (pub) => (await pub.ended).code))
  assert.equal(codes.sort(), [0, 1])
})

test('a disk that takes no more is told with what has arrived, and the publisher ends', async () => {
  const { source, target, part } = transferFiles(randomBytes(LENGTH))
  // 512 blocks of 512 or 1024 bytes are less than the file in every shell.
  const line = `ulimit -f 2048; exec "${process.execPath}" "${BINARY}" sub --channel "$1" --out "$2"`
  const channel = await silentChannel()
  const sub = runChild('sh', ['-c', line, 'sh', channel, target], { timeoutMs: 20_000 })
  const pub = startPub(channel, ['--file', source])
  const { code, stderr } = await sub
  assert.is(code, 1, stderr)
  assert.match(stderr, /cannot write .*target\.part: EFBIG.*; .*target\.part has the [\d,]+ of 5,000,000 bytes/)
  assert.match(stderr, 'ERR_GODWIT_CLI_OUTPUT')
  assert.ok(existsSync(part) && !existsSync(target))
  assert.is((await pub.ended).code, 1)
})

test('a source that becomes shorter is told, and the subscriber is not given a file', async () => {
  const { source, target } = transferFiles(randomBytes(LENGTH))
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

test.run()
