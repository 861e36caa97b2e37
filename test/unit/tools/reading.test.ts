import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { readCounters, readErrors } from '../../../driver/tools/cnc-file.ts'
import { readLosses } from '../../../driver/tools/loss-file.ts'
import { withSeed } from '../../support/seed.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { PID, SmallDriver, SMALL_LENGTHS, START_MS, UDP_CHANNEL } from './small-driver.ts'

const test = suite('tools: reading the files of a driver')

const folder = scratchFolder('tools-reading')
let directories = 0

function newDirectory(): string {
  const directory = join(folder, String(directories++))
  mkdirSync(directory)
  return directory
}

function expectError(code: string, part: string | RegExp, body: () => unknown): void {
  try {
    body()
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    assert.is(error.code, code, error.message)
    assert.match(error.message, part)
    return
  }
  throw new Error('no error')
}

test('counters are read up to the last one', () => {
  const written = SmallDriver.withStreams()
  const { driver, counters } = readCounters(written.write(newDirectory()))
  assert.is(driver.pid, PID)
  assert.is(driver.startTimestampMs, START_MS)
  assert.is(driver.cncVersion, 0x200)
  const labels: string[] = []
  counters.forEach((id, _typeId, _key, label) => {
    labels.push(`${counters.value(id)} ${label}`)
    assert.is(counters.registrationId(id), written.counters.registrationId(id))
  })
  assert.is(labels.length, 12)
  assert.is(labels[0], '1234567 Bytes sent')
  assert.is(labels[11], '-5 my counter')
})

test('all counters are read when there is room for no more', () => {
  const written = new SmallDriver()
  for (let id = 0; id <= written.counters.maxCounterId; id++) written.counters.allocate(1001, `counter ${id}`).set(id)
  const { counters } = readCounters(written.write(newDirectory()))
  let count = 0
  counters.forEach((id) => count += Number(counters.value(id) === id))
  assert.is(count, 64)
})

test('errors are read with counts and times', () => {
  const directory = SmallDriver.withStreams().write(newDirectory())
  const { errors, damagedAt } = readErrors(directory)
  assert.is(damagedAt, undefined)
  assert.equal(errors, [
    {
      observationCount: 2,
      firstObservationMs: START_MS,
      lastObservationMs: START_MS + 1500,
      text: 'first line\n\tsecond line',
    },
    { observationCount: 1, firstObservationMs: START_MS + 1500, lastObservationMs: START_MS + 1500, text: 'other' },
  ])
  assert.is(readErrors(directory, START_MS + 1501).errors.length, 0)
})

test('an error log and a loss report that are full to the last byte are read whole', () => {
  const written = new SmallDriver()
  for (let left = SMALL_LENGTHS.errorLog, i = 0; left > 0; left -= 64, i++) {
    assert.ok(written.errorLog.record(i, 'x'.repeat(40)))
    // An entry has 44 bytes, the channel, 4 bytes and the source: two entries of 64 bytes would be 128 apart.
    assert.ok(written.lossReport.createEntry(1, 1, i, i, 'channel-', 'source:1'))
  }
  const directory = written.write(newDirectory())
  assert.is(readErrors(directory).errors.length, 64)
  const { losses, damagedAt } = readLosses(directory)
  assert.equal([losses.length, losses[63]?.source, damagedAt], [64, 'source:1', undefined])
})

test('records longer than what is read at a time are read whole', async () => {
  await withSeed('long records', (random) => {
    const written = new SmallDriver()
    const directory = written.write(newDirectory())
    // A loss report of 1 MiB with texts of up to 100,000 bytes.
    const bytes = new Uint8Array(2 ** 20)
    const view = new DataView(bytes.buffer)
    const lengths: (readonly [number, number])[] = []
    for (let offset = 0; ;) {
      const [channel, source] = [random.int(100_000), random.int(100_000)] as const
      const sourceOffset = Math.ceil((44 + channel) / 4) * 4 + 4
      if (offset + sourceOffset + source > bytes.length) break
      view.setBigInt64(offset, 1n, true)
      view.setInt32(offset + 40, channel, true)
      view.setInt32(offset + sourceOffset - 4, source, true)
      lengths.push([channel, source])
      offset += Math.ceil((sourceOffset + source) / 64) * 64
    }
    writeFileSync(join(directory, 'loss-report.dat'), bytes)
    const { losses, damagedAt } = readLosses(directory)
    assert.is(damagedAt, undefined)
    assert.equal(losses.map(({ channel, source }) => [channel.length, source.length]), lengths)
  })
})

test('losses are read', () => {
  const { losses, damagedAt } = readLosses(SmallDriver.withStreams().write(newDirectory()))
  assert.is(damagedAt, undefined)
  assert.equal(losses, [{
    observationCount: 2,
    totalBytesLost: 1000,
    firstObservationMs: START_MS + 1500,
    lastObservationMs: START_MS + 1501,
    sessionId: -77,
    streamId: 1001,
    channel: UDP_CHANNEL,
    source: '127.0.0.1:5555',
  }])
})

test('the heartbeat tells whether a driver lives', () => {
  const written = new SmallDriver()
  const directory = newDirectory()
  const livenessAt = (heartbeatMs: number): readonly unknown[] => {
    written.ring.setConsumerHeartbeatMs(heartbeatMs)
    const { liveness, heartbeatAgeMs } = readCounters(written.write(directory)).driver
    return [liveness, heartbeatAgeMs === undefined ? undefined : Math.round(heartbeatAgeMs / 10_000)]
  }
  assert.equal(livenessAt(Date.now() - 100), ['alive', 0])
  assert.equal(livenessAt(Date.now() + 60_000), ['alive', 0])
  assert.equal(livenessAt(Date.now() - 20_000), ['dead', 2])
  assert.equal(livenessAt(-1), ['closed', undefined])
  assert.equal(livenessAt(0), ['starting', undefined])
})

