/** `godwit pub` and `godwit sub` with messages: ends of streams, rates, and a driver of another process. */
import * as assert from 'uvu/assert'
import { MediaDriver } from '../../../driver/index.ts'
import { withNative } from '../../support/native.ts'
import { startPub, startSub, StreamCommand } from '../../support/stream-commands.ts'
import { suite } from '../../support/suite.ts'

const test = suite('message transfer', { timeoutMs: 30_000 })

test('a count ends the subscriber, and what it does not want any more ends the publisher', async () => {
  const { sub, channel } = await startSub(['--count', '2', '--json'])
  const pub = startPub(channel, [])
  pub.write('one\ntwo\n')
  const { code, stdout } = await sub.ended
  assert.is(code, 0)
  const parse = (line: string): Readonly<Record<string, unknown>> => JSON.parse(line) as Record<string, unknown>
  const lines = stdout.toString().trim().split('\n').map(parse)
  assert.equal(lines.map(({ text }) => text), ['one', 'two', undefined])
  assert.equal(lines.at(-1), { summary: { messages: 2, bytes: 6 } })
  for (let i = 0; !pub.hasEnded && i < 500; i++) {
    pub.write('more\n')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const sent = await pub.ended
  assert.is(sent.code, 1)
  assert.match(sent.stderr, /the subscriber of .* was gone after \d+ messages? .*\(ERR_GODWIT_CLI_CONNECTION\)/)
})

test('one text can be sent several times, at a rate', async () => {
  const { sub, channel } = await startSub(['--once'])
  const startMs = performance.now()
  const pub = startPub(channel, ['--message', 'tick', '--count', '5', '--rate', '20'])
  const sent = await pub.ended
  assert.is(sent.code, 0)
  assert.match(sent.stdout.toString(), /^sent 5 messages, 20 bytes in /)
  assert.ok(performance.now() - startMs >= 200, 'five messages at 20 a second take a fifth of a second at least')
  assert.is((await sub.ended).stdout.toString(), 'tick\n'.repeat(5))
})

test('a second signal, of either kind, ends a command that still waits for its end', async () => {
  const { sub, channel } = await startSub([])
  const pub = startPub(channel, ['--linger', '30'])
  pub.write('hello\n')
  await sub.until('a line had come', () => sub.stdout.length > 0)
  sub.kill('SIGKILL')
  await sub.ended
  pub.kill('SIGINT')
  // It waits for a receiver that is gone, and would do so for long.
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.not.ok(pub.hasEnded)
  pub.kill('SIGTERM')
  const { code, signal } = await pub.ended
  assert.is(code, null)
  assert.is(signal, 'SIGTERM')
})

test('an interrupt before what was asked for has come is an error', async () => {
  const { sub, channel } = await startSub(['--count', '3'])
  const pub = startPub(channel, ['--count', '3'])
  pub.write('first\n')
  await sub.until('a line had come', () => sub.stdout.length > 0)
  pub.kill('SIGINT')
  const sent = await pub.ended
  assert.is(sent.code, 1)
  assert.match(sent.stderr, 'interrupted after 1 message of 3 (ERR_GODWIT_CLI_INTERRUPTED)')
  sub.kill('SIGINT')
  const received = await sub.ended
  assert.is(received.code, 1)
  assert.match(received.stderr, 'interrupted after 1 message of 3 (ERR_GODWIT_CLI_INTERRUPTED)')
})

test('a publisher that is killed is told from one that ends', async () => {
  const { sub, channel } = await startSub(['--once'], { env: { AERON_IMAGE_LIVENESS_TIMEOUT: '500ms' } })
  const pub = startPub(channel, [])
  pub.write('last words\n')
  await sub.until('a line had come', () => sub.stdout.length > 0)
  pub.kill('SIGKILL')
  const { code, stderr } = await sub.ended
  assert.is(code, 1)
  assert.match(stderr, 'the publisher was gone after 1 message (ERR_GODWIT_CLI_CONNECTION)')
})

test('a subscriber that is killed before it has said that it has all is not taken for one that has', async () => {
  const { sub, channel } = await startSub(['--once'])
  const pub = startPub(channel, ['--linger', '0.5'])
  pub.write('hello\n')
  await sub.until('a line had come', () => sub.stdout.length > 0)
  sub.kill('SIGKILL')
  await sub.ended
  pub.endInput()
  const { code, stderr } = await pub.ended
  assert.is(code, 1)
  assert.match(stderr, 'everything was sent, but no receiver says that it has all of it: given up after 0.5 s')
})

test('a reader that has seen enough ends the subscriber', async () => {
  const { sub, channel } = await startSub([])
  sub.closeOutput()
  const pub = startPub(channel, [])
  for (let i = 0; !sub.hasEnded && i < 1000; i++) {
    pub.write('line\n')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { code, stderr } = await sub.ended
  assert.is(code, 0, stderr)
  pub.kill('SIGKILL')
  await pub.ended
})

withNative(test)('both can use a driver of another process, over IPC, too', async () => {
  const driver = await MediaDriver.launch({ dir: true, timerIntervalNs: 20_000_000 })
  try {
    const target = ['--dir', driver.dir ?? '', '--channel', 'aeron:ipc']
    const pub = new StreamCommand(['pub', ...target], { input: 'a\nb\n' })
    const sub = new StreamCommand(['sub', ...target, '--once'])
    const received = await sub.ended
    assert.is(received.code, 0, received.stderr)
    assert.is(received.stdout.toString(), 'a\nb\n')
    const sent = await pub.ended
    assert.is(sent.code, 0, sent.stderr)
  } finally {
    await driver.close()
  }
})

test.run()
