import {
  copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Client, ExclusivePublication, NOT_CONNECTED } from '../../../client/index.ts'
import type { ClientOptions } from '../../../client/index.ts'
import { DirectoryLogs } from '../../../client/conductor/directory-connection.ts'
import { MappedFile } from '../../../client/files/mapped-file.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { MediaDriver } from '../../../driver/index.ts'
import type { MediaDriverOptions, ThreadingMode } from '../../../driver/index.ts'
import { leaveDirectory } from '../../support/left-directory.ts'
import { withFiles } from '../../support/native.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'

const test = suite('driver with a directory', { timeoutMs: 30_000 })
const files = withFiles(test)

const SMALL: MediaDriverOptions = {
  termBufferLength: 65_536, ipcTermBufferLength: 65_536, countersBufferLength: 1024 * 1024, media: 'dgram',
}
const IPC = 'aeron:ipc'
const UDP = 'aeron:udp?endpoint=127.0.0.1:0'

const folder = sharedMemoryFolder('driver')
let count = 0

function newDir(): string {
  return join(folder, `driver-${count++}`)
}

async function failure(promise: Promise<unknown>): Promise<GodwitError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason)
  assert.instance(error, GodwitError)
  return error as GodwitError
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    assert.ok(Date.now() < deadline, what)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Sends numbered messages of several lengths from one client to another. */
async function expectMessages(from: Client, to: Client, channel: string): Promise<void> {
  const subscription = await to.addSubscription(channel, 1001)
  const resolved = channel === IPC ? IPC : subscription.tryResolveChannelEndpointPort()
  const publication = await from.addExclusivePublication(resolved ?? channel, 1001)
  const lengths = [4, 32, 1000, 5000, 8000]
  const received: number[] = []
  const done = (async () => {
    for await (const { data } of subscription.messages()) {
      const index = new DataView(data.buffer, data.byteOffset).getInt32(0)
      assert.is(data.byteLength, lengths[index % lengths.length])
      if (received.push(index) === 200) return
    }
  })()
  for (let i = 0; i < 200; i++) {
    const bytes = new Uint8Array(lengths[i % lengths.length]!)
    new DataView(bytes.buffer).setInt32(0, i)
    await publication.publish(bytes)
  }
  await done
  assert.equal(received, Array.from({ length: 200 }, (_, i) => i))
  publication.close()
  subscription.close()
}

for (const threadingMode of ['SHARED', 'SHARED_NETWORK', 'DEDICATED', 'INVOKER'] as const) {
  files(`serves clients by its directory, in mode ${threadingMode}`, async () => {
    const dir = newDir()
    const driver = await MediaDriver.launch({ ...SMALL, threadingMode: threadingMode as ThreadingMode, dir })
    assert.is(driver.dir, dir)
    const invoked = threadingMode === 'INVOKER' ? setInterval(() => driver.invoke()) : undefined
    const byDirectory = await Client.connect({ dir })
    const byHandle = await Client.connect(structuredClone(driver.handle))
    const byDriver = await Client.connect(driver)
    await expectMessages(byDirectory, byHandle, IPC)
    await expectMessages(byHandle, byDirectory, UDP)
    await expectMessages(byDriver, byDirectory, UDP)
    for (const client of [byDirectory, byHandle, byDriver]) await client.close()
    clearInterval(invoked)
    await driver.close()
    assert.equal(readdirSync(dir).sort(), ['cnc.dat', 'images', 'loss-report.dat', 'publications'])
    assert.equal(readdirSync(join(dir, 'publications')), [])
    assert.equal(readdirSync(join(dir, 'images')), [])
    assert.ok(driver.counters().value(0) > 0, 'its counters can be read when it is closed')
  })
}

