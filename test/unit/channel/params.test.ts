import * as assert from 'uvu/assert'
import { parseChannel } from '../../../driver/core/channel/channel-parameters.ts'
import { parsePublicationParams } from '../../../driver/core/channel/publication-params.ts'
import type { PublicationParams } from '../../../driver/core/channel/publication-params.ts'
import { parseSubscriptionParams } from '../../../driver/core/channel/subscription-params.ts'
import type { SubscriptionParams } from '../../../driver/core/channel/subscription-params.ts'
import { DriverError } from '../../../driver/core/driver-error.ts'
import { concludeDriverSettings } from '../../../driver/core/driver-settings.ts'
import type { DriverOptions } from '../../../driver/core/driver-settings.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('parameters of channels')

const STREAM_ID = 1001

function publication(parameters: string, options: Partial<DriverOptions> = {}, media = 'udp'): PublicationParams {
  const text = `aeron:${media}${parameters === '' ? '' : `?${parameters}`}`
  return parsePublicationParams(parseChannel(text), concludeDriverSettings(options, {}), STREAM_ID)
}

function subscription(parameters: string, options: Partial<DriverOptions> = {}, media = 'udp'): SubscriptionParams {
  const text = `aeron:${media}${parameters === '' ? '' : `?${parameters}`}`
  return parseSubscriptionParams(parseChannel(text), concludeDriverSettings(options, {}))
}

function expectError(body: () => unknown, errorCode: ErrorCode, parts: readonly string[]): void {
  try {
    body()
  } catch (error) {
    if (!(error instanceof DriverError)) throw error
    assert.is(error.errorCode, errorCode, error.message)
    for (const part of parts) assert.match(error.message, part)
    return
  }
  assert.unreachable(`no error with ${parts.join(' and ')}`)
}

/** `key=value` of which the value is wrong, and what the message says besides. */
function expectInvalid(read: (parameters: string) => unknown, parameter: string, ...parts: readonly string[]): void {
  const [key, value] = parameter.slice(parameter.lastIndexOf('|') + 1).split('=')
  expectError(() => read(parameter), ErrorCode.INVALID_CHANNEL, [`${key}="${value}"`, ...parts])
}

function expectUnsupported(read: (parameters: string) => unknown, parameter: string): void {
  expectError(() => read(parameter), ErrorCode.NOT_SUPPORTED, [parameter.split('=')[0] ?? ''])
}

test('a publication without parameters has the defaults of Aeron', () => {
  assert.equal(publication(''), {
    socketSndbufLength: 0,
    socketRcvbufLength: 0,
    untetheredWindowLimitTimeoutNs: 5e9,
    untetheredLingerTimeoutNs: 5e9,
    untetheredRestingTimeoutNs: 10e9,
    termLength: 2 ** 24,
    mtuLength: 1408,
    windowLength: 2 ** 23,
    start: undefined,
    sessionId: undefined,
    lingerTimeoutNs: 5e9,
    isSparse: true,
    isEosSignalled: true,
    maxResend: 16,
    given: { termLength: false, mtuLength: false },
  })
  const ipc = publication('', {}, 'ipc')
  assert.equal([ipc.termLength, ipc.mtuLength, ipc.windowLength], [2 ** 26, 1408, 2 ** 25])
})

test('every parameter of a publication is taken', () => {
  const params = publication(
    'term-length=64K|mtu=8k|session-id=-7|linger=1s|sparse=false|eos=false|max-resend=256|pub-wnd=10000|so-sndbuf=2m|' +
      'so-rcvbuf=1m|init-term-id=2147483647|term-id=-2147483647|term-offset=64|stream-id=1001|alias=x|ttl=5|' +
      'untethered-window-limit-timeout=2s|untethered-resting-timeout=3s|fc=max|anything=else',
  )
  assert.equal(params, {
    socketSndbufLength: 2 ** 21,
    socketRcvbufLength: 2 ** 20,
    untetheredWindowLimitTimeoutNs: 2e9,
    untetheredLingerTimeoutNs: 2e9,
    untetheredRestingTimeoutNs: 3e9,
    termLength: 65536,
    mtuLength: 8192,
    windowLength: 9984,
    start: { initialTermId: 2 ** 31 - 1, termId: -(2 ** 31) + 1, termOffset: 64 },
    sessionId: -7,
    lingerTimeoutNs: 1e9,
    isSparse: false,
    isEosSignalled: false,
    maxResend: 256,
    given: { termLength: true, mtuLength: true },
  })
})

