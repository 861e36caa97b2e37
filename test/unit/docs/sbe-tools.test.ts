import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { Project } from './project.ts'

const test = suite('docs/sbe-tools.md', { timeoutMs: 60_000 })

/** Headings of sections whose commands print what stands below them, or begin with it. */
const SECTIONS = ['A page for people', 'Compiled schemas: .sbeir files']

const page = readFileSync(join(repositoryRoot, 'docs', 'sbe-tools.md'), 'utf8')
const project = new Project('docs-sbe-tools')
symlinkSync(join(repositoryRoot, 'schemas'), join(project.folder, 'schemas'), 'junction')

for (const heading of SECTIONS) {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const pairs = [...section.matchAll(/^```sh\n(.*)\n```\n\n```text\n([^]*?)^```$/gm)]

  test(`${heading}: the page has commands`, () => assert.ok(pairs.length > 0))

  for (const [, command = '', printed = ''] of pairs) {
    test(`${command} prints what the page shows`, async () => {
      const { code, stdout, stderr } = await project.run(`npx ${command}`)
      assert.is(code, 0, stderr)
      assert.is(stdout.slice(0, printed.length), printed)
    })
  }
}

test.run()
