import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../codegen/cli/command.ts'
import type { Command } from '../../../codegen/cli/command.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { errors } from '../../../driver/cli/errors.ts'
import { loss } from '../../../driver/cli/loss.ts'
import { stat } from '../../../driver/cli/stat.ts'
import { streams } from '../../../driver/cli/streams.ts'
import { PUBLISHER_LIMIT } from '../../../driver/core/conductor/stream-counters.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { identity, PID, SmallDriver, START_MS, UDP_CHANNEL } from '../tools/small-driver.ts'
import { runCommand, runGodwit } from './run-godwit.ts'

const test = suite('cli: stat, errors, loss and streams')

const COMMANDS: Readonly<Record<string, Command>> = { stat, errors, loss, streams }
const folder = scratchFolder('cli-tools')
const directory = SmallDriver.withStreams().write(join(folder, 'driver'))
const first = new Date(START_MS).toISOString()
const last = new Date(START_MS + 1500).toISOString()

/** What a command prints for a directory; it must end well. */
async function printed(command: Command, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await runCommand(command, '--dir', directory, ...args)
  assert.is(code, 0)
  assert.is(err, '')
  return out
}

async function document(command: Command, ...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await printed(command, '--json', ...args)) as Readonly<Record<string, unknown>>
}

async function failure(command: Command, ...args: readonly string[]): Promise<GodwitError> {
  try {
    await runCommand(command, ...args)
  } catch (error) {
    if (error instanceof GodwitError) return error
    throw error
  }
  throw new Error('no error')
}

function expectHead(head: string | undefined): void {
  const pattern = `^${directory} \\(CnC 0\\.2\\.0\\), pid ${PID}, started ${first}, alive, heartbeat [0-9.]+ m?s ago$`
  assert.match(head ?? '', new RegExp(pattern))
}

test('stat prints the counters as AeronStat does', async () => {
  const [head, rule, ...lines] = (await printed(stat)).split('\n')
  expectHead(head)
  assert.is(rule, '='.repeat(head?.length ?? 0))
  assert.is(lines[0], '  0:                  1,234,567 - Bytes sent')
  assert.is(lines[1], `  1:                     10,000 - pub-pos (concurrent): 5 -77 1001 ${UDP_CHANNEL}`)
  assert.is(lines[11], ' 11:                         -5 - my counter')
  assert.equal(lines.slice(12), [''])
})

test('stat chooses by type, label, session, stream and channel', async () => {
  const labels = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { counters } = await document(stat, ...args)
    return (counters as readonly { readonly label: string }[]).map(({ label }) => label.split(':')[0] ?? '')
  }
  assert.equal(await labels('--type', '1001'), ['my counter'])
  assert.equal(await labels('--type', 'pub-lmt', '--type', 'sub-pos'), ['pub-lmt', 'sub-pos'])
  assert.equal(await labels('--label', '^(my|Bytes)'), ['Bytes sent', 'my counter'])
  assert.is((await labels('--session', '-77')).length, 10)
  assert.is((await labels('--stream', '1001', '--channel', '4012[0-9]')).length, 10)
  assert.equal(await labels('--session', '1'), [])
  assert.equal(await labels('--channel', 'ipc'), [])
  assert.equal(await labels('--channel', '.', '--type', 'rcv-hwm'), ['rcv-hwm'])
})

test('stat as JSON has what is known of each counter', async () => {
  const { counters, ...driver } = await document(stat, '--type', 'sub-pos')
  assert.is(driver['pid'], PID)
  assert.is(driver['cncVersion'], '0.2.0')
  assert.is(driver['liveness'], 'alive')
  assert.equal(counters, [{
    id: 10,
    typeId: 4,
    type: 'sub-pos',
    label: `sub-pos: 2 -77 1001 ${UDP_CHANNEL} @7040`,
    value: 7040,
    registrationId: 2,
    ownerId: 1,
    referenceId: 7,
    key: { kind: 'stream', registrationId: 2, sessionId: -77, streamId: 1001, channel: UDP_CHANNEL },
  }])
})

test('values of 64 bits have all their digits', async () => {
  const written = new SmallDriver()
  for (const value of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n - 1n]) {
    const counter = written.counters.allocate(1001, 'big')
    written.cnc.countersValues.storeBigInt64(counter.id * 128, value)
  }
  const args = ['--dir', written.write(join(folder, 'big'))]
  const lines = (await runCommand(stat, ...args)).out.split('\n').slice(2)
  assert.equal(lines, [
    '  0:  9,223,372,036,854,775,807 - big',
    '  1: -9,223,372,036,854,775,808 - big',
    '  2:      9,007,199,254,740,991 - big',
    '',
  ])
  const { counters } = JSON.parse((await runCommand(stat, ...args, '--json')).out) as { counters: { value: unknown }[] }
  assert.equal(counters.map(({ value }) => value), ['9223372036854775807', '-9223372036854775808', 2 ** 53 - 1])
})

