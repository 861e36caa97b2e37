import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import * as assert from 'uvu/assert'
import type { ChildResult } from '../../support/child.ts'
import { runChild, runChildOk } from '../../support/child.ts'
import { suite } from '../../support/suite.ts'
import { repositoryPaths } from '../../support/tidy/repository-files.ts'
import { COMMONJS_SOURCE, CONSUMERS, DISPOSAL_SOURCE, mainSource, readmeSource, STREAMS_SOURCE } from './consumer.ts'
import type { InstalledPackage } from './installed-package.ts'
import { COMPILERS, filesBelow, installedPackage, readJson } from './installed-package.ts'

const TIMEOUT_MS = 180_000

const test = suite('the published package', { timeoutMs: TIMEOUT_MS })

let installed: InstalledPackage
let files: readonly string[]
let manifest: { readonly version: string; readonly exports: Readonly<Record<string, unknown>> }

test.before(async () => {
  installed = await installedPackage()
  files = filesBelow(installed.folder)
  manifest = readJson(join(installed.folder, 'package.json')) as typeof manifest
})

const ROOMS = '(?:client|codegen|driver|perf/(?:cli|idle|streams)|schemas)'
const MAY_BE_PUBLISHED = [
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  new RegExp(`^dist/${ROOMS}/.+\\.(?:js|d\\.ts)(?:\\.map)?$`),
  new RegExp(`^${ROOMS}/.+(?<!\\.d)\\.ts$`),
  /^schemas\/[A-Za-z-]+\.(?:xml|md)$/,
]

/** Five files for each module. Who exceeds a limit looks at what came in, and then raises it. */
const FILES_MAX = 3000
const PACKED_BYTES_MAX = 2_200_000
const UNPACKED_BYTES_MAX = 11_500_000
const FILE_BYTES_MAX = 150_000

const inProject = (command: string, args: readonly string[]): Promise<ChildResult> =>
  runChild(command, args, { cwd: installed.project, timeoutMs: TIMEOUT_MS })

const npx = (...args: readonly string[]): Promise<ChildResult> => inProject('npx', ['--no-install', ...args])

/** What a user writes to import the entries: `godwit`, `godwit/sbe` and so on. */
const specifiers = (): readonly string[] =>
  Object.keys(manifest.exports).map((entry) => posix.join('godwit', entry).replace(/\/$/, ''))

test('holds what it should and nothing else', () => {
  assert.equal(files.filter((path) => !MAY_BE_PUBLISHED.some((pattern) => pattern.test(path))), [])
  for (const path of ['README.md', 'LICENSE', 'CHANGELOG.md']) assert.ok(files.includes(path), path)
  const data = repositoryPaths().filter((path) => /^schemas\/[^/]+\.(?:xml|md)$/.test(path))
  assert.ok(data.length > 0)
  assert.equal(data.filter((path) => !files.includes(path)), [])
})

test('stays small', () => {
  const unpackedBytes = files.reduce((sum, path) => sum + statSync(join(installed.folder, path)).size, 0)
  const packedBytes = statSync(installed.tarball).size
  const size = `${files.length} files, ${packedBytes} bytes packed, ${unpackedBytes} unpacked`
  process.stdout.write(`${size}\n`)
  assert.ok(files.length <= FILES_MAX && packedBytes <= PACKED_BYTES_MAX && unpackedBytes <= UNPACKED_BYTES_MAX, size)
  assert.equal(files.filter((path) => statSync(join(installed.folder, path)).size > FILE_BYTES_MAX), [])
})

