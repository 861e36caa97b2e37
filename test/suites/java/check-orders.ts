import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { compileSchemaFile } from '../../../codegen/compile.ts'
import { sharedVector } from '../../support/vectors.ts'
import type { Role } from './access-alphabet.ts'
import { accessAlphabet, wholeMessageAlphabet } from './access-alphabet.ts'
import { AccessOrders } from './access-orders.ts'
import type { Subject } from './exchange.ts'
import type { OrdersRequest, ReferenceProcess } from './reference-process.ts'
import type { Case, Report } from './report.ts'
import { generateSchema, printSchema } from './schema-generator.ts'
import type { Draft } from './subjects.ts'
import { draft, makeSubjects } from './subjects.ts'
import { writeMessage } from './wire-writer.ts'

const FIELD_ORDER_SCHEMA = 'sbe/schemas/sbe-tool/field-order-check-schema.xml'
const RANDOM_SCHEMAS = 28
const EXPLORE_DEPTH = 6
const EXPLORE_BUDGET = 150
const WALKS = 3
const WALK_LENGTH = 24
/** Zeros behind a message: the reference does not check bounds before it checks the order. */
const PADDING = 64
const PART_SIGNALS = ['BEGIN_MESSAGE', 'BEGIN_FIELD', 'BEGIN_GROUP', 'BEGIN_VAR_DATA']

/** Compares which accesses the order checks of both sides refuse, in all short sequences and in long legal ones. */
export async function checkOrders(reference: ReferenceProcess, report: Report, folder: string): Promise<void> {
  const jobs: Draft[] = []
  if (report.wants('orders')) {
    const path = sharedVector(FIELD_ORDER_SCHEMA)
    const { ir } = compileSchemaFile(path)
    if (ir === undefined) throw new Error(`${path} does not compile`)
    jobs.push({ of: report.one('orders'), handle: 'fieldorder', text: readFileSync(path, 'utf8'), ir })
  }
  if (report.wants('random-orders')) {
    for (const of of report.cases('random-orders', RANDOM_SCHEMAS)) {
      const schema = generateSchema(of.random, { messages: 1 })
      const made = draft(report, of, `orders${of.index}`, printSchema(schema, of.random))
      if (made !== undefined) jobs.push(made)
    }
  }
  if (jobs.length === 0) return
  const subjects = await makeSubjects(reference, report, join(folder, 'orders'), jobs, { precedenceChecks: true })
  for (const { of, handle } of jobs) {
    const subject = subjects.get(handle)
    if (subject === undefined) continue
    for (const { name } of subject.codecs.ir.messages) {
      await checkEncoder(reference, report, of, subject, name)
      const { schemaVersion } = subject.codecs.ir
      for (let version = 0; version <= schemaVersion + 1; version++) {
        await checkDecoder(reference, report, of, subject, name, version)
      }
    }
    await reference.unload(handle)
  }
}

async function checkEncoder(
  reference: ReferenceProcess,
  report: Report,
  of: Case,
  subject: Subject,
  message: string,
): Promise<void> {
  const accesses = accessAlphabet(subject.codecs.layout(message), 'encoder', of.random)
  const request = { handle: subject.handle, message, accesses, bytes: null, blockLength: 0, version: 0 }
  await checkSequences(reference, report, of, subject, request, 'encoder')
}

async function checkDecoder(
  reference: ReferenceProcess,
  report: Report,
  of: Case,
  subject: Subject,
  message: string,
  version: number,
): Promise<void> {
  const { codecs, handle } = subject
  const layout = codecs.layout(message)
  const counts = of.random.pick([[0, 1, 2], [1], [2]])
  const wire = writeMessage(codecs.ir, codecs.message(message), of.random, { version, counts })
  const padded = Buffer.concat([wire.bytes.subarray(wire.headerLength), Buffer.alloc(PADDING)])
  const { blockLength } = wire
  // To us, messages of versions before every part of them have nothing in them.
  const parts = codecs.message(message).tokens.filter(({ signal }) => PART_SIGNALS.includes(signal))
  const oldest = Math.min(...parts.map((part) => part.version))
  if (version < oldest) {
    const accesses = ['wrap']
    const request = { handle, message, accesses, bytes: padded.toString('hex'), blockLength, version, wrapped: true }
    const theirs = await reference.explore(request, 1, 1)
    const ours = new AccessOrders(codecs, request).explore(1, 1)
    const meant = theirs.ok && theirs.verdicts === 'w' && ours === '.'
    report.check(of, meant ? undefined : `${message}: wrapping at version ${version} gives ${ours}`, subject.text)
    if (meant) report.difference('the reference does not wrap decoders at versions before every part of a message')
    return
  }
  for (const accesses of [accessAlphabet(layout, 'decoder', of.random), wholeMessageAlphabet(layout, of.random)]) {
    const request = { handle, message, accesses, bytes: padded.toString('hex'), blockLength, version }
    await checkSequences(reference, report, of, subject, request, 'decoder')
  }
}

