import * as assert from 'uvu/assert'
import { parseChannel } from '../../../driver/core/channel/channel-parameters.ts'
import { parseHostAndPort, parseInterface } from '../../../driver/core/channel/endpoint-text.ts'
import { parseUdpChannel, resolveUdpChannel } from '../../../driver/core/channel/udp-channel.ts'
import type {
  NameResolver,
  NetworkInterfaceAddress,
  ResolvedUdpChannel,
} from '../../../driver/core/channel/udp-channel.ts'
import { DriverError } from '../../../driver/core/driver-error.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('UDP channels')

const INTERFACES: readonly NetworkInterfaceAddress[] = [
  { name: 'lo', address: '127.0.0.1', family: 4 },
  { name: 'lo', address: '::1', family: 6 },
  { name: 'eth0', address: 'fe80::5', family: 6 },
  { name: 'eth0', address: '192.168.7.20', family: 4 },
]

const noNames: NameResolver = {
  resolve: (host) => {
    throw new Error(`asked for ${host}`)
  },
}

const names: NameResolver = {
  resolve: (host, callback) => {
    if (host === 'localhost') callback({ address: '127.0.0.1', family: 4 })
    else if (host === 'six') callback({ address: '0:0:0:0:0:0:0:1', family: 6 })
    else if (host === 'group') callback({ address: '224.1.1.1', family: 4 })
    else if (host === 'broken') callback({ address: 'fe80::1%eth0', family: 6 })
    else callback({ error: 'not found' })
  },
}

/** Resolves at once; fails when the callback was not called before the return. */
function resolve(parameters: string, resolver: NameResolver = noNames): ResolvedUdpChannel | DriverError {
  const results: (ResolvedUdpChannel | DriverError)[] = []
  const channel = parseUdpChannel(parseChannel(`aeron:udp?${parameters}`), 'subscription')
  resolveUdpChannel(channel, resolver, () => INTERFACES, (result) => results.push(result))
  assert.is(results.length, 1)
  return results[0] as ResolvedUdpChannel | DriverError
}

function resolved(parameters: string, resolver?: NameResolver): ResolvedUdpChannel {
  const result = resolve(parameters, resolver)
  if (result instanceof DriverError) throw result
  return result
}

function expectError(body: () => unknown, errorCode: ErrorCode, message: RegExp): void {
  try {
    const result = body()
    if (!(result instanceof DriverError)) assert.unreachable(`no error that matches ${message}`)
    throw result
  } catch (error) {
    if (!(error instanceof DriverError)) throw error
    assert.is(error.code, 'ERR_GODWIT_DRIVER')
    assert.match(error.message, message)
    assert.is(error.errorCode, errorCode, error.message)
  }
}

function parse(parameters: string, use: 'publication' | 'subscription' = 'subscription'): unknown {
  return parseUdpChannel(parseChannel(`aeron:udp${parameters === '' ? '' : `?${parameters}`}`), use)
}

test('a numeric endpoint is resolved at once, with a wildcard for the interface', () => {
  const { canonicalForm, family, localData, remoteData } = resolved('endpoint=10.0.0.9:40123')
  assert.is(canonicalForm, 'UDP-0.0.0.0:0-10.0.0.9:40123')
  assert.is(family, 4)
  assert.equal(remoteData, { family: 4, address: '10.0.0.9', port: 40123 })
  assert.equal(localData, { family: 4, address: '0.0.0.0', port: 0 })
})

test('an IPv6 endpoint brings the IPv6 wildcard', () => {
  const { canonicalForm, localData, remoteData } = resolved('endpoint=[0:0::1]:7')
  assert.is(canonicalForm, 'UDP-[::]:0-[0:0::1]:7')
  assert.equal(remoteData, { family: 6, address: '::1', port: 7 })
  assert.equal(localData, { family: 6, address: '::', port: 0 })
})

test('a name and its address are different channels', () => {
  const byName = resolved('endpoint=localhost:7', names)
  const byAddress = resolved('endpoint=127.0.0.1:7')
  assert.equal(byName.remoteData, byAddress.remoteData)
  assert.is(byName.canonicalForm, 'UDP-0.0.0.0:0-localhost:7')
  assert.is.not(byName.canonicalForm, byAddress.canonicalForm)
  assert.is(resolved('endpoint=six:7', names).remoteData.address, '::1')
})

