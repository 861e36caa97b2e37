import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import * as assert from 'uvu/assert'
import { runChildOk } from '../../support/child.ts'
import { suite } from '../../support/suite.ts'
import { World, connected, until } from './harness.ts'

const test = suite('embedded/diagnostics')

const EVENTS = [
  'client:connect',
  'subscription:add',
  'publication:add',
  'image:available',
  'publication:close',
  'image:unavailable',
  'subscription:close',
  'client:close',
] as const

test('diagnostics channels tell what comes and goes', async () => {
  const told: (readonly [string, Readonly<Record<string, unknown>>])[] = []
  const listeners = EVENTS.map((name) => {
    const listener = (message: unknown): void => void told.push([name, message as Readonly<Record<string, unknown>>])
    subscribe(`godwit:${name}`, listener)
    return () => unsubscribe(`godwit:${name}`, listener)
  })
  const world = await World.launch({ threadingMode: 'INVOKER' })
  try {
    const client = await world.connect({ clientName: 'watched' })
    const { publication, subscription } = await connected(client, client)
    publication.close()
    await until('the image to go', () => subscription.hasNoImages)
    subscription.close()
    await client.close()
    assert.equal(told.map(([name]) => name), EVENTS)
    const facts = new Map(told)
    assert.is(facts.get('client:connect')!['clientId'], client.clientId)
    assert.is(facts.get('client:connect')!['clientName'], 'watched')
    const { channel, streamId, sessionId, registrationId } = publication
    for (const name of ['publication:add', 'publication:close']) {
      assert.equal(facts.get(name), { channel, streamId, sessionId, registrationId })
    }
    for (const name of ['image:available', 'image:unavailable']) {
      assert.is(facts.get(name)!['sessionId'], sessionId)
      assert.is(facts.get(name)!['registrationId'], subscription.registrationId)
    }
  } finally {
    await world.end()
    for (const end of listeners) end()
  }
})

test('NODE_DEBUG=godwit writes the same, and nothing is written without it', async () => {
  const program = `
    import { Client, MediaDriver } from ${JSON.stringify(new URL('../../../driver/index.js', import.meta.url).href)}
    const driver = await MediaDriver.launch({ threadingMode: 'INVOKER', countersBufferLength: 1024 * 1024 })
    const client = await Client.connect(driver, { clientName: 'watched' })
    await client.addSubscription('aeron:ipc', 1001)
    await client.close()
    await driver.close()
  `
  const run = async (debug: string | undefined): Promise<string> => {
    const env = { NODE_DEBUG: debug, NODE_OPTIONS: '' }
    const args = ['--input-type=module', '--eval', program]
    const { stderr } = await runChildOk(process.execPath, args, { timeoutMs: 8000, env })
    return stderr
  }
  const [loud, quiet] = await Promise.all([run('godwit'), run(undefined)])
  const names = [...loud.matchAll(/^GODWIT \d+: (\S+) \{/gm)].map(([, name]) => name)
  assert.equal(names, ['client:connect', 'subscription:add', 'client:close'])
  assert.match(loud, "clientName: 'watched'")
  assert.not.match(quiet, 'GODWIT')
})

test.run()
