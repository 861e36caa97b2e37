/** The rules of the tidy test find what they are for. */
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { codeOnly } from '../support/tidy/code-only.ts'
import { checkHouseRules, checkTestFile, MAX_FILE_LINES } from '../support/tidy/house-rules.ts'
import { importsOf } from '../support/tidy/imports.ts'
import {
  checkErrorCodes,
  checkFindingCodes,
  checkLockFile,
  checkManifest,
  checkTopLevel,
  checkUnusedExports,
} from '../support/tidy/repository-rules.ts'
import { checkWalls } from '../support/tidy/walls.ts'

const test = suite('tidy rules')

function wallFindings(path: string, specifier: string): readonly string[] {
  return checkWalls({ path, text: `import { x } from '${specifier}'\n` }).map(({ message }) => message)
}

function houseFindings(text: string, path = 'client/a.ts'): readonly string[] {
  return checkHouseRules({ path, text: text.endsWith('\n') ? text : `${text}\n` }).map(({ message }) => message)
}

function expectFinding(text: string, path?: string): void {
  assert.is(houseFindings(text, path).length, 1, text)
}

function expectTidy(text: string, path?: string): void {
  assert.equal(houseFindings(text, path), [], text)
}

test('each wall between rooms is noticed when it is crossed', () => {
  const crossings: readonly (readonly [string, string])[] = [
    ['codegen/compiler.ts', '../client/index.ts'],
    ['codegen/compile.ts', '../schemas/generated/a.ts'],
    ['codegen/compile.ts', '../driver/cli.ts'],
    ['codegen/ir/ir.ts', 'node:fs'],
    ['codegen/schema/a.ts', '@rgrove/parse-xml'],
    ['codegen/runtime/a.ts', '../ir/ir.ts'],
    ['codegen/runtime/a.ts', 'node:util'],
    ['codegen/cli/a.ts', '../../driver/cli.ts'],
    ['schemas/generated/a/b.ts', 'node:buffer'],
    ['schemas/generated/a/b.ts', '../../../client/index.ts'],
    ['client/index.ts', '../driver/index.ts'],
    ['client/index.ts', '../codegen/index.ts'],
    ['client/index.ts', '../perf/a.ts'],
    ['client/index.ts', 'lodash'],
    ['driver/conductor.ts', '../client/index.ts'],
    ['driver/conductor.ts', '../client/publication.ts'],
    ['driver/conductor.ts', '../codegen/compile.ts'],
    ['driver/core/sender.ts', 'node:dgram'],
    ['driver/core/sender.ts', '../media/udp.ts'],
    ['perf/a.ts', '../test/support/random.ts'],
    ['client/index.ts', './publication'],
    ['client/index.ts', 'godwit/codegen'],
  ]
  for (const [path, specifier] of crossings) {
    assert.is(wallFindings(path, specifier).length, 1, `${path} imports ${specifier}`)
  }
})

test('what the walls allow is not reported', () => {
  const allowed: readonly (readonly [string, string])[] = [
    ['codegen/compile.ts', './ir/ir.ts'],
    ['codegen/cli/a.ts', 'node:fs'],
    ['codegen/xml/a.ts', '@rgrove/parse-xml'],
    ['codegen/runtime/a.ts', './errors.ts'],
    ['schemas/generated/a/b.ts', 'godwit/sbe'],
    ['schemas/generated/a/b.ts', '../../../codegen/runtime/index.ts'],
    ['client/index.ts', '../schemas/generated/a/b.ts'],
    ['client/index.ts', 'node:fs'],
    ['driver/conductor.ts', '../client/log/descriptor.ts'],
    ['driver/core/sender.ts', '../../client/protocol/frame.ts'],
    ['driver/cli.ts', '../codegen/cli/sbe.ts'],
    ['driver/launcher/embedded.ts', '../../client/index.ts'],
    ['perf/a.ts', '../driver/launcher/embedded.ts'],
    ['test/unit/a.test.ts', '../../driver/cli.ts'],
    ['test/unit/a.test.ts', 'uvu/assert'],
  ]
  for (const [path, specifier] of allowed) assert.equal(wallFindings(path, specifier), [], `${path}: ${specifier}`)
})

