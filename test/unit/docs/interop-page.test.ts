/** docs/interop.md names exactly the tests that there are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { CELLS } from '../../suites/interop/cells/index.ts'
import { REFUSAL_DIFFERENCES } from '../../suites/interop/cells/one-driver.ts'
import { REFERENCE_VERSIONS } from '../../suites/interop/peers.ts'

const test = suite('docs/interop.md')

const page = readFileSync(join(repositoryRoot, 'docs', 'interop.md'), 'utf8')

/** Tables by their rows and cells, the rule below the head left out. */
const tables = [...page.matchAll(/(?:^\|.*\|\n)+/gm)].map(([text]) =>
  text.trim().split('\n').map((row) => row.slice(2, -2).split(/ (?<!\\)\| /)).filter((_, i) => i !== 1))

function rowsOf(head: string): readonly (readonly string[])[] {
  const table = tables.find(([row]) => row?.join(' ') === head)
  assert.ok(table, `no table with the head ${head}`)
  return table.slice(1)
}

/** Versions by name of the test, of all tables of tests. */
function documentedTests(): Map<string, string> {
  const columns = new Map(rowsOf('column from whom to whom').map(([letter = '', name = '']) => [letter, name]))
  const tests = new Map<string, string>()
  for (const [head = [], ...rows] of tables.filter(([row]) => row?.[0] === 'test')) {
    for (const [name = '', ...cells] of rows) {
      for (const [i, versions] of cells.entries()) {
        const column = head[i + 1] ?? ''
        const prefix = column === 'versions' ? '' : `${columns.get(column) ?? column}: `
        if (versions !== '-') tests.set(`${prefix}${name}`, versions)
      }
    }
  }
  return tests
}

test('it names all tests of the suite, with their versions, and no others', () => {
  const tests = CELLS.map(({ name, isSince148 }) => [name, isSince148 === true ? 'newest' : 'both'] as const)
  assert.ok(tests.length > 100)
  assert.is(new Set(tests.map(([name]) => name)).size, tests.length)
  assert.equal(documentedTests(), new Map(tests))
})

test('it names the versions', () => {
  const { newest, old } = REFERENCE_VERSIONS
  assert.is(newest, 'RELEASE')
  assert.equal(rowsOf('name version').map(([name]) => name), ['newest', 'old'])
  assert.is(rowsOf('name version')[1]?.[1], old)
})

test('it names the differences of error codes that the suite expects', () => {
  const rows = rowsOf("channel our driver Java's driver").map(([channel = '', ours, reference]) =>
    [channel.slice(1, -1).replaceAll('\\|', '|'), { ours, reference }] as const)
  assert.equal(Object.fromEntries(rows), REFUSAL_DIFFERENCES)
})

test.run()
