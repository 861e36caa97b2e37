/** Launches and closes drivers, and says what that left behind. Run in a process of its own, with --expose-gc. */
import { readdirSync } from 'node:fs'
import { Client } from '../../../client/index.ts'
import { MediaDriver } from '../../../driver/index.ts'
import type { MediaDriverOptions } from '../../../driver/index.ts'

export interface RoundsReport {
  readonly fds: number
  readonly residentBytes: number
  readonly resources: number
}

const ROUNDS = 50
const WARM_UP_ROUNDS = 10
/** Less growth than that is not waited for. */
const SETTLED_GROWTH = 16 * 1024 * 1024

const LAYOUTS: readonly MediaDriverOptions[] = [
  { threadingMode: 'SHARED' },
  { threadingMode: 'INVOKER' },
  { threadingMode: 'INVOKER', media: 'dgram' },
]

async function round(layout: MediaDriverOptions): Promise<void> {
  const small = { termBufferLength: 65_536, countersBufferLength: 1024 * 1024 }
  const driver = await MediaDriver.launch({ ...small, ...layout, onWarning: () => undefined })
  const turn = setInterval(() => {
    if (driver.threadingMode === 'INVOKER' && !driver.isClosed) driver.invoke()
  })
  const client = await Client.connect(driver)
  await client.addSubscription('aeron:udp?endpoint=127.0.0.1:0', 1)
  await client.addPublication('aeron:udp?endpoint=127.0.0.1:9', 1)
  clearInterval(turn)
  // While the client is connected.
  await driver.close()
  await client.close()
}

/** Memory of threads that ended comes back late where the machine is busy: it is waited for, up to two seconds. */
async function report(enoughBytes: number = 0): Promise<RoundsReport> {
  for (let i = 0; i < 5 || (i < 200 && process.memoryUsage.rss() > enoughBytes && enoughBytes > 0); i++) {
    ;(globalThis as { gc?: () => void }).gc?.()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return {
    fds: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    residentBytes: process.memoryUsage.rss(),
    resources: process.getActiveResourcesInfo().length,
  }
}

const reports: RoundsReport[] = []
for (let i = 0; i < ROUNDS; i++) {
  if (i === WARM_UP_ROUNDS) reports.push(await report())
  await round(LAYOUTS[i % LAYOUTS.length] ?? {})
}
reports.push(await report((reports[0]?.residentBytes ?? 0) + SETTLED_GROWTH))
process.stdout.write(JSON.stringify(reports))
// A driver that is left open does not keep the process alive.
await MediaDriver.launch({ threadingMode: 'DEDICATED', onWarning: () => undefined })