test('every form of import is seen, and none in comments and strings', () => {
  const text = `import type { A } from './a.ts'
import './b.ts'
export * from "./c.ts"
export { d } from
  './d.ts'
const e = await import('./e.ts')
type F = import('./f.ts').F
const g = require('./g.ts')
// import './no.ts'
/* from './no.ts' */
const h = "import './no.ts'"
const i = \`import './no.ts' \${await import('./i.ts')}\`
`
  const found = importsOf({ path: 'client/x.ts', text }).map(({ target }) => target)
  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'i']
  assert.equal(found, letters.map((letter) => `client/${letter}.ts`))
  assert.is(importsOf({ path: 'client/x.ts', text })[7]?.line, 12)
})

test('comments, strings, templates and regular expressions are no code', () => {
  assert.is(codeOnly("a // b\nc /* d\ne */ f 'g\\'h' i"), 'a     \nc     \n     f \'    \' i')
  assert.is(codeOnly('`a${b + `c${d}` + {e: 1}.e}f` + g'), '`  {b + `  {d}` + {e: 1}.e} ` + g')
  assert.is(codeOnly('a = /b[/]c/.test(d) / e / f'), 'a = /     /.test(d) / e / f')
  assert.is(codeOnly("x.replace(/'/g, y)"), 'x.replace(/ /g, y)')
  assert.is(codeOnly('return /a/'), 'return / /')
})

test('escapes from the type checker are found', () => {
  for (const text of ['let a: any', 'f(a as any)', 'let a: any[]', 'let a: Map<string, any>', 'type A = any | B']) {
    expectFinding(text)
  }
  for (const word of ['ignore', 'expect-error', 'nocheck']) expectFinding(`// @ts-${word}`)
  for (const text of ['// any', "const a = 'any'", 'Promise.any(a)', 'const many = 1', 'interface A { any(): B }']) {
    expectTidy(text)
  }
})

test('console is found, and allowed where people are talked to', () => {
  expectFinding('console.log(1)')
  expectTidy('console.log(1)', 'perf/start.ts')
  expectTidy('console.log(1)', 'test/run.ts')
  expectTidy('a.console.log(1)')
})

test('marks of merges that were not finished are found', () => {
  for (const mark of ['<', '>']) {
    expectFinding(`${mark.repeat(7)} branch`, 'CHANGELOG.md')
    expectTidy(`text ${mark.repeat(7)} branch`, 'CHANGELOG.md')
  }
})

test('marks of unfinished work are found in code and documents', () => {
  for (const mark of ['TO-DO', 'FIX-ME', 'X-XX', 'HA-CK']) {
    expectFinding(`// ${mark.replace('-', '')}: later`)
    expectFinding(`${mark.replace('-', '')} later`, 'docs/a.md')
  }
})

test('style that drifts is found', () => {
  expectFinding('const a = 1;')
  expectTidy('for (;;) {')
  expectFinding('const a = 1 ')
  expectFinding('const a = 1\r\n')
  assert.is(checkHouseRules({ path: 'client/a.ts', text: 'a' }).length, 1, 'no line feed at the end')
  expectFinding(`// ${'a'.repeat(118)}`)
  expectTidy(`// ${'a'.repeat(117)}`)
  expectFinding('// a\n'.repeat(MAX_FILE_LINES + 1))
  expectTidy('// a\n'.repeat(MAX_FILE_LINES))
})

test('generated code may be long', () => {
  expectTidy(`// ${'a'.repeat(200)}\n`.repeat(MAX_FILE_LINES + 1), 'schemas/generated/a.ts')
})

test('names that are not in kebab-case are found', () => {
  for (const path of ['client/aB.ts', 'client/a_b.ts', 'client/Foo/a.ts', 'client/a.spec.ts']) expectFinding('', path)
  for (const path of ['client/a-b.ts', 'test/unit/a-2.test.ts']) expectTidy('', path)
})

test('paths of one machine and hosts of registries are found', () => {
  for (const folder of ['work', 'tmp', 'home', 'root', 'Users']) {
    expectFinding(`see /${folder}/main`, 'docs/a.md')
    expectFinding(`const a = '/${folder}/main'`)
  }
  expectTidy('see ./work/main and a/home/b and https://example.com/home/x', 'docs/a.md')
  expectFinding(`"https://${['registry', 'npmjs', 'org'].join('.')}/x"`, 'package-lock.json')
  expectFinding(`https://${['repo1', 'maven', 'org'].join('.')}/maven2`, 'docs/a.md')
})

test('numbers of issues are found', () => {
  expectFinding(`see ${'issue'} 12`, 'docs/a.md')
  expectFinding(`see ${'issue'} #12`, 'docs/a.md')
})

