import type { SchemaModel } from '../../model/schema-model.ts'
import type { Module, ModuleOptions } from '../module.ts'
import type { SchemaNames } from '../names.ts'
import { emitMessageObject } from './message-object.ts'
import type { WideIntegers } from './object-context.ts'
import { ObjectNames, objectTypes } from './object-names.ts'
import { emitObjectsModule } from './objects-module.ts'
import { emitTypeObject } from './type-object.ts'

/** The modules that make plain objects of messages and back: one per message, composite and set, and one for all. */
export function generateObjects(
  model: SchemaModel, names: SchemaNames, module: ModuleOptions, wide: WideIntegers, precedenceChecks: boolean,
): Module[] {
  const objectNames = new ObjectNames(model, names)
  const options = { model, names, objectNames, wide, precedenceChecks, module }
  return [
    ...model.messages.map((message) => emitMessageObject(options, message)),
    ...objectTypes(model).map((type) => emitTypeObject(options, type)),
    emitObjectsModule(options),
  ]
}
