/** The SBE schema compiler where there is no file system; bundlers for browsers take it for `godwit/codegen`. */
export * from './portable.ts'
export { compileSchemaFile, compileSchemaText } from './compile-portable.ts'
