import type { Ir } from '../ir/ir.ts'
import { emitComposite } from './composite-code.ts'
import type { NamedTypeModel, SchemaModel } from '../model/schema-model.ts'
import { emitDispatcher } from './dispatcher-code.ts'
import { emitEnum } from './enum-code.ts'
import { emitMessage } from './message-code.ts'
import { buildSchemaModel } from '../model/build-schema-model.ts'
import { BANNER, Module } from './module.ts'
import type { ModuleOptions } from './module.ts'
import { SchemaNames } from './names.ts'
import { generateObjects } from './objects/generate-objects.ts'
import { RUNTIME_NAMES } from './runtime-names.ts'
import { emitSet } from './set-code.ts'

/** The runtime interface that generated code is made for; see RUNTIME_INTERFACE of `godwit/sbe`. */
const RUNTIME_INTERFACE = 1

/** What generated code is like, and what is generated beside the codecs. */
export interface GenerateOptions {
  /** How imports between generated modules end; default `js`, which both bundlers and Node take. */
  readonly importExtension?: 'js' | 'ts' | 'none'
  /** Where generated code imports its runtime from; default `godwit/sbe`. */
  readonly runtimeModule?: string
  /** Codecs that check the order in which a message is accessed: for development, at a cost per access. */
  readonly precedenceChecks?: boolean
  /** Encoders with `staged()`: the compiler of the application then checks the order in which it encodes. */
  readonly staged?: boolean
  /**
   * Modules that make plain objects of messages and back, with 64-bit integers as bigint, or as number, which throws
   * where it is not exact; default none.
   */
  readonly objects?: 'bigint' | 'number'
}

/** A module that is generated. */
export interface GeneratedFile {
  /** Path within the output folder. */
  readonly path: string
  readonly text: string
}

/**
 * Generates the TypeScript codecs of a schema: a module per message and type, a dispatcher and an index. The same
 * schema and options give the same text. Every schema that compiles has codecs.
 */
export function generateTypeScript(ir: Ir, options: GenerateOptions = {}): readonly GeneratedFile[] {
  const { objects, precedenceChecks = false, staged = false } = options
  const model = buildSchemaModel(ir)
  const names = new SchemaNames(model, RUNTIME_NAMES, staged)
  const moduleOptions: ModuleOptions = {
    importExtension: options.importExtension ?? 'js',
    runtimeModule: options.runtimeModule ?? 'godwit/sbe',
    runtimeInterface: RUNTIME_INTERFACE,
  }
  const modules = [
    ...model.messages.map((message) => emitMessage(model, names, message, moduleOptions, { precedenceChecks, staged })),
    ...model.types.map((type) => emitType(model, names, type, moduleOptions)),
    emitDispatcher(model, names, moduleOptions),
    ...(objects === undefined ? [] : generateObjects(model, names, moduleOptions, objects, precedenceChecks)),
  ]
  return [...modules.map((module) => ({ path: `${module.file}.ts`, text: module.toString() })), indexOf(modules)]
}

function emitType(model: SchemaModel, names: SchemaNames, type: NamedTypeModel, options: ModuleOptions): Module {
  switch (type.kind) {
    case 'enum':
      return emitEnum(model, names, type, options)
    case 'set':
      return emitSet(model, names, type, options)
    case 'composite':
      return emitComposite(model, names, type, options)
  }
}

function indexOf(modules: readonly Module[]): GeneratedFile {
  const exports = modules.map((module) => `export * from '${module.specifierOf(module.file)}'`)
  return { path: 'index.ts', text: `${BANNER}\n\n${exports.join('\n')}\n` }
}
