import { compileText, unreadable } from './compiler.ts'
import type { CompileOptions, CompileResult } from './compiler.ts'

/** As that of Node; `readFile` in the options takes the place of the file system, which is not there. */
export function compileSchemaFile(path: string, options: CompileOptions = {}): CompileResult {
  const { readFile } = options
  if (readFile === undefined) {
    return unreadable(path, 'there is no file system here', '`readFile` in the options', options)
  }
  let content: Uint8Array
  try {
    content = readFile(path)
  } catch (error) {
    return unreadable(path, error instanceof Error ? error.message : String(error), undefined, options)
  }
  return compileText(content, path, options)
}

/** As that of Node; documents that the schema includes come from `readFile` in the options. */
export function compileSchemaText(
  text: string | Uint8Array,
  file: string,
  options: CompileOptions = {},
): CompileResult {
  return compileText(text, file, options)
}
