import type { Command } from './command.ts'
import { dispatch } from './command.ts'

/** The command `godwit sbe`. */
export const sbe: Command = (args, output) =>
  dispatch(
    {
      name: 'godwit sbe',
      title: 'Compiler for SBE (Simple Binary Encoding) message schemas.',
      commands: {
        decode: {
          summary: 'print messages as JSON, from bytes, streams and captures of networks',
          load: async () => (await import('./decode.ts')).decode,
        },
        diff: {
          summary: 'tell whether two versions of a schema can read each other',
          load: async () => (await import('./diff.ts')).diff,
        },
        doc: {
          summary: 'document a schema as one HTML page',
          load: async () => (await import('./doc.ts')).doc,
        },
        generate: {
          summary: 'write TypeScript codecs for schemas',
          load: async () => (await import('./generate.ts')).generate,
        },
        ir: {
          summary: 'list the tokens of a schema, or write them as an .sbeir file',
          load: async () => (await import('./ir.ts')).ir,
        },
        validate: {
          summary: 'check schemas and list all errors',
          load: async () => (await import('./validate.ts')).validate,
        },
      },
    },
    args,
    output,
  )