files('a second driver on its directory is refused, and one after it takes it', async () => {
  const dir = newDir()
  const first = await MediaDriver.launch({ ...SMALL, dir })
  const error = await failure(MediaDriver.launch({ ...SMALL, dir }))
  assert.is(error.code, 'ERR_GODWIT_DRIVER_ACTIVE')
  const client = await Client.connect({ dir })
  await client.close()
  await first.close()
  const second = await MediaDriver.launch({ ...SMALL, dir, dirDeleteOnShutdown: true })
  await (await Client.connect({ dir })).close()
  await second.close()
  assert.not(existsSync(dir))
})

files('one that does not start leaves no directory', async () => {
  const dir = newDir()
  const error = await failure(MediaDriver.launch({ ...SMALL, dir, countersBufferLength: 3 }))
  assert.is(error.code, 'ERR_GODWIT_SETTINGS')
  assert.not(existsSync(dir))
  for (const wrong of ['', 5, false, null, {}]) {
    assert.is((await failure(MediaDriver.launch({ dir: wrong as string }))).code, 'ERR_GODWIT_SETTINGS')
  }
})

files('with a directory of its own goes with it', async () => {
  const driver = await MediaDriver.launch({ ...SMALL, dir: true })
  const dir = driver.dir ?? ''
  const client = await Client.connect({ dir })
  await expectMessages(client, client, IPC)
  await client.close()
  await driver.close()
  assert.not(existsSync(dir))
})

files('a client that waits finds a driver that comes later', async () => {
  const dir = newDir()
  leaveDirectory(dir, { heartbeatMs: -1 })
  const connecting = Client.connect({ dir })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const driver = await MediaDriver.launch({ ...SMALL, dir, dirDeleteOnShutdown: true })
  const client = await connecting
  await client.close()
  await driver.close()
})

files('without a driver there is a timeout that says what was found', async () => {
  const options: ClientOptions = { driverTimeoutMs: 60 }
  const expectTimeout = async (dir: string, word: RegExp): Promise<void> => {
    const error = await failure(Client.connect({ dir }, options))
    assert.is(error.code, 'ERR_GODWIT_DRIVER_TIMEOUT', error.message)
    assert.match(error.message, word)
    assert.match(error.message, dir)
  }
  await expectTimeout(newDir(), /there is no driver in/)
  const closed = newDir()
  leaveDirectory(closed, { heartbeatMs: -1 })
  await expectTimeout(closed, /was closed/)
  const dead = newDir()
  leaveDirectory(dead, { heartbeatMs: Date.now() - 5_000 })
  await expectTimeout(dead, /no sign of life/)
  const starting = newDir()
  leaveDirectory(starting, { heartbeatMs: 0, isReady: false })
  await expectTimeout(starting, /not ready/)
})

files('what is no directory of a driver is a coded error', async () => {
  const options: ClientOptions = { driverTimeoutMs: 60 }
  const live = newDir()
  leaveDirectory(live, { heartbeatMs: Date.now() })
  const expectCode = async (code: string, word: RegExp, damage: (cnc: string) => void): Promise<void> => {
    const dir = newDir()
    mkdirSync(dir)
    const cnc = join(dir, 'cnc.dat')
    copyFileSync(join(live, 'cnc.dat'), cnc)
    damage(cnc)
    const error = await failure(Client.connect({ dir }, options))
    assert.is(error.code, code, error.message)
    assert.match(error.message, word)
  }
  const poke = (offset: number, value: number) => (cnc: string): void => {
    const bytes = readFileSync(cnc)
    bytes.writeInt32LE(value, offset)
    writeFileSync(cnc, bytes)
  }
  await expectCode('ERR_GODWIT_CNC_VERSION', /9\.0\.0/, poke(0, 9 << 16))
  await expectCode('ERR_GODWIT_CNC_LENGTH', /to ?Driver/i, poke(4, -8))
  await expectCode('ERR_GODWIT_CNC_LENGTH', /behind the region/, poke(20, 0x7fff_fff8))
  await expectCode('ERR_GODWIT_BUFFER_CAPACITY', /power of two/, poke(4, 1_049_344 + 8))
  await expectCode('ERR_GODWIT_CNC_LENGTH', /behind the region/, (cnc) => truncateSync(cnc, 65_536))
  await expectCode('ERR_GODWIT_FILE', /expected 128/, (cnc) => truncateSync(cnc, 64))
  await expectCode('ERR_GODWIT_FILE', /expected 128/, (cnc) => truncateSync(cnc, 0))
  await expectCode('ERR_GODWIT_CNC_VERSION', /not compatible/, (cnc) => writeFileSync(cnc, Buffer.alloc(4096, 0x77)))
  await expectCode('ERR_GODWIT_FILE', /EISDIR|no regular file/, (cnc) => {
    rmSync(cnc)
    mkdirSync(cnc)
  })
})

