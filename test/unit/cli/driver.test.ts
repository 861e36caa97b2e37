import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { Client } from '../../../client/index.ts'
import { withFiles } from '../../support/native.ts'
import { RunningChild } from '../../support/running-child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'
import { connected, receive, send, until } from '../embedded/harness.ts'
import { parseExposition, valuesOf } from './exposition-parser.ts'
import { BINARY, runGodwit } from './run-godwit.ts'

const test = suite('cli: driver', { timeoutMs: 40_000 })
const files = withFiles(test)

const folder = sharedMemoryFolder('cli-driver')
const SMALL = ['--set', 'countersBufferLength=1m', '--set', 'timerIntervalNs=10ms', '--set', 'termBufferLength=64k']

interface Ready {
  readonly directory: string
  readonly pid: number
  readonly threadingMode: string
  readonly sockets: string
  readonly metrics?: string
}

function start(name: string, ...args: readonly string[]): RunningChild {
  return new RunningChild(process.execPath, [BINARY, 'driver', '--dir', join(folder, name), ...SMALL, ...args])
}

async function ready(child: RunningChild): Promise<Ready> {
  await child.until('the driver', () => child.stdout.includes('\n'), 20_000)
  return JSON.parse(child.stdout) as Ready
}

async function scrape(url: string): Promise<ReturnType<typeof parseExposition>> {
  const text = await new Promise<string>((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (more: string) => (body += more)).on('end', () => resolve(body))
    }).on('error', reject)
  })
  return parseExposition(text)
}

async function stop(child: RunningChild, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  child.kill(signal)
  assert.equal(await child.ended, { code: 0, signal: null }, child.stderr)
}

files('says when it is ready, carries messages of clients, and ends with a signal', async () => {
  const child = start('text')
  await child.until('the driver', () => child.stdout.includes('ready'), 20_000)
  const directory = join(folder, 'text')
  assert.match(child.stdout, /^godwit driver \d+\.\d+\.\d+\n/)
  assert.match(child.stdout, `  directory  ${directory}\n  pid        ${child.pid}\n  threading  DEDICATED\n`)
  assert.match(child.stdout, /\n {2}sockets {4}(native|dgram)\nready; SIGINT or SIGTERM ends it\n$/)
  const client = await Client.connect({ dir: directory })
  const { publication, subscription } = await connected(client, client, 'aeron:udp?endpoint=127.0.0.1:0')
  await send(publication, new TextEncoder().encode('through another process'))
  assert.equal(await receive(subscription, 1), ['through another process'])
  const stat = await runGodwit('stat', '--dir', directory)
  assert.match(stat.stdout, `pid ${child.pid}`)
  assert.match(stat.stdout, ', alive, ')
  const streams = await runGodwit('streams', '--dir', directory)
  assert.match(streams.stdout, `session ${publication.sessionId}`)
  await client.close()
  await stop(child)
  assert.ok(child.stdout.endsWith('\nclosed\n'))
  assert.match((await runGodwit('stat', '--dir', directory)).stdout, ', closed, or a snapshot')
})

files('leaves its directory unless it is told otherwise', async () => {
  for (const [option, isLeft] of [['--quiet', true], ['--delete-on-shutdown', false]] as const) {
    const name = `left-${isLeft}`
    const child = start(name, '--threading', 'SHARED', option)
    await until('its directory', () => existsSync(join(folder, name, 'cnc.dat')), 20_000)
    const isAlive = async (): Promise<boolean> =>
      (await runGodwit('stat', '--dir', join(folder, name))).stdout.includes(', alive, ')
    while (!(await isAlive())) assert.is(child.stderr, '')
    await stop(child, 'SIGINT')
    assert.is(existsSync(join(folder, name)), isLeft)
    if (isLeft) assert.is(child.stdout, '')
  }
})

files('a second driver in the same directory is refused, and one behind it is not', async () => {
  const first = start('twice', '--json', '--threading', 'SHARED')
  const { directory, pid, threadingMode } = await ready(first)
  assert.equal([directory, pid, threadingMode], [join(folder, 'twice'), first.pid, 'SHARED'])
  const second = start('twice')
  assert.equal(await second.ended, { code: 1, signal: null })
  assert.is(second.stdout, '')
  assert.match(second.stderr, /^godwit: a driver uses .* \(ERR_GODWIT_DRIVER_ACTIVE\)\n$/)
  await stop(first)
  const third = start('twice', '--json')
  await ready(third)
  await stop(third)
})

files('a signal while it starts ends it in good order', async () => {
  const child = start('early', '--quiet', '--delete-on-shutdown')
  await until('its directory', () => existsSync(join(folder, 'early')), 20_000)
  await stop(child)
  assert.not.ok(existsSync(join(folder, 'early')))
})

