import * as assert from 'uvu/assert'
import { CHANNEL_LENGTH_MAX, ChannelUri } from '../../../client/protocol/channel-uri.ts'
import {
  formatDurationNs,
  formatSize,
  parseBoolean,
  parseDurationNs,
  parseInteger32,
  parseInteger64,
  parseSize,
  quoteText,
} from '../../../client/protocol/text-values.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('channel texts')

function errorOf(text: string): GodwitError {
  try {
    ChannelUri.parse(text)
  } catch (error) {
    if (error instanceof GodwitError) return error
    throw error
  }
  throw new Error(`not refused: ${quoteText(text)}`)
}

test('a channel comes apart into media and parameters in their order', () => {
  const uri = ChannelUri.parse('aeron:udp?endpoint=[::1]:5|x=a=b?c:d|alias=log')
  assert.is(uri.media, 'udp')
  assert.is(uri.isSpy, false)
  assert.equal([...uri.parameters], [['endpoint', '[::1]:5'], ['x', 'a=b?c:d'], ['alias', 'log']])
  assert.is(uri.get('alias'), 'log')
  assert.is(uri.get('mtu'), undefined)
  assert.is(uri.get('constructor'), undefined)
})

test('a channel written again is the same text', () => {
  for (const text of ['aeron:ipc', 'aeron:ipc?a=1', 'aeron-spy:aeron:udp?endpoint=h:1|x=y', 'aeron:udp']) {
    assert.is(ChannelUri.parse(text).toString(), text)
  }
  assert.is(ChannelUri.parse('aeron-spy:aeron:ipc').isSpy, true)
})

test('malformed channels are refused, and the message says why', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /must begin with "aeron:"/],
    ['aeron', /must begin with "aeron:"/],
    ['Aeron:udp', /must begin with/],
    [' aeron:udp', /must begin with/],
    ['aeron-spy:udp', /must begin with/],
    ['aeron-spy:aeron-spy:aeron:udp', /must begin with/],
    ['aeron:', /media is ""/],
    ['aeron:tcp?a=b', /media is "tcp"/],
    ['aeron:ipcx', /media is "ipcx"/],
    ['aeron:udp:endpoint=h:1', /media is "udp:endpoint=h:1"/],
    ['aeron:udp?', /without a key/],
    ['aeron:udp?a=b|', /without a key/],
    ['aeron:udp?|a=b', /without a key/],
    ['aeron:udp?=b', /without a key/],
    ['aeron:udp?a', /"a" has no value/],
    ['aeron:udp?a=|b=c', /"a" has no value/],
    ['aeron:udp?b=c|a=', /"a" has no value/],
    ['aeron:udp?mtu=1408|mtu=1408', /"mtu" appears twice/],
  ]
  for (const [text, message] of cases) {
    const error = errorOf(text)
    assert.is(error.code, 'ERR_GODWIT_CHANNEL', text)
    assert.match(error.message, message)
  }
})

test('a channel has at most 4095 characters', () => {
  const start = 'aeron:ipc?alias='
  const longest = start + 'x'.repeat(CHANNEL_LENGTH_MAX - start.length)
  assert.is(ChannelUri.parse(longest).toString().length, 4095)
  assert.match(errorOf(`${longest}x`).message, /4096 characters/)
})

test('sizes have units of 1024 in either case', () => {
  assert.equal(['0', '7', '64k', '64K', '16m', '1G', '007'].map(parseSize), [0, 7, 65536, 65536, 2 ** 24, 2 ** 30, 7])
  const wrong = ['', 'k', '-1', '+1', '1.5k', '1 k', ' 1', '1kb', '0x10', '1e3', '9007199254740992', '8388608g', '1t']
  for (const text of wrong) assert.is(parseSize(text), undefined, text)
})

test('durations have units, none is nanoseconds', () => {
  assert.equal(['0', '7', '7ns', '2us', '3ms', '4s', '5S'].map(parseDurationNs), [0, 7, 7, 2e3, 3e6, 4e9, 5e9])
  for (const text of ['', 's', '1m', '1h', '-1s', '1.5s', '1 s', '1sms', '9007200s', '9'.repeat(25)]) {
    assert.is(parseDurationNs(text), undefined, text)
  }
})

test('integers are decimal and in their range', () => {
  assert.equal(['0', '-0', '2147483647', '-2147483648'].map(parseInteger32), [0, 0, 2 ** 31 - 1, -(2 ** 31)])
  for (const text of ['', '-', '+1', '2147483648', '-2147483649', '0x1', '1.0', '1e1', ' 1', '１']) {
    assert.is(parseInteger32(text), undefined, text)
  }
  assert.is(parseInteger64('9223372036854775807'), 2n ** 63n - 1n)
  assert.is(parseInteger64('-9223372036854775808'), -(2n ** 63n))
  for (const text of ['', '9223372036854775808', '-9223372036854775809', '1n', '9'.repeat(4000)]) {
    assert.is(parseInteger64(text), undefined, text)
  }
  assert.equal(['true', 'false', 'TRUE', '1', ''].map(parseBoolean), [true, false, undefined, undefined, undefined])
})

test('what is written of a size or a duration reads as the same value', async () => {
  assert.equal([0, 1408, 65536, 2 ** 24, 2 ** 30].map(formatSize), ['0', '1408', '64 KiB', '16 MiB', '1 GiB'])
  assert.equal([0, 5, 1e3, 2e5, 1e7, 5e9].map(formatDurationNs), ['0', '5 ns', '1 us', '200 us', '10 ms', '5 s'])
  await withSeed('durations', (random) => {
    for (let i = 0; i < 200; i++) {
      const durationNs = random.int(1000) * 10 ** random.int(13)
      assert.is(parseDurationNs(formatDurationNs(durationNs).replace(' ', '')), durationNs)
    }
  })
})

test('texts are quoted in one short line', () => {
  assert.is(quoteText('a\nb"'), '"a\\nb\\""')
  assert.ok(quoteText('x'.repeat(4095)).length < 100)
})

const PIECES = [
  'aeron', ':', 'udp', 'ipc', '?', '|', '=', 'aeron-spy:', 'aeron:udp?', 'endpoint=', 'h:1', '__proto__', '\0', '\n',
  '\ud800', 'é', '💥', '%', ' ', '||', '==', '9'.repeat(30), 'x'.repeat(300),
]

function hostileText(random: Random): string {
  const start = random.bool() ? 'aeron:udp?' : ''
  return start + Array.from({ length: random.int(20) }, () => random.pick(PIECES)).join('')
}

test('random texts are read back the same, or refused with a code', async () => {
  await withSeed('hostile channels', (random) => {
    let accepted = 0
    for (let i = 0; i < 3000; i++) {
      const text = hostileText(random)
      try {
        assert.is(ChannelUri.parse(text).toString(), text)
        accepted++
      } catch (error) {
        if (!(error instanceof GodwitError)) throw error
        assert.is(error.code, 'ERR_GODWIT_CHANNEL')
        assert.not.match(error.message, '\n')
        assert.ok(error.message.length < 400)
      }
    }
    assert.ok(accepted > 10)
  })
})

test('the longest hostile channels take no longer than others', () => {
  const started = performance.now()
  for (const piece of ['|', '=', 'a=b|', '?', 'a', 'aeron:', 'a=|']) {
    for (let i = 0; i < 20; i++) errorOf(`aeron:udp?${piece.repeat(4000 / piece.length)}|`)
  }
  assert.ok(performance.now() - started < 500)
})

test.run()
