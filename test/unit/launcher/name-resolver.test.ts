import * as assert from 'uvu/assert'
import { localInterfaces, NAME_LOOKUPS_MAX, SystemNameResolver } from '../../../driver/launcher/name-resolver.ts'
import { suite } from '../../support/suite.ts'

const test = suite('name resolver')

type Answer = { readonly address: string; readonly family: 4 | 6 } | { readonly error: string }

const ask = (resolver: SystemNameResolver, host: string): Promise<Answer> =>
  new Promise((resolve) => resolver.resolve(host, resolve))

test('resolves the name of this machine, and is pending meanwhile', async () => {
  const resolver = new SystemNameResolver()
  const answer = ask(resolver, 'localhost')
  assert.ok(resolver.isPending())
  assert.equal(await answer, { address: '127.0.0.1', family: 4 })
  assert.not(resolver.isPending())
})

test('prefers IPv4, takes IPv6 without its zone, and tells what failed', async () => {
  const answers: Record<string, readonly { readonly address: string; readonly family: number }[]> = {
    both: [{ address: '::1', family: 6 }, { address: '10.0.0.1', family: 4 }],
    six: [{ address: 'fe80::1%eth0', family: 6 }],
    none: [],
  }
  const resolver = new SystemNameResolver((host, callback) => {
    const found = answers[host]
    callback(found === undefined ? new Error(`no ${host}`) : null, found ?? [])
  })
  assert.equal(await ask(resolver, 'both'), { address: '10.0.0.1', family: 4 })
  assert.equal(await ask(resolver, 'six'), { address: 'fe80::1', family: 6 })
  assert.equal(await ask(resolver, 'none'), { error: 'the name has no address' })
  assert.equal(await ask(resolver, 'other'), { error: 'no other' })
  assert.not(resolver.isPending())
})

test('looks a bounded number of names up at the same time', async () => {
  const resolver = new SystemNameResolver(() => undefined)
  for (let i = 0; i < NAME_LOOKUPS_MAX; i++) resolver.resolve('slow', () => assert.unreachable())
  const answer = await ask(resolver, 'one more')
  assert.ok('error' in answer && answer.error.includes(String(NAME_LOOKUPS_MAX)))
})

test('knows the loopback interface', () => {
  assert.ok(localInterfaces().some(({ address, family }) => address === '127.0.0.1' && family === 4))
  assert.ok(localInterfaces().every(({ address }) => !address.includes('%')))
})

test.run()
