import { generateHtml, PAGE_MARK } from '../html/generate-html.ts'
import type { Command } from './command.ts'
import { EXIT_FAILED, EXIT_OK, parseOptions, UsageError, wantsHelp } from './command.ts'
import { checkFileNames, checkIncludePaths, count } from './findings.ts'
import { loadSchema } from './load-schema.ts'
import { writeOutputFile } from './output-file.ts'

const HELP = `Usage: godwit sbe doc --schema <file> [--out <file>] [options]

Writes the documentation of an SBE message schema as one HTML page that needs nothing else: all messages with the bytes
of their blocks, groups and data, the types that they use, and what came in which version.

Options:
  --schema <file>        schema to document
  --out <file>           file to write; - or none is the standard output. A file that is there is replaced if it is
                         such a page
  --title <text>         title of the page; default the package of the schema
  --lenient              accept the deviations that schemas of real venues have
  --include-path <dir>   folder that XInclude may read from besides the schema's own; can be repeated
  -h, --help             print this

Exit codes: 0 written, 1 the schema has errors or a file cannot be read or written, 2 wrong usage.
`

const STANDARD_OUTPUT = '-'
const MARK = new TextEncoder().encode(PAGE_MARK)

/** The command `godwit sbe doc`. */
export const doc: Command = (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values, positionals } = parseOptions({
    args: [...args],
    options: {
      'schema': { type: 'string' },
      'out': { type: 'string', default: STANDARD_OUTPUT },
      'title': { type: 'string' },
      'lenient': { type: 'boolean', default: false },
      'include-path': { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  })
  const { schema: file, out, title, lenient } = values
  if (positionals.length > 0) {
    const hint = file === undefined ? `Put --schema before "${positionals[0]}".` : 'There can be one schema.'
    throw new UsageError(`"${positionals[0]}" is not an option. ${hint}`)
  }
  if (file === undefined) throw new UsageError('no schema given.')
  if (out === '') throw new UsageError('the name of the file to write to is empty.')
  const includePaths = checkIncludePaths(values['include-path'])
  checkFileNames([file])

  const ir = loadSchema(file, { lenient, includePaths }, output)
  if (ir === undefined) return EXIT_FAILED
  const page = generateHtml(ir, { title })
  if (out === STANDARD_OUTPUT) {
    output.out(page)
    return EXIT_OK
  }
  const bytes = new TextEncoder().encode(page)
  writeOutputFile(out, bytes, { what: 'a page of this command', headLength: MARK.length, matches: isPage })
  output.out(`${out}: ${count(ir.messages.length, 'message')} of package ${ir.packageName}\n`)
  return EXIT_OK
}

function isPage(head: Uint8Array): boolean {
  return MARK.every((byte, index) => head[index] === byte)
}
