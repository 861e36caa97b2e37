import { join, resolve } from 'node:path'
import type { Ir } from '../ir/ir.ts'
import type { GenerateOptions } from '../typescript/generate.ts'
import { generateTypeScript } from '../typescript/generate.ts'
import type { Command, Output } from './command.ts'
import { EXIT_FAILED, EXIT_OK, parseOptions, UsageError, wantsHelp } from './command.ts'
import { checkFileNames, checkIncludePaths, count } from './findings.ts'
import type { LoadSchemaOptions } from './load-schema.ts'
import { loadSchema } from './load-schema.ts'
import type { OutputFolder } from '../output-folder.ts'
import { writeOutput } from '../output-folder.ts'
import { watchSchemas } from './watch-schemas.ts'

const HELP = `Usage: godwit sbe generate --schema <file>... --out <dir> [options]

Writes TypeScript codecs for SBE message schemas. With one schema they go to <dir>, with several to one folder in it
per schema, named by its package. When any schema has an error, nothing is written or changed. Files of an earlier
run that are not generated any more are removed; files that godwit did not write are never touched.

Options:
  --schema <file>            schema, XML or .sbeir; more files can follow, and the option can be repeated
  --out <dir>                folder to write to; made when it is not there
  --lenient                  accept the deviations that schemas of real venues have
  --include-path <dir>       folder that XInclude may read from besides the schema's own; can be repeated
  --import-extension <ext>   ending of imports between the files written: js (default), ts or none
  --runtime-module <name>    module to import the runtime from (default: godwit/sbe)
  --objects <integers>       make plain objects of messages and back, with 64-bit integers as bigint, or as number,
                             which throws where it is not exact
  --precedence-checks        make codecs that check the order of accesses, for development builds
  --staged                   make encoders whose order of calls the compiler of the application checks: staged()
  -w, --watch                write again whenever a schema, or what it includes, changes, until an interrupt
  -h, --help                 print this

Exit codes: 0 written, 1 a schema has errors or a file cannot be read or written, 2 wrong usage.
`

const IMPORT_EXTENSIONS = ['js', 'ts', 'none'] as const
const OBJECT_INTEGERS = ['bigint', 'number'] as const

/** The command `godwit sbe generate`. */
export const generate: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values, positionals } = parseOptions({
    args: [...args],
    options: {
      'schema': { type: 'string', multiple: true, default: [] },
      'out': { type: 'string' },
      'lenient': { type: 'boolean', default: false },
      'include-path': { type: 'string', multiple: true, default: [] },
      'import-extension': { type: 'string', default: 'js' },
      'runtime-module': { type: 'string', default: 'godwit/sbe' },
      'objects': { type: 'string' },
      'precedence-checks': { type: 'boolean', default: false },
      'staged': { type: 'boolean', default: false },
      'watch': { type: 'boolean', short: 'w', default: false },
    },
    allowPositionals: true,
  })
  if (values.schema.length === 0) {
    const hint = positionals.length === 0 ? '' : ` Put --schema before "${positionals[0]}".`
    throw new UsageError(`no schema given.${hint}`)
  }
  if (values.out === undefined || values.out === '') throw new UsageError('no folder to write to: --out is missing.')
  const options: GenerateOptions = {
    importExtension: oneOf('--import-extension', values['import-extension'], IMPORT_EXTENSIONS),
    runtimeModule: runtimeModule(values['runtime-module']),
    precedenceChecks: values['precedence-checks'],
    staged: values.staged,
    ...(values.objects === undefined ? {} : { objects: oneOf('--objects', values.objects, OBJECT_INTEGERS) }),
  }
  const includePaths = checkIncludePaths(values['include-path'])
  const files = checkFileNames([...values.schema, ...positionals])
  refuseDuplicates(files)
  const { out, lenient } = values
  if (!values.watch) {
    const schemas = compileAll(files, { lenient, includePaths }, output)
    if (schemas === undefined) return EXIT_FAILED
    write(schemas, out, options, output)
    return EXIT_OK
  }
  await watchSchemas(files, () => {
    const findings: string[] = []
    const read: string[] = []
    const loadOptions: LoadSchemaOptions = {
      lenient,
      includePaths,
      onResult: (result) => read.push(...result.files, ...result.absentFiles),
    }
    const schemas = compileAll(files, loadOptions, { ...output, err: (text) => findings.push(text) })
    return {
      files: read,
      finish() {
        for (const text of findings) output.err(text)
        if (schemas !== undefined) write(schemas, out, options, output)
      },
    }
  }, output)
  return EXIT_OK
}

function write(schemas: readonly CompiledSchema[], out: string, options: GenerateOptions, output: Output): void {
  const { written, unchanged, removed } = writeOutput(layOut(schemas, out, options))
  for (const { ir, file } of schemas) {
    output.out(`${file}: ${count(ir.messages.length, 'message')} of package ${ir.packageName}\n`)
  }
  const others = [unchanged === 0 ? '' : `, ${unchanged} unchanged`, removed === 0 ? '' : `, ${removed} removed`]
  output.out(`${out}: ${count(written, 'file')} written${others.join('')}\n`)
}

function refuseDuplicates(files: readonly string[]): void {
  const seen = new Set<string>()
  for (const file of files) {
    if (seen.has(resolve(file))) throw new UsageError(`${file} is given twice.`)
    seen.add(resolve(file))
  }
}

interface CompiledSchema {
  readonly file: string
  readonly ir: Ir
}

/** Compiles all schemas and prints what was found; undefined when any has an error. */
function compileAll(
  files: readonly string[],
  options: LoadSchemaOptions,
  output: Output,
): readonly CompiledSchema[] | undefined {
  const schemas: CompiledSchema[] = []
  for (const file of files) {
    const ir = loadSchema(file, options, output)
    if (ir !== undefined) schemas.push({ file, ir })
  }
  if (schemas.length === files.length) return schemas
  output.err('nothing was written\n')
  return undefined
}

function layOut(schemas: readonly CompiledSchema[], out: string, options: GenerateOptions): readonly OutputFolder[] {
  const fileByFolder = new Map<string, string>()
  return schemas.map(({ file, ir }): OutputFolder => {
    const path = schemas.length === 1 ? out : join(out, packageFolder(ir.packageName, file))
    const other = fileByFolder.get(path)
    if (other !== undefined) {
      const why = `both have the package "${ir.packageName}"`
      throw new UsageError(`${other} and ${file} would be written to the same folder ${path}: ${why}.`)
    }
    fileByFolder.set(path, file)
    return { path, files: generateTypeScript(ir, options) }
  })
}

/** A package becomes the name of a folder; the schema may come from a stranger. */
function packageFolder(packageName: string, file: string): string {
  const name = packageName.replaceAll(/[^A-Za-z0-9._-]/g, '_')
  if (/^\.*$/.test(name)) {
    throw new UsageError(`the package "${packageName}" of ${file} names no folder: generate that schema by itself.`)
  }
  return name
}

function oneOf<Value extends string>(option: string, value: string, values: readonly Value[]): Value {
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) throw new UsageError(`${option} is "${value}", expected one of ${values.join(', ')}.`)
  return found
}

function runtimeModule(value: string): string {
  // It is written between quotes in generated code.
  if (/^[^'"`\\\s]+$/.test(value)) return value
  throw new UsageError(`--runtime-module is "${value}", expected the name of a module.`)
}