test('globals of Node are found where code must run in a browser', () => {
  for (const text of ['process.env', 'Buffer.from(a)', "require('a')"]) {
    expectFinding(text, 'codegen/runtime/a.ts')
    expectFinding(text, 'schemas/generated/a.ts')
    expectTidy(text, 'client/a.ts')
  }
  for (const text of ['a.process', 'interface A { process: B }', 'const requireA = 1']) {
    expectTidy(text, 'codegen/runtime/a.ts')
  }
})

test('test files that cannot fail are found', () => {
  const good = "import { suite } from '../support/suite.ts'\nconst test = suite('a')\ntest.run()\n"
  const findings = (text: string): number => checkTestFile({ path: 'test/unit/a.test.ts', text }).length
  assert.is(findings(good), 0)
  assert.is(findings(good.replace('test.run()', '')), 1)
  assert.is(findings(`${good}test.only('a', b)\n`), 1)
  assert.is(findings(`${good}test.skip('a', b)\n`), 1)
  assert.is(findings(good.replace('../support/suite.ts', 'uvu')), 1)
  assert.is(findings('test.run()\n'), 1)
})

test('a stranger at the top of the repository is found', () => {
  assert.equal(checkTopLevel(['README.md', 'client/a.ts', '.ci/run']), [])
  assert.equal(checkTopLevel(['lib/a.ts', 'lib/b.ts']).map(({ path }) => path), ['lib'])
})

test('exports that nobody uses are found', () => {
  const a = { path: 'client/a.ts', text: 'export const one = 1\nexport function two(): void {}\n// two\n' }
  const b = { path: 'client/b.ts', text: "import { one } from './a.ts'\n" }
  const layouts = { path: 'schemas/c.ts', text: 'export const three = 3\n' }
  const found = checkUnusedExports([a, b, layouts]).map(({ message }) => message)
  assert.equal(found, ['two is exported and used by nobody'])
})

test('error codes that differ between sources, documents and tests are found', () => {
  const [a, b] = ['A', 'B'].map((name) => `ERR_${'GODWIT'}_${name}`) as [string, string]
  assert.equal(checkErrorCodes(a, a, a), [])
  assert.is(checkErrorCodes(a, '', a).length, 1)
  assert.is(checkErrorCodes(a, a, '').length, 1)
  assert.is(checkErrorCodes(a, `${a} ${b}`, a).length, 1)
  assert.is(checkErrorCodes(`${a} ${b}`, a, a).length, 2)
})

test('codes of findings that differ between compiler and documents are found', () => {
  const compiler = "report({ code: 'a-b', at })\nthrow refusal(at, 'xml-c', text)\nfirst('d-e')"
  const row = (code: string): string => `| \`${code}\` | meaning |\n`
  assert.equal(checkFindingCodes(compiler, row('a-b') + row('xml-c') + row('d-e')), [])
  assert.is(checkFindingCodes(compiler, row('a-b')).length, 1)
  assert.is(checkFindingCodes(compiler, row('a-b') + row('xml-c') + row('f')).length, 1)
})

test('a manifest that promises what is not there is found', () => {
  const exists = (path: string): boolean => path === 'client/index.ts'
  const entry = { types: './dist/client/index.d.ts', default: './dist/client/index.js' }
  assert.equal(checkManifest({ exports: { '.': entry }, dependencies: { a: '1.2.3' } }, exists), [])
  assert.is(checkManifest({ exports: { './b': { default: './dist/client/b.js' } } }, exists).length, 1)
  assert.is(checkManifest({ bin: { a: 'dist/a.js' } }, exists).length, 1)
  assert.is(checkManifest({ scripts: { a: 'node dist/a.js' } }, exists).length, 1)
  for (const version of ['^1.2.3', '~1.2.3', '*', 'latest', '1.x', '>=1.2.3']) {
    assert.is(checkManifest({ devDependencies: { a: version } }, exists).length, 1, version)
  }
})

test('a lock file with hosts is found', () => {
  const entry = { resolved: 'https://example.com/a.tgz' }
  const lock = (packages: object): string => JSON.stringify({ packages }, null, 2)
  assert.equal(checkLockFile({ path: 'package-lock.json', text: lock({ a: { version: '1.0.0' } }) }), [])
  assert.equal(checkLockFile({ path: 'package-lock.json', text: lock({ a: entry }) }).map(({ line }) => line), [4])
})

test.run()