test('what is no directory of a driver is an error that says what it is', () => {
  const directory = newDirectory()
  const file = join(directory, 'file')
  writeFileSync(file, 'x')
  for (const read of [readCounters, readErrors, readLosses]) {
    expectError('ERR_GODWIT_TOOL_DIRECTORY', `there is no directory ${directory}/none`, () => read(`${directory}/none`))
    expectError('ERR_GODWIT_TOOL_DIRECTORY', 'has no such file: no driver', () => read(directory))
    expectError('ERR_GODWIT_TOOL_DIRECTORY', `${file} is no directory`, () => read(file))
  }
})

test('a file that is none is not waited for', () => {
  const directory = newDirectory()
  mkdirSync(join(directory, 'cnc.dat'))
  expectError('ERR_GODWIT_TOOL_FILE', 'is no file', () => readCounters(directory))
  execFileSync('mkfifo', [join(directory, 'loss-report.dat')])
  expectError('ERR_GODWIT_TOOL_FILE', 'is no file', () => readLosses(directory))
  const loop = newDirectory()
  symlinkSync('cnc.dat', join(loop, 'cnc.dat'))
  expectError('ERR_GODWIT_TOOL_FILE', 'cannot be read (ELOOP)', () => readCounters(loop))
})

test('a file that may not be read is an error', () => {
  const directory = SmallDriver.withStreams().write(newDirectory())
  chmodSync(join(directory, 'cnc.dat'), 0)
  // The superuser may read everything.
  if (process.getuid?.() === 0) assert.is(readCounters(directory).driver.pid, PID)
  else expectError('ERR_GODWIT_TOOL_FILE', 'cannot be read (EACCES)', () => readCounters(directory))
})

test('a file without an end that could be is an error', () => {
  const directory = newDirectory()
  writeFileSync(join(directory, 'cnc.dat'), '')
  truncateSync(join(directory, 'cnc.dat'), 2 ** 31 + 8)
  expectError('ERR_GODWIT_TOOL_FILE', 'more than a driver', () => readCounters(directory))
  truncateSync(join(directory, 'cnc.dat'), 2 ** 31)
  expectError('ERR_GODWIT_CNC_NOT_READY', join(directory, 'cnc.dat'), () => readCounters(directory))
})

test('a CnC file that is cut off anywhere is an error that names it', () => {
  const directory = SmallDriver.withStreams().write(newDirectory())
  const path = join(directory, 'cnc.dat')
  const { length } = new SmallDriver().memory.bytes
  for (const [cut, code] of [
    [0, 'ERR_GODWIT_CNC_LENGTH'],
    [3, 'ERR_GODWIT_CNC_LENGTH'],
    [127, 'ERR_GODWIT_CNC_LENGTH'],
    [128, 'ERR_GODWIT_CNC_LENGTH'],
    [4097, 'ERR_GODWIT_CNC_LENGTH'],
    [length - 4096, 'ERR_GODWIT_CNC_LENGTH'],
  ] as const) {
    SmallDriver.withStreams().write(directory)
    truncateSync(path, cut)
    for (const read of [readCounters, readErrors]) {
      expectError(code, `${path}: CnC region: `, () => read(directory))
      expectError(code, 'damaged, not complete yet, or none of a driver', () => read(directory))
    }
  }
})

test('a CnC file of another version, or of a driver that starts, is an error', () => {
  const directory = newDirectory()
  const written = SmallDriver.withStreams()
  written.memory.view.setInt32(0, 0x1_0000, true)
  written.write(directory)
  expectError('ERR_GODWIT_CNC_VERSION', 'CnC version 1.0.0 is not compatible with 0.2.0', () => readCounters(directory))
  written.memory.view.setInt32(0, 0, true)
  written.write(directory)
  const unfinished = `${directory}/cnc.dat: the driver has not finished`
  expectError('ERR_GODWIT_CNC_NOT_READY', unfinished, () => readErrors(directory))
})

test('a ring of commands that is none is an error', () => {
  const written = SmallDriver.withStreams()
  written.memory.view.setInt32(4, 1024 + 776, true)
  const directory = written.write(newDirectory())
  expectError('ERR_GODWIT_BUFFER_CAPACITY', 'cnc.dat: ManyToOneRingBuffer', () => readCounters(directory))
})

test('random bytes are an error', async () => {
  await withSeed('random files', (random) => {
    const directory = newDirectory()
    writeFileSync(join(directory, 'cnc.dat'), random.bytes(10_000))
    writeFileSync(join(directory, 'loss-report.dat'), random.bytes(10_000))
    expectError('ERR_GODWIT_CNC_VERSION', 'CnC version', () => readCounters(directory))
    assert.equal(readLosses(directory), { losses: [], damagedAt: 0 })
  })
})

test('what cannot be a record ends error log and loss report, and is told', () => {
  const written = SmallDriver.withStreams()
  // Behind the first record: 24 bytes and 23 of text, to the next multiple of 8.
  written.cnc.errorLog.storeInt32(48, -1)
  written.lossMemory.storeInt64(128, -1)
  const directory = written.write(newDirectory())
  const { errors, damagedAt } = readErrors(directory)
  assert.equal([errors.length, damagedAt], [1, 48])
  const losses = readLosses(directory)
  assert.equal([losses.losses.length, losses.damagedAt], [1, 128])
})

test.run()