test('a label cannot do anything to the terminal', async () => {
  const written = new SmallDriver()
  written.counters.allocate(1001, '\x1b[2Jgone\r\n\x7f')
  written.errorLog.record(1, '\x1b]0;title\x07 \u202e\u009b31m')
  const args = ['--dir', written.write(join(folder, 'hostile'))]
  assert.match((await runCommand(stat, ...args)).out, ' - \\x1b[2Jgone\\x0d\\x0a\\x7f\n')
  assert.match((await runCommand(errors, ...args)).out, '\n  \\x1b]0;title\\x07 \\u202e\\x9b31m\n')
})

test('errors prints each error with its lines, how often and when', async () => {
  const [head, rule, ...lines] = (await printed(errors)).split('\n')
  expectHead(head)
  assert.is(rule?.length, head?.length)
  assert.equal(lines, [
    `2 x, first ${first}, last ${last}`,
    '  first line',
    '      second line',
    '',
    `1 x, ${last}`,
    '  other',
    '',
    '2 distinct errors',
    '',
  ])
})

test('errors can leave out what was last seen before a time', async () => {
  const texts = async (since: string): Promise<readonly string[]> => {
    const { errors: found } = await document(errors, '--since', since)
    return (found as readonly { readonly text: string }[]).map(({ text }) => text)
  }
  assert.is((await texts(last)).length, 2)
  assert.is((await texts('2026-01-02')).length, 2)
  assert.equal(await texts(new Date(START_MS + 1501).toISOString()), [])
  assert.equal(await texts('1s'), [])
  assert.is((await texts('36500d')).length, 2)
  assert.match(await printed(errors, '--since', '90m'), '\n0 distinct errors\n')
})

test('loss prints a table, and comma-separated values in the order of Aeron', async () => {
  const time = new Date(START_MS + 1501).toISOString()
  assert.is(await printed(loss), [
    `gaps  bytes lost  ${'first'.padEnd(24)}  ${'last'.padEnd(24)}  session  stream  ${'channel'.padEnd(34)}  source`,
    `   2       1,000  ${last}  ${time}      -77    1001  ${UDP_CHANNEL}  127.0.0.1:5555`,
    '1 image with losses',
    '',
  ].join('\n'))
  assert.is(await printed(loss, '--csv'), [
    'OBSERVATION_COUNT,TOTAL_BYTES_LOST,FIRST_OBSERVATION,LAST_OBSERVATION,SESSION_ID,STREAM_ID,CHANNEL,SOURCE',
    `2,1000,${last},${time},-77,1001,${UDP_CHANNEL},127.0.0.1:5555`,
    '',
  ].join('\n'))
  assert.equal(await document(loss), {
    directory,
    losses: [{
      observationCount: 2,
      totalBytesLost: 1000,
      firstObservationMs: START_MS + 1500,
      lastObservationMs: START_MS + 1501,
      sessionId: -77,
      streamId: 1001,
      channel: UDP_CHANNEL,
      source: '127.0.0.1:5555',
    }],
  })
})

test('texts with commas and quotes are quoted among comma-separated values', async () => {
  const written = new SmallDriver()
  written.lossReport.createEntry(1, START_MS, 1, 2, 'aeron:udp?a="b",c', '\n')
  const { out } = await runCommand(loss, '--csv', '--dir', written.write(join(folder, 'quotes')))
  assert.is(out.split('\n')[1], `1,1,${first},${first},1,2,"aeron:udp?a=""b"",c",\\x0a`)
  const none = await runCommand(loss, '--dir', new SmallDriver().write(join(folder, 'lossless')))
  assert.is(none.out, '0 images with losses\n')
})

test('streams prints who is how far, and how far behind', async () => {
  const [head, , ...lines] = (await printed(streams)).split('\n')
  expectHead(head)
  assert.equal(lines, [
    '                id  position   limit    left  backlog',
    `stream 1001  session -77  ${UDP_CHANNEL}`,
    '  publication    5    10,000  70,000  60,000    1,000  to send',
    '  sender         5     9,000   9,600     600           held back 3 times, 4 NAKs received',
    '  image          7     8,000   8,960     960      960  to receive, 2 NAKs sent',
    '  subscription   2     7,040                    1,920  to consume',
    '1 stream',
    '',
  ])
  assert.match(await printed(streams, '--stream', '7'), /=\n0 streams\n$/)
  const { streams: joined } = await document(streams, '--session', '-77')
  assert.is((joined as readonly { readonly streamId: number }[])[0]?.streamId, 1001)
})

test('a stream of which little is known has gaps in its rows', async () => {
  const written = new SmallDriver()
  written.streamCounters.allocateAll(identity(3, 4), [PUBLISHER_LIMIT])
  const { out } = await runCommand(streams, '--dir', written.write(join(folder, 'little')))
  assert.match(out, /\n {2}publication +3 +0\n/)
})

