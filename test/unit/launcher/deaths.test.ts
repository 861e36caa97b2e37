import type { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { Client } from '../../../client/index.ts'
import type { GodwitError } from '../../../codegen/runtime/index.ts'
import { MediaDriver } from '../../../driver/index.ts'
import { runChildOk } from '../../support/child.ts'
import { suite } from '../../support/suite.ts'

const test = suite('threads of a driver that end')

const THREADS = { SHARED: 1, SHARED_NETWORK: 2, DEDICATED: 3 } as const

for (const [mode, threads] of Object.entries(THREADS)) {
  for (let index = 0; index < threads; index++) {
    test(`${mode}: thread ${index} dies: it is told once, the others end, clients see it`, async () => {
      const errors: GodwitError[] = []
      const workers: Worker[] = []
      const collect = (worker: Worker): void => void workers.push(worker)
      process.on('worker', collect)
      const driver = await MediaDriver.launch({
        threadingMode: mode as keyof typeof THREADS,
        countersBufferLength: 1024 * 1024,
        onError: (error) => errors.push(error),
        onWarning: () => undefined,
      })
      process.off('worker', collect)
      const seen: string[] = []
      const client = await Client.connect(driver, {
        keepAliveIntervalNs: 20e6,
        driverTimeoutMs: 250,
        errorHandler: (error) => seen.push((error as GodwitError).code),
      })
      assert.is(workers.length, threads)
      await workers[index]?.terminate()
      while (errors.length === 0) await new Promise(setImmediate)
      assert.is(errors[0]?.code, 'ERR_GODWIT_DRIVER_DIED')
      await driver.close()
      assert.ok(workers.every(({ threadId }) => threadId === -1))
      for (let turns = 0; !client.isClosed && turns < 3000; turns++) await new Promise((next) => setTimeout(next, 1))
      assert.equal(seen, ['ERR_GODWIT_DRIVER_TIMEOUT'])
      assert.is(errors.length, 1)
    })
  }
}

test('sockets of a thread that was killed are closed, and their ports are free again', async () => {
  const options = { countersBufferLength: 1024 * 1024, onWarning: () => undefined, onError: () => undefined }
  let channel = 'aeron:udp?endpoint=127.0.0.1:0'
  for (let round = 0; round < 2; round++) {
    const workers: Worker[] = []
    const collect = (worker: Worker): void => void workers.push(worker)
    process.on('worker', collect)
    const driver = await MediaDriver.launch(options)
    process.off('worker', collect)
    const client = await Client.connect(driver, { errorHandler: () => undefined })
    await client.addSubscription(channel, 1001)
    driver.counters().forEach((_id, _typeId, _key, label) => {
      const port = /^rcv-local-sockaddr: .*127\.0\.0\.1:(\d+)/.exec(label)?.[1]
      if (port !== undefined) channel = `aeron:udp?endpoint=127.0.0.1:${port}`
    })
    assert.not.match(channel, ':0')
    await workers[0]?.terminate()
    await driver.close()
    await client.close()
  }
})

test('a text on the command line can launch a driver', async () => {
  const driver = new URL('../../../driver/index.js', import.meta.url).href
  const code = `import { MediaDriver } from '${driver}'; const d = await MediaDriver.launch(); await d.close()`
  await runChildOk(process.execPath, ['--input-type=module', '-e', code], { timeoutMs: 20_000 })
})

test.run()