test('settings are the defaults of publications, and their window never exceeds half a term', () => {
  const options: Partial<DriverOptions> = {
    termBufferLength: 2 ** 20,
    mtuLength: 4096,
    publicationTermWindowLength: 300_001,
    ipcPublicationTermWindowLength: 2 ** 20,
    publicationLingerTimeoutNs: 7,
    termBufferSparseFile: false,
    maxResend: 3,
    untetheredLingerTimeoutNs: 8e9,
  }
  const params = publication('untethered-window-limit-timeout=9s', options)
  assert.equal([params.termLength, params.mtuLength, params.windowLength], [2 ** 20, 4096, 300_000])
  assert.equal([params.lingerTimeoutNs, params.isSparse, params.maxResend], [7, false, 3])
  assert.is(params.untetheredLingerTimeoutNs, 8e9)
  assert.is(publication('term-length=128k', options).windowLength, 65536)
  assert.is(publication('term-length=128k', options, 'ipc').windowLength, 65536)
  assert.is(publication('', options, 'ipc').windowLength, 2 ** 20)
})

test('wrong values of publications name the parameter, the value and what is allowed', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['term-length=32k', '64 KiB to 1 GiB'],
    ['term-length=2g', '64 KiB to 1 GiB'],
    ['term-length=100000', 'power of two'],
    ['term-length=64kb', '64 KiB to 1 GiB'],
    ['mtu=32', '64 to'],
    ['mtu=65536', '65504'],
    ['mtu=1400', 'multiple of 32'],
    ['session-id=2147483648', '32 bits'],
    ['session-id=x', '32 bits'],
    ['linger=-1', 'duration'],
    ['linger=5m', 'duration'],
    ['sparse=yes', 'true or false'],
    ['eos=TRUE', 'true or false'],
    ['ssc=1', 'true or false'],
    ['max-resend=0', '1 to 256'],
    ['max-resend=257', '1 to 256'],
    ['pub-wnd=1407', '1408 to 8 MiB'],
    ['pub-wnd=8388609', '1408 to 8 MiB'],
    ['mtu=4k|term-length=64k|pub-wnd=4095', '4 KiB to 32 KiB'],
    ['so-sndbuf=-1', '0 to 2147483647'],
    ['so-rcvbuf=2g', '0 to 2147483647'],
    ['stream-id=1002', 'stream 1001'],
    ['stream-id=one', '32 bits'],
    ['ttl=-1', '0 to 2147483647'],
    ['ats=maybe', 'true or false'],
    ['control-mode=auto', 'manual, dynamic, response'],
    ['response-correlation-id=-2', 'prototype'],
    ['response-correlation-id=next', '64 bits'],
    ['untethered-window-limit-timeout=1s', 'timer interval'],
    ['untethered-linger-timeout=1ms', 'timer interval'],
    ['untethered-resting-timeout=0', 'timer interval'],
  ]
  for (const [parameter, allowed] of cases) expectInvalid(publication, parameter, allowed)
  expectError(() => publication('so-sndbuf=1k'), ErrorCode.INVALID_CHANNEL, ['mtu=1408', 'so-sndbuf', '1024'])
  assert.ok(publication('so-sndbuf=1k', {}, 'ipc'))
  expectError(() => publication('mtu=8k', { socketSoSndbuf: 4096 }), ErrorCode.INVALID_CHANNEL, ['mtu=8192', '4096'])
})

