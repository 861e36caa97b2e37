/** `godwit pub` and `godwit sub` with messages, each in a process of its own, with a driver of its own. */
import { join } from 'node:path'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { MediaDriver } from '../../../driver/index.ts'
import {
  MessageHeaderEncoder,
  QuoteUpdateEncoder,
  TradingStatus,
} from '../../../schemas/generated/marketdata/index.ts'
import { withNative } from '../../support/native.ts'
import { repositoryRoot } from '../../support/root.ts'
import { startPub, startSub, StreamCommand } from '../../support/stream-commands.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: messages of pub and sub', { timeoutMs: 30_000 })

/** A port of the moment that nobody listens at. */
async function silentChannel(): Promise<string> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return `aeron:udp?endpoint=127.0.0.1:${port}`
}

test('lines arrive as they were sent, through loss in both directions', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'x'.repeat(index % 50)}`)
  const input = `${lines.join('\n')}\n`
  const { sub, channel } = await startSub(['--once', '--loss', '0.05'])
  const pub = startPub(channel, ['--loss', '0.05', '--json'], { input })
  const sent = await pub.ended
  const received = await sub.ended
  assert.is(sent.code, 0, sent.stderr)
  assert.is(received.code, 0, received.stderr)
  assert.is(received.stdout.toString() === input, true)
  const { messages, bytes } = JSON.parse(sent.stdout.toString()) as { messages: number; bytes: number }
  assert.is(messages, lines.length)
  assert.is(bytes, input.length - lines.length)
  assert.match(received.stderr, 'received 20,000 messages')
})

test('framing by length is lossless from one command to the next', async () => {
  const messages = ['', 'a\nb', '\r\n', 'x'.repeat(300_000)].map((text) => Buffer.from(text))
  messages.push(Buffer.from([0xff, 0x00, 0x0a, 0xfe]))
  const input = Buffer.concat(messages.flatMap((message) => {
    const prefix = Buffer.alloc(4)
    prefix.writeUInt32LE(message.length)
    return [prefix, message]
  }))
  const framing = ['--framing', 'length']
  const first = await startSub(['--once', ...framing])
  const second = await startSub(['--once', ...framing])
  const source = startPub(first.channel, framing, { input })
  const { stdout } = await first.sub.ended
  const relay = startPub(second.channel, framing, { input: stdout })
  const { stdout: result, code } = await second.sub.ended
  assert.is(code, 0)
  assert.equal(result, input)
  assert.is((await source.ended).code, 0)
  assert.is((await relay.ended).code, 0)
})

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

test('an interrupt ends endless input and endless output cleanly', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { sub, channel } = await startSub([])
    const pub = startPub(channel, [])
    pub.write('first\nsecond\nunfinished')
    await sub.until('both lines had come', () => sub.stdout.toString() === 'first\nsecond\n')
    pub.kill(signal)
    const sent = await pub.ended
    assert.is(sent.code, 0, sent.stderr)
    assert.match(sent.stdout.toString(), /^sent 2 messages, 11 bytes/)
    sub.kill(signal)
    const received = await sub.ended
    assert.is(received.code, 0, received.stderr)
    assert.match(received.stderr, 'received 2 messages, 11 bytes\n')
    assert.is(received.stdout.toString(), 'first\nsecond\n')
  }
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

test('who waits for nobody gives up after its timeout, or when it is interrupted', async () => {
  const channel = await silentChannel()
  const pub = await startPub(channel, ['--message', 'x', '--timeout', '0.2']).ended
  assert.is(pub.code, 1)
  assert.match(pub.stderr, 'found no subscriber within 0.2 s (ERR_GODWIT_CLI_CONNECTION)')
  const sub = await new StreamCommand(['sub', '--channel', channel, '--timeout', '0.2']).ended
  assert.is(sub.code, 1)
  assert.match(sub.stderr, /no publisher on .*, stream 1001, within 0.2 s \(ERR_GODWIT_CLI_CONNECTION\)/)
  const { sub: waiting } = await startSub([])
  waiting.kill('SIGTERM')
  assert.is((await waiting.ended).code, 0)
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

test('input that cannot be a message is named, and what came before it has arrived', async () => {
  const { sub, channel } = await startSub(['--count', '1'])
  const tooLong = `ok\n${'x'.repeat(10_000)}`
  const pub = await startPub(`${channel}|term-length=64k`, [], { input: tooLong }).ended
  assert.is(pub.code, 1)
  assert.match(pub.stderr, /line 2 of the standard input has more than the 8,192 bytes .*\(ERR_GODWIT_CLI_INPUT\)/)
  assert.is((await sub.ended).stdout.toString(), 'ok\n')
  const ended = await startSub([])
  const few = await startPub(ended.channel, ['--count', '3'], { input: 'a\nb\n' }).ended
  assert.is(few.code, 1)
  assert.match(few.stderr, 'the standard input ended after 2 messages of 3 (ERR_GODWIT_CLI_INPUT)')
  const long = await startPub(`${ended.channel}|term-length=64k`, ['--message', 'x'.repeat(8193)]).ended
  assert.match(long.stderr, 'the message has 8,193 bytes, at most 8,192 are possible')
  ended.sub.kill('SIGINT')
  await ended.sub.ended
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

test('messages of an SBE schema are decoded, and those that are none are reported and counted', async () => {
  const buffer = new DirectBuffer(new ArrayBuffer(1024))
  const quote = new QuoteUpdateEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
  quote.nullifyOptionalFields().transactTime(1n).instrumentId(4101).sequence(2).tradingStatus(TradingStatus.OPEN)
  quote.matchEventRaw(0)
  const message = Buffer.from(buffer.bytes.subarray(0, quote.limit()))
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32LE(message.length)
  const whole = Buffer.concat([prefix, message])
  const input = Buffer.concat([whole, Buffer.from([3, 0, 0, 0, 1, 2, 3]), whole])
  const schema = join(repositoryRoot, 'schemas', 'market-data.xml')
  const { sub, channel } = await startSub(['--once', '--sbe', schema])
  const pub = startPub(channel, ['--framing', 'length'], { input })
  const { code, stdout, stderr } = await sub.ended
  assert.is((await pub.ended).code, 0)
  assert.is(code, 1)
  const [first, second] = stdout.toString().trim().split('\n').map((line) => JSON.parse(line) as {
    readonly position: number; readonly message: string; readonly header: unknown; readonly fields: unknown
  })
  assert.is(first?.message, 'QuoteUpdate')
  assert.equal(first?.header, { blockLength: 48, templateId: 1, schemaId: 300, version: 1 })
  assert.equal(second?.fields, first?.fields)
  assert.is((first?.fields as { readonly instrumentId: number }).instrumentId, 4101)
  assert.match(stderr, /cannot decode the message of 3 bytes that ends at position 160 of session -?\d+: /)
  assert.match(stderr, '1 of 3 messages could not be decoded with the schema (ERR_GODWIT_CLI_DECODE)')
})

test('a schema that is not valid is an error before anything is subscribed to', async () => {
  const { code, stderr } = await new StreamCommand(['sub', '--sbe', join(repositoryRoot, 'package.json')]).ended
  assert.is(code, 1)
  assert.match(stderr, 'package.json: not valid, 1 error')
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
