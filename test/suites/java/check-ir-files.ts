import { readdirSync } from 'node:fs'
import { compileSchemaFile, compileSchemaText } from '../../../codegen/compile.ts'
import { decodeIr } from '../../../codegen/ir-file/decode-ir.ts'
import { encodeIr } from '../../../codegen/ir-file/encode-ir.ts'
import { IrFileError } from '../../../codegen/ir-file/ir-file-error.ts'
import type { Ir } from '../../../codegen/ir/ir.ts'
import type { Random } from '../../support/random.ts'
import { vectorsDir } from '../../support/vectors.ts'
import { dumpIr } from './ir-dump.ts'
import type { IrDump, TokenDump } from './ir-dump.ts'
import { OldReference } from './old-reference.ts'
import type { ReferenceProcess, SchemaSource } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import { generateSchema, printSchema } from './schema-generator.ts'
import { firstDifference } from './value-check.ts'
import type { DecodedValue } from './value-tree.ts'

const RANDOM_SCHEMAS = 160
const MANY_MESSAGES = 40
/** A token or a value that is longer does not fit into the buffers of the reference when it writes. */
const REFERENCE_CAPACITY = 4096

/** Files of schemas: ours and those of the reference, byte by byte, and what each reads in those of the other. */
export async function checkIrFiles(reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  if (report.wants('ir-vectors')) await checkVectors(reference, report)
  if (report.wants('ir-random')) await checkRandom(reference, report)
  if (report.wants('ir-order')) await checkOrder(reference, report)
  if (report.wants('ir-long')) await checkLongTexts(reference, report)
  if (report.wants('ir-old')) await checkOldRelease(report, folder)
}

function schemasOfVectors(): string[] {
  const folder = vectorsDir('sbe')
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return paths.filter((path) => path.endsWith('.xml')).map((path) => vectorsDir('sbe', path))
}

async function checkVectors(reference: ReferenceProcess, report: Report): Promise<void> {
  const schemas = schemasOfVectors()
  for (const of of report.cases('ir-vectors', schemas.length)) {
    const path = schemas[of.index]
    const ir = path === undefined ? undefined : compileSchemaFile(path).ir
    if (path !== undefined && ir !== undefined) await checkSchema(reference, report, of, { path }, ir)
  }
}

async function checkRandom(reference: ReferenceProcess, report: Report): Promise<void> {
  for (const of of report.cases('ir-random', RANDOM_SCHEMAS)) {
    const schema = generateSchema(of.random, { hostile: of.random.bool(0.3) })
    const text = printSchema(schema, of.random)
    const { ir } = compileSchemaText(text, 'random-schema.xml')
    if (ir === undefined) report.difference('we reject a schema that the reference takes')
    else await checkSchema(reference, report, of, { text }, ir)
  }
}

async function checkSchema(
  reference: ReferenceProcess,
  report: Report,
  of: Case,
  source: SchemaSource,
  ir: Ir,
): Promise<void> {
  const namespace = of.random.pick([null, null, 'some.namespace'])
  const what = 'path' in source ? source.path : 'random schema'
  const text = 'text' in source ? source.text : undefined
  const theirs = await reference.writeIr(source, namespace)
  if (!theirs.ok) {
    const isLong = /IndexOutOfBounds/.test(theirs.error)
    if (isLong) report.difference('the reference cannot write tokens of more than 4096 bytes')
    else report.fail(of, `${what}: the reference cannot write it: ${theirs.error}`, text)
    return
  }
  const bytes = encodeIr({ ...ir, namespaceName: namespace ?? undefined })
  report.check(of, differenceOfBytes(what, bytes, Buffer.from(theirs.bytes, 'hex')), text)
  const read = await reference.readIr(bytes)
  if (!read.ok) report.fail(of, `${what}: the reference cannot read it: ${read.error}`, text)
  else report.check(of, differenceOfContent(what, bytes, inOrder(read.ir)), text)
}

function differenceOfBytes(what: string, ours: Uint8Array, theirs: Buffer): string | undefined {
  if (theirs.equals(ours)) return undefined
  const at = ours.findIndex((byte, index) => byte !== theirs[index])
  return `${what}: the files differ at byte ${at}; ours has ${ours.length} bytes, the reference's ${theirs.length}`
}

/** What we read, against how another describes the same. */
function differenceOfContent(what: string, bytes: Uint8Array, expected: IrDump): string | undefined {
  try {
    const difference = firstDifference(treeOf(inOrder(dumpIr(decodeIr(bytes)))), treeOf(expected))
    return difference && `${what}: what we read differs at ${difference}`
  } catch (error) {
    if (error instanceof IrFileError) return `${what}: we cannot read it: ${error.message}`
    throw error
  }
}

