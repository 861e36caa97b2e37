/** The compiler without a file system: works wherever JavaScript does. */
import type { Diagnostic } from './diagnostic.ts'
import type { Ir } from './ir/ir.ts'
import { decodeIr } from './ir-file/decode-ir.ts'
import { IrFileError, type IrFileErrorCode } from './ir-file/ir-file-error.ts'
import { isIrFile } from './ir-file/layout.ts'
import { generateIr, TooManyTokensError } from './ir/ir-generator.ts'
import { TypeCapture } from './ir/type-capture.ts'
import { MAX_TOKENS } from './limits.ts'
import type { Schema } from './schema/model.ts'
import { Reporter, TooManyErrorsError } from './schema/reporter.ts'
import { parseSchema } from './schema/schema-parser.ts'
import { DocumentLoader } from './xml/document-loader.ts'
import type { DocumentSource } from './xml/document-source.ts'
import { InjectedDocuments } from './xml/injected-documents.ts'
import type { XmlElement } from './xml/xml-element.ts'

const IR_FILE_ENDING = '.sbeir'

const FINDINGS_OF_IR_FILES: Readonly<Record<IrFileErrorCode, string>> = {
  ERR_GODWIT_SBE_IR_FORMAT: 'ir-format',
  ERR_GODWIT_SBE_IR_CONTENT: 'ir-content',
  ERR_GODWIT_SBE_IR_LIMIT: 'ir-limit',
}

/** How strict the compiler is, and where it reads from. */
export interface CompileOptions {
  /**
   * Takes what real schemas get wrong without doing harm, with a warning: a valid value that is the null value, a
   * duplicate field id, a number out of range (which is then ignored), invalid UTF-8.
   */
  readonly lenient?: boolean | undefined
  /** Folders that may be included from, besides that of the schema, and that are searched for included files. */
  readonly includePaths?: readonly string[] | undefined
  /** Reads documents instead of the file system; throws when there is none of that path. */
  readonly readFile?: ((path: string) => Uint8Array) | undefined
  /** Makes every warning an error. */
  readonly warningsFatal?: boolean | undefined
}

/** What comes of a schema: all that was found in it, and the schema itself unless there is an error. */
export interface CompileResult {
  /** Undefined when there is an error among the diagnostics, and only then. */
  readonly ir: Ir | undefined
  /** Everything found, in the order of checking. */
  readonly diagnostics: readonly Diagnostic[]
  /** Paths of the schema and of all documents that it includes, the schema first: what a watcher must look at. */
  readonly files: readonly string[]
  /** Paths at which included documents were looked for in vain: when one comes to be there, the result can change. */
  readonly absentFiles: readonly string[]
}

/** Compiles a schema from memory; what it includes comes from `options.readFile`. */
export function compileText(content: Uint8Array | string, file: string, options: CompileOptions): CompileResult {
  const { readFile = refuseToRead, includePaths = [] } = options
  return compileDocument(content, file, file, new InjectedDocuments(readFile, file, includePaths), options)
}

function refuseToRead(path: string): Uint8Array {
  throw new Error(`nothing reads ${path}`)
}

/** Compiles the content of a document or of an `.sbeir` file; `documents` are those it may include. */
export function compileDocument(
  content: Uint8Array | string,
  file: string,
  id: string,
  documents: DocumentSource,
  options: CompileOptions,
): CompileResult {
  if (content instanceof Uint8Array && (isIrFile(content) || file.endsWith(IR_FILE_ENDING))) {
    return loadIrFile(content, file, options)
  }
  const reporter = new Reporter(options.lenient ?? false)
  const loader = new DocumentLoader(documents, reporter)
  try {
    const root = loader.load({ file, id }, content)
    const schema = root === undefined ? undefined : parseSchema(reporter, root, loader.complete)
    const ir = schema === undefined || reporter.hasErrors ? undefined : translate(reporter, schema)
    return result(ir, reporter.diagnostics, loader, options)
  } catch (error) {
    if (!(error instanceof TooManyErrorsError)) throw error
    return result(undefined, reporter.diagnostics, loader, options)
  }
}

