/** The SBE schema compiler: schema in, intermediate representation and TypeScript out. */
export * from './portable.ts'
export { compileSchemaFile, compileSchemaText } from './compile.ts'
export { writeOutput } from './output-folder.ts'
export type { OutputFolder, WriteResult } from './output-folder.ts'
