import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { concludeDriverSettings } from '../../../driver/core/driver-settings.ts'
import type { DriverEnvironment, DriverOptions, DriverSettings } from '../../../driver/core/driver-settings.ts'
import { describeAllowed, environmentName, formatSettingValue } from '../../../driver/core/setting.ts'
import type { Setting } from '../../../driver/core/setting.ts'
import { SETTINGS } from '../../../driver/core/settings-table.ts'
import { repositoryRoot } from '../../support/root.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('settings of the driver')

const rows = Object.entries(SETTINGS) as (readonly [keyof DriverSettings, Setting])[]

function conclude(options: Partial<DriverOptions>, environment: DriverEnvironment = {}): DriverSettings {
  return concludeDriverSettings(options, environment)
}

function expectRefused(body: () => unknown, ...parts: readonly string[]): void {
  try {
    body()
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    assert.is(error.code, 'ERR_GODWIT_SETTINGS')
    for (const part of parts) assert.ok(error.message.includes(part), `${error.message}: no ${part}`)
    return
  }
  assert.unreachable(`not refused: ${parts.join(' ')}`)
}

test('defaults are those of Aeron, and ours where Aeron has no limit', () => {
  const settings = conclude({})
  const expected: Partial<DriverSettings> = {
    threadingMode: 'DEDICATED',
    conductorIdleStrategy: 'backoff',
    conductorBufferLength: 1_049_344,
    clientsBufferLength: 1_048_704,
    termBufferLength: 16_777_216,
    ipcTermBufferLength: 67_108_864,
    mtuLength: 1408,
    publicationTermWindowLength: 0,
    rcvInitialWindowLength: 131_072,
    socketSoRcvbuf: 131_072,
    socketSoSndbuf: 0,
    clientLivenessTimeoutNs: 10e9,
    publicationUnblockTimeoutNs: 15e9,
    rcvStatusMessageTimeoutNs: 200e6,
    driverTimeoutMs: 10_000,
    nakUnicastDelayNs: 1000,
    untetheredLingerTimeoutNs: 5e9,
    receiverGroupTag: undefined,
    driverStreamSessionLimit: 1024,
    media: 'auto',
  }
  for (const [name, value] of Object.entries(expected)) assert.is(settings[name as keyof DriverSettings], value, name)
  assert.equal(Object.keys(settings).sort(), rows.map(([name]) => name).sort())
})

test('options win over the environment, that wins over defaults of a launcher, those win over Aeron', () => {
  const environment = { AERON_MTU_LENGTH: '2k', AERON_TIMER_INTERVAL: '500ms' }
  const defaults: Partial<DriverOptions> = { mtuLength: 8192, timerIntervalNs: 7000, maxResend: 5 }
  const settings = concludeDriverSettings({ mtuLength: 4096 }, environment, defaults)
  assert.equal([settings.mtuLength, settings.timerIntervalNs, settings.maxResend], [4096, 500e6, 5])
  assert.is(settings.ipcMtuLength, 1408)
  const unset = { mtuLength: undefined } as unknown as Partial<DriverOptions>
  assert.is(concludeDriverSettings(unset, environment).mtuLength, 2048)
})

test('the environment has variables and properties; an empty one is not set, unknown ones are left alone', () => {
  assert.is(conclude({}, { AERON_SOCKET_SO_RCVBUF: '2m' }).socketSoRcvbuf, 2 ** 21)
  assert.is(conclude({}, { 'aeron.socket.so_rcvbuf': '2M' }).socketSoRcvbuf, 2 ** 21)
  assert.is(conclude({}, { 'aeron.mtu.length': '4k', 'AERON_MTU_LENGTH': '8k' }).mtuLength, 4096)
  assert.is(conclude({}, { 'aeron.mtu.length': '', 'AERON_MTU_LENGTH': '8k' }).mtuLength, 8192)
  assert.is(conclude({}, { AERON_MTU_LENGTH: '' }).mtuLength, 1408)
  assert.is(conclude({}, { GODWIT_MEDIA: 'dgram' }).media, 'dgram')
  assert.ok(conclude({}, { AERON_ARCHIVE_CONTROL_CHANNEL: 'x', AERON_UNHEARD_OF: '-1', PATH: '/bin' }))
})