files('a log that is cut off, foreign or missing is a coded error, and the driver takes it back', async () => {
  const dir = newDir()
  const driver = await MediaDriver.launch({ ...SMALL, dir, threadingMode: 'INVOKER', dirDeleteOnShutdown: true })
  const client = await Client.connect({ dir })
  const addWith = async (damage: (log: string) => void): Promise<GodwitError> => {
    const adding = failure(client.addExclusivePublication(IPC, 1001))
    let log: string | undefined
    await until('the driver makes the log', () => {
      driver.invoke()
      log = readdirSync(join(dir, 'publications'))[0]
      return log !== undefined
    })
    // The client has not looked for the answer yet: that takes a turn of the event loop.
    damage(join(dir, 'publications', log!))
    const error = await adding
    await until('the log goes', () => {
      driver.invoke()
      return readdirSync(join(dir, 'publications')).length === 0
    })
    return error
  }
  // In its place: the driver has the one that it made.
  const put = (bytes: Uint8Array) => (log: string): void => {
    writeFileSync(`${log}.new`, bytes)
    renameSync(`${log}.new`, log)
  }
  const whole = 3 * 65_536 + 4096
  assert.is((await addWith(put(new Uint8Array(4096)))).code, 'ERR_GODWIT_FILE')
  assert.is((await addWith(put(new Uint8Array(whole)))).code, 'ERR_GODWIT_LOG_LAYOUT')
  assert.is((await addWith(put(new Uint8Array(whole).fill(0xff)))).code, 'ERR_GODWIT_LOG_LAYOUT')
  assert.is((await addWith((log) => rmSync(log))).code, 'ERR_GODWIT_LOG_UNKNOWN')
  await client.close()
  await driver.close()
})

files('when its directory vanishes clients are told, and go on with what they have', async () => {
  const warnings: string[] = []
  const dir = newDir()
  const driver = await MediaDriver.launch({ ...SMALL, dir, onWarning: (message) => warnings.push(message) })
  const errors: unknown[] = []
  const errorHandler = (error: unknown): void => void errors.push(error)
  const client = await Client.connect({ dir }, { errorHandler, keepAliveIntervalNs: 1e7 })
  const subscription = await client.addSubscription(IPC, 7)
  const publication = await client.addExclusivePublication(IPC, 7)
  await publication.publish(new Uint8Array(8))
  rmSync(dir, { recursive: true })
  await until('the client is told', () => errors.length > 0)
  assert.is((errors[0] as GodwitError).code, 'ERR_GODWIT_DIRECTORY_GONE')
  await until('the driver warns', () => warnings.some((message) => message.includes('is gone')))
  await publication.publish(new Uint8Array(8))
  let received = 0
  await until('both messages', () => (received += subscription.poll(() => undefined, 10)) === 2)
  const refused = await failure(client.addExclusivePublication(IPC, 8))
  assert.is(refused.code, 'ERR_GODWIT_REGISTRATION')
  assert.match(refused.message, /directory of the driver was removed/)
  assert.is(errors.length, 1, 'once')
  assert.not(client.isClosed)
  await driver.close()
  await until('the end is noticed', () => client.isClosed)
  assert.is((errors[1] as GodwitError).code, 'ERR_GODWIT_DRIVER_TIMEOUT')
})

