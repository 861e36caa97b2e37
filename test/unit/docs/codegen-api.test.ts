import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'

const test = suite('docs/codegen-api.md')

const ENTRIES = ['index.ts', 'portable.ts'].map((name) => join(repositoryRoot, 'codegen', name))
const page = readFileSync(join(repositoryRoot, 'docs', 'codegen-api.md'), 'utf8')

interface Export {
  readonly name: string
  /** The module that declares it. */
  readonly file: string
}

function exportsOf(file: string): readonly Export[] {
  const statements = readFileSync(file, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'$/gm)
  return [...statements].flatMap(([, names = '', from = '']) => {
    const list = names.split(',').map((name) => name.trim()).filter((name) => name !== '')
    return list.map((name) => ({ name, file: resolve(dirname(file), from) }))
  })
}

const all = ENTRIES.flatMap(exportsOf)

/** Names that begin what stands in backticks in the first column of a table. */
function namesOnPage(): ReadonlySet<string> {
  const cells = [...page.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] ?? '')
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`(\w+)[^`]*`/g)].map((match) => match[1] ?? '')))
}

test('all exports are found in the entries, and nothing else is in them', async () => {
  const code = ENTRIES.map((file) => readFileSync(file, 'utf8').replaceAll(/^\/\*\*.*\*\/$/gm, '')).join('')
  const rest = code.replaceAll(/^export (?:type )?\{[^}]*\} from '[^']+'$/gm, '').trim()
  assert.is(rest, "export * from './portable.ts'")
  const values = Object.keys((await import('../../../codegen/index.ts')) as object)
  for (const name of values) assert.ok(all.some((known) => known.name === name), name)
  assert.ok(values.length > 15 && all.length > values.length)
})

test('a browser gets the same exports, but for writing files', async () => {
  const node = Object.keys((await import('../../../codegen/index.ts')) as object)
  const browser = Object.keys((await import('../../../codegen/browser.ts')) as object)
  assert.equal(browser.sort(), node.filter((name) => name !== 'writeOutput').sort())
})

test('the page has every export in one of its tables, and nothing that is none', () => {
  const names = namesOnPage()
  const missing = all.filter(({ name }) => !names.has(name)).map(({ name }) => name)
  assert.equal(missing, [], 'add a line to a table of docs/codegen-api.md')
  const exported = new Set(all.map(({ name }) => name))
  assert.equal([...names].filter((name) => !exported.has(name)), [])
})

test('every export has a comment that says what it is', () => {
  for (const { name, file } of all) {
    const text = readFileSync(file, 'utf8')
    const declaration = new RegExp(
      `^export (?:async )?(?:const|function\\*?|class|interface|type) ${name}\\b`, 'm',
    ).exec(text)
    assert.ok(declaration !== null, `${name} in ${file}`)
    assert.ok(text.slice(0, declaration?.index).endsWith(' */\n'), `${name} in ${file} has no comment`)
  }
})

test('links lead to pages and headings that are there', () => {
  for (const [, target = ''] of page.matchAll(/\]\(([^)]+)\)/g)) {
    const [file = '', anchor] = target.split('#')
    const text = readFileSync(join(repositoryRoot, 'docs', file), 'utf8')
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
      return heading.toLowerCase().replaceAll(/[^\w\s-]/g, '').replaceAll(' ', '-')
    })
    if (anchor !== undefined) assert.ok(headings.includes(anchor), target)
  }
})

test.run()
