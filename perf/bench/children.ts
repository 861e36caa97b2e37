/** Runs the measurements in child processes: one per case, so that no case sees the type feedback of another. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { compileSchemaFile, generateTypeScript } from '../../codegen/index.ts'
import { ALLOCATION_FLAGS } from './allocation.ts'

const run = promisify(execFile)

const CHILD_TIME_BOX_MS = 120_000
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))
const RUNTIME = fileURLToPath(new URL('../../codegen/runtime/index.js', import.meta.url))
/** The schema lies beside the sources, not in the build. */
const SCHEMA = fileURLToPath(new URL('../../../perf/bench/flight.xml', import.meta.url))

export interface ListedCase {
  readonly name: string
  readonly messageBytes: number
  readonly allocationFree: boolean
}

/** Nanoseconds per message of each round. */
export interface SpeedResult {
  readonly generatedNs: readonly number[]
  readonly handWrittenNs: readonly number[]
}

export interface Allocation {
  /** Bytes per message of a run whose garbage is known: shows that the method sees any. */
  readonly control: number
  readonly generated: number
  readonly handWritten: number
}

/** Codecs of the benchmark's own schema, generated and compiled when it starts, and removed when it ends. */
export async function buildFlightCodecs(): Promise<{ readonly index: string; readonly remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'godwit-bench-'))
  const { ir } = compileSchemaFile(SCHEMA)
  if (ir === undefined) throw new Error(`${SCHEMA} does not compile`)
  mkdirSync(join(folder, 'src'))
  for (const { path, text } of generateTypeScript(ir, { runtimeModule: RUNTIME })) {
    writeFileSync(join(folder, 'src', path), text)
  }
  const language = { target: 'ES2022', module: 'NodeNext', types: [], strict: true }
  const compilerOptions = { ...language, rootDir: 'src', outDir: 'out' }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  await run(process.execPath, [compiler, '-p', folder])
  return {
    index: join(folder, 'out', 'index.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function ask(node: string, flags: readonly string[], ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(node, [...flags, WORKER, ...args], { timeout: CHILD_TIME_BOX_MS })
  return JSON.parse(stdout)
}

export async function listCases(node: string, codecs: string): Promise<readonly ListedCase[]> {
  return (await ask(node, [], 'list', codecs)) as readonly ListedCase[]
}

export async function speedOf(node: string, codecs: string, name: string, rounds: number): Promise<SpeedResult> {
  return (await ask(node, [], 'speed', codecs, String(rounds), name)) as SpeedResult
}

export async function allocationOf(node: string, codecs: string, name: string): Promise<Allocation> {
  return (await ask(node, ALLOCATION_FLAGS, 'allocation', codecs, name)) as Allocation
}

export async function versionOf(node: string): Promise<{ readonly node: string; readonly v8: string }> {
  const { stdout } = await run(node, ['-p', 'JSON.stringify(process.versions)'])
  const versions = JSON.parse(stdout) as { readonly node: string; readonly v8: string }
  return { node: versions.node, v8: versions.v8 }
}