files('a client whose driver was replaced knows at once', async () => {
  const dir = newDir()
  const driver = await MediaDriver.launch({ ...SMALL, dir })
  const errors: unknown[] = []
  const errorHandler = (error: unknown): void => void errors.push(error)
  const client = await Client.connect({ dir }, { errorHandler, keepAliveIntervalNs: 1e7 })
  const publication = await client.addPublication(IPC, 7)
  const other = await MediaDriver.launch({
    ...SMALL, dir, dirDeleteOnStart: true, dirDeleteOnShutdown: true, onWarning: () => undefined,
  })
  await until('the client is closed', () => client.isClosed)
  assert.match((errors[0] as GodwitError).message, /another driver has taken/)
  assert.is(publication.offer(new Uint8Array(8)), -4)
  await driver.close()
  assert.ok(existsSync(join(dir, 'cnc.dat')), 'it is not of the first driver any more')
  await other.close()
})

files('a log of another driver that has taken the directory is not opened under the same name', async () => {
  const dir = newDir()
  const driver = await MediaDriver.launch({ ...SMALL, dir })
  const client = await Client.connect({ dir })
  await client.addPublication(IPC, 7)
  const name = join('publications', readdirSync(join(dir, 'publications'))[0] ?? 'none')
  const logs = new DirectoryLogs(dir, MappedFile.open(join(dir, 'cnc.dat'), 0))
  assert.ok(logs.open(name).termLength > 0)
  logs.release(name)
  // What the other driver would have.
  copyFileSync(join(dir, 'cnc.dat'), join(dir, 'cnc.new'))
  renameSync(join(dir, 'cnc.new'), join(dir, 'cnc.dat'))
  const isRefusal = (error: unknown): boolean => (error as GodwitError).code === 'ERR_GODWIT_LOG_UNKNOWN'
  assert.throws(() => logs.open(name), isRefusal)
  logs.close()
  await client.close()
  await driver.close()
})

files('one whose directory another driver has taken ends itself, and leaves the files of the other alone', async () => {
  const dir = newDir()
  const failures: GodwitError[] = []
  const onError = (error: GodwitError): void => void failures.push(error)
  const old = await MediaDriver.launch({ ...SMALL, dir, timerIntervalNs: 1e7, onError })
  const lost = await Client.connect({ dir }, { errorHandler: () => undefined, keepAliveIntervalNs: 1e7 })
  await lost.addExclusivePublication(IPC, 7)
  const next = await MediaDriver.launch({ ...SMALL, dir, dirDeleteOnStart: true, onWarning: () => undefined })
  const client = await Client.connect({ dir })
  await client.addExclusivePublication(IPC, 7)
  const logs = readdirSync(join(dir, 'publications'))
  assert.is(logs.length, 1)
  await until('the old driver ends', () => old.isClosed && lost.isClosed)
  assert.is(failures[0]?.code, 'ERR_GODWIT_DRIVER_DIED')
  assert.match(failures[0]?.message ?? '', /another driver has taken/)
  await old.close()
  assert.equal(readdirSync(join(dir, 'publications')), logs)
  await client.close()
  await next.close()
})

files('what is closed can still be touched: it is zeroes', async () => {
  const driver = await MediaDriver.launch({ ...SMALL, dir: true })
  const client = await Client.connect(driver)
  const publication = await client.addExclusivePublication(IPC, 7)
  assert.instance(publication, ExclusivePublication)
  assert.is(publication.offer(new Uint8Array(8)), NOT_CONNECTED)
  const counters = client.countersReader
  const counter = await client.addCounter(1001, 'mine')
  await client.close()
  assert.is(counters.value(0), 0)
  counters.forEach(() => assert.unreachable('no counter is left'))
  assert.throws(() => counter.set(5))
  assert.is(publication.offer(new Uint8Array(8)), -4)
  assert.not(publication.isConnected)
  await driver.close()
})

test.run()
