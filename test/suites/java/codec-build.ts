import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Ir } from '../../../codegen/ir/ir.ts'
import { generateTypeScript } from '../../../codegen/typescript/generate.ts'
import type { GenerateOptions } from '../../../codegen/typescript/generate.ts'
import { runChild } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { Codecs } from './codec-driver.ts'

const TSC_TIMEOUT_MS = 180_000
const MAX_COMPILER_OUTPUT = 2000

/** The strictest settings that a user may compile generated code under. */
const COMPILER_OPTIONS = {
  target: 'ES2022',
  lib: ['ES2022'],
  types: [],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  isolatedDeclarations: true,
  declaration: true,
  forceConsistentCasingInFileNames: true,
  skipLibCheck: false,
}

export interface BuildItem {
  /** Names the codecs; a plain word. */
  readonly handle: string
  readonly ir: Ir
  readonly generate?: GenerateOptions
}

/** Generates codecs for many schemas, compiles them in one run of the TypeScript compiler and loads them. */
export async function buildCodecs(folder: string, items: readonly BuildItem[]): Promise<Map<string, Codecs>> {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(repositoryRoot, join(folder, 'node_modules', 'godwit'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, rootDir: 'src', outDir: 'out' }, include: ['src'] }),
  )
  for (const { handle, ir, generate = {} } of items) {
    const target = join(folder, 'src', handle)
    mkdirSync(target, { recursive: true })
    for (const { path, text } of generateTypeScript(ir, generate)) writeFileSync(join(target, path), text)
  }
  const tsc = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = { cwd: folder, timeoutMs: TSC_TIMEOUT_MS }
  const { code, stdout, stderr } = await runChild(process.execPath, [tsc, '-p', folder], options)
  if (code !== 0) throw new Error(`generated code does not compile: ${(stdout + stderr).slice(0, MAX_COMPILER_OUTPUT)}`)
  const built = new Map<string, Codecs>()
  for (const { handle, ir } of items) {
    const url = pathToFileURL(join(folder, 'out', handle, 'index.js'))
    built.set(handle, new Codecs(ir, (await import(url.href)) as Record<string, unknown>))
  }
  return built
}