files('faults are warned of, done and counted', async () => {
  const faults = ['--loss', '20%', '--loss-seed', '7', '--fault-frames', 'DATA']
  const child = start('faults', '--json', '--metrics', '0', ...faults)
  const { directory, metrics = '' } = await ready(child)
  assert.is(child.stderr, 'godwit driver: warning: faults are on: receive loss 20 %, seed 7\n')
  const client = await Client.connect({ dir: directory })
  const { publication, subscription } = await connected(client, client, 'aeron:udp?endpoint=127.0.0.1:0')
  // The first that is lost may be a heartbeat, which nobody misses.
  const isRepaired = async (): Promise<boolean> => {
    const samples = await scrape(metrics)
    const lost = valuesOf(samples, 'godwit_faults_total', { direction: 'receive', fault: 'lost' })[0] ?? 0
    return lost > 0 && (valuesOf(samples, 'godwit_naks_sent_total')[0] ?? 0) > 0
  }
  while (!(await isRepaired())) {
    for (let i = 0; i < 10; i++) await send(publication, new Uint8Array(1000))
    await receive(subscription, 10)
  }
  const samples = await scrape(metrics)
  const session = String(publication.sessionId)
  assert.is(valuesOf(samples, 'godwit_subscription_position_bytes', { session })[0], publication.position)
  const info = { directory, pid: String(child.pid), threading_mode: 'DEDICATED' }
  assert.equal(valuesOf(samples, 'godwit_info', info), [1])
  await client.close()
  await stop(child)
})

files('a port for metrics that is taken ends it, and the driver with it', async () => {
  const first = start('port-1', '--json', '--metrics', '0')
  const { metrics = '' } = await ready(first)
  const second = start('port-2', '--delete-on-shutdown', '--metrics', new URL(metrics).port)
  assert.equal(await second.ended, { code: 1, signal: null })
  assert.match(second.stderr, /^godwit: cannot serve metrics .* \(ERR_GODWIT_METRICS\)\n$/)
  assert.not.ok(existsSync(join(folder, 'port-2')))
  await stop(first)
})

files('a directory that cannot be one is an error', async () => {
  const child = new RunningChild(process.execPath, [BINARY, 'driver', '--dir', '/proc/no-such-directory'])
  assert.is((await child.ended).code, 1)
  assert.match(child.stderr, /\(ERR_GODWIT_DIRECTORY\)\n$/)
  mkdirSync(join(folder, 'empty'))
  const taken = start('empty', '--json')
  await ready(taken)
  assert.ok(readdirSync(join(folder, 'empty')).includes('cnc.dat'))
  await stop(taken)
})

/** A driver with sockets of Node that is ready, and then runs this in the thread of its receiver. */
async function withReceiver(name: string, code: string): Promise<RunningChild> {
  const scratch = scratchFolder(name)
  const [preload, go] = [join(scratch, 'preload.mjs'), join(scratch, 'go')]
  writeFileSync(preload, `
    import { existsSync } from 'node:fs'
    import { isMainThread, workerData } from 'node:worker_threads'
    if (!isMainThread && workerData?.roles?.includes('receiver')) {
      setInterval(() => { if (existsSync(${JSON.stringify(go)})) { ${code} } }, 10)
    }
  `)
  const environment = { NODE_OPTIONS: `--import=${pathToFileURL(preload)}` }
  const args = [BINARY, 'driver', '--dir', join(folder, name), ...SMALL, '--media', 'dgram', '--json']
  const child = new RunningChild(process.execPath, args, environment)
  await ready(child)
  writeFileSync(go, '')
  return child
}

files('when a thread of the driver dies, so does the command, and says why', async () => {
  const child = await withReceiver('death', `throw new Error('of the test')`)
  assert.equal(await child.ended, { code: 1, signal: null })
  const message = 'godwit: driver thread (receiver): of the test; launch the driver again (ERR_GODWIT_DRIVER_DIED)\n'
  assert.is(child.stderr, message)
  assert.match((await runGodwit('stat', '--dir', join(folder, 'death'))).stdout, ', closed, or a snapshot')
})

files('a second signal ends it at once, although a thread does not end', async () => {
  const child = await withReceiver('stuck', `process._rawDebug('stuck'); for (;;);`)
  await child.until('a thread that is stuck', () => child.stderr.includes('stuck'))
  child.kill('SIGINT')
  child.kill('SIGTERM')
  assert.equal(await child.ended, { code: 1, signal: null })
  assert.not.match(child.stdout, 'closed')
})

test('a wrong command line starts nothing', async () => {
  const child = start('usage', '--set', 'mtuLength=3')
  assert.equal(await child.ended, { code: 2, signal: null })
  assert.match(child.stderr, /^godwit driver: mtuLength: "3" is invalid.*\nTry "godwit driver --help"\.\n$/)
  assert.not.ok(existsSync(join(folder, 'usage')))
})

test.run()
