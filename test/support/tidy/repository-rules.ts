import { codeOnly } from './code-only.ts'
import { isGeneratedPath } from './source-file.ts'
import type { Finding, SourceFile } from './source-file.ts'

const TOP_LEVEL = new Set([
  '.ci',
  '.gitignore',
  '.npmrc',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'client',
  'codegen',
  'docs',
  'driver',
  'package-lock.json',
  'package.json',
  'perf',
  'schemas',
  'test',
  'tsconfig.json',
])

const ERROR_CODE = /\bERR_GODWIT_[A-Z0-9_]*[A-Z0-9]\b/g

/** A folder appears at the top with its first real content, after a look at the plan of the house. */
export function checkTopLevel(paths: readonly string[]): readonly Finding[] {
  const names = new Set(paths.map((path) => path.split('/', 1)[0] ?? path))
  return [...names]
    .filter((name) => !TOP_LEVEL.has(name))
    .map((name) => ({ path: name, line: 0, message: 'has no place at the top of the repository' }))
}

/** Codes in the sources, in docs/errors.md and in the tests must be the same. */
export function checkErrorCodes(sources: string, documentation: string, tests: string): readonly Finding[] {
  const used = codesIn(sources)
  const documented = codesIn(documentation)
  const tested = codesIn(tests)
  const finding = (path: string, message: string): Finding => ({ path, line: 0, message })
  return [
    ...[...used].filter((code) => !documented.has(code)).map((code) => finding('docs/errors.md', `${code} is missing`)),
    ...[...documented].filter((code) => !used.has(code)).map((code) => finding('docs/errors.md', `${code} is unused`)),
    ...[...used].filter((code) => !tested.has(code)).map((code) => finding('test', `no test expects ${code}`)),
  ]
}

/** Codes of findings about schemas, in the sources of the compiler and in docs/errors.md, must be the same. */
export function checkFindingCodes(compiler: string, documentation: string): readonly Finding[] {
  const named = [...compiler.matchAll(/\bcode: '([a-z-]+)'|'(xml-[a-z]+)'/g)].map((match) => match[1] ?? match[2] ?? '')
  const documented = [...documentation.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] ?? '')
  const finding = (message: string): Finding => ({ path: 'docs/errors.md', line: 0, message })
  return [
    ...[...new Set(named)].filter((code) => !documented.includes(code)).map((code) => finding(`${code} is missing`)),
    ...documented.filter((code) => !compiler.includes(`'${code}'`)).map((code) => finding(`${code} is unused`)),
  ]
}

/** What is exported and never mentioned again is left over. Layouts are complete whether in use or not. */
export function checkUnusedExports(files: readonly SourceFile[]): readonly Finding[] {
  const codes = files.map((file) => ({ path: file.path, code: codeOnly(file.text) }))
  const mentions = new Map<string, number>()
  for (const { code } of codes) {
    for (const word of code.match(/[\w$]+/g) ?? []) mentions.set(word, (mentions.get(word) ?? 0) + 1)
  }
  return codes.flatMap(({ path, code }) => {
    if (path.startsWith('schemas/') || isGeneratedPath(path)) return []
    const names = [...code.matchAll(/^export (?:async )?(?:const|function|class|interface|type) ([\w$]+)/gm)]
    const unused = names.map((match) => match[1] ?? '').filter((name) => mentions.get(name) === 1)
    return unused.map((name) => ({ path, line: 0, message: `${name} is exported and used by nobody` }))
  })
}

interface Manifest {
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: unknown
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Dependencies are pinned, and what package.json names is what a build makes. */
export function checkManifest(manifest: Manifest, sourceExists: (path: string) => boolean): readonly Finding[] {
  const finding = (message: string): Finding => ({ path: 'package.json', line: 0, message })
  const dependencies = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  const loose = Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
  const named = [...stringsIn(manifest.exports), ...stringsIn(manifest.bin), ...scriptFiles(manifest.scripts)]
  return [
    ...loose.map(([name, version]) => finding(`${name} is not pinned to one version: ${version}`)),
    ...named.filter((path) => !isMade(path, sourceExists)).map((path) => finding(`${path} is not made by the build`)),
  ]
}

/** A lock file that names where packages came from works there alone. */
export function checkLockFile(file: SourceFile): readonly Finding[] {
  const line = file.text.split('\n').findIndex((text) => text.includes('"resolved"'))
  return line === -1 ? [] : [{ path: file.path, line: line + 1, message: 'names the host that a package came from' }]
}

function isMade(path: string, sourceExists: (path: string) => boolean): boolean {
  const plain = path.replace(/^\.\//, '')
  const compiled = /^dist\/(.*?)(?:\.d\.ts|\.js)$/.exec(plain)
  return sourceExists(compiled === null ? plain : `${compiled[1]}.ts`)
}

function scriptFiles(scripts: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.values(scripts).flatMap((script) => script.match(/\bdist\/\S+/g) ?? [])
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

function codesIn(text: string): ReadonlySet<string> {
  return new Set(text.match(ERROR_CODE) ?? [])
}
