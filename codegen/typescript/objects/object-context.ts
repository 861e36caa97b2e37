import type { SchemaModel } from '../../model/schema-model.ts'
import { Module } from '../module.ts'
import type { ModuleOptions } from '../module.ts'
import type { NameScope, SchemaNames } from '../names.ts'
import { stringLiteral } from '../literals.ts'
import { ArrayReaders } from './array-readers.ts'
import type { ObjectNames } from './object-names.ts'

/** What objects hold for integers of 64 bits. */
export type WideIntegers = 'bigint' | 'number'

/** What the modules of a schema's plain objects have in common. */
export interface ObjectOptions {
  readonly model: SchemaModel
  readonly names: SchemaNames
  readonly objectNames: ObjectNames
  readonly wide: WideIntegers
  readonly precedenceChecks: boolean
  readonly module: ModuleOptions
}

/** What the emitters of one module share. */
export interface ObjectContext {
  readonly model: SchemaModel
  readonly names: SchemaNames
  readonly objectNames: ObjectNames
  readonly module: Module
  readonly littleEndian: boolean
  readonly wide: WideIntegers
  readonly precedenceChecks: boolean
  /** What the module declares beside its exports. */
  readonly scope: NameScope
  readonly arrayReaders: ArrayReaders
  /** Emit functions that others call, and may add more of them. */
  readonly later: (() => void)[]
}

/** Begins a module. */
export function makeContext(options: ObjectOptions, file: string): ObjectContext {
  const { model, names, objectNames, wide, precedenceChecks } = options
  const module = new Module(file, options.module)
  const scope = objectNames.moduleScope()
  const littleEndian = model.byteOrder === 'littleEndian'
  const arrayReaders = new ArrayReaders(module, scope, littleEndian, wide === 'number')
  const { runtimeInterface } = options.module
  module.code.line(`${module.runtime('requireRuntime')}(${runtimeInterface}, ${stringLiteral(file)})`)
  return { model, names, objectNames, module, littleEndian, wide, precedenceChecks, scope, arrayReaders, later: [] }
}

/** Emits the functions that those of a module turned out to call. */
export function finishModule({ later, arrayReaders }: ObjectContext): void {
  for (let emit = later.shift(); emit !== undefined; emit = later.shift()) emit()
  arrayReaders.emit()
}
