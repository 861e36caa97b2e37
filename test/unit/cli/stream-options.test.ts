import * as assert from 'uvu/assert'
import { dispatch } from '../../../codegen/cli/command.ts'
import type { Output } from '../../../codegen/cli/command.ts'
import { pub } from '../../../driver/cli/pub.ts'
import { pubOptions } from '../../../driver/cli/pub-options.ts'
import { sub } from '../../../driver/cli/sub.ts'
import { subOptions } from '../../../driver/cli/sub-options.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: options of pub and sub')

const GROUP = {
  name: 'godwit',
  title: '',
  commands: { pub: { summary: '', load: async () => pub }, sub: { summary: '', load: async () => sub } },
}

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const output: Output = { out: (text) => void (out += text), err: (text) => void (err += text) }
  const code = await dispatch(GROUP, args, output)
  return { code, out, err }
}

async function expectUsage(message: string, ...args: readonly string[]): Promise<void> {
  const { code, out, err } = await run(...args)
  assert.is(err.split('\n')[0], `godwit ${args[0]}: ${message}`)
  assert.is(code, 2)
  assert.is(out, '')
}

test('both have help that names every option', async () => {
  const common = ['channel', 'stream', 'dir', 'loss', 'loss-seed', 'timeout', 'json', 'quiet', 'count', 'framing']
  const own = {
    pub: ['message', 'file', 'rate', 'linger'],
    sub: ['format', 'sbe', 'lenient', 'once', 'out', 'force', 'max-length'],
  }
  for (const name of ['pub', 'sub'] as const) {
    const { code, out } = await run(name, '--help')
    assert.is(code, 0)
    for (const option of [...common, ...own[name]]) assert.match(out, `--${option} `)
    for (const line of out.split('\n')) assert.ok(line.length <= 120, line)
  }
})

test('what is not said is as in the help', () => {
  const published = pubOptions([])
  assert.is(published.uri.toString(), 'aeron:udp?endpoint=localhost:20121')
  assert.is(published.streamId, 1001)
  assert.is(published.timeoutMs, undefined)
  assert.is(published.lingerMs, 5000)
  assert.equal(published.input, { kind: 'stdin', framing: 'lines', count: undefined })
  const { target } = subOptions([])
  assert.equal(target, { kind: 'messages', schema: undefined, format: 'text', count: undefined, isOnce: false })
})

test('what is said is taken', () => {
  const published = pubOptions([
    '--channel', 'aeron:ipc', '--dir', 'd', '--stream=-7', '--message', 'x', '--count', '3', '--rate', '0.5',
    '--timeout', '1.5', '--linger', '2', '--json', '--quiet',
  ])
  assert.equal(published.input, { kind: 'message', text: 'x', count: 3 })
  assert.is(published.streamId, -7)
  assert.is(published.dir, 'd')
  assert.is(published.rate, 0.5)
  assert.is(published.timeoutMs, 1500)
  assert.is(published.lingerMs, 2000)
  assert.ok(published.isJson && published.isQuiet)
  assert.equal(pubOptions(['--message', '']).input, { kind: 'message', text: '', count: 1 })
  const received = subOptions(['--out', 'f', '--force', '--max-length', '1k', '--loss', '5%', '--loss-seed', '9'])
  assert.equal(received.target, { kind: 'file', path: 'f', isForced: true, lengthMax: 1024 })
  assert.equal(received.faults, { seed: 9, send: {}, receive: { loss: 0.05 } })
})

