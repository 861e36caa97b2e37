import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompileResult } from '../../../codegen/compiler.ts'
import { compileSchemaFile, compileSchemaText } from '../../../codegen/compile.ts'
import { formatDiagnostic } from '../../../codegen/diagnostic.ts'
import type { Ir } from '../../../codegen/ir/ir.ts'
import { TypeCapture } from '../../../codegen/ir/type-capture.ts'
import { vectorsDir } from '../../support/vectors.ts'
import type { IrDump } from './ir-dump.ts'
import { dumpIr } from './ir-dump.ts'
import type { ParseAnswer, ReferenceProcess } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import { generateSchema, printSchema } from './schema-generator.ts'
import { mutateSchema } from './schema-mutator.ts'
import { firstDifference } from './value-check.ts'
import type { DecodedValue } from './value-tree.ts'
import { element, printDocument } from './xml-tree.ts'

const INCLUDING_SCHEMAS = 20
const RANDOM_SCHEMAS = 600
const MUTATED_SCHEMAS = 1500

/** Codes of errors that only we report, and why. */
const STRICTER = new Map([
  ['value-out-of-range', 'the reference does not range-check unsigned values'],
  ['number-out-of-range', 'the reference takes negative lengths, offsets and versions'],
  ['message-header', 'the reference takes arrays for members of the header'],
  ['group-dimensions', 'the reference takes arrays for members of dimensions'],
  ['variable-data', 'the reference takes arrays for lengths of data'],
  ['constant-field', 'the reference takes constant sets and enums without a value, and their fields overlap'],
  ['header-width', 'the reference takes ids, versions and lengths of blocks that their headers cannot hold'],
  ['variable-length-field', 'the reference takes fields of variable length and generates code that cannot work'],
  ['enum-encoding', 'the reference takes enums encoded as floating point when they have no values'],
  ['set-encoding', 'the reference takes sets encoded as floating point when they have no choices'],
  ['choice-out-of-range', 'the reference takes negative bits up to 1.38'],
])

/** What the reference alone objects to, and why. */
const LAXER: readonly (readonly [(objection: string) => boolean, string])[] = [
  [(objection) => /NumberFormatException: For input string: "(\s|.*\s")/.test(objection), 'we trim numbers'],
  [(objection) => /invalid number type: (?:\s+\S*|\S+\s+)$/.test(objection), 'we trim numbers'],
  [isSignedComparison, 'the reference compares limits of uint64 as signed numbers'],
  [(objection) => objection.includes('StackOverflowError'), 'the reference recurses without end'],
]

/** What the reference throws at the end of a schema when it has reported errors. */
const HAD_ERRORS = /^java\.lang\.IllegalStateException: had \d+ errors?\b/

/** Compares verdicts and, token by token, what comes of schemas that both accept. */
export async function checkRepresentation(
  reference: ReferenceProcess,
  report: Report,
  folder: string,
): Promise<void> {
  if (report.wants('vectors')) await checkVectors(reference, report)
  if (report.wants('included')) await checkIncluded(reference, report, folder)
  for (const part of ['representation', 'hostile'] as const) {
    if (!report.wants(part)) continue
    for (const of of report.cases(part, RANDOM_SCHEMAS / 2)) {
      const schema = generateSchema(of.random, { hostile: part === 'hostile' })
      await compareText(reference, report, of, printSchema(schema, of.random), true)
    }
  }
  if (!report.wants('mutated')) return
  for (const of of report.cases('mutated', MUTATED_SCHEMAS)) {
    const schema = generateSchema(of.random, { hostile: of.random.bool(0.3) })
    mutateSchema(schema.root, of.random)
    await compareText(reference, report, of, printSchema(schema, of.random), false)
  }
}

async function checkVectors(reference: ReferenceProcess, report: Report): Promise<void> {
  const folder = vectorsDir('sbe')
  const fragments = /(^|\/)(common|common-types)\.xml$/
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const schemas = paths.filter((path) => path.endsWith('.xml') && !fragments.test(path))
  for (const [index, of] of report.cases('vectors', schemas.length).entries()) {
    const path = schemas[of.index]
    if (path === undefined) continue
    const file = vectorsDir('sbe', path)
    compare(report, of, compileSchemaFile(file), await reference.parse({ path: file }), `${index}: ${path}`)
  }
}

/** Types that the schema takes from a document in a folder below it. */
async function checkIncluded(reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  for (const of of report.cases('included', INCLUDING_SCHEMAS)) {
    const { root, typesNode } = generateSchema(of.random)
    const place = join(folder, `included-${of.index}`)
    const href = of.random.pick(['types.xml', 'common/types.xml', './common/types.xml'])
    mkdirSync(join(place, 'common'), { recursive: true })
    typesNode.attributes.set('xmlns:mbx', root.attributes.get('xmlns:mbx') ?? '')
    writeFileSync(join(place, href), printDocument(typesNode, of.random))
    root.attributes.set('xmlns:xi', 'http://www.w3.org/2001/XInclude')
    root.children.splice(root.children.indexOf(typesNode), 1, element('xi:include', { href }))
    const text = printDocument(root, of.random)
    const file = join(place, 'schema.xml')
    writeFileSync(file, text)
    compare(report, of, compileSchemaFile(file), await reference.parse({ path: file }), 'schema with an include', text)
  }
}

