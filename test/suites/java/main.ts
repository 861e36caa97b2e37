/**
 * Holds our compiler and the codecs it generates against the reference implementation, which is taken from Maven
 * Central: `node dist/test/suites/java/main.js`. The last line is `N passed, N failed, N skipped`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seed, SEED_VARIABLE } from '../../support/seed.ts'
import { formatSummary, judge } from '../../support/summary.ts'
import { checkCodecs } from './check-codecs.ts'
import { checkHostile } from './check-hostile.ts'
import { checkIrFiles } from './check-ir-files.ts'
import { checkObjects } from './check-objects.ts'
import { checkOrders } from './check-orders.ts'
import { checkRepresentation } from './check-representation.ts'
import { checkVectors } from './check-vectors.ts'
import { checkVersions } from './check-versions.ts'
import { ReferenceProcess } from './reference-process.ts'
import { Report } from './report.ts'

const CHECKS = [
  checkRepresentation, checkIrFiles, checkCodecs, checkHostile, checkVectors, checkVersions, checkOrders, checkObjects,
]

async function run(report: Report, folder: string): Promise<void> {
  const reference = await ReferenceProcess.start(folder)
  process.stdout.write(`${SEED_VARIABLE}=${seed}, reference ${reference.version}\n`)
  for (const check of CHECKS) {
    const startMs = performance.now()
    try {
      await check(reference, report, folder)
    } catch (error) {
      report.crash(check.name, error)
    }
    process.stdout.write(`${check.name}: ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`)
  }
  await reference.close()
}

const folder = mkdtempSync(join(tmpdir(), 'godwit-java-'))
const report = new Report(join(tmpdir(), 'godwit-java-failures'))
try {
  await run(report, folder)
} catch (error) {
  report.crash('the reference', error)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const summary = judge(report.summary(), true)
process.stdout.write(`${formatSummary(summary)}\n`)
process.exitCode = summary.failed === 0 ? 0 : 1