test('every kind of value is read from the environment', () => {
  const settings = conclude({}, {
    AERON_THREADING_MODE: 'SHARED',
    AERON_SENDER_IDLE_STRATEGY: 'org.agrona.concurrent.BusySpinIdleStrategy',
    AERON_RECEIVER_IDLE_STRATEGY: 'busy_spin',
    AERON_SHAREDNETWORK_IDLE_STRATEGY: 'yielding',
    AERON_RELIABLE_STREAM: 'off',
    AERON_REJOIN_STREAM: '0',
    AERON_TERM_BUFFER_SPARSE_FILE: '1',
    AERON_RECEIVER_GROUP_TAG: '-9223372036854775808',
    AERON_DRIVER_TIMEOUT: '5000',
    AERON_PUBLICATION_RESERVED_SESSION_ID_LOW: '-2147483648',
    AERON_NAK_UNICAST_DELAY: '2us',
    AERON_IMAGE_LIVENESS_TIMEOUT: '7s',
  })
  assert.is(settings.threadingMode, 'SHARED')
  assert.equal([settings.senderIdleStrategy, settings.receiverIdleStrategy], ['busySpin', 'busySpin'])
  assert.is(settings.sharedNetworkIdleStrategy, 'yielding')
  const { reliableStream, rejoinStream, termBufferSparseFile } = settings
  assert.equal([reliableStream, rejoinStream, termBufferSparseFile], [false, false, true])
  assert.is(settings.receiverGroupTag, -(2n ** 63n))
  assert.is(settings.driverTimeoutMs, 5000)
  assert.is(conclude({}, { AERON_DRIVER_TIMEOUT: '5s' }).driverTimeoutMs, 5000)
  assert.is(settings.publicationReservedSessionIdLow, -(2 ** 31))
  assert.equal([settings.nakUnicastDelayNs, settings.imageLivenessTimeoutNs], [2000, 7e9])
})

test('what is not of its kind is refused by name', () => {
  expectRefused(() => conclude({}, { AERON_MTU_LENGTH: 'big' }), 'mtuLength (AERON_MTU_LENGTH)', '"big"', '64 to 65504')
  expectRefused(() => conclude({}, { AERON_RELIABLE_STREAM: 'no' }), 'reliableStream', '"no"', 'true, false')
  expectRefused(() => conclude({}, { 'aeron.threading.mode': 'shared' }), 'threadingMode', '"shared"', 'INVOKER')
  expectRefused(() => conclude({}, { AERON_RECEIVER_GROUP_TAG: 'x' }), 'receiverGroupTag', '64 bits')
  expectRefused(() => conclude({}, { AERON_MAX_RESEND: '16k' }), 'maxResend', '"16k"', '1 to 256')
  expectRefused(() => conclude({}, { AERON_DRIVER_TIMEOUT: '1500us' }), 'driverTimeoutMs', '1 ms')
  expectRefused(() => conclude({}, { AERON_TIMER_INTERVAL: '1m' }), 'timerIntervalNs', '"1m"')
  const wrong: readonly (readonly [string, unknown])[] = [
    ['mtuLength', '1408'],
    ['mtuLength', 1408n],
    ['mtuLength', NaN],
    ['mtuLength', 1408.5],
    ['reliableStream', 'true'],
    ['receiverGroupTag', 5],
    ['receiverGroupTag', 2n ** 63n],
    ['media', 'udp'],
  ]
  for (const [name, value] of wrong) expectRefused(() => conclude({ [name]: value }), name, 'invalid')
  expectRefused(() => conclude({ mtuLenght: 1408 } as Partial<DriverOptions>), '"mtuLenght" is no setting')
  expectRefused(() => conclude({ toString: 1 } as unknown as Partial<DriverOptions>), '"toString" is no setting')
  expectRefused(() => concludeDriverSettings({}, {}, { dir: 1 } as Partial<DriverOptions>), '"dir" is no setting')
})

test('numbers are refused on both sides of their range', () => {
  for (const [name, setting] of rows) {
    if (!('min' in setting)) continue
    expectRefused(() => conclude({ [name]: setting.min - 1 }), name, describeAllowed(setting))
    expectRefused(() => conclude({ [name]: setting.max + 1 }), name, describeAllowed(setting))
  }
})

test('lengths have the form that their layout needs', () => {
  const wrong: Partial<DriverOptions>[] = [
    { termBufferLength: 100_000 },
    { ipcTermBufferLength: 2 ** 17 + 1 },
    { mtuLength: 1400 },
    { ipcMtuLength: 1409 },
    { conductorBufferLength: 2 ** 21 },
    { clientsBufferLength: 2 ** 21 + 64 },
    { countersBufferLength: 2 ** 20 + 8 },
    { filePageSize: 5000 },
  ]
  for (const options of wrong) expectRefused(() => conclude(options), Object.keys(options)[0] ?? '', 'allowed')
  assert.ok(conclude({ conductorBufferLength: 2 ** 21 + 768, clientsBufferLength: 2 ** 21 + 128 }))
  assert.ok(conclude({ filePageSize: 2 ** 21 }))
})

