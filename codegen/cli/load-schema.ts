import { compileSchemaFile } from '../compile.ts'
import type { CompileResult } from '../compiler.ts'
import { formatDiagnostic } from '../diagnostic.ts'
import type { Ir } from '../ir/ir.ts'
import type { Output } from './command.ts'
import { countFindings } from './findings.ts'

export interface LoadSchemaOptions {
  readonly lenient?: boolean
  readonly includePaths?: readonly string[]
  /** Gets each result, for what `loadSchema` does not return. */
  readonly onResult?: (result: CompileResult) => void
}

/** Compiles the schema in a file and prints what was found in it; undefined when it has an error. */
export function loadSchema(file: string, options: LoadSchemaOptions, output: Output): Ir | undefined {
  const result = compileSchemaFile(file, options)
  options.onResult?.(result)
  const { ir, diagnostics } = result
  for (const diagnostic of diagnostics) output.err(`${formatDiagnostic(diagnostic)}\n`)
  if (ir === undefined) output.err(`${file}: not valid${countFindings(diagnostics)}\n`)
  return ir
}