test('a name may be resolved later', () => {
  let answer: ((result: { readonly address: string; readonly family: 4 | 6 }) => void) | undefined
  const slow: NameResolver = { resolve: (_host, callback) => void (answer = callback) }
  const channel = parseUdpChannel(parseChannel('aeron:udp?endpoint=far.example:7'), 'publication')
  let result: unknown
  resolveUdpChannel(channel, slow, () => [], (value) => void (result = value))
  assert.is(result, undefined)
  answer?.({ address: '10.1.1.1', family: 4 })
  assert.is((result as ResolvedUdpChannel).remoteData.address, '10.1.1.1')
})

test('channels on port 0 are all different, others with the same text are one', () => {
  const forms = [1, 2].map(() => resolved('endpoint=127.0.0.1:0').canonicalForm)
  for (const form of forms) assert.match(form, /^UDP-0\.0\.0\.0:0-127\.0\.0\.1:0-\d+$/)
  assert.is.not(forms[0], forms[1])
  assert.is(resolved('endpoint=127.0.0.1:9').canonicalForm, resolved('alias=x|endpoint=127.0.0.1:9').canonicalForm)
})

test('an interface is chosen by address, prefix or name', () => {
  const local = (text: string, endpoint = '10.0.0.9:1'): string => {
    const { localData } = resolved(`endpoint=${endpoint}|interface=${text}`, names)
    return `${localData.address} ${localData.port}`
  }
  assert.is(local('127.0.0.1'), '127.0.0.1 0')
  assert.is(local('localhost:55'), '127.0.0.1 55')
  assert.is(local('192.168.0.0/16'), '192.168.7.20 0')
  assert.is(local('192.168.7.0/24:99'), '192.168.7.20 99')
  assert.is(local('{eth0}'), '192.168.7.20 0')
  assert.is(local('{eth0}:12', '[fe80::9]:1'), 'fe80::5 12')
  assert.is(local('[fe80::]/10', '[fe80::9]:1'), 'fe80::5 0')
  assert.is(local('[::1]:3', '[::1]:1'), '::1 3')
  assert.is(local('0.0.0.0:77'), '0.0.0.0 77')
  assert.is(local('10.0.0.0/0'), '127.0.0.1 0')
  assert.is(resolved('endpoint=localhost:1|interface={lo}:5', names).canonicalForm, 'UDP-127.0.0.1:5-localhost:1')
})

test('an interface that is not there, or of the other family, is an error that says what there is', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['endpoint=10.0.0.9:1|interface=10.0.0.1', /interface="10\.0\.0\.1".*no local interface.*eth0 192\.168\.7\.20/],
    ['endpoint=10.0.0.9:1|interface={wlan0}', /no local interface/],
    ['endpoint=10.0.0.9:1|interface=[::1]', /must be too/],
    ['endpoint=10.0.0.9:1|interface=127.0.0.1/33', /at most 32 bits/],
    ['endpoint=[::1]:1|interface=[::1]/129', /at most 128 bits/],
  ]
  for (const [parameters, message] of cases) expectError(() => resolve(parameters), ErrorCode.INVALID_CHANNEL, message)
  const unknown = 'endpoint=10.0.0.9:1|interface=nowhere'
  expectError(() => resolve(unknown, names), ErrorCode.UNKNOWN_HOST, /interface: host "nowhere".*not found/)
})

test('hosts that cannot be resolved are unknown hosts', () => {
  expectError(() => resolve('endpoint=nowhere:1', names), ErrorCode.UNKNOWN_HOST, /endpoint: host "nowhere".*not found/)
  expectError(() => resolve('endpoint=broken:1', names), ErrorCode.UNKNOWN_HOST, /the resolver gave "fe80::1%eth0"/)
})

