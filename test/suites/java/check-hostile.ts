import { join } from 'node:path'
import { decodeToJson } from '../../../codegen/otf/decode-to-json.ts'
import { differenceFromGenerated, parseExactly } from '../../support/exact-json.ts'
import type { BuildItem } from './codec-build.ts'
import { buildCodecs } from './codec-build.ts'
import type { Codecs } from './codec-driver.ts'
import { checkJson } from './json-check.ts'
import type { ReferenceProcess } from './reference-process.ts'
import type { Report } from './report.ts'
import { generateSchema, printSchema } from './schema-generator.ts'
import type { Draft } from './subjects.ts'
import { draft } from './subjects.ts'
import { checkDecoded } from './value-check.ts'
import { generateBlock } from './value-generator.ts'

const SCHEMAS = 60
const BATCH = 30
const VALUES_PER_MESSAGE = 3
const CAPACITY = 1 << 16
const CHECKED = 'checked'

/**
 * Schemas that the reference accepts and has no working codecs for, because of names, descriptions or widths: ours must
 * compile and read back what they wrote.
 */
export async function checkHostile(_reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  if (!report.wants('hostile-codecs')) return
  const cases = report.cases('hostile-codecs', SCHEMAS)
  for (let start = 0; start < cases.length; start += BATCH) {
    const drafts = cases.slice(start, start + BATCH).flatMap((of) => {
      const schema = generateSchema(of.random, { hostile: true })
      return draft(report, of, `hostile${of.index}`, printSchema(schema, of.random)) ?? []
    })
    const items = drafts.flatMap(({ handle, ir }): BuildItem[] => [
      { handle, ir, generate: { objects: 'bigint' } },
      { handle: handle + CHECKED, ir, generate: { precedenceChecks: true, objects: 'number' } },
    ])
    const built = await buildCodecs(join(folder, `hostile-${start}`), items)
    for (const made of drafts) {
      const codecs = built.get(made.handle)
      const checked = built.get(made.handle + CHECKED)
      if (codecs === undefined || checked === undefined) continue
      for (const { name } of made.ir.messages) roundTrip(report, made, codecs, checked, name)
    }
  }
}

function roundTrip(report: Report, { of, text }: Draft, codecs: Codecs, checked: Codecs, message: string): void {
  const layout = codecs.layout(message)
  for (let left = VALUES_PER_MESSAGE; left > 0; left--) {
    const value = generateBlock(of.random, layout)
    try {
      const { bytes } = codecs.encode(message, value, new Uint8Array(CAPACITY), 0, of.random)
      const same = checked.encode(message, value, new Uint8Array(CAPACITY), 0, of.random).bytes === bytes
      report.check(of, same ? undefined : `${message}: codecs with order checks encode other bytes than ${bytes}`, text)
      const decoded = codecs.decode(message, new Uint8Array(Buffer.from(bytes, 'hex')), 0)
      const complaint = checkDecoded(layout, value, decoded.value) ?? checkJson(layout, decoded.value, decoded.json)
      report.check(of, complaint && `${message}: ${complaint} in ${bytes}`, text)
      const onTheFly = parseExactly(decodeToJson(codecs.ir, Buffer.from(bytes, 'hex')).json)
      const difference = differenceFromGenerated(onTheFly, decoded.json)
      report.check(of, difference && `${message} on the fly: ${difference} in ${bytes}`, text)
      const total = codecs.headerLength + codecs.computeLength(message, decoded.value)
      report.check(of, total * 2 === bytes.length ? undefined : `${message}: computeLength ${total}`, text)
    } catch (error) {
      report.fail(of, `${message}: ${error instanceof Error ? error.stack : String(error)}`, text)
    }
  }
}