/** A file has neither the description nor empty texts, and the reference takes messages out of a hash map. */
function inOrder(dump: IrDump): IrDump {
  const empty = (token: TokenDump): TokenDump => ({
    ...token,
    ...Object.fromEntries(Object.entries(token).map(([name, value]) => [name, value === '' ? null : value])),
  })
  return {
    ...dump,
    description: null,
    semanticVersion: dump.semanticVersion ?? '',
    headerTokens: dump.headerTokens.map(empty),
    messages: [...dump.messages].sort(([a], [b]) => (a?.id ?? 0) - (b?.id ?? 0)).map((tokens) => tokens.map(empty)),
    types: [],
  }
}

function treeOf(dump: IrDump): DecodedValue {
  return JSON.parse(JSON.stringify(dump)) as DecodedValue
}

/** Messages whose ids fall together in the maps of the reference. */
async function checkOrder(reference: ReferenceProcess, report: Report): Promise<void> {
  for (const of of report.cases('ir-order', MANY_MESSAGES)) {
    const text = schemaOf(manyIds(of.random), '')
    const { ir } = compileSchemaText(text, 'many.xml')
    const theirs = await reference.writeIr({ text })
    if (ir === undefined || !theirs.ok) report.fail(of, 'a schema of many messages is not taken', text)
    else report.check(of, differenceOfBytes('many messages', encodeIr(ir), Buffer.from(theirs.bytes, 'hex')), text)
  }
}

function manyIds(random: Random): number[] {
  const bits = random.pick([3, 8, 12, 16, 20, 24])
  const mask = random.pick([-1, -1, 0xffff, 0xf0ff00])
  const ids = Array.from({ length: random.between(1, 200) }, () => {
    const id = random.bool(0.8) ? (random.int(400) << bits) | random.int(2) : random.u32()
    return (id & mask) * random.pick([1, 1, 1, -1]) | 0
  })
  return [...new Set(ids)]
}

function schemaOf(ids: readonly number[], description: string): string {
  const header = ['blockLength', 'templateId', 'schemaId', 'version']
    .map((name) => `<type name="${name}" primitiveType="${name === 'blockLength' ? 'uint32' : 'int32'}"/>`)
  const nameOf = (id: number): string => id < 0 ? `M_${-id}` : `M${id}`
  const messages = ids.map((id) => `<message name="${nameOf(id)}" id="${id}" description="${description}"/>`)
  const types = `<types><composite name="messageHeader">${header.join('')}</composite></types>`
  return `<messageSchema package="p" id="1">${types}${messages.join('')}</messageSchema>`
}

/** The reference reads what it could not write. */
async function checkLongTexts(reference: ReferenceProcess, report: Report): Promise<void> {
  const of = report.one('ir-long')
  for (const length of [REFERENCE_CAPACITY, 65_534]) {
    const { ir } = compileSchemaText(schemaOf([1, 2], 'd'.repeat(length)), 'long.xml')
    if (ir === undefined) throw new Error('a schema with a long description is not taken')
    const bytes = encodeIr(ir)
    const read = await reference.readIr(bytes)
    if (!read.ok) report.fail(of, `the reference cannot read a description of ${length} bytes: ${read.error}`)
    else report.check(of, differenceOfContent(`description of ${length} bytes`, bytes, inOrder(read.ir)))
  }
}

/** An old release writes neither deprecations nor packages; it reads what we write for it. */
async function checkOldRelease(report: Report, folder: string): Promise<void> {
  const old = await OldReference.start(folder)
  const schemas = schemasOfVectors()
  for (const of of report.cases('ir-old', schemas.length)) {
    const path = schemas[of.index]
    const ir = path === undefined ? undefined : compileSchemaFile(path).ir
    const theirs = path === undefined || ir === undefined ? undefined : await old.write(path)
    if (path === undefined || ir === undefined || theirs === undefined) continue
    report.check(of, differenceOfContent(`old file of ${path}`, theirs, withoutNewThings(ir)))
    const rewritten = await old.rewrite(encodeIr(ir, { layout: '1.6' }))
    const what = `what the old release reads of ${path}`
    if (typeof rewritten === 'string') report.fail(of, `${what}: ${rewritten}`)
    else report.check(of, differenceOfBytes(what, rewritten, theirs))
  }
  await old.close()
}

function withoutNewThings(ir: Ir): IrDump {
  const dump = inOrder(dumpIr(ir))
  const old = (token: TokenDump): TokenDump => ({ ...token, deprecated: 0, packageName: null })
  return { ...dump, headerTokens: dump.headerTokens.map(old), messages: dump.messages.map((tokens) => tokens.map(old)) }
}
