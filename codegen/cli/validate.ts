import { compileSchemaFile } from '../compile.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { formatDiagnostic } from '../diagnostic.ts'
import type { Command } from './command.ts'
import { EXIT_FAILED, EXIT_OK, parseOptions, UsageError, wantsHelp } from './command.ts'
import { checkFileNames, checkIncludePaths, countFindings, isError } from './findings.ts'

const HELP = `Usage: godwit sbe validate <file>... [options]

Checks SBE message schemas and lists every error and warning of every file.

Options:
  --lenient              accept the deviations that schemas of real venues have
  --warnings-fatal       treat warnings as errors
  --include-path <dir>   folder that XInclude may read from besides the schema's own; can be repeated
  --json                 print one JSON document instead of text
  -h, --help             print this

Exit codes: 0 all schemas are valid, 1 one is not or cannot be read, 2 wrong usage.
`

interface FileVerdict {
  readonly file: string
  readonly valid: boolean
  readonly diagnostics: readonly Diagnostic[]
}

/** The command `godwit sbe validate`. */
export const validate: Command = (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values, positionals: files } = parseOptions({
    args: [...args],
    options: {
      'lenient': { type: 'boolean', default: false },
      'warnings-fatal': { type: 'boolean', default: false },
      'include-path': { type: 'string', multiple: true, default: [] },
      'json': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  if (files.length === 0) throw new UsageError('no schema given.')
  const includePaths = checkIncludePaths(values['include-path'])

  const verdicts = checkFileNames(files).map((file): FileVerdict => {
    const { ir, diagnostics } = compileSchemaFile(file, {
      lenient: values.lenient,
      warningsFatal: values['warnings-fatal'],
      includePaths,
    })
    return { file, valid: ir !== undefined, diagnostics }
  })
  const valid = verdicts.every((verdict) => verdict.valid)

  if (values.json) {
    const all = verdicts.flatMap(({ diagnostics }) => diagnostics)
    const errors = all.filter(isError).length
    output.out(`${JSON.stringify({ valid, errors, warnings: all.length - errors, files: verdicts }, null, 2)}\n`)
  } else {
    for (const { file, valid: fileValid, diagnostics } of verdicts) {
      for (const diagnostic of diagnostics) output.err(`${formatDiagnostic(diagnostic)}\n`)
      output.out(`${file}: ${fileValid ? 'valid' : 'not valid'}${countFindings(diagnostics)}\n`)
    }
  }
  return valid ? EXIT_OK : EXIT_FAILED
}