/** A schema that has been compiled before. */
function loadIrFile(content: Uint8Array, file: string, options: CompileOptions): CompileResult {
  try {
    return result(decodeIr(content), [], alone(file), options)
  } catch (error) {
    if (!(error instanceof IrFileError)) throw error
    const reporter = new Reporter(options.lenient ?? false)
    const { message, offset = 0 } = error
    const code = FINDINGS_OF_IR_FILES[error.code]
    reporter.placed('error', { code, file, position: { line: 1, column: offset + 1 }, message })
    return result(undefined, reporter.diagnostics, alone(file), options)
  }
}

/** The result of a schema that cannot be read. */
export function unreadable(
  file: string,
  reason: string,
  expected: string | undefined,
  options: CompileOptions,
): CompileResult {
  const reporter = new Reporter(options.lenient ?? false)
  const message = `cannot read the schema: ${reason}`
  reporter.placed('error', { code: 'cannot-read', file, position: { line: 1, column: 1 }, message, expected })
  return result(undefined, reporter.diagnostics, alone(file), options)
}

type Documents = Pick<DocumentLoader, 'files' | 'absentFiles'>

/** A schema that includes nothing, or was not even read. */
function alone(file: string): Documents {
  return { files: new Set([file]), absentFiles: new Set() }
}

function result(
  ir: Ir | undefined,
  diagnostics: readonly Diagnostic[],
  documents: Documents,
  options: CompileOptions,
): CompileResult {
  const files = [...documents.files]
  const absentFiles = [...documents.absentFiles]
  if (options.warningsFatal !== true || diagnostics.length === 0) return { ir, diagnostics, files, absentFiles }
  const errors = diagnostics.map((diagnostic): Diagnostic => ({ ...diagnostic, severity: 'error' }))
  return { ir: undefined, diagnostics: errors, files, absentFiles }
}

function translate(reporter: Reporter, schema: Schema): Ir | undefined {
  const capture = new TypeCapture()
  try {
    const ir = generateIr(schema, capture)
    if (capture.ambiguousNames.size > 0) warnOfAmbiguities(reporter, schema, capture.ambiguousNames)
    return ir
  } catch (error) {
    if (!(error instanceof TooManyTokensError)) throw error
    const message = `the messages expand to more than ${MAX_TOKENS} tokens`
    reporter.error({ code: 'too-many-tokens', at: schema.element, message })
    return undefined
  }
}

/** Generated code tells types of one name apart, but other SBE tools make one class of them and get it wrong. */
function warnOfAmbiguities(reporter: Reporter, schema: Schema, names: ReadonlySet<string>): void {
  const definitions = new Map<string, XmlElement[]>()
  collectDefinitions(schema.element, definitions)
  for (const name of names) {
    const [first = schema.element, ...others] = definitions.get(name) ?? []
    const second = others.find((other) => !isSame(first, other)) ?? others.at(-1) ?? first
    const { line, column } = first.position()
    reporter.warning({
      code: 'ambiguous-type',
      at: second,
      attribute: 'name',
      message: `'${name}' is also the name of a different type, at ${first.source.file}:${line}:${column}`,
      expected: 'one name for each type',
    })
  }
}

function collectDefinitions(element: XmlElement, definitions: Map<string, XmlElement[]>): void {
  const name = element.attributes.get('name')
  if (name !== undefined && ['composite', 'enum', 'set'].includes(element.localName)) {
    const known = definitions.get(name)
    if (known === undefined) definitions.set(name, [element])
    else known.push(element)
  }
  for (const child of element.children) collectDefinitions(child, definitions)
}

function isSame(left: XmlElement, right: XmlElement): boolean {
  return left.localName === right.localName &&
    left.text.trim() === right.text.trim() &&
    left.attributes.size === right.attributes.size &&
    [...left.attributes].every(([name, value]) => right.attributes.get(name) === value) &&
    left.children.length === right.children.length &&
    left.children.every((child, index) => {
      const other = right.children[index]
      return other !== undefined && isSame(child, other)
    })
}
