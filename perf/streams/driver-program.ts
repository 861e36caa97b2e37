/** A driver in a process of its own, which ends with the one that started it, however that ends. */
import { GodwitError } from '../../codegen/runtime/index.ts'
import { MediaDriver } from '../../driver/launcher/media-driver.ts'
import type { DriverOrder, DriverReport } from './driver-process.ts'

// An interrupt goes to all processes of a terminal: the one that leads the run ends it.
process.on('SIGINT', () => undefined)

const ended = new Promise<undefined>((resolve) => {
  for (const event of ['disconnect', 'SIGTERM', 'SIGHUP']) process.once(event, () => resolve(undefined))
  if (!process.connected) resolve(undefined)
})
const ordered = new Promise<DriverOrder>((resolve) => {
  process.once('message', (message) => resolve(message as DriverOrder))
})

const order = await Promise.race([ordered, ended])
if (order !== undefined) await run(order)
process.exit()

async function run(options: DriverOrder): Promise<void> {
  try {
    const driver = await MediaDriver.launch({ ...options, onError: fail })
    report({ kind: 'ready' })
    await ended
    await driver.close()
  } catch (error) {
    fail(error)
    await ended
  }
}

function fail(error: unknown): void {
  if (!(error instanceof GodwitError)) throw error
  report({ kind: 'failed', code: error.code, message: error.message })
}

function report(message: DriverReport): void {
  // When it does not arrive, the other process is gone, and this one ends.
  process.send!(message, () => undefined)
}
