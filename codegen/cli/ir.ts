import { decodeIr } from '../ir-file/decode-ir.ts'
import { encodeIr } from '../ir-file/encode-ir.ts'
import { FRAME_BLOCK_LENGTH, isIrFile, STRINGS_OF_LAYOUT } from '../ir-file/layout.ts'
import type { IrLayout } from '../ir-file/layout.ts'
import { membersWithLostVersions } from '../ir-file/lost-versions.ts'
import type { Ir } from '../ir/ir.ts'
import type { Command, Output } from './command.ts'
import { EXIT_FAILED, EXIT_OK, parseOptions, UsageError, wantsHelp } from './command.ts'
import { checkFileNames, checkIncludePaths, count } from './findings.ts'
import { countTokens, listTokens, tokensToJson } from './ir-listing.ts'
import { loadSchema } from './load-schema.ts'
import { writeOutputFile } from './output-file.ts'

const HELP = `Usage: godwit sbe ir --schema <file> [--out <file>] [options]

Lists the tokens that a schema is compiled to, or writes them to a file: the form in which SBE tools pass schemas on
to one another, .sbeir. The schema is XML or such a file itself.

Options:
  --schema <file>        schema to compile
  --out <file>           file to write; - is the standard output. A file that is there is replaced if it is an .sbeir
                         file
  --layout <release>     with --out: 1.36 (default), for release 1.36 of the SBE tool and later ones, or 1.6, for all
                         up to 1.35
  --json                 list as one JSON document instead of a table
  --lenient              accept the deviations that schemas of real venues have
  --include-path <dir>   folder that XInclude may read from besides the schema's own; can be repeated
  -h, --help             print this

Exit codes: 0 listed or written, 1 the schema has errors or a file cannot be read or written, 2 wrong usage.
`

const STANDARD_OUTPUT = '-'
/** Names in a note about what is lost. */
const NAMES_MAX = 5

/** The command `godwit sbe ir`. */
export const ir: Command = (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values, positionals } = parseOptions({
    args: [...args],
    options: {
      'schema': { type: 'string' },
      'out': { type: 'string' },
      'layout': { type: 'string' },
      'json': { type: 'boolean', default: false },
      'lenient': { type: 'boolean', default: false },
      'include-path': { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  })
  const { schema: file, out } = values
  if (positionals.length > 0) {
    const hint = file === undefined ? `Put --schema before "${positionals[0]}".` : 'There can be one schema.'
    throw new UsageError(`"${positionals[0]}" is not an option. ${hint}`)
  }
  if (file === undefined) throw new UsageError('no schema given.')
  if (out === '') throw new UsageError('the name of the file to write to is empty.')
  if (out !== undefined && values.json) throw new UsageError('--json is for lists: leave it or --out out.')
  if (out === undefined && values.layout !== undefined) throw new UsageError('--layout is for files: add --out.')
  const layout = layoutOf(values.layout)
  const includePaths = checkIncludePaths(values['include-path'])
  checkFileNames([file])

  const schema = loadSchema(file, { lenient: values.lenient, includePaths }, output)
  if (schema === undefined) return EXIT_FAILED
  if (out === undefined) output.out(values.json ? tokensToJson(schema) : listTokens(schema))
  else write(schema, file, out, layout, output)
  return EXIT_OK
}

function layoutOf(text: string | undefined): IrLayout | undefined {
  const layouts = [...STRINGS_OF_LAYOUT.keys()]
  const layout = layouts.find((known) => known === text)
  if (text === undefined || layout !== undefined) return layout
  throw new UsageError(`--layout is "${text}", expected one of ${layouts.join(', ')}.`)
}

function write(schema: Ir, file: string, out: string, layout: IrLayout | undefined, output: Output): void {
  const bytes = encodeIr(schema, { layout })
  tellOfLostVersions(membersWithLostVersions(schema, decodeIr(bytes)), file, output)
  if (out === STANDARD_OUTPUT) {
    output.out(bytes)
    return
  }
  writeOutputFile(out, bytes, { what: 'an .sbeir file', headLength: FRAME_BLOCK_LENGTH, matches: isIrFile })
  const parts = [count(schema.messages.length, 'message'), count(countTokens(schema), 'token'), `${bytes.length} bytes`]
  output.out(`${out}: ${parts.join(', ')}\n`)
}

function tellOfLostVersions(names: readonly string[], file: string, output: Output): void {
  if (names.length === 0) return
  const rest = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
  const shown = names.slice(0, NAMES_MAX).join(', ') + rest
  const which = names.length === 1 ? 'a member of a composite is' : `${names.length} members of composites are`
  output.err(`${file}: note: .sbeir files do not hold since which version ${which} there: ${shown}\n`)
}
