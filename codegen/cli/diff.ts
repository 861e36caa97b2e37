import { compareSchemas } from '../diff/compare-schemas.ts'
import type { Verdict } from '../diff/schema-change.ts'
import type { Command } from './command.ts'
import { EXIT_FAILED, EXIT_OK, parseOptions, UsageError, wantsHelp } from './command.ts'
import { formatComparison } from './diff-report.ts'
import { checkFileNames, checkIncludePaths } from './findings.ts'
import { loadSchema } from './load-schema.ts'

const HELP = `Usage: godwit sbe diff <old> <new> [options]

Compares two versions of a schema. Tells whether decoders made from the old one read messages that are encoded with the
new one (forward), and the other way round (backward), and why not.

Options:
  --require <which>      what must hold for exit code 0: both (default), forward, backward or none
  --caveats-fatal        readings with a caveat do not hold
  --lenient              accept the deviations that schemas of real venues have
  --include-path <dir>   folder that XInclude may read from besides the schema's own; can be repeated
  --json                 print one JSON document instead of text
  -h, --help             print this

Exit codes: 0 what is required holds, 1 it does not, or a schema is not valid or cannot be read (then nothing is
printed but its errors), 2 wrong usage.
`

const DIRECTIONS: Readonly<Record<string, readonly ('forward' | 'backward')[]>> = {
  both: ['forward', 'backward'],
  forward: ['forward'],
  backward: ['backward'],
  none: [],
}

/** The command `godwit sbe diff`. */
export const diff: Command = (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values, positionals } = parseOptions({
    args: [...args],
    options: {
      'require': { type: 'string', default: 'both' },
      'caveats-fatal': { type: 'boolean', default: false },
      'lenient': { type: 'boolean', default: false },
      'include-path': { type: 'string', multiple: true, default: [] },
      'json': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const [oldFile, newFile, ...others] = checkFileNames(positionals)
  if (oldFile === undefined || newFile === undefined || others.length > 0) {
    throw new UsageError(`two schemas are compared, but there are ${positionals.length}.`)
  }
  const required = Object.hasOwn(DIRECTIONS, values.require) ? DIRECTIONS[values.require] : undefined
  if (required === undefined) {
    const known = Object.keys(DIRECTIONS).join(', ')
    throw new UsageError(`--require must be one of ${known}, not "${values.require}".`)
  }
  const options = { lenient: values.lenient, includePaths: checkIncludePaths(values['include-path']) }
  const before = loadSchema(oldFile, options, output)
  const after = loadSchema(newFile, options, output)
  if (before === undefined || after === undefined) return EXIT_FAILED

  const comparison = compareSchemas(before, after)
  const sides = {
    old: { file: oldFile, schemaId: before.schemaId, version: before.schemaVersion },
    new: { file: newFile, schemaId: after.schemaId, version: after.schemaVersion },
  }
  const asJson = (): string => `${JSON.stringify({ ...sides, ...comparison }, null, 2)}\n`
  output.out(values.json ? asJson() : formatComparison(sides, comparison))
  const isFatal = (verdict: Verdict): boolean =>
    verdict === 'incompatible' || (verdict === 'caveat' && values['caveats-fatal'])
  return required.some((direction) => isFatal(comparison[direction])) ? EXIT_FAILED : EXIT_OK
}
