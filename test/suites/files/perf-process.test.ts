import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { CNC_FILE } from '../../../client/files/directory-layout.ts'
import { MappedFile } from '../../../client/files/mapped-file.ts'
import { Cnc, CNC_HEADER_LENGTH } from '../../../client/memory/cnc.ts'
import { CountersReader } from '../../../client/memory/counters-reader.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { MediaDriver } from '../../../driver/launcher/media-driver.ts'
import { uniqueDirectory } from '../../../driver/launcher/unique-directory.ts'
import { throughputOptions } from '../../../perf/cli/options.ts'
import { DriverProcess } from '../../../perf/streams/driver-process.ts'
import { measureThroughput } from '../../../perf/streams/measure.ts'
import { BINARY } from '../../unit/cli/run-godwit.ts'
import { runChild } from '../../support/child.ts'
import { withFiles } from '../../support/native.ts'
import { withoutFfi } from '../../support/no-ffi.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'
import { runPerf } from '../../unit/perf/run-perf.ts'

const test = suite('perf: drivers of other processes', { timeoutMs: 30_000 })
const apart = withFiles(test)

const SHORT = ['--seconds', '0.1', '--warm-up', '0.05']
const IN_PROCESS = ['--driver', 'process', '--term-length', '1m']
const UDP = ['--channel', 'aeron:udp?endpoint=localhost:0']
/** Longer than any test: the run is to be ended before. At a rate that leaves the processors to others. */
const ENDLESS = [
  ...['latency', '--driver', 'process', '--threading', 'SHARED', '--rate', '1000', '--idle', 'backoff'],
  ...['--warm-up', '0', '--seconds', '600', '--json'],
]
const BOUND_MS = 20_000

interface Figures {
  readonly messagesPerSecond: number
  readonly interrupted: boolean
  readonly plan: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, unknown>>
}

async function figuresOf(...args: readonly string[]): Promise<Figures> {
  const { code, out, err } = await runPerf(...args, ...SHORT, '--idle', 'backoff', '--json')
  assert.is(code, 0, err)
  return JSON.parse(out) as Figures
}

/** Directories of drivers that a process started. */
function directoriesOf(pid: number): readonly string[] {
  const path = uniqueDirectory()
  const prefix = basename(path).replace(/\d+-[0-9a-f]+$/, `${pid}-`)
  return readdirSync(dirname(path)).filter((name) => name.startsWith(prefix)).map((name) => join(dirname(path), name))
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const endMs = performance.now() + BOUND_MS
  while (!condition()) {
    assert.ok(performance.now() < endMs, `${what} within ${BOUND_MS} ms`)
    await delay(5)
  }
}

async function rejectionOf(run: Promise<unknown>): Promise<GodwitError> {
  const error = await run.then(() => undefined, (reason: unknown) => reason)
  assert.instance(error, GodwitError)
  return error as GodwitError
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The process of a driver, once a subscriber has got something through it. */
function busyDriver(dir: string): number | undefined {
  let file: MappedFile
  try {
    file = MappedFile.open(join(dir, CNC_FILE), CNC_HEADER_LENGTH)
  } catch {
    return undefined
  }
  try {
    const cnc = Cnc.attach(file.buffer())
    const counters = new CountersReader(cnc.countersMetadata, cnc.countersValues)
    let isBusy = false
    counters.forEach((id, _typeId, _key, label) => {
      if (label.startsWith('sub-pos') && counters.value(id) > 0) isBusy = true
    })
    return isBusy ? cnc.pid() : undefined
  } catch {
    return undefined
  } finally {
    file.close()
  }
}

class EndlessRun {
  stdout: string = ''
  stderr: string = ''
  driverPid: number = 0
  readonly child: ChildProcess = spawn(process.execPath, [BINARY, 'perf', ...ENDLESS], { detached: true })
  readonly #ended: Promise<readonly [number | null, NodeJS.Signals | null]>

  constructor() {
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => void (this.stdout += text))
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => void (this.stderr += text))
    this.#ended = once(this.child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  }

  get pid(): number {
    return this.child.pid!
  }

  /** Ends the run with `end` while messages go through its driver; gives exit code and signal. */
  async endedBy(end: () => void): Promise<readonly [number | null, NodeJS.Signals | null]> {
    try {
      await until('messages arrive', () => {
        const dir = directoriesOf(this.pid)[0]
        this.driverPid = (dir === undefined ? undefined : busyDriver(dir)) ?? 0
        return this.driverPid > 0
      })
      end()
      return await this.#ended
    } finally {
      if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-this.pid, 'SIGKILL')
    }
  }

  async assertNothingLeft(): Promise<void> {
    await until('the driver ends', () => !isAlive(this.driverPid))
    await until('the directory goes', () => directoriesOf(this.pid).length === 0)
  }
}

