import * as assert from 'uvu/assert'
import { UsageError } from '../../../codegen/cli/command.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { driver } from '../../../driver/cli/driver.ts'
import { faultOptionsOf, faultsText } from '../../../driver/cli/fault-options.ts'
import { commandSettings } from '../../../driver/cli/settings-options.ts'
import type { DriverSettings } from '../../../driver/core/driver-settings.ts'
import { SETTINGS } from '../../../driver/core/settings-table.ts'
import { FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import { suite } from '../../support/suite.ts'
import { runCommand } from './run-godwit.ts'

const test = suite('cli: options of the driver')

type Environment = Readonly<Record<string, string>>

function settings(set: readonly string[], environment: Environment = {}, options: Environment = {}): DriverSettings {
  const values = { set, 'delete-on-start': false, 'delete-on-shutdown': false, ...options }
  return commandSettings(values, environment).settings
}

function expectUsage(part: string | RegExp, body: () => unknown): void {
  try {
    body()
  } catch (error) {
    assert.instance(error, UsageError, String(error))
    assert.match((error as UsageError).message, part)
    return
  }
  throw new Error('no error')
}

test('a setting goes by its name, its property and its variable', () => {
  for (const name of ['mtuLength', 'aeron.mtu.length', 'AERON_MTU_LENGTH']) {
    assert.is(settings([`${name}=8k`]).mtuLength, 8192)
  }
})

test('the command line goes before the environment, and that before the defaults of Aeron', () => {
  const environment = { AERON_MTU_LENGTH: '4096', AERON_THREADING_MODE: 'SHARED' }
  assert.is(settings([], environment).mtuLength, 4096)
  assert.is(settings(['mtuLength=8k'], environment).mtuLength, 8192)
  assert.is(settings([], environment, { threading: 'SHARED_NETWORK' }).threadingMode, 'SHARED_NETWORK')
  assert.is(settings([]).threadingMode, 'DEDICATED')
})

test('values are read as in the environment', () => {
  const found = settings([
    'imageLivenessTimeoutNs=5s', 'driverTimeoutMs=3000', 'reliableStream=off', 'receiverGroupTag=-5', 'media=dgram',
    'sharedIdleStrategy=spinning',
  ])
  assert.is(found.imageLivenessTimeoutNs, 5e9)
  assert.is(found.driverTimeoutMs, 3000)
  assert.is(found.reliableStream, false)
  assert.is(found.receiverGroupTag, -5n)
  assert.is(found.sharedIdleStrategy, 'busySpin')
})

test('switches for the directory are settings, too', () => {
  const values = { 'delete-on-start': true, 'delete-on-shutdown': true }
  const { dirDeleteOnStart, dirDeleteOnShutdown } = commandSettings(values, {}).settings
  assert.equal([dirDeleteOnStart, dirDeleteOnShutdown], [true, true])
})

test('a wrong setting on the command line is wrong usage', () => {
  expectUsage('unknown setting "mtuLenght". Did you mean "mtuLength"?', () => settings(['mtuLenght=1']))
  expectUsage('unknown setting "constructor". --print-settings lists all.', () => settings(['constructor=1']))
  expectUsage('"mtuLength" is not of the form name=value', () => settings(['mtuLength']))
  expectUsage('"=5" is not of the form name=value', () => settings(['=5']))
  expectUsage('mtuLength: "3" is invalid, allowed: 64 to 65504', () => settings(['mtuLength=3']))
  expectUsage('mtuLength is set twice', () => settings(['mtuLength=8k', 'AERON_MTU_LENGTH=8k']))
  expectUsage('threadingMode is set twice', () => settings(['threadingMode=SHARED'], {}, { threading: 'SHARED' }))
  expectUsage('threadingMode: "FAST" is invalid', () => settings([], {}, { threading: 'FAST' }))
  expectUsage('rcvInitialWindowLength is 128 KiB: it must be at most', () => settings(['socketSoRcvbuf=4k']))
  expectUsage('threadingMode: INVOKER is for programs', () => settings([], {}, { threading: 'INVOKER' }))
  expectUsage('media: memory is for tests', () => settings(['threadingMode=SHARED', 'media=memory']))
})

test('a wrong setting of the environment is an error of its own', () => {
  for (const [environment, part] of [
    [{ AERON_MTU_LENGTH: '3' }, 'AERON_MTU_LENGTH'],
    [{ AERON_SOCKET_SO_RCVBUF: '4k' }, 'rcvInitialWindowLength'],
    [{ AERON_THREADING_MODE: 'INVOKER' }, 'threadingMode: INVOKER'],
  ] as const) {
    try {
      settings(['imagesMax=5'], environment)
      assert.unreachable()
    } catch (error) {
      assert.instance(error, GodwitError)
      assert.not.instance(error, UsageError)
      assert.is((error as GodwitError).code, 'ERR_GODWIT_SETTINGS')
      assert.match((error as GodwitError).message, part)
    }
  }
})

test('all settings are printed, with where they come from', async () => {
  const { code, out } = await runCommand(driver, '--print-settings', '--set', 'mtuLength=8k', '--threading', 'SHARED')
  assert.is(code, 0)
  const lines = out.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /^setting +property +value +from$/)
  assert.equal(lines.slice(1).map((line) => line.split(' ')[0]), Object.keys(SETTINGS))
  assert.match(out, /\nthreadingMode +aeron\.threading\.mode +SHARED +option\n/)
  assert.match(out, /\nmtuLength +aeron\.mtu\.length +8 KiB +option\n/)
  assert.match(out, /\nreceiverGroupTag +aeron\.receiver\.group\.tag +- +default\n/)
})

