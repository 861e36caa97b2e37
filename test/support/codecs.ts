import { writeFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compileSchemaFile, compileSchemaText, formatDiagnostic, generateTypeScript } from '../../codegen/index.ts'
import type { CompileOptions, GenerateOptions, Ir } from '../../codegen/index.ts'
import { runChild } from './child.ts'
import { scratchFolder } from './scratch.ts'

/** The strictest settings a user may have: generated code must compile under all of them. */
const STRICTEST = {
  target: 'ES2022',
  lib: ['ES2022'],
  module: 'NodeNext',
  types: [],
  declaration: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  isolatedDeclarations: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
}

/** The runtime that codecs under test import. */
export const RUNTIME: string = fileURLToPath(new URL('../../codegen/runtime/index.js', import.meta.url))

export interface CodecSource {
  /** Folder of the codecs in the result; unique. */
  readonly name: string
  /** A schema file, or the text of one. */
  readonly schema: string | { readonly text: string } | { readonly ir: Ir }
  readonly compile?: CompileOptions
  readonly generate?: GenerateOptions
}

/** Compiles a schema that must be valid. */
export function irOf(source: CodecSource): Ir {
  const { schema } = source
  if (typeof schema !== 'string' && 'ir' in schema) return schema.ir
  const result =
    typeof schema === 'string'
      ? compileSchemaFile(schema, source.compile)
      : compileSchemaText(schema.text, `${source.name}.xml`, source.compile)
  if (result.ir === undefined) {
    throw new Error(`${source.name} does not compile:\n${result.diagnostics.map(formatDiagnostic).join('\n')}`)
  }
  return result.ir
}

/**
 * Generates codecs and compiles all of them in one run of the TypeScript compiler, under the strictest settings.
 * Returns the file names of the compiled index modules by name.
 */
export async function buildCodecs(sources: readonly CodecSource[]): Promise<ReadonlyMap<string, string>> {
  const folder = scratchFolder('codecs')
  const indexes = new Map<string, string>()
  for (const source of sources) {
    const target = join(folder, 'src', source.name)
    mkdirSync(target, { recursive: true })
    for (const file of generateTypeScript(irOf(source), { ...source.generate, runtimeModule: RUNTIME })) {
      writeFileSync(join(target, file.path), file.text)
    }
    indexes.set(source.name, join(folder, 'out', source.name, 'index.js'))
  }
  await compileTypeScript(folder)
  return indexes
}

/** Compiles `src` of a folder to `out`, under other options where given; fails with the compiler's findings. */
export async function compileTypeScript(
  folder: string, options: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const compilerOptions = { ...STRICTEST, ...options, rootDir: 'src', outDir: 'out' }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  const require = createRequire(import.meta.url)
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
  const result = await runChild(process.execPath, [compiler, '-p', folder], { timeoutMs: 120_000 })
  if (result.code !== 0) throw new Error(`generated code does not compile:\n${result.stdout}${result.stderr}`)
}

/** Generates, compiles and imports the codecs of one schema; the caller says what it expects of the module. */
export async function loadCodecs<T>(source: CodecSource): Promise<T> {
  const indexes = await buildCodecs([source])
  return (await import(pathToFileURL(indexes.get(source.name) ?? '').href)) as T
}