apart('throughput and latency with a driver process, over both media', async () => {
  const runs = [
    { threading: 'DEDICATED', media: ['native', 'dgram'], args: ['throughput', ...UDP, '--length', '1k'] },
    { threading: 'SHARED', media: ['none'], args: ['latency', '--threading', 'SHARED'] },
  ]
  for (const { args, threading, media } of runs) {
    const { messagesPerSecond, plan, environment } = await figuresOf(...args, ...IN_PROCESS)
    assert.ok(messagesPerSecond > 0)
    assert.is(plan['driver'], 'process')
    assert.is(environment['threading'], threading)
    assert.is(environment['termLength'], 1048576)
    assert.ok(media.includes(String(environment['media'])))
    assert.equal(directoriesOf(process.pid), [])
  }
})

apart('text says where the driver is, and which threads it has', async () => {
  const { code, out, err } = await runPerf('throughput', '--claim', ...IN_PROCESS, '--threading', 'SHARED', ...SHORT)
  assert.is(code, 0, err)
  assert.match(out, 'driver in a process of its own: conductor, sender and receiver in one thread of the driver')
})

apart('a driver that runs already is measured as it is, and goes on', async () => {
  const dir = join(sharedMemoryFolder('perf'), 'driver')
  const driver = await MediaDriver.launch({ dir, ipcTermBufferLength: 65_536, termBufferLength: 65_536 })
  try {
    const { code, out, err } = await runPerf('throughput', '--dir', dir, ...SHORT)
    assert.is(code, 0, err)
    assert.match(out, `driver that runs already in ${dir}: its threads are unknown`)
    assert.match(out, 'terms of 65536')
    const { environment } = await figuresOf('latency', ...UDP, '--dir', dir)
    for (const name of ['threading', 'media', 'driverIdle']) assert.is(environment[name], 'unknown', name)
    const idle = await runPerf('idle', '--dir', dir, '--seconds', '0.1', '--warm-up', '0', '--idle', 'none')
    assert.is(idle.code, 0, idle.err)
    assert.match(idle.out, `driver that runs already in ${dir}, threading unknown, media unknown`)
    if (process.platform === 'linux') assert.match(idle.out, /^ {2}driver process +[\d.]+/m)
    assert.is(driver.isClosed, false)
    assert.ok(existsSync(join(dir, CNC_FILE)))
  } finally {
    await driver.close()
  }
})

apart('an idle driver process', async () => {
  const args = ['idle', '--driver', 'process', '--seconds', '0.2', '--warm-up', '0', '--idle', 'backoff']
  const { code, out, err } = await runPerf(...args)
  assert.is(code, 0, err)
  assert.match(out, 'driver in a process of its own, threading DEDICATED')
  assert.match(out, /^ {2}this process +[\d.]+/m)
  if (process.platform === 'linux') assert.match(out, /^ {2}driver process +[\d.]+ .* [1-9]\d+ \(/m)
  assert.equal(directoriesOf(process.pid), [])
})

apart('an interrupt in a terminal ends run and driver, with what was measured', async () => {
  const run = new EndlessRun()
  assert.equal(await run.endedBy(() => process.kill(-run.pid, 'SIGINT')), [0, null], run.stderr)
  assert.is((JSON.parse(run.stdout) as Figures).interrupted, true)
  await run.assertNothingLeft()
})

apart('a driver process that is killed ends the run with exit code 1 and no figure', async () => {
  const run = new EndlessRun()
  assert.equal(await run.endedBy(() => process.kill(run.driverPid, 'SIGKILL')), [1, null])
  assert.is(run.stdout, '')
  const what = `the process of the driver, ${run.driverPid}, ended by SIGKILL: no figure is given`
  assert.is(run.stderr, `godwit: ${what} (ERR_GODWIT_PERF_DRIVER)\n`)
  await run.assertNothingLeft()
})

apart('a driver process ends with a run that is killed', async () => {
  const run = new EndlessRun()
  assert.equal(await run.endedBy(() => process.kill(run.pid, 'SIGKILL')), [null, 'SIGKILL'])
  await run.assertNothingLeft()
})

apart('what a driver process cannot start with is the error of the run', async () => {
  const refused = await rejectionOf(DriverProcess.start({ termBufferLength: 1 }))
  assert.is(refused.code, 'ERR_GODWIT_SETTINGS')
  const { plan } = throughputOptions(['--driver', 'process', '--term-length', '1'])
  const interrupted = await rejectionOf(measureThroughput(plan, { signal: AbortSignal.abort() }))
  assert.is(interrupted.code, 'ERR_GODWIT_PERF_INTERRUPTED')
  assert.equal(directoriesOf(process.pid), [])
})

test('without a way to map files, drivers of other processes are an error with what to install', async () => {
  const flags = withoutFfi(scratchFolder('perf-no-ffi'))
  for (const where of [['--driver', 'process'], ['--dir', '/nowhere']]) {
    const args = [...flags, BINARY, 'perf', 'throughput', ...where]
    const { code, stdout, stderr } = await runChild(process.execPath, args, { timeoutMs: BOUND_MS })
    assert.is(code, 1)
    assert.is(stdout, '')
    assert.match(stderr, /^godwit: .*npm install koffi.* \(ERR_GODWIT_FILES_UNSUPPORTED\)$/m)
  }
})

test.run()