test('holds each module as source, code and declarations with maps that lead to each other', () => {
  const sources = files.filter((path) => /^(?!dist\/).*\.ts$/.test(path))
  const made = sources.flatMap((path) => {
    const base = `dist/${path.replace(/\.ts$/, '')}`
    return [`${base}.js`, `${base}.js.map`, `${base}.d.ts`, `${base}.d.ts.map`]
  })
  assert.equal(files.filter((path) => path.startsWith('dist/')), made.sort())
  for (const path of files.filter((file) => file.endsWith('.map'))) {
    const map = readJson(join(installed.folder, path)) as { readonly sources: readonly string[] }
    const targets = map.sources.map((source) => posix.join(dirname(path), source))
    assert.equal(targets, [path.replace(/^dist\//, '').replace(/\.(?:js|d\.ts)\.map$/, '.ts')])
  }
})

test('every entry can be imported and required, and is the same module both ways', async () => {
  assert.ok(specifiers().length >= 4)
  const script = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
for (const name of ${JSON.stringify(specifiers())}) {
  const json = name.endsWith('.json')
  const imported = await import(name, json ? { with: { type: 'json' } } : {})
  const required = require(name)
  const same = json ? imported.default.name === required.name : imported === required
  if (!same || Object.keys(required).length === 0) throw new Error(name)
}`
  writeFileSync(join(installed.project, 'import-all.js'), script)
  await runChildOk(process.execPath, ['import-all.js'], { cwd: installed.project, timeoutMs: TIMEOUT_MS })
})

test('every entry can be required from a CommonJS module', async () => {
  const line = (name: string): string => `if (Object.keys(require('${name}')).length === 0) throw new Error('${name}')`
  const script = specifiers().map(line)
  writeFileSync(join(installed.project, 'require-all.cjs'), script.join('\n'))
  await runChildOk(process.execPath, ['require-all.cjs'], { cwd: installed.project, timeoutMs: TIMEOUT_MS })
})

test('nothing else can be imported', async () => {
  const result = await inProject(process.execPath, ['-e', "import('godwit/dist/client/index.js')"])
  assert.is.not(result.code, 0)
  assert.match(result.stderr, 'ERR_PACKAGE_PATH_NOT_EXPORTED')
})

test('the binary runs', async () => {
  const version = await npx('godwit', '--version')
  assert.is(version.stdout.trim(), manifest.version)
  assert.is(version.code, 0)
  const help = await npx('godwit', '--help')
  assert.match(help.stdout, 'Usage: godwit <command>')
  assert.is(help.code, 0)
})

test('generates codecs that three compilers take in every module resolution, and that run', async () => {
  const schema = join('node_modules', 'godwit', 'schemas', 'market-data.xml')
  const source = join(installed.project, 'src')
  mkdirSync(source)
  for (const extension of ['js', 'ts', 'none'] as const) {
    const out = join('src', `generated-${extension}`)
    const generate = ['godwit', 'sbe', 'generate', '--schema', schema, '--out', out, '--import-extension', extension]
    const result = await npx(...generate)
    assert.is(result.code, 0, result.stdout + result.stderr)
    writeFileSync(join(source, `main-${extension}.ts`), mainSource(extension))
  }
  writeFileSync(join(source, 'commonjs.cts'), COMMONJS_SOURCE)
  writeFileSync(join(source, 'streams.ts'), STREAMS_SOURCE)
  writeFileSync(join(source, 'disposal.ts'), DISPOSAL_SOURCE)
  symlinkSync(join(installed.tools, 'node_modules', '@types'), join(installed.project, 'node_modules', '@types'))
  writeFileSync(join(source, 'readme.ts'), readmeSource(readFileSync(join(installed.folder, 'README.md'), 'utf8')))
  for (const [name, { options, files: names }] of Object.entries(CONSUMERS)) {
    const config = { compilerOptions: { ...options, rootDir: 'src' }, files: names.map((file) => `src/${file}`) }
    writeFileSync(join(installed.project, `tsconfig.${name}.json`), JSON.stringify(config))
  }
  for (const compiler of COMPILERS) {
    const tsc = join(installed.tools, 'node_modules', compiler, 'bin', 'tsc')
    for (const name of Object.keys(CONSUMERS)) {
      const result = await inProject(process.execPath, [tsc, '-p', `tsconfig.${name}.json`])
      assert.is(result.code, 0, `${compiler}, ${name}:\n${result.stdout}${result.stderr}`)
    }
    for (const program of ['main-js.js', 'commonjs.cjs', 'streams.js', 'disposal.js']) {
      await runChildOk(process.execPath, [join('out', program)], { cwd: installed.project, timeoutMs: TIMEOUT_MS })
    }
    assert.is((await inProject(process.execPath, [join('out', 'readme.js')])).stdout, '7 100\n')
  }
})

test('publint finds nothing', async () => {
  const publint = join(installed.tools, 'node_modules', '.bin', 'publint')
  const result = await runChildOk(publint, ['run', installed.tarball, '--strict'], {
    cwd: installed.tools,
    timeoutMs: TIMEOUT_MS,
    env: { NO_COLOR: '1' },
  })
  assert.match(result.stdout, 'All good!')
})

test('attw finds nothing wrong with the types of an ESM package', async () => {
  const attw = join(installed.tools, 'node_modules', '.bin', 'attw')
  await runChildOk(attw, [installed.tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'], {
    cwd: installed.tools,
    timeoutMs: TIMEOUT_MS,
  })
})

test('the types of the tarball are there for every entry', () => {
  for (const target of Object.values(manifest.exports)) {
    if (typeof target === 'string') continue
    const { types } = target as { readonly types: string }
    assert.ok(existsSync(join(installed.folder, types)), types)
    assert.not.match(readFileSync(join(installed.folder, types), 'utf8'), /^\s*\/\/\/ <reference types="node"/m)
  }
})

test.run()