test('a start position is given whole, aligned, within its term and exact as a Number', () => {
  for (const part of ['init-term-id=1', 'term-id=1|term-offset=0', 'init-term-id=1|term-offset=0']) {
    expectError(() => publication(part), ErrorCode.INVALID_CHANNEL, ['missing', 'are needed together'])
  }
  const start = 'term-length=64k|init-term-id=5|term-id=7|term-offset='
  assert.is(publication(`${start}65536`).start?.termOffset, 65536)
  expectInvalid(publication, `${start}65568`, '0 to 65536')
  expectInvalid(publication, `${start}-32`, '0 to 65536')
  expectInvalid(publication, `${start}33`, 'multiple of 32')
  expectInvalid(publication, 'term-offset=0|init-term-id=5|term-id=4', 'init-term-id', '5')
  expectInvalid(publication, 'term-offset=0|init-term-id=5|term-id=2147483653', '32 bits')
  const farthest = 'init-term-id=0|term-offset=0|term-id=2147483647'
  const far = (termLength: string): string => `term-length=${termLength}|${farthest}`
  assert.is(publication(far('128m')).start?.termId, 2 ** 31 - 1)
  expectInvalid(publication, far('256m'), '2^58')
  assert.ok(publication('term-length=1g|init-term-id=0|term-offset=0|term-id=268435456'))
  expectInvalid(publication, 'term-length=1g|init-term-id=0|term-offset=32|term-id=268435456', '2^58')
})

test('features of publications that come later are not supported, their default values are accepted', () => {
  const later = [
    'tags=1', 'control=h:1', 'control-mode=dynamic', 'session-id=tag:5', 'response-correlation-id=3', 'ats=true',
    'response-correlation-id=prototype', 'channel-snd-ts-offset=0', 'channel-snd-ts-offset=reserved', 'ssc=true',
  ]
  for (const parameter of later) expectUnsupported(publication, parameter)
  expectUnsupported((parameter) => publication(parameter, {}, 'ipc'), 'control-mode=response')
  expectError(() => publication('', { spiesSimulateConnection: true }), ErrorCode.NOT_SUPPORTED, ['ssc'])
  assert.ok(publication('ssc=false', { spiesSimulateConnection: true }))
  for (const accepted of ['ssc=false', 'ats=false', 'response-correlation-id=-1', 'fc=min,g:/3', 'fc=unheard-of']) {
    assert.ok(publication(accepted))
  }
  const spy = parseChannel('aeron-spy:aeron:udp?endpoint=h:1')
  const settings = concludeDriverSettings({}, {})
  const cannotPublish = ['spies are subscriptions']
  expectError(() => parsePublicationParams(spy, settings, 1), ErrorCode.INVALID_CHANNEL, cannotPublish)
  expectError(() => parseSubscriptionParams(spy, settings), ErrorCode.NOT_SUPPORTED, ['aeron-spy'])
})

test('a subscription without parameters has the defaults of Aeron', () => {
  assert.equal(subscription(''), {
    socketSndbufLength: 0,
    socketRcvbufLength: 0,
    untetheredWindowLimitTimeoutNs: 5e9,
    untetheredLingerTimeoutNs: 5e9,
    untetheredRestingTimeoutNs: 10e9,
    sessionId: undefined,
    isReliable: true,
    isRejoin: true,
    isSparse: true,
    receiverWindowLength: 131_072,
    nakDelayNs: 1000,
    groupTag: undefined,
  })
})

test('every parameter of a subscription is taken', () => {
  const params = subscription(
    'session-id=9|reliable=false|rejoin=false|sparse=false|rcv-wnd=64k|nak-delay=1ms|gtag=-9223372036854775808|' +
      'so-rcvbuf=64k|so-sndbuf=1|tether=true|group=infer|cc=static|untethered-linger-timeout=2s',
  )
  assert.equal(params, {
    socketSndbufLength: 1,
    socketRcvbufLength: 65536,
    untetheredWindowLimitTimeoutNs: 5e9,
    untetheredLingerTimeoutNs: 2e9,
    untetheredRestingTimeoutNs: 10e9,
    sessionId: 9,
    isReliable: false,
    isRejoin: false,
    isSparse: false,
    receiverWindowLength: 65536,
    nakDelayNs: 1_000_000,
    groupTag: -(2n ** 63n),
  })
  const options = { reliableStream: false, rejoinStream: false, receiverGroupTag: 3n, nakUnicastDelayNs: 5000 }
  const { isReliable, isRejoin, groupTag, nakDelayNs } = subscription('', options)
  assert.equal([isReliable, isRejoin, groupTag, nakDelayNs], [false, false, 3n, 5000])
})