test('values that are none are named with what is allowed', async () => {
  await expectUsage('unknown option "--chanel". Did you mean "--channel"?', 'pub', '--chanel', 'x')
  for (const name of ['pub', 'sub']) {
    await expectUsage('--channel: channel "udp": it must begin with "aeron:".', name, '--channel', 'udp')
    for (const stream of ['x', '3000000000']) {
      await expectUsage(`--stream: "${stream}" is not a number of -2147483648 to 2147483647.`, name, '--stream', stream)
    }
    await expectUsage('--timeout: "0" is not a number of 0.001 to 1000000.', name, '--timeout', '0')
    await expectUsage('--count: "0" is not a number of 1 to 9007199254740991.', name, '--count', '0')
    await expectUsage('--count: "1.5" is not a number of 1 to 9007199254740991.', name, '--count', '1.5')
    await expectUsage('--framing: "xml" is none of lines, length.', name, '--framing', 'xml')
    await expectUsage('--loss: "2" is no rate from 0 to 1, or 0% to 100%.', name, '--loss', '2')
    await expectUsage('--loss-seed: "-1" is no whole number.', name, '--loss', '0', '--loss-seed=-1')
    await expectUsage('--dir: the name of the directory is empty.', name, '--dir', '')
  }
  await expectUsage('--rate: "0" is not a number of 0.001 to 1000000.', 'pub', '--rate', '0')
  await expectUsage('--linger: "never" is not a number of 0.001 to 1000000.', 'pub', '--linger', 'never')
  await expectUsage('--format: "xml" is none of text, hex, base64, json, raw.', 'sub', '--format', 'xml')
  await expectUsage('--max-length: "all" is not a number of 0 or more.', 'sub', '--out', 'f', '--max-length', 'all')
  await expectUsage('--file: the name of the file is empty.', 'pub', '--file', '')
  await expectUsage('--out: the name of the file is empty.', 'sub', '--out', '')
  await expectUsage('--sbe: the name of the schema is empty.', 'sub', '--sbe', '')
})

test('options that exclude each other, or need another, are refused', async () => {
  await expectUsage('--message and --file exclude each other: there is one input.', 'pub', '--message=x', '--file=f')
  await expectUsage('--file and --framing exclude each other: there is one input.', 'pub', '--file=f', '--framing=x')
  await expectUsage('--count is for messages, not for --file.', 'pub', '--file', 'f', '--count', '2')
  await expectUsage('--rate is for messages, not for --file.', 'pub', '--file', 'f', '--rate', '2')
  await expectUsage(
    '--channel: the option --linger sets linger.', 'pub', '--channel', 'aeron:udp?endpoint=localhost:1|linger=5s',
  )
  const foreign = '--dir: faults are for the driver that the command has of its own; "godwit driver" has them, too.'
  await expectUsage(foreign, 'sub', '--loss', '0.1', '--dir', 'd')
  await expectUsage('--force has no use without --out.', 'sub', '--force')
  await expectUsage('--max-length has no use without --out.', 'sub', '--max-length', '1')
  await expectUsage('--lenient has no use without --sbe.', 'sub', '--lenient')
  await expectUsage('--format and --sbe exclude each other.', 'sub', '--sbe', 'x', '--format', 'hex')
  await expectUsage('--framing and --sbe exclude each other.', 'sub', '--sbe', 'x', '--framing', 'length')
  await expectUsage('--format and --framing length exclude each other.', 'sub', '--framing=length', '--format=hex')
  await expectUsage('--json and --framing length exclude each other.', 'sub', '--framing', 'length', '--json')
  await expectUsage('--json and --format hex exclude each other.', 'sub', '--json', '--format', 'hex')
  for (const option of [['--count', '1'], ['--once'], ['--format', 'hex'], ['--framing', 'lines'], ['--sbe', 'x']]) {
    await expectUsage(`${option[0]} is for messages, not for --out.`, 'sub', '--out', 'f', ...option)
  }
})

test('a channel that reaches nobody without a directory is refused', async () => {
  const nobody = 'and the driver of this command has no others. Name the directory of a driver with --dir.'
  const ipc = `--channel: aeron:ipc reaches clients of one driver only, ${nobody}`
  await expectUsage(ipc, 'pub', '--channel', 'aeron:ipc')
  await expectUsage(ipc, 'sub', '--channel', 'aeron:ipc')
  const spy = 'aeron-spy:aeron:udp?endpoint=localhost:20121'
  await expectUsage(`--channel: a spy hears clients of one driver only, ${nobody}`, 'sub', '--channel', spy)
  await expectUsage('--channel: nothing can be published to a spy.', 'pub', '--channel', spy, '--dir', 'd')
})

test.run()
