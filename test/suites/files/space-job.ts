/**
 * A driver, and publications that fill their logs, on a file system that is too small. Whoever writes where no space
 * is left is ended by the system, so this runs in a process of its own. Prints what happened as JSON.
 */
import { Client, RegistrationError } from '../../../client/index.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { MediaDriver } from '../../../driver/index.ts'

export interface SpaceReport {
  readonly launched: boolean
  readonly code?: string
  readonly publications: number
  readonly refusal?: string
  readonly bytesWritten: number
}

const TERM_LENGTH = 1 << 20

async function fillLogs(driver: MediaDriver): Promise<Omit<SpaceReport, 'launched'>> {
  const client = await Client.connect(driver)
  const channel = `aeron:ipc?term-length=${TERM_LENGTH}`
  let publications = 0
  let refusal: string | undefined
  let bytesWritten = 0
  while (refusal === undefined) {
    try {
      const streamId = publications
      const subscription = await client.addSubscription(channel, streamId)
      const publication = await client.addExclusivePublication(channel, streamId)
      publications++
      await publication.waitForConnected()
      const bytes = new Uint8Array(TERM_LENGTH / 16).fill(0x5a)
      // All three terms, and around.
      for (let written = 0; written < 4 * TERM_LENGTH; written += bytes.length) {
        const publishing = publication.publish(bytes)
        do await new Promise(setImmediate)
        while (subscription.poll(() => undefined, 100) > 0)
        await publishing
        bytesWritten += bytes.length
      }
    } catch (error) {
      if (!(error instanceof RegistrationError)) throw error
      refusal = error.errorName
    }
  }
  await client.close()
  return { publications, refusal, bytesWritten }
}

let report: SpaceReport
try {
  const small = { countersBufferLength: 1 << 20, lossReportBufferLength: 1 << 16, threadingMode: 'SHARED' } as const
  const driver = await MediaDriver.launch({ ...small, dir: process.argv[2] ?? '', onWarning: () => undefined })
  report = { launched: true, ...(await fillLogs(driver)) }
  await driver.close()
} catch (error) {
  if (!(error instanceof GodwitError)) throw error
  report = { launched: false, code: error.code, publications: 0, bytesWritten: 0 }
}
process.stdout.write(JSON.stringify(report))
