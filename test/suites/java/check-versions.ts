import { join } from 'node:path'
import type { Subject } from './exchange.ts'
import { Exchange } from './exchange.ts'
import type { ReferenceProcess } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import { evolve } from './schema-evolution.ts'
import { generateSchema, printSchema } from './schema-generator.ts'
import type { Draft } from './subjects.ts'
import { draft, makeSubjects } from './subjects.ts'
import { generateBlock } from './value-generator.ts'

const PAIRS = 80
const BATCH = 20
const VALUES_PER_MESSAGE = 6

interface PairDraft {
  readonly of: Case
  readonly older: Draft
  readonly newer: Draft
  readonly readableByOld: boolean
}

/** Has decoders of a newer schema read what encoders of an older one wrote, and the other way round. */
export async function checkVersions(reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  if (!report.wants('versions')) return
  const exchange = new Exchange(reference, report)
  const cases = report.cases('versions', PAIRS)
  for (let start = 0; start < cases.length; start += BATCH) {
    const pairs = cases.slice(start, start + BATCH).flatMap((of) => makePair(report, of))
    const drafts = pairs.flatMap(({ older, newer }) => [older, newer])
    const subjects = await makeSubjects(reference, report, join(folder, `versions-${start}`), drafts)
    for (const { of, older, newer, readableByOld } of pairs) {
      const a = subjects.get(older.handle)
      const b = subjects.get(newer.handle)
      if (a === undefined || b === undefined) continue
      for (const { name } of a.codecs.ir.messages) {
        await carry(exchange, of, a, b, name, true)
        if (readableByOld) await carry(exchange, of, b, a, name, false)
      }
      await reference.unload(older.handle)
      await reference.unload(newer.handle)
    }
  }
}

function makePair(report: Report, of: Case): PairDraft[] {
  const schema = generateSchema(of.random)
  const older = draft(report, of, `older${of.index}`, printSchema(schema, of.random))
  const readableByOld = of.random.bool(0.8)
  evolve(schema, of.random, { readableByOld })
  const newer = draft(report, of, `newer${of.index}`, printSchema(schema, of.random))
  return older === undefined || newer === undefined ? [] : [{ of, older, newer, readableByOld }]
}

/** Encodes with one version and decodes with the other; everything that both know must come through. */
async function carry(
  exchange: Exchange,
  of: Case,
  from: Subject,
  to: Subject,
  message: string,
  forwards: boolean,
): Promise<void> {
  const version = from.codecs.ir.schemaVersion
  const layout = from.codecs.layout(message)
  const common = (forwards ? from : to).codecs.layout(message)
  for (let left = VALUES_PER_MESSAGE; left > 0; left--) {
    const value = generateBlock(of.random, layout)
    const hex = await exchange.encode(of, from, message, value)
    if (hex !== undefined) await exchange.decode(of, to, message, hex, version, { layout: common, value })
  }
}