async function checkSequences(
  reference: ReferenceProcess,
  report: Report,
  of: Case,
  subject: Subject,
  partial: Omit<OrdersRequest, 'wrapped'>,
  role: Role,
): Promise<void> {
  const { accesses } = partial
  const request = { ...partial, wrapped: true }
  const orders = new AccessOrders(subject.codecs, request)
  const theirs = await reference.explore(request, EXPLORE_DEPTH, EXPLORE_BUDGET)
  if (!theirs.ok) {
    report.fail(of, `${request.message}: the reference cannot explore: ${theirs.error}`, subject.text)
    return
  }
  const ours = orders.explore(EXPLORE_DEPTH, EXPLORE_BUDGET)
  compare(report, of, subject, request, role, ours, theirs.verdicts, (block) => prefixAt(accesses, ours, block))

  const before = { ...partial, wrapped: false, accesses: accesses.filter((access) => access.includes(':')) }
  const unwrapped = await reference.explore(before, 1, 1)
  if (unwrapped.ok) {
    const verdicts = new AccessOrders(subject.codecs, before).explore(1, 1)
    compare(report, of, subject, before, role, verdicts, unwrapped.verdicts, () => [])
  }
  for (let left = WALKS; left > 0; left--) {
    const walk = legalWalk(orders, accesses.length, of)
    const answer = await reference.alongside(request, walk)
    if (!answer.ok) continue
    const verdicts = orders.alongside(walk)
    compare(report, of, subject, request, role, verdicts, answer.verdicts, (block) =>
      walk.slice(0, block).map((step) => accesses[step] ?? ''))
  }
}

/** A long sequence in which every access is allowed. */
function legalWalk(orders: AccessOrders, size: number, { random }: Case): number[] {
  const walk: number[] = []
  for (let tries = 0; tries < WALK_LENGTH * 4 && walk.length < WALK_LENGTH; tries++) {
    const next = random.int(size)
    if (orders.after(walk, next) === '.') walk.push(next)
  }
  return walk
}

/** The prefix whose verdicts make up a block of the answer to `explore`. */
function prefixAt(accesses: readonly string[], verdicts: string, block: number): string[] {
  const prefixes: string[][] = [[]]
  for (let index = 0; index < verdicts.length && prefixes.length <= block; index++) {
    const prefix = prefixes[Math.floor(index / accesses.length)] ?? []
    if (verdicts[index] === '.' && prefix.length + 1 < EXPLORE_DEPTH) {
      prefixes.push([...prefix, accesses[index % accesses.length] ?? ''])
    }
  }
  return prefixes[block] ?? []
}

/** Where the reference finds no entry, or nothing to read, before it looks at the order, we may refuse the order. */
function kindOf(verdict: string | undefined): string | undefined {
  return verdict === 'e' || verdict === 'x' ? 'refused' : verdict
}

function compare(
  report: Report,
  of: Case,
  subject: Subject,
  request: OrdersRequest,
  role: Role,
  ours: string,
  theirs: string,
  prefixOf: (block: number) => readonly string[],
): void {
  const size = request.accesses.length
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    if (kindOf(ours[index]) === kindOf(theirs[index])) {
      report.pass()
      continue
    }
    const prefix = prefixOf(Math.floor(index / size))
    const access = request.accesses[index % size] ?? ''
    const where = `${role} of ${request.message}, version ${request.version}`
    const verdicts = `we say ${ours[index]}, the reference ${theirs[index]}`
    report.fail(of, `${where}: after ${prefix.join(' ')} then ${access}: ${verdicts}`, subject.text)
    return
  }
}
