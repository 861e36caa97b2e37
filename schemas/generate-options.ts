import type { GenerateOptions } from '../codegen/index.ts'

/** What the committed codecs in `generated/` are made with: they are part of this package and import its sources. */
export const GENERATE_OPTIONS: GenerateOptions = {
  importExtension: 'ts',
  runtimeModule: '../../../codegen/runtime/index.ts',
}

/** As those, with plain objects besides: for messages that examples and comparisons use, which are in no package. */
export const GENERATE_WITH_OBJECTS: GenerateOptions = { ...GENERATE_OPTIONS, objects: 'number' }