test('settings that depend on each other agree', () => {
  const wrong: readonly (readonly [Partial<DriverOptions>, string, string])[] = [
    [{ clientLivenessTimeoutNs: 1e9 }, 'clientLivenessTimeoutNs is 1 s', 'above timerIntervalNs, 1 s'],
    [{ publicationUnblockTimeoutNs: 10e9 }, 'publicationUnblockTimeoutNs', 'above clientLivenessTimeoutNs, 10 s'],
    [{ clientLivenessTimeoutNs: 15e9 }, 'publicationUnblockTimeoutNs is 15 s', 'above clientLivenessTimeoutNs'],
    [{ untetheredWindowLimitTimeoutNs: 1e9 }, 'untetheredWindowLimitTimeoutNs', 'above timerIntervalNs'],
    [{ untetheredLingerTimeoutNs: 1e9 }, 'untetheredLingerTimeoutNs', 'above timerIntervalNs'],
    [{ untetheredRestingTimeoutNs: 1e9 }, 'untetheredRestingTimeoutNs', 'above timerIntervalNs'],
    [{ mtuLength: 8192, socketSoSndbuf: 4096 }, 'mtuLength is 8 KiB', 'at most socketSoSndbuf, 4 KiB'],
    [{ rcvInitialWindowLength: 2 ** 18 }, 'rcvInitialWindowLength is 256 KiB', 'at most socketSoRcvbuf, 128 KiB'],
    [{ mtuLength: 4096, rcvInitialWindowLength: 2048 }, 'mtuLength', 'rcvInitialWindowLength'],
    [{ publicationTermWindowLength: 1000 }, 'mtuLength', 'publicationTermWindowLength'],
    [{ ipcPublicationTermWindowLength: 1000 }, 'ipcMtuLength', 'ipcPublicationTermWindowLength'],
    [{ publicationReservedSessionIdLow: 1001 }, 'publicationReservedSessionIdLow is 1001', '1000'],
    [{ countersBufferLength: 500 * 2 ** 20 }, 'countersBufferLength', 'do not fit together'],
  ]
  for (const [options, ...parts] of wrong) expectRefused(() => conclude(options), ...parts)
  assert.ok(conclude({ rcvInitialWindowLength: 2 ** 18, socketSoRcvbuf: 0 }))
  assert.ok(conclude({ publicationReservedSessionIdLow: 1000 }))
  assert.is(conclude({ untetheredWindowLimitTimeoutNs: 3e9 }).untetheredLingerTimeoutNs, 3e9)
  assert.ok(conclude({ countersBufferLength: 400 * 2 ** 20 }))
})

test('random texts in the environment are read, or refused with a code', async () => {
  await withSeed('hostile environment', (random) => {
    const pieces = ['1', '0', '9', 'k', 'g', 'ms', 's', '-', '.', ' ', 'true', 'SHARED', '\0', 'é', '__proto__']
    for (let i = 0; i < 2000; i++) {
      const [, setting] = random.pick(rows)
      const text = Array.from({ length: random.int(5) }, () => random.pick(pieces)).join('')
      try {
        conclude({}, { [environmentName(setting)]: text })
      } catch (error) {
        if (!(error instanceof GodwitError)) throw error
        assert.is(error.code, 'ERR_GODWIT_SETTINGS')
      }
    }
  })
})

function defaultText(setting: Setting): string {
  const { byDefault } = setting
  return typeof byDefault === 'number' ? formatSettingValue(setting, byDefault) : String(byDefault ?? '-')
}

function tableRow([name, setting]: readonly [string, Setting]): string {
  const names = [`\`${name}\``, `\`${setting.property}\``]
  const cells = [...names, defaultText(setting), describeAllowed(setting), setting.about]
  return `| ${cells.join(' | ')} |`
}

test('docs/settings.md has every setting as it is', () => {
  const lines = readFileSync(join(repositoryRoot, 'docs', 'settings.md'), 'utf8').split('\n')
  const table = lines.filter((line) => line.startsWith('| `'))
  assert.equal(table, rows.map(tableRow))
})

test('no two settings have the same variable in the environment', () => {
  const names = rows.map(([, setting]) => environmentName(setting))
  assert.is(new Set(names).size, names.length)
  for (const name of names) assert.match(name, /^(?:AERON|GODWIT)_[A-Z_]+$/)
})

test.run()
