import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileSchemaFile } from '../../../codegen/compile.ts'
import { readVector, vectorsDir } from '../../support/vectors.ts'
import { checkValues, checkWire } from './check-codecs.ts'
import { blockOf } from './decoded-to-block.ts'
import type { Subject } from './exchange.ts'
import { Exchange } from './exchange.ts'
import type { ReferenceProcess } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import type { Draft } from './subjects.ts'
import { makeSubjects } from './subjects.ts'

const VALUES_PER_MESSAGE = 2
const WIRE_PER_MESSAGE = 1

/** A published message, the schema to read it with, and whether that is also the one it was written by. */
interface Capture {
  readonly schema: string
  readonly message: string
  readonly hex: string
  readonly version: number
  readonly again: boolean
}

interface CmeMessage {
  readonly message: string
  readonly hex: string
  readonly header: { readonly version: number }
}

interface CmeCaptures {
  readonly schema: string
  readonly packets: readonly { readonly messages: readonly CmeMessage[] }[]
}

/** Random messages of every published schema, and published messages, through both. */
export async function checkVectors(reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  if (!report.wants('vector-codecs') && !report.wants('captures')) return
  const files = readdirSync(vectorsDir('sbe'), { recursive: true, encoding: 'utf8' })
  const paths = files.filter((path) => path.endsWith('.xml'))
  const of = report.one('vector-codecs')
  const drafts = paths.sort().flatMap((path) => draftOf(of, path))
  const subjects = await makeSubjects(reference, report, join(folder, 'vectors'), drafts, { mayFail: true })
  const exchange = new Exchange(reference, report)
  if (report.wants('vector-codecs')) {
    for (const subject of subjects.values()) {
      for (const { name } of subject.codecs.ir.messages) {
        await checkValues(exchange, report, of, subject, name, VALUES_PER_MESSAGE)
        await checkWire(exchange, of, subject, name, WIRE_PER_MESSAGE)
      }
    }
  }
  if (report.wants('captures')) {
    for (const capture of captures()) {
      const subject = subjects.get(handleOf(capture.schema))
      if (subject === undefined) report.fail(of, `no codecs for ${capture.schema}`)
      else await checkCapture(exchange, report, report.one('captures'), subject, capture)
    }
  }
  for (const handle of subjects.keys()) await reference.unload(handle)
}

function handleOf(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]+/g, '_')
}

function draftOf(of: Case, path: string): Draft[] {
  const file = vectorsDir('sbe', path)
  const { ir } = compileSchemaFile(file)
  if (ir === undefined) return []
  return [{ of, handle: handleOf(path), text: readFileSync(file, 'utf8'), ir, source: { path: file } }]
}

function captures(): Capture[] {
  const hexOf = (name: string): string => readVector(`sbe/car/${name}.hex`).replaceAll(/\s/g, '')
  const cme = JSON.parse(readVector('sbe/cme-mdp3/captures.json')) as CmeCaptures
  const car = { message: 'Car', version: 0 }
  return [
    { ...car, schema: 'car/example-schema.xml', hex: hexOf('baseline'), again: true },
    { ...car, schema: 'car/example-extension-schema.xml', hex: hexOf('extension'), again: false },
    { ...car, schema: 'schemas/sbe-tool/example-bigendian-test-schema.xml', hex: hexOf('bigendian'), again: true },
    ...cme.packets.flatMap(({ messages }) => messages.map(({ message, hex, header }) => ({
      schema: 'schemas/sbe-tool/FixBinary.xml',
      message,
      hex,
      version: header.version,
      again: false,
    }))),
  ]
}

async function checkCapture(
  exchange: Exchange,
  report: Report,
  of: Case,
  subject: Subject,
  { message, hex, version, again }: Capture,
): Promise<void> {
  const decoded = await exchange.decode(of, subject, message, hex, version)
  if (decoded === undefined || !again) return
  const bytes = await exchange.encode(of, subject, message, blockOf(subject.codecs.layout(message), decoded.value))
  const same = bytes === hex.slice(0, bytes?.length)
  report.check(of, same ? undefined : `${message}: encoded again as ${String(bytes)} instead of ${hex}`)
}
