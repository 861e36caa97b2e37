import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { CountersReader } from '../../../client/index.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { readCounters, readErrors } from '../../../driver/tools/cnc-file.ts'
import { readLosses } from '../../../driver/tools/loss-file.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { withFiles } from '../../support/native.ts'
import { connected, receive, send, until, World } from '../embedded/harness.ts'
import { SmallDriver } from '../tools/small-driver.ts'

const test = suite('launcher: snapshots', { timeoutMs: 20_000 })

const files = withFiles(test)
const folder = scratchFolder('snapshots')

async function refused(promise: Promise<unknown>, part: string | RegExp): Promise<void> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason)
  assert.instance(error, GodwitError)
  assert.is((error as GodwitError).code, 'ERR_GODWIT_SNAPSHOT')
  assert.match((error as GodwitError).message, part)
}

function valuesOf(counters: CountersReader): readonly string[] {
  const values: string[] = []
  counters.forEach((id, _type, _key, label) => values.push(`${id} ${counters.value(id)} ${label}`))
  return values
}

test('a snapshot is what the driver tells itself, and has an end', async () => {
  const faults = { seed: 3, receive: { loss: 0.05 } }
  const world = await World.launch({ media: 'dgram', imageLivenessTimeoutNs: 10e9, faults })
  try {
    const client = await world.connect({ clientName: 'of the snapshot' })
    const { publication, subscription } = await connected(client, client, 'aeron:udp?endpoint=127.0.0.1:0')
    for (let i = 0; i < 100 && world.driver.losses().length === 0; i++) {
      for (let j = 0; j < 10; j++) await send(publication, new Uint8Array(1000))
      await receive(subscription, 10)
    }
    await client.addPublication('aeron:udp?endpoint=nowhere', 1).catch(() => undefined)
    // Nothing counts any more when the driver is closed: what it tells stays as it is.
    await world.end()
    const { driver } = world
    const directory = join(folder, 'parent', 'whole')
    await driver.snapshot(directory)
    const read = readCounters(directory)
    assert.is(read.driver.pid, process.pid)
    assert.is(read.driver.liveness, 'closed')
    assert.equal(valuesOf(read.counters), valuesOf(driver.counters()))
    assert.equal(readErrors(directory).errors, driver.errors())
    assert.equal(readLosses(directory).losses, driver.losses())
    assert.ok(driver.losses().length > 0 && driver.errors().length > 0)
  } finally {
    await world.end()
  }
})

test('a snapshot is for its user alone, takes little space, and leaves nothing beside it', async () => {
  const world = await World.launch()
  try {
    const directory = join(folder, 'private')
    for (let i = 0; i < 3; i++) await world.driver.snapshot(directory)
    assert.equal(readdirSync(directory).sort(), ['cnc.dat', 'loss-report.dat'])
    assert.is(statSync(directory).mode & 0o777, 0o700)
    const cnc = statSync(join(directory, 'cnc.dat'))
    assert.is(cnc.mode & 0o777, 0o600)
    // The region is 11 MiB long; blocks are of 512 bytes.
    assert.ok(cnc.size > 11e6 && cnc.blocks * 512 < 2e6, `${cnc.size} bytes, ${cnc.blocks} blocks`)
  } finally {
    await world.end()
  }
})

test('a driver that lives can be looked at from time to time', async () => {
  const world = await World.launch()
  try {
    const directory = join(folder, 'repeated')
    await world.driver.snapshot(directory)
    const bytesSent = (): number => readCounters(directory).counters.value(0)
    assert.is(bytesSent(), 0)
    const client = await world.connect()
    const { publication } = await connected(client, client, 'aeron:udp?endpoint=127.0.0.1:0')
    await send(publication, new Uint8Array(100))
    await until('something sent', () => world.driver.counters().value(0) > 0)
    await world.driver.snapshot(directory)
    assert.ok(bytesSent() > 0)
  } finally {
    await world.end()
  }
})

test('a directory that may be in use, or holds something else, is not written to', async () => {
  const world = await World.launch()
  try {
    const { driver } = world
    const active = new SmallDriver().write(join(folder, 'active'))
    await refused(driver.snapshot(active), 'a driver uses it (process 4711 gave a sign of life')
    assert.is(readCounters(active).driver.pid, 4711)

    const foreign = join(folder, 'foreign')
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'cnc.dat'), 'something else')
    await refused(driver.snapshot(foreign), 'its cnc.dat is not understood')

    const file = join(folder, 'file')
    writeFileSync(file, '')
    await refused(driver.snapshot(file), /cannot write into .*EEXIST|ENOTDIR/)

    const dead = new SmallDriver()
    dead.ring.setConsumerHeartbeatMs(Date.now() - 60_000)
    await driver.snapshot(dead.write(join(folder, 'dead')))
    assert.is(readCounters(join(folder, 'dead')).driver.pid, process.pid)
  } finally {
    await world.end()
  }
})

files('a driver with a directory has no snapshots: tools read it there', async () => {
  const world = await World.launch({ dir: true })
  try {
    await refused(world.driver.snapshot(join(folder, 'needless')), 'tools read it there')
    assert.is(readCounters(world.driver.dir ?? '').driver.liveness, 'alive')
  } finally {
    await world.end()
  }
})

test.run()