async function compareText(
  reference: ReferenceProcess,
  report: Report,
  of: Case,
  text: string,
  valid: boolean,
): Promise<void> {
  const theirs = await reference.parse({ text })
  if (valid && !theirs.ok) report.fail(of, `the reference rejects a schema made to be valid: ${theirs.error}`, text)
  compare(report, of, compileSchemaText(text, 'random-schema.xml'), theirs, 'random schema', text)
}

function compare(
  report: Report,
  of: Case,
  ours: CompileResult,
  theirs: ParseAnswer,
  what: string,
  text?: string,
): void {
  if (theirs.ok && ours.ir !== undefined) {
    const difference = firstDifference(inOrder(dumpIr(withTypesOf(ours.ir, theirs.ir))), inOrder(theirs.ir))
    report.check(of, difference && `${what}: ours and the reference's differ at ${difference}`, text)
  } else if (theirs.ok) {
    const errors = ours.diagnostics.filter(({ severity }) => severity === 'error')
    const meant = errors.find(({ code }) => STRICTER.has(code))
    const complaints = errors.map(formatDiagnostic).join('; ')
    if (meant === undefined) report.fail(of, `${what}: only we reject it: ${complaints}`, text)
    else report.difference(`we reject ${meant.code}: ${STRICTER.get(meant.code)}`)
    return
  } else if (ours.ir !== undefined) {
    const errors = theirs.findings.filter((line) => line.startsWith('ERROR: '))
    const objections = HAD_ERRORS.test(theirs.error) ? errors : [...errors, theirs.error]
    const unmeant = objections.filter((objection) => laxerReason(objection) === undefined)
    if (objections.length === 0 || unmeant.length > 0) {
      report.fail(of, `${what}: only the reference rejects it: ${[theirs.error, ...theirs.findings].join('; ')}`, text)
      return
    }
    const thrown = HAD_ERRORS.test(theirs.error) ? undefined : laxerReason(theirs.error)
    if (thrown !== undefined) report.difference(thrown)
  }
  compareSentences(report, of, ours, theirs, what, text)
}

function laxerReason(objection: string): string | undefined {
  return LAXER.find(([matches]) => matches(objection))?.[1]
}

const ABOVE_LIMIT = /[ "](?:max|min)Value=(?<value>-?\d+) (?:allowed|greater than maxValue)=(?<limit>-\d+)$/
const OUTSIDE_OF_RANGE = / outside of range (?<min>\d+) - (?<limit>-\d+): (?<value>\d+)$/

/** Whether one number is only above the other because the latter, of more than 63 bits, is taken to be negative. */
function isSignedComparison(objection: string): boolean {
  const { min = '0', value, limit } = (ABOVE_LIMIT.exec(objection) ?? OUTSIDE_OF_RANGE.exec(objection))?.groups ?? {}
  if (value === undefined || limit === undefined) return false
  return unsigned(min) <= unsigned(value) && unsigned(value) <= unsigned(limit)
}

function unsigned(text: string): bigint {
  return BigInt.asUintN(64, BigInt(text))
}

/**
 * What the reference collects about a schema must be among what we say of it, in its words, but for what we take on
 * purpose; where it accepts the schema we say nothing else in its words either. Where it gives up early, we go on.
 */
function compareSentences(
  report: Report,
  of: Case,
  ours: CompileResult,
  theirs: ParseAnswer,
  what: string,
  text?: string,
): void {
  const said = ours.diagnostics.flatMap(({ severity, reference }) =>
    reference.split('\n').filter((line) => line !== '').map((line) => `${severity.toUpperCase()}: ${line}`))
  const unsaid = theirs.findings.filter((line) => !said.includes(line))
  const missing = unsaid.filter((line) => laxerReason(line) === undefined)
  for (const reason of new Set(unsaid.map(laxerReason))) if (reason !== undefined) report.difference(reason)
  // Where we reject more, we do not look further at what we reject.
  const stricter = ours.diagnostics.filter(({ severity, reference }) => severity === 'error' && reference === '')
  if (stricter.some(({ code }) => STRICTER.has(code))) return
  const surplus = theirs.ok ? said.filter((line) => !theirs.findings.includes(line)) : []
  const complaints = [
    ...missing.map((line) => `${what}: only the reference says '${line}'`),
    ...surplus.map((line) => `${what}: the reference does not say '${line}'`),
  ]
  report.check(of, complaints[0], text)
}

/** Which use of a type is kept depends on the order of messages, and the reference has them by the hash of the id. */
function withTypesOf(ir: Ir, reference: IrDump): Ir {
  const capture = new TypeCapture()
  capture.add(ir.headerTokens)
  for (const tokens of reference.messages) {
    capture.add(ir.messages.find(({ id }) => id === tokens[0]?.id)?.tokens ?? [])
  }
  return { ...ir, types: capture.types }
}

/** The reference keeps messages and types in hash maps and has null for what is not given. */
function inOrder(dump: IrDump): DecodedValue {
  const sorted = {
    ...dump,
    description: dump.description ?? '',
    semanticVersion: dump.semanticVersion ?? '',
    messages: [...dump.messages].sort(([a], [b]) => (a?.id ?? 0) - (b?.id ?? 0)),
    types: Object.fromEntries(dump.types),
  }
  return JSON.parse(JSON.stringify(sorted)) as DecodedValue
}
