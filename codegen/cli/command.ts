import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { GodwitError } from '../runtime/errors.ts'
import { closest } from './closest.ts'

/** Where a command prints; results go to `out`, findings and progress to `err`. */
export interface Output {
  /** Text, or the bytes of a file. */
  out(text: string | Uint8Array): void
  err(text: string): void
}

/** Exit codes of every command. */
export const EXIT_OK = 0
/** The input is bad, or something could not be read or written. */
export const EXIT_FAILED = 1
/** The command line itself is wrong. */
export const EXIT_USAGE = 2

/** Runs with the arguments after the command's name and returns the exit code. */
export type Command = (args: readonly string[], output: Output) => number | Promise<number>

export interface CommandEntry {
  readonly summary: string
  /** Loads the command's module: a command that is not used costs nothing. */
  readonly load: () => Promise<Command>
}

export interface CommandGroup {
  /** What a user types to come here, such as `godwit sbe`. */
  readonly name: string
  readonly title: string
  readonly commands: Readonly<Record<string, CommandEntry>>
  /** Lines for options that the group has besides `--help`. */
  readonly options?: readonly string[]
}

/** The command line is wrong: nothing has been done. */
export class UsageError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.cli.usage')

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('ERR_GODWIT_CLI_USAGE', message, options)
    Object.defineProperty(this, UsageError.brand, { value: true })
  }
}

/** Runs the command that the first argument names. */
export async function dispatch(group: CommandGroup, args: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined) {
    output.err(groupHelp(group))
    return EXIT_USAGE
  }
  if (isHelp(name)) {
    output.out(groupHelp(group))
    return EXIT_OK
  }
  if (!Object.hasOwn(group.commands, name)) {
    const what = name.startsWith('-') ? 'option' : 'command'
    const suggestion = closest(name, Object.keys(group.commands))
    const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`
    return usageFailure(group.name, new UsageError(`unknown ${what} "${name}".${hint}`), output)
  }
  try {
    const command = await group.commands[name]?.load()
    return (await command?.(rest, output)) ?? EXIT_USAGE
  } catch (error) {
    if (error instanceof UsageError) return usageFailure(`${group.name} ${name}`, error, output)
    throw error
  }
}

/** As `parseArgs` of Node, but a wrong command line is a UsageError and a misspelt option gets a suggestion. */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const given = /Unknown option '(-[^']*)'/.exec(error.message)?.[1]
    if (given === undefined) throw new UsageError(valueMistake(error.message), { cause: error })
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`)
    const suggestion = closest(given, known)
    const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`
    throw new UsageError(`unknown option "${given}".${hint}`, { cause: error })
  }
}

/** Whether the arguments ask for help; a value that looks so, as in `--out --help`, counts too. */
export function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? args.length : end).some(isHelp)
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h'
}

function usageFailure(name: string, error: UsageError, output: Output): number {
  output.err(`${name}: ${error.message}\nTry "${name} --help".\n`)
  return EXIT_USAGE
}

function groupHelp(group: CommandGroup): string {
  const width = Math.max(...Object.keys(group.commands).map((name) => name.length)) + 3
  const commands = Object.entries(group.commands).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`)
  const options = [...(group.options ?? []), '  -h, --help      print this, or the help of a command']
  return [
    `Usage: ${group.name} <command> [options]`,
    '',
    group.title,
    '',
    'Commands:',
    ...commands,
    '',
    'Options:',
    ...options,
    '',
  ].join('\n')
}

/** Node's words for an option without its value, or with one that it does not take, in ours. */
function valueMistake(text: string): string {
  const option = /^Option '(?:-\w, )?(--[\w-]+)/.exec(text)?.[1]
  if (option === undefined) return `${firstSentence(text)}.`
  if (text.includes('is ambiguous')) return `${option} needs a value, but another option follows it.`
  if (text.includes('argument missing')) return `${option} needs a value.`
  return text.includes('does not take an argument') ? `${option} takes no value.` : `${firstSentence(text)}.`
}

function firstSentence(text: string): string {
  return text.split(/\.(?:\s|$)/, 1)[0] ?? text
}
