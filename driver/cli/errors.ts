import type { Command } from '../../codegen/cli/command.ts'
import { EXIT_OK, parseOptions, UsageError, wantsHelp } from '../../codegen/cli/command.ts'
import type { ErrorObservation } from '../../client/memory/error-log.ts'
import { formatCncVersion } from '../../client/memory/cnc.ts'
import { readErrors } from '../tools/cnc-file.ts'
import { DIRECTORY_HELP, DIRECTORY_OPTION, directoryOf, identityText, refuseDamaged } from './directory.ts'
import { isoTime } from '../tools/iso-time.ts'
import { counted, grouped, linesText, printable } from './text.ts'

const HELP = `Usage: godwit errors [options]

Prints the error log of a driver from the files in its directory: of a driver of godwit or of Aeron, alive or dead, or
of a snapshot. Each distinct error is there once, with how often it happened, first and last.

Options:
${DIRECTORY_HELP}  --since <time>        only errors that happened since then: an ISO 8601 time, or how long ago,
                        such as 90s, 10m, 2h or 1d
  --json                print one JSON document instead of text
  -h, --help            print this

Exit codes: 0 printed, 1 the files cannot be read, or not to their end, 2 wrong usage.
`

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The command `godwit errors`. */
export const errors: Command = (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values } = parseOptions({
    args: [...args],
    options: { ...DIRECTORY_OPTION, since: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const directory = directoryOf(values.dir)
  const sinceMs = values.since === undefined ? undefined : timeOf(values.since)
  const { driver, errors: found, damagedAt } = readErrors(directory, sinceMs)
  if (values.json) {
    const document = { ...driver, cncVersion: formatCncVersion(driver.cncVersion), errors: found }
    output.out(`${JSON.stringify(document, null, 2)}\n`)
  } else {
    const head = identityText(driver)
    const lines = [head, '='.repeat(head.length), ...found.flatMap(errorLines), counted(found.length, 'distinct error')]
    output.out(linesText(lines))
  }
  refuseDamaged('the error log', damagedAt)
  return EXIT_OK
}

function errorLines(error: ErrorObservation): readonly string[] {
  const { observationCount, firstObservationMs, lastObservationMs, text } = error
  const times = observationCount === 1
    ? isoTime(firstObservationMs)
    : `first ${isoTime(firstObservationMs)}, last ${isoTime(lastObservationMs)}`
  const lines = text.replace(/\s+$/, '').split('\n')
  const body = lines.map((line) => `  ${printable(line.replaceAll('\t', '    '))}`.trimEnd())
  return [`${grouped(observationCount)} x, ${times}`, ...body, '']
}

function timeOf(text: string): number {
  const ago = /^(\d{1,9})([smhd])$/.exec(text)
  if (ago !== null) return Date.now() - Number(ago[1]) * (UNITS_MS[ago[2] ?? ''] ?? NaN)
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(timeMs)) {
    throw new UsageError(`--since: "${text}" is neither an ISO 8601 time nor a number with s, m, h or d.`)
  }
  return timeMs
}