test('groups are not supported yet, by address or by name', () => {
  for (const endpoint of ['224.0.1.1:5', '[ff02::3]:5']) {
    expectError(() => parse(`endpoint=${endpoint}`), ErrorCode.NOT_SUPPORTED, /endpoint="/)
  }
  expectError(() => resolve('endpoint=group:5', names), ErrorCode.NOT_SUPPORTED, /endpoint="group:5"/)
})

test('an endpoint is needed, and features of later are named as such', () => {
  expectError(() => parse(''), ErrorCode.INVALID_CHANNEL, /has no endpoint/)
  expectError(() => parse('alias=x'), ErrorCode.INVALID_CHANNEL, /has no endpoint/)
  expectError(() => parse('control-mode=manual'), ErrorCode.NOT_SUPPORTED, /control-mode="manual"/)
  expectError(() => parse('control=h:1|endpoint=h:2'), ErrorCode.NOT_SUPPORTED, /control="h:1"/)
  expectError(() => parse('control-mode=automatic'), ErrorCode.INVALID_CHANNEL, /control-mode="automatic"/)
  expectError(() => parse('tags=1,2'), ErrorCode.NOT_SUPPORTED, /tags="1,2"/)
})

test('a publication cannot send to port 0, a subscription can bind it', () => {
  expectError(() => parse('endpoint=h:0', 'publication'), ErrorCode.GENERIC_ERROR, /port from 1 to 65535/)
  assert.ok(parse('endpoint=h:0', 'subscription'))
})

test('malformed endpoints are refused', () => {
  const wrong = [
    'localhost', ':5', 'h:', 'h:-1', 'h:65536', 'h:123456', 'h:5x', '::1:5', '[::1]', '[::1]5', '[h]:5', '[]:5',
    '[1.2.3.4]:5', '[fe80::1%eth0]:5', '1.2.3:5', '1.2.3.4.5:6', '256.1.1.1:5', '2130706433:5', 'a b:5', 'h/8:5',
    'h\0:5', 'é:5', '{lo}:5', `${'x'.repeat(256)}:5`,
  ]
  for (const text of wrong) {
    expectError(() => parseHostAndPort('endpoint', text), ErrorCode.INVALID_CHANNEL, /^endpoint=.* is invalid/)
  }
  expectError(() => parseHostAndPort('endpoint', '[fe80::1%eth0]:5'), ErrorCode.INVALID_CHANNEL, /zones are not/)
  assert.equal(parseHostAndPort('endpoint', 'my_host-1.example:65535'), { host: 'my_host-1.example', port: 65535 })
})

test('interfaces have six forms, all others are refused', () => {
  const address = { kind: 'address', host: '1.2.3.4', prefixLength: undefined, port: 0 }
  assert.equal(parseInterface('1.2.3.4'), address)
  assert.equal(parseInterface('1.2.3.4/8'), { ...address, prefixLength: 8 })
  assert.equal(parseInterface('1.2.3.4:5'), { ...address, port: 5 })
  assert.equal(parseInterface('1.2.3.4/0:5'), { ...address, prefixLength: 0, port: 5 })
  assert.equal(parseInterface('[::1]/64:5'), { ...address, host: '::1', prefixLength: 64, port: 5 })
  assert.equal(parseInterface('{Ethernet 2}'), { kind: 'name', name: 'Ethernet 2', port: 0 })
  assert.equal(parseInterface('{lo}:5'), { kind: 'name', name: 'lo', port: 5 })
  const wrong = ['', ':5', '/8', '{}', '{lo', 'lo}', '{lo}5', '{lo}:65536', '1.2.3.4/', '1.2.3.4:5/8', '::1', '{a}/8']
  for (const text of wrong) {
    expectError(() => parseInterface(text), ErrorCode.INVALID_CHANNEL, /^interface=.* is invalid/)
  }
})

const PIECES = ['h', ':', '5', '[', ']', '::', '1.2.3.4', '/', '8', '{', '}', '%', '.', '0', 'ff', '|', '\0', '-', '_']

test('random endpoints and interfaces are resolved, or refused with a code', async () => {
  await withSeed('hostile endpoints', (random) => {
    const text = (): string => Array.from({ length: 1 + random.int(6) }, () => random.pick(PIECES)).join('')
    const oneForAll: NameResolver = { resolve: (_host, callback) => callback({ address: '10.0.0.1', family: 4 }) }
    for (let i = 0; i < 2000; i++) {
      try {
        const result = resolve(`endpoint=${text()}|interface=${text()}`, oneForAll)
        if (result instanceof DriverError) throw result
        assert.ok(result.remoteData.port >= 0 && result.remoteData.port <= 65535)
      } catch (error) {
        if (!(error instanceof DriverError)) throw error
      }
    }
  })
})

test.run()