test('settings as JSON are options for a program', async () => {
  process.env['AERON_IMAGE_LIVENESS_TIMEOUT'] = '7s'
  try {
    const { out } = await runCommand(driver, '--print-settings', '--json', '--set', 'receiverGroupTag=7')
    const document = JSON.parse(out) as Readonly<Record<string, unknown>>
    assert.equal(Object.keys(document), Object.keys(SETTINGS))
    assert.is(document['imageLivenessTimeoutNs'], 7e9)
    assert.is(document['receiverGroupTag'], '7')
    assert.is(document['mtuLength'], 1408)
    assert.match((await runCommand(driver, '--print-settings')).out, / 7 s +AERON_IMAGE_LIVENESS_TIMEOUT\n/)
  } finally {
    delete process.env['AERON_IMAGE_LIVENESS_TIMEOUT']
  }
})

test('faults are rates for each direction', () => {
  assert.is(faultOptionsOf({}), undefined)
  assert.equal(faultOptionsOf({ loss: '0.05' }), { seed: 0, send: {}, receive: { loss: 0.05 } })
  const seeded = faultOptionsOf({ 'receive-loss': '5%', 'loss-seed': '7' })
  assert.equal(seeded, { seed: 7, send: {}, receive: { loss: 0.05 } })
  assert.equal(
    faultOptionsOf({ 'send-loss': '1', 'reorder': '.5', 'corrupt': '0.25', 'fault-frames': 'data,SM' }),
    {
      seed: 0,
      send: { loss: 1, frameTypes: [FrameType.DATA, FrameType.SM] },
      receive: { reorder: 0.5, corrupt: 0.25, frameTypes: [FrameType.DATA, FrameType.SM] },
    },
  )
  assert.is(faultsText({ seed: 3, receive: { loss: 0.05, delay: 0.1 }, send: { truncate: 0.07 } }),
    'receive loss 5 %, receive delay 10 %, send truncate 7 %, seed 3')
})

test('faults that are none are wrong usage', () => {
  for (const rate of ['', 'x', '1.5', '-1', '101%', '1e-3', '0x1', 'NaN', '0.0000000001']) {
    expectUsage(`--loss: "${rate}" is no rate`, () => faultOptionsOf({ loss: rate }))
  }
  expectUsage('and so must be their sum', () => faultOptionsOf({ loss: '0.6', corrupt: '0.6' }))
  expectUsage('--loss and --receive-loss are the same', () => faultOptionsOf({ 'loss': '0.1', 'receive-loss': '0.1' }))
  expectUsage('give a rate', () => faultOptionsOf({ 'loss-seed': '1' }))
  expectUsage('give a rate', () => faultOptionsOf({ 'fault-frames': 'DATA' }))
  expectUsage('--loss-seed: "1.5"', () => faultOptionsOf({ 'loss': '0.1', 'loss-seed': '1.5' }))
  for (const frame of ['', 'DATUM', 'NULL_VAL', 'constructor']) {
    expectUsage(`"${frame}" is no type of frame`, () => faultOptionsOf({ 'loss': '0.1', 'fault-frames': frame }))
  }
})

test('the command has help, and refuses what it does not know', async () => {
  const { code, out } = await runCommand(driver, '--help')
  assert.is(code, 0)
  assert.match(out, 'Usage: godwit driver [options]')
  for (const line of out.split('\n')) assert.ok(line.length <= 120, line)
  for (const line of ['--nonsense', 'x', '--metrics 65536', '--metrics x', '--json --quiet', '--dir ']) {
    const args = line.split(' ')
    const error = await runCommand(driver, '--print-settings', ...args).catch((reason: unknown) => reason)
    assert.instance(error, UsageError, args.join(' '))
  }
})

test.run()
