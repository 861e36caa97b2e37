import type { Ir } from '../../../codegen/ir/ir.ts'
import { compileSchemaText } from '../../../codegen/compile.ts'
import { buildCodecs } from './codec-build.ts'
import type { Subject } from './exchange.ts'
import type { ReferenceProcess, SchemaSource } from './reference-process.ts'
import type { Case, Report } from './report.ts'

/** A schema waiting for codecs. */
export interface Draft {
  readonly of: Case
  readonly handle: string
  readonly text: string
  readonly ir: Ir
  /** Where the reference takes the schema from; its text unless given. */
  readonly source?: SchemaSource
}

/** Compiles a schema that must be valid; undefined when it is not. */
export function draft(report: Report, of: Case, handle: string, text: string): Draft | undefined {
  const { ir } = compileSchemaText(text, 'random-schema.xml')
  if (ir !== undefined) return { of, handle, text, ir }
  report.fail(of, 'we reject a schema made to be valid', text)
  return undefined
}

export interface SubjectOptions {
  readonly precedenceChecks?: boolean
  /** What our plain objects have for 64-bit integers, where both sides are to have objects. */
  readonly objects?: 'bigint' | 'number'
  /** Whether the reference may be unable to generate code: such schemas are skipped instead of failing. */
  readonly mayFail?: boolean
}

/** Makes codecs on both sides at once; schemas for which one side cannot are reported and left out. */
export async function makeSubjects(
  reference: ReferenceProcess,
  report: Report,
  folder: string,
  drafts: readonly Draft[],
  { precedenceChecks = false, objects, mayFail = false }: SubjectOptions = {},
): Promise<Map<string, Subject>> {
  const generate = { precedenceChecks, ...(objects === undefined ? {} : { objects }) }
  const building = buildCodecs(folder, drafts.map(({ handle, ir }) => ({ handle, ir, generate })))
  const loading = Promise.all(drafts.map(({ handle, text, source = { text } }) =>
    reference.load(handle, source, { precedenceChecks, dataObjects: objects !== undefined })))
  const [built, loaded] = await Promise.all([building, loading])
  const subjects = new Map<string, Subject>()
  for (const [index, { of, handle, text }] of drafts.entries()) {
    const answer = loaded[index]
    const codecs = built.get(handle)
    if (answer?.ok === false && mayFail) report.difference('the reference cannot generate code where we can')
    else if (answer?.ok === false) report.fail(of, `the reference cannot generate code: ${answer.error}`, text)
    else if (codecs !== undefined) subjects.set(handle, { handle, text, codecs })
  }
  return subjects
}
