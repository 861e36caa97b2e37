import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { runSbe } from '../cli/run-godwit.ts'
import { Project } from './project.ts'

const test = suite('docs/sbe-tools.md: diff', { timeoutMs: 60_000 })

const page = readFileSync(join(repositoryRoot, 'docs', 'sbe-tools.md'), 'utf8')
const section = /^## godwit sbe diff\n([^]*?)^## /m.exec(page)?.[1] ?? ''
const project = new Project('docs-sbe-diff')

function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(section)?.[1] ?? ''
}

/** One side of the lines that the page shows as changed. */
function side(mark: string): string {
  const lines = block('diff').split('\n').filter((line) => line.startsWith(' ') || line.startsWith(mark))
  return lines.map((line) => line.slice(1)).join('\n')
}

test('the command prints what the page shows', async () => {
  project.write('orders-1.xml', side('-'))
  project.write('orders-2.xml', side('+'))
  const { code, stdout, stderr } = await project.run(`npx ${block('sh').trim()}`)
  assert.equal([code, stderr], [1, ''])
  assert.is(stdout, block('text'))
})

test('the command has the options that the page names', async () => {
  const help = (await runSbe('diff', '--help')).out
  const options = new Set(section.match(/(?<![\w-])--[a-z-]*[a-z]/g))
  assert.ok(options.size >= 5)
  for (const option of options) assert.match(help, new RegExp(`${option}[ ,\n]`), option)
})

test.run()
