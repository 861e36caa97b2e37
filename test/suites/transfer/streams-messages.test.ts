/** `godwit pub` and `godwit sub` with messages, each in a process of its own, with a driver of its own. */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  MessageHeaderEncoder,
  QuoteUpdateEncoder,
  TradingStatus,
} from '../../../schemas/generated/marketdata/index.ts'
import { repositoryRoot } from '../../support/root.ts'
import { silentChannel, startPub, startSub, StreamCommand } from '../../support/stream-commands.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: messages of pub and sub', { timeoutMs: 30_000 })

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

test.run()
