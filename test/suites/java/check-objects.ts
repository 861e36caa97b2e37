import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { withoutConstants } from '../../support/object-forms.ts'
import type { Subject } from './exchange.ts'
import { compareBytes } from './exchange.ts'
import type { Layout } from './ir-layout.ts'
import { messageLayout } from './ir-layout.ts'
import { NoValueError, ObjectValues } from './object-values.ts'
import type { ObjectPair } from './object-values.ts'
import type { ObjectAnswer, ReferenceProcess } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import type { GeneratedSchema } from './schema-generator.ts'
import { generateSchema, printSchema } from './schema-generator.ts'
import type { Draft } from './subjects.ts'
import { draft, makeSubjects } from './subjects.ts'
import { childElements } from './xml-tree.ts'

const SCHEMAS = 40
const VALUES_PER_MESSAGE = 8
const WIDE = ['bigint', 'number'] as const

/** Compares plain objects with the data transfer objects of the reference, in both directions. */
export async function checkObjects(reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  if (!report.wants('objects')) return
  const cases = report.cases('objects', SCHEMAS)
  for (const wide of WIDE) {
    const drafts = cases.filter(({ index }) => WIDE[index % 2] === wide).flatMap((of) => {
      const schema = generateSchema(of.random)
      nameHeader(schema)
      const made = draft(report, of, `objects${of.index}`, printSchema(schema, of.random))
      if (made === undefined || !hasLaterDataInGroup(made)) return made ?? []
      report.difference('objects of the reference cannot have data that was added to a group')
      return []
    })
    // The reference does not escape all names in its objects: `encoder`, and constants that are keywords of Java.
    const options = { objects: wide, mayFail: true }
    const subjects = await makeSubjects(reference, report, join(folder, `objects-${wide}`), drafts, options)
    const isMost = subjects.size * 2 > drafts.length || drafts.length < 2
    if (!isMost) report.crash('objects', `the reference has objects of ${subjects.size} of ${drafts.length} schemas`)
    for (const { of, handle } of drafts) {
      const subject = subjects.get(handle)
      if (subject === undefined) continue
      const values = new ObjectValues(of.random, { wide, forReference: true })
      for (const { name } of subject.codecs.ir.messages) {
        await checkMessage(reference, report, of, subject, name, values)
      }
      await reference.unload(handle)
    }
  }
}

/** Gives the header the usual name: the reference's objects do not compile with another. */
function nameHeader({ root, encodings }: GeneratedSchema): void {
  const types = childElements(root).flatMap(childElements)
  types.find(({ attributes }) => attributes.get('name') === encodings.headerName)
    ?.attributes.set('name', 'messageHeader')
  root.attributes.delete('headerType')
}

function hasLaterDataInGroup({ ir }: Draft): boolean {
  const isLater = ({ groups }: Layout): boolean => groups.some(({ dimensions, entry }) =>
    entry.data.some(({ token }) => token.version > (dimensions[0]?.version ?? 0)) || isLater(entry))
  return ir.messages.some(({ tokens }) => isLater(messageLayout(tokens)))
}

async function checkMessage(
  reference: ReferenceProcess, report: Report, of: Case, subject: Subject, message: string, values: ObjectValues,
): Promise<void> {
  const { handle, text, codecs } = subject
  const layout = codecs.layout(message)
  for (let left = VALUES_PER_MESSAGE; left > 0; left--) {
    let pair: ObjectPair
    try {
      pair = values.block(layout)
    } catch (error) {
      if (error instanceof NoValueError) return
      throw error
    }
    const { value, object } = pair
    const described = `${message} with ${JSON.stringify(value)}`
    const theirs = await reference.encodeObject(handle, message, value)
    if (!theirs.ok) {
      report.fail(of, `the reference's object cannot be encoded: ${theirs.error} at ${theirs.at}: ${described}`, text)
      continue
    }
    let complaint: string | undefined
    try {
      const ours = codecs.objectToBytes(message, object)
      complaint = compareBytes(codecs, message, ours, theirs.bytes)
      const length = ours.length / 2 - codecs.headerLength
      if (length !== theirs.computedLength) complaint ??= `lengths are ${length} and ${theirs.computedLength}`
      if (codecs.objectLength(message, object) !== length) complaint ??= 'the object says another length'
    } catch (error) {
      complaint = `we cannot encode the object: ${String(error)}`
    }
    report.check(of, complaint && `${complaint}: ${described}`, text)
    if (complaint !== undefined) continue

    const recoded = await reference.recodeObject(handle, message, codecs.objectToBytes(message, object))
    report.check(of, recodedComplaint(subject, message, theirs.bytes, recoded), text)
    const decoded = codecs.objectFromBytes(message, theirs.bytes)
    const isSame = isDeepStrictEqual(withoutConstants(layout, decoded), object)
    report.check(of, isSame ? undefined : `we decode another object from ${theirs.bytes}: ${described}`, text)
    const again = compareBytes(codecs, message, codecs.objectToBytes(message, decoded), theirs.bytes)
    report.check(of, again && `${again} after decoding: ${described}`, text)
  }
}

function recodedComplaint(
  { codecs }: Subject, message: string, bytes: string, recoded: ObjectAnswer,
): string | undefined {
  if (!recoded.ok) {
    return `${message}: the reference cannot decode an object: ${recoded.error} at ${recoded.at}: ${bytes}`
  }
  const difference = bytes === recoded.bytes ? undefined : compareBytes(codecs, message, bytes, recoded.bytes)
  return difference && `${message}: the reference's object encodes to others: ${difference}`
}