test('wrong values of subscriptions name the parameter, the value and what is allowed', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['session-id=x', '32 bits'],
    ['session-id=tag:4', '32 bits'],
    ['reliable=0', 'true or false'],
    ['rejoin=', 'no value'],
    ['tether=no', 'true or false'],
    ['group=some', 'infer, true or false'],
    ['cc=reno', 'static or cubic'],
    ['rcv-wnd=63', '64 to 512 MiB'],
    ['rcv-wnd=513m', '64 to 512 MiB'],
    ['nak-delay=999', 'at least 1 us'],
    ['nak-delay=1min', 'at least 1 us'],
    ['gtag=9223372036854775808', '64 bits'],
    ['so-rcvbuf=x', '0 to 2147483647'],
  ]
  for (const [parameter, allowed] of cases) {
    if (allowed === 'no value') expectError(() => subscription(parameter), ErrorCode.INVALID_CHANNEL, [allowed])
    else expectInvalid(subscription, parameter, allowed)
  }
  const tooWide = ['rcv-wnd=262144', 'so-rcvbuf', '131072']
  expectError(() => subscription('rcv-wnd=256k'), ErrorCode.INVALID_CHANNEL, tooWide)
  assert.is(subscription('rcv-wnd=256k|so-rcvbuf=256k').receiverWindowLength, 262_144)
})

test('features of subscriptions that come later are not supported', () => {
  const later = [
    'tether=false', 'group=true', 'cc=cubic', 'media-rcv-ts-offset=0', 'channel-rcv-ts-offset=reserved', 'tags=1',
    'control=h:1', 'control-mode=manual', 'control-mode=response',
  ]
  for (const parameter of later) expectUnsupported(subscription, parameter)
  expectError(() => subscription('', { tetherSubscriptions: false }), ErrorCode.NOT_SUPPORTED, ['tether'])
  const forced: Partial<DriverOptions> = { receiverGroupConsideration: 'FORCE_TRUE' }
  expectError(() => subscription('', forced), ErrorCode.NOT_SUPPORTED, ['group'])
  for (const accepted of ['group=false', 'group=infer']) assert.ok(subscription(accepted, forced))
})

test('one channel serves both sides: each leaves the parameters of the other alone', () => {
  const both = 'term-length=64k|reliable=false|tether=false|group=true|cc=cubic|gtag=1|nak-delay=0'
  assert.is(publication(both).termLength, 65536)
  const ofPublication = 'term-length=1|mtu=1|linger=x|eos=x|fc=min|ssc=true|stream-id=5|max-resend=0|pub-wnd=1'
  assert.ok(subscription(ofPublication))
})

const KEYS = [
  'term-length', 'mtu', 'pub-wnd', 'init-term-id', 'term-id', 'term-offset', 'session-id', 'linger', 'rcv-wnd',
  'so-sndbuf', 'max-resend', 'nak-delay', 'gtag', 'reliable', 'untethered-resting-timeout', 'response-correlation-id',
]
const VALUES = ['0', '-1', '1', '64', '65536', '64k', '1g', '99999999999999999999', 'true', 'tag:1', '\0', '1s', '1e9']

test('random values give parameters within their ranges, or coded errors', async () => {
  await withSeed('hostile parameters', (random) => {
    const settings = concludeDriverSettings({}, {})
    for (let i = 0; i < 1000; i++) {
      const keys = random.shuffle(KEYS).slice(0, 1 + random.int(4))
      const uri = parseChannel(`aeron:udp?${keys.map((key) => `${key}=${random.pick(VALUES)}`).join('|')}`)
      try {
        const { windowLength, termLength, mtuLength } = parsePublicationParams(uri, settings, STREAM_ID)
        assert.ok(windowLength <= termLength / 2 && windowLength >= mtuLength && windowLength % 32 === 0)
        const { receiverWindowLength, nakDelayNs } = parseSubscriptionParams(uri, settings)
        assert.ok(receiverWindowLength >= 64 && nakDelayNs >= 1000)
      } catch (error) {
        if (!(error instanceof DriverError)) throw error
      }
    }
  })
})

test.run()
