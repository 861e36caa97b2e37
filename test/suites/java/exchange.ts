import type { Codecs, DecodedMessage } from './codec-driver.ts'
import { withoutLaterMembers } from './composite-versions.ts'
import { headerCounts } from './header-counts.ts'
import { checkJson } from './json-check.ts'
import type { Layout } from './ir-layout.ts'
import { checkOnTheFly, isFitForReference } from './otf-check.ts'
import type { ReferenceProcess } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import { checkDecoded, firstDifference } from './value-check.ts'
import type { Block } from './value-tree.ts'

const CAPACITY = 1 << 16
const MAX_OFFSET = 9

/** One schema with codecs on both sides: the reference knows it by its handle. */
export interface Subject {
  readonly handle: string
  readonly text: string
  readonly codecs: Codecs
}

/** What was encoded, by a schema that may be older or newer than the one that decodes. */
export interface Origin {
  readonly layout: Layout
  readonly value: Block
}

/** Has both sides encode and decode the same and compares. */
export class Exchange {
  readonly #reference: ReferenceProcess
  readonly #report: Report

  constructor(reference: ReferenceProcess, report: Report) {
    this.#reference = reference
    this.#report = report
  }

  /** Both encode the value; answers the bytes, undefined when there are none to go on with. */
  async encode(of: Case, subject: Subject, message: string, value: Block): Promise<string | undefined> {
    const { handle, text, codecs } = subject
    const offset = of.random.int(MAX_OFFSET)
    const fill = of.random.int(256)
    const theirs = await this.#reference.encode({ handle, message, value, offset, fill, capacity: CAPACITY })
    if (!theirs.ok) {
      this.#report.fail(of, `${message}: the reference cannot encode: ${theirs.error} at ${theirs.at}`, text)
      return undefined
    }
    const described = `${message} with ${JSON.stringify(value)}`
    try {
      const ours = codecs.encode(message, value, new Uint8Array(CAPACITY).fill(fill), offset, of.random)
      const complaint = compareBytes(codecs, message, ours.bytes, theirs.bytes)
      this.#report.check(of, complaint && `${complaint}: ${described}`, text)
      const beside = ours.surroundings === theirs.surroundings
      this.#report.check(of, beside ? undefined : `bytes beside the message change: ${described}`, text)
    } catch (error) {
      this.#report.fail(of, `we cannot encode: ${String(error)}: ${described}`, text)
    }
    return theirs.bytes
  }

  /** Both decode the same message, which is of the given version. */
  async decode(
    of: Case,
    subject: Subject,
    message: string,
    hex: string,
    version: number,
    origin?: Origin,
  ): Promise<DecodedMessage | undefined> {
    const { handle, text, codecs } = subject
    const report = this.#report
    const offset = of.random.int(MAX_OFFSET)
    const bytes = '00'.repeat(offset) + hex
    const onTheFly = isFitForReference(codecs.layout(message))
    const theirs = await this.#reference.decode({ handle, message, offset, bytes, onTheFly })
    if (!theirs.ok) {
      report.fail(of, `${message}: the reference cannot decode: ${theirs.error} at ${theirs.at} in ${hex}`, text)
      return undefined
    }
    let ours: DecodedMessage
    try {
      ours = codecs.decode(message, new Uint8Array(Buffer.from(bytes, 'hex')), offset)
    } catch (error) {
      const why = error instanceof Error ? error.stack : String(error)
      report.fail(of, `${message}: we cannot decode: ${why} in ${hex}`, text)
      return undefined
    }
    const layout = codecs.layout(message)
    const difference = firstDifference(
      withoutLaterMembers(layout, ours.value, version),
      withoutLaterMembers(layout, theirs.value, version),
    )
    report.check(of, difference && `${message}: decoded ${difference} from ${hex}`, text)
    for (const length of ['decodedLength', 'encodedLength', 'skippedLength'] as const) {
      const same = ours[length] === theirs[length]
      report.check(of, same ? undefined : `${message}: ${length} ${ours[length]} and ${theirs[length]} of ${hex}`, text)
    }
    const inJson = checkJson(layout, ours.value, ours.json)
    report.check(of, inJson && `${message}: ${inJson} in ${hex}`, text)
    const [a, b] = [ours.text, theirs.text].map((form) => form.slice(0, form.indexOf('):')))
    report.check(of, a === b ? undefined : `${message}: the text forms begin with ${a} and ${b}`, text)
    if (onTheFly) {
      const wrong = checkOnTheFly(codecs.ir, message, Buffer.from(bytes, 'hex'), offset, version, theirs)
      report.check(of, wrong && `on the fly ${wrong} in ${hex}`, text)
    } else report.difference('on the fly the reference takes members of dimensions by their position')
    if (origin === undefined) return ours
    const complaint = checkDecoded(origin.layout, origin.value, ours.value)
    report.check(of, complaint && `${message}: ${complaint} in ${hex}`, text)
    return ours
  }
}

/** The reference leaves the numbers of groups and data in headers as they are; we write them. */
export function compareBytes(codecs: Codecs, message: string, ours: string, theirs: string): string | undefined {
  const a = Buffer.from(ours, 'hex')
  const b = Buffer.from(theirs, 'hex')
  for (const { offset, size, expected } of headerCounts(codecs.ir, codecs.message(message), b)) {
    const little = codecs.ir.byteOrder === 'littleEndian'
    const written = little ? a.readUIntLE(offset, size) : a.readUIntBE(offset, size)
    if (written !== expected) return `the header says ${written} instead of ${expected} groups or data at ${offset}`
    a.copy(b, offset, offset, offset + size)
  }
  return a.equals(b) ? undefined : firstByteDifference(ours, b.toString('hex'))
}

function firstByteDifference(ours: string, theirs: string): string {
  let at = 0
  while (ours.slice(at, at + 2) === theirs.slice(at, at + 2)) at += 2
  const around = (bytes: string): string => bytes.slice(Math.max(0, at - 8), at + 16)
  const lengths = `${ours.length / 2} and ${theirs.length / 2}`
  return `encoded bytes differ at ${at / 2} of ${lengths}: ${around(ours)} and ${around(theirs)}`
}
