#!/usr/bin/env node
/** The `godwit` binary: finds the command and runs it; each command lives in the room it belongs to. */
import type { CommandGroup, Output } from '../codegen/cli/command.ts'
import { dispatch, EXIT_FAILED, EXIT_OK } from '../codegen/cli/command.ts'
import { GodwitError } from '../codegen/runtime/errors.ts'
import { packageVersion } from '../client/version.ts'

/** An error that is no answer to the input but a defect of this program; the number is EX_SOFTWARE of sysexits. */
const EXIT_DEFECT = 70

const GODWIT: CommandGroup = {
  name: 'godwit',
  title: 'Aeron-compatible messaging and SBE for Node.js.',
  commands: {
    driver: {
      summary: 'run a media driver as a process of its own',
      load: async () => (await import('./cli/driver.ts')).driver,
    },
    pub: {
      summary: 'publish messages or a file to a stream',
      load: async () => (await import('./cli/pub.ts')).pub,
    },
    sub: {
      summary: 'print the messages of a stream, or receive a file from it',
      load: async () => (await import('./cli/sub.ts')).sub,
    },
    stat: {
      summary: 'print or watch the counters of a driver',
      load: async () => (await import('./cli/stat.ts')).stat,
    },
    errors: {
      summary: 'print the error log of a driver',
      load: async () => (await import('./cli/errors.ts')).errors,
    },
    loss: {
      summary: 'print which streams of a driver lost how much',
      load: async () => (await import('./cli/loss.ts')).loss,
    },
    streams: {
      summary: 'print or watch how far streams are, and how far those behind who consume them',
      load: async () => (await import('./cli/streams.ts')).streams,
    },
    sbe: {
      summary: 'compile and check SBE message schemas',
      load: async () => (await import('../codegen/cli/sbe.ts')).sbe,
    },
    perf: {
      summary: 'measure throughput and latency of streams, and what idling costs',
      load: async () => (await import('../perf/cli/perf.ts')).perf,
    },
  },
  options: ['  -V, --version   print the version'],
}

const output: Output = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--version' || args[0] === '-V') {
    output.out(`${packageVersion()}\n`)
    return EXIT_OK
  }
  try {
    return await dispatch(GODWIT, args, output)
  } catch (error) {
    if (error instanceof GodwitError) {
      output.err(`godwit: ${error.message} (${error.code})\n`)
      return EXIT_FAILED
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    output.err(`godwit: unexpected error, please report it with this text:\n${text}\n`)
    return EXIT_DEFECT
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A command that listens itself has something to end first, and tells what went wrong.
  if (process.stdout.listenerCount('error') > 1) return
  // A reader that has seen enough, as in `godwit ... | head`, is not an error.
  if (error.code === 'EPIPE') process.exit()
  output.err(`godwit: cannot write to standard output: ${error.message} (ERR_GODWIT_CLI_OUTPUT)\n`)
  process.exit(EXIT_FAILED)
})

// There is no place left to complain.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? undefined : EXIT_FAILED)
})

process.exitCode = await main(process.argv.slice(2))
