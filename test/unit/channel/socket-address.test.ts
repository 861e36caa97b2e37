import { SocketAddress } from 'node:net'
import * as assert from 'uvu/assert'
import {
  formatAddress,
  isMulticast,
  isSamePrefix,
  isWildcard,
  parseNumericAddress,
} from '../../../driver/core/channel/socket-address.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('socket addresses')

function nodeForm(address: string): string | undefined {
  try {
    return new SocketAddress({ address, family: address.includes(':') ? 'ipv6' : 'ipv4' }).address
  } catch {
    return undefined
  }
}

test('numeric addresses have one form', () => {
  const forms: Readonly<Record<string, string>> = {
    '127.0.0.1': '127.0.0.1',
    '0:0:0:0:0:0:0:1': '::1',
    '0:0:0:0:0:0:0:0': '::',
    'FE80:0:0:0:0:0:0:A': 'fe80::a',
    '1:0:0:2:0:0:0:3': '1:0:0:2::3',
    '1:0:0:2:0:0:3:4': '1::2:0:0:3:4',
    '1:0:2:3:4:5:6:7': '1:0:2:3:4:5:6:7',
    '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
    '::ffff:127.0.0.1': '::ffff:127.0.0.1',
    '::ffff:7f00:1': '::ffff:127.0.0.1',
    '64:ff9b::1.2.3.4': '64:ff9b::102:304',
  }
  for (const [text, form] of Object.entries(forms)) assert.is(parseNumericAddress(text)?.address, form, text)
})

test('what is no numeric address is refused', () => {
  const wrong = [
    '', '1', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '1.2.3.-4', '0x1.2.3.4', 'localhost',
    ':', ':::', '::1::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '12345::', 'g::', '[::1]',
    'fe80::1%eth0', '::1.2.3.4:5', '1.2.3.4::', '::1.2.3', '1::2::3', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:',
    ':'.repeat(5000),
  ]
  for (const text of wrong) assert.is(parseNumericAddress(text), undefined, text.slice(0, 50))
})

function randomIpv6(random: Random): string {
  const groups = Array.from({ length: 8 }, () => (random.bool(0.6) ? '0' : random.int(65536).toString(16)))
  return groups.join(':')
}

function mutated(random: Random, text: string): string {
  const at = random.int(text.length)
  const character = random.pick(['', ':', '::', '0', '.', 'f', '1.2.3.4', '00'])
  return text.slice(0, at) + character + text.slice(at + random.int(2))
}

test('random addresses have the form that the system gives them', async () => {
  await withSeed('addresses', (random) => {
    for (let i = 0; i < 1000; i++) {
      const ipv6 = randomIpv6(random)
      const form = parseNumericAddress(ipv6)?.address
      assert.is(form, nodeForm(ipv6), ipv6)
      assert.is(parseNumericAddress(form ?? '')?.address, form)
      const changed = mutated(random, random.bool() ? ipv6 : form ?? ipv6)
      assert.is(parseNumericAddress(changed)?.address, nodeForm(changed), changed)
    }
  })
})

test('an address with its port has brackets when it is IPv6', () => {
  assert.is(formatAddress({ family: 4, address: '1.2.3.4', port: 5 }), '1.2.3.4:5')
  assert.is(formatAddress({ family: 6, address: '::1', port: 5 }), '[::1]:5')
})

test('groups and wildcards are known by their bits', () => {
  assert.equal(['224.0.0.1', '239.255.255.255', 'ff02::1'].map(isMulticast), [true, true, true])
  assert.equal(['223.255.255.255', '240.0.0.0', 'fe80::1', 'localhost'].map(isMulticast), [false, false, false, false])
  assert.equal(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].map(isWildcard), [true, true, true])
  assert.equal(['0.0.0.1', '::1', ''].map(isWildcard), [false, false, false])
})

test('prefixes are compared bit by bit and within a family', () => {
  assert.is(isSamePrefix('192.168.1.7', '192.168.1.200', 24), true)
  assert.is(isSamePrefix('192.168.1.127', '192.168.1.128', 25), false)
  assert.is(isSamePrefix('192.168.1.127', '192.168.1.128', 24), true)
  assert.is(isSamePrefix('10.0.0.1', '192.168.0.1', 0), true)
  assert.is(isSamePrefix('10.0.0.1', '10.0.0.1', 32), true)
  assert.is(isSamePrefix('10.0.0.1', '10.0.0.2', 32), false)
  assert.is(isSamePrefix('fe80::1', 'fe80::ffff', 112), true)
  assert.is(isSamePrefix('fe80::1', 'fe81::1', 15), true)
  assert.is(isSamePrefix('fe80::1', 'fe81::1', 16), false)
  assert.is(isSamePrefix('0.0.0.0', '::', 0), false)
})

test.run()
