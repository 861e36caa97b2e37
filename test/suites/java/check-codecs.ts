import { join } from 'node:path'
import type { Subject } from './exchange.ts'
import { Exchange } from './exchange.ts'
import type { ReferenceProcess } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import { generateSchema, printSchema } from './schema-generator.ts'
import { draft, makeSubjects } from './subjects.ts'
import { generateBlock } from './value-generator.ts'
import { writeMessage } from './wire-writer.ts'

const SCHEMAS = 160
const BATCH = 40
const VALUES_PER_MESSAGE = 6
const WIRE_PER_MESSAGE = 6
const MAX_EXTRA_BYTES = 9

/** Encodes the same values on both sides and has each read the other's bytes. */
export async function checkCodecs(reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  if (!report.wants('codecs')) return
  const exchange = new Exchange(reference, report)
  const cases = report.cases('codecs', SCHEMAS)
  for (let start = 0; start < cases.length; start += BATCH) {
    const drafts = cases.slice(start, start + BATCH).flatMap((of) => {
      const schema = generateSchema(of.random)
      return draft(report, of, `codecs${of.index}`, printSchema(schema, of.random)) ?? []
    })
    const subjects = await makeSubjects(reference, report, join(folder, `codecs-${start}`), drafts)
    for (const { of, handle } of drafts) {
      const subject = subjects.get(handle)
      if (subject === undefined) continue
      for (const { name } of subject.codecs.ir.messages) {
        await checkValues(exchange, report, of, subject, name, VALUES_PER_MESSAGE)
        await checkWire(exchange, of, subject, name, WIRE_PER_MESSAGE)
      }
      await reference.unload(handle)
    }
  }
}

/** Values that both sides encode and decode. */
export async function checkValues(
  exchange: Exchange,
  report: Report,
  of: Case,
  subject: Subject,
  message: string,
  count: number,
): Promise<void> {
  const { codecs, text } = subject
  const layout = codecs.layout(message)
  for (let left = count; left > 0; left--) {
    const value = generateBlock(of.random, layout)
    const hex = await exchange.encode(of, subject, message, value)
    if (hex === undefined) continue
    const decoded = await exchange.decode(of, subject, message, hex, codecs.ir.schemaVersion, { layout, value })
    if (decoded === undefined) continue
    const computed = codecs.computeLength(message, decoded.value)
    const { encodedLength } = decoded
    const same = computed === encodedLength
    report.check(of, same ? undefined : `${message}: computeLength ${computed}, encodedLength ${encodedLength}`, text)
  }
}

/** Messages of any version, with blocks that a later version made longer. */
export async function checkWire(
  exchange: Exchange,
  of: Case,
  subject: Subject,
  message: string,
  count: number,
): Promise<void> {
  const { random } = of
  const { ir } = subject.codecs
  for (let left = count; left > 0; left--) {
    const version = random.int(ir.schemaVersion + 3)
    const extraBytes = random.bool(0.3) ? random.between(1, MAX_EXTRA_BYTES) : 0
    const wire = writeMessage(ir, subject.codecs.message(message), random, { version, extraBytes, randomBlocks: true })
    await exchange.decode(of, subject, message, Buffer.from(wire.bytes).toString('hex'), version)
  }
}
