import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { concludeDriverSettings } from '../../../driver/core/driver-settings.ts'
import { MediaDriver } from '../../../driver/launcher/media-driver.ts'
import { suite } from '../../support/suite.ts'

const test = suite('launcher/misuse')

/** As a program without types calls it. */
const launch = MediaDriver.launch as unknown as (options: unknown) => Promise<MediaDriver>

async function refuses(code: string, word: RegExp, options: unknown): Promise<void> {
  let launched: MediaDriver
  try {
    launched = await launch(options)
  } catch (error) {
    assert.instance(error, GodwitError)
    assert.is((error as GodwitError).code, code)
    assert.match((error as GodwitError).message, word)
    return
  }
  await launched.close()
  assert.unreachable('it was launched')
}

test('launch takes an object with options that exist', async () => {
  for (const options of [null, 5, 'x', true, []]) await refuses('ERR_GODWIT_SETTINGS', /object with options/, options)
  await refuses('ERR_GODWIT_SETTINGS', /"termBufferLenght" is no setting/, { termBufferLenght: 65_536 })
  await refuses('ERR_GODWIT_SETTINGS', /"aeron.mtu.length" is no setting/, { 'aeron.mtu.length': 1408 })
})

test('launch names the setting that is wrong, and what is allowed', async () => {
  const wrong: readonly (readonly [string, readonly unknown[], RegExp])[] = [
    ['threadingMode', ['shared', 5, {}, Symbol('s')], /DEDICATED/],
    ['mtuLength', ['1408', 63, 1400, 1.5, NaN, Infinity, 5n, {}], /a multiple of 32/],
    ['termBufferLength', [65_537, '64k', -1, 2 ** 31], /64 KiB to 1 GiB/],
    ['media', ['udp', 5], /native/],
    ['sharedIdleStrategy', ['x', {}], /backoff/],
    ['clientLivenessTimeoutNs', [0, -1, '10s', 5n], /1 us or more/],
    ['reliableStream', ['true', 1], /true, false/],
    ['receiverGroupTag', ['x', 5, 2n ** 64n], /64 bits/],
  ]
  for (const [name, values, allowed] of wrong) {
    for (const value of values) {
      await refuses('ERR_GODWIT_SETTINGS', new RegExp(`${name}.*${allowed.source}`), { [name]: value })
    }
  }
})

test('a handler that is none is refused before anything starts', async () => {
  for (const name of ['onWarning', 'onError']) {
    for (const value of [null, 5, 'x', {}]) await refuses('ERR_GODWIT_SETTINGS', new RegExp(name), { [name]: value })
  }
})

test('faults with names or values that are none are refused', async () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [null, /object/],
    [5, /object/],
    [[], /object/],
    [{ seed: 'x' }, /seed/],
    [{ seed: NaN }, /seed/],
    [{ recieve: { loss: 0.1 } }, /no "recieve"/],
    [{ receive: null }, /receive/],
    [{ receive: 5 }, /receive/],
    [{ receive: { los: 0.1 } }, /no "los"/],
    [{ receive: { loss: '0.1' } }, /receive\.loss/],
    [{ send: { loss: -1 } }, /send\.loss/],
    [{ send: { loss: 1n } }, /send\.loss/],
    [{ send: { loss: 0.6, duplicate: 0.6 } }, /sum/],
    [{ send: { delay: 0.1, delayDatagrams: 0 } }, /delayDatagrams/],
    [{ send: { frameTypes: 'DATA' } }, /frameTypes/],
  ]
  for (const [faults, word] of wrong) await refuses('ERR_GODWIT_FAULTS', word, { faults })
})

test('a value of the environment that is wrong is named with its variable', () => {
  const wrong = { AERON_MTU_LENGTH: '9', 'aeron.mtu.length': 'x', AERON_THREADING_MODE: 'shared' }
  for (const [key, text] of Object.entries(wrong)) {
    assert.throws(
      () => concludeDriverSettings({}, { [key]: text }),
      (error: unknown) => error instanceof GodwitError && error.message.includes(`(${key})`),
    )
  }
})

test('only a driver in mode INVOKER that is open can be invoked', async () => {
  const driver = await launch({ threadingMode: 'INVOKER', media: 'memory' })
  await driver.close()
  for (const call of [() => driver.invoke(), () => driver.agents]) {
    assert.throws(call, (error: unknown) => error instanceof GodwitError && error.code === 'ERR_GODWIT_INVOKER')
  }
  assert.is(driver.errors().length, 0)
  assert.is(JSON.stringify(driver), '{"threadingMode":"INVOKER","isClosed":true}')
  await driver.close()
})

test.run()