test('a driver that is dead, or closed, is called so', async () => {
  const written = new SmallDriver()
  const head = async (heartbeatMs: number): Promise<string> => {
    written.ring.setConsumerHeartbeatMs(heartbeatMs)
    return (await runCommand(stat, '--dir', written.write(join(folder, 'ended')))).out.split('\n')[0] ?? ''
  }
  assert.match(await head(-1), /, closed, or a snapshot$/)
  assert.match(await head(0), /, starting$/)
  assert.match(await head(Date.now() - 3 * 86_400_000), /, DEAD, last heartbeat 3 days ago$/)
  assert.match(await head(Date.now() - 3 * 3_600_000), /, DEAD, last heartbeat 3 h ago$/)
  assert.match(await head(Date.now() - 180_000), /, DEAD, last heartbeat 3 min ago$/)
  assert.match(await head(Date.now() - 15_000), /, DEAD, last heartbeat 15\.\d s ago$/)
})

test('times that are no dates are printed all the same', async () => {
  const written = new SmallDriver()
  written.memory.storeInt64(32, 2 ** 60)
  written.nowMs = -(2 ** 60)
  written.errorLog.record(1, 'early')
  written.lossReport.createEntry(1, 2 ** 60, 1, 2, 'c', 's')
  const args = ['--dir', written.write(join(folder, 'no-dates'))]
  assert.match((await runCommand(errors, ...args)).out, `1 x, ${-(2 ** 60)} ms\n`)
  assert.match((await runCommand(loss, ...args)).out, `${2 ** 60} ms`)
})

test('what is damaged is printed as far as it goes, and fails', async () => {
  const written = SmallDriver.withStreams()
  written.cnc.errorLog.storeInt32(48, 7)
  written.lossMemory.storeInt64(128, 2 ** 40)
  written.lossMemory.storeInt32(128 + 40, -1)
  const damaged = written.write(join(folder, 'damaged'))
  for (const name of ['errors', 'loss']) {
    const { code, stdout, stderr } = await runGodwit(name, '--dir', damaged)
    assert.is(code, 1)
    assert.match(stdout, name === 'errors' ? '\n1 distinct error\n' : '\n1 image with losses\n')
    assert.match(stderr, /^godwit: the (error log|loss report) is damaged at offset \d+: /)
    assert.match(stderr, / \(ERR_GODWIT_TOOL_FILE\)\n$/)
  }
})

test('a directory without a driver is an error with its code', async () => {
  const empty = join(folder, 'driver', 'none')
  for (const command of Object.values(COMMANDS)) {
    const error = await failure(command, '--dir', empty)
    assert.is(error.code, 'ERR_GODWIT_TOOL_DIRECTORY')
    assert.match(error.message, empty)
  }
  const { code, stdout, stderr } = await runGodwit('stat', '--dir', empty)
  assert.equal([code, stdout], [1, ''])
  assert.match(stderr, /^godwit: there is no directory .* name the directory .* \(ERR_GODWIT_TOOL_DIRECTORY\)\n$/m)
  writeFileSync(join(folder, 'file'), '')
  assert.is((await failure(stat, '--dir', join(folder, 'file'))).code, 'ERR_GODWIT_TOOL_DIRECTORY')
})

test('the environment names the directory when the command line does not', async () => {
  const before = process.env['AERON_DIR']
  process.env['AERON_DIR'] = directory
  try {
    for (const command of Object.values(COMMANDS)) assert.is((await runCommand(command)).code, 0)
  } finally {
    if (before === undefined) delete process.env['AERON_DIR']
    else process.env['AERON_DIR'] = before
  }
})

test('every command has help, and refuses what it does not know', async () => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    const { code, out } = await runCommand(command, '--help')
    assert.is(code, 0)
    assert.match(out, `Usage: godwit ${name} [options]`)
    for (const line of out.split('\n')) assert.ok(line.length <= 120, line)
    assert.instance(await failure(command, '--nonsense'), UsageError)
    assert.instance(await failure(command, 'positional'), UsageError)
    assert.match((await failure(command, '--dir', '')).message, '--dir is empty')
  }
})

test('values that are none are wrong usage', async () => {
  for (const [command, ...args] of [
    [stat, '--type', 'nothing'],
    [stat, '--label', '('],
    [stat, '--session', 'x'],
    [stat, '--stream', '2147483648'],
    [stat, '--interval', '100'],
    [stat, '--watch', '--interval', '9'],
    [stat, '--watch', '--interval', '1e3'],
    [streams, '--channel', '['],
    [errors, '--since', 'yesterday'],
    [errors, '--since', '2026-13-13'],
    [errors, '--watch'],
    [loss, '--csv', '--json'],
  ] as const) {
    const error = await failure(command, ...args)
    assert.instance(error, UsageError, args.join(' '))
    assert.ok(args.some((arg) => error.message.includes(arg)), error.message)
  }
})

test.run()
