import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { ChildResult } from '../../support/child.ts'
import { withFiles } from '../../support/native.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { Project } from './project.ts'

const test = suite('programs of docs/getting-started.md', { timeoutMs: 60_000 })

const PROGRAMS = 6

/** First Node whose JavaScript has `using`. */
const USING_NODE_MAJOR = 24

interface Program {
  readonly file: string
  readonly text: string
  /** What the page has the reader type; the last line runs the program. */
  readonly commands: readonly string[]
  readonly output: string
}

const page = readFileSync(join(repositoryRoot, 'docs', 'getting-started.md'), 'utf8')
const programs: readonly Program[] = page.split(/^(?=`[^`]+`:$)/m).slice(1).map((part) => {
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(part)?.[1] ?? ''
  const file = /`([^`]+)`/.exec(part)?.[1] ?? ''
  const commands = block('sh').trim()
  return {
    file,
    text: block('(?:js|ts)'),
    commands: commands === '' ? [`node ${file}`] : commands.split('\n'),
    output: block('text'),
  }
})

const nodeMajor = Number(process.versions.node.split('.')[0])
const needsUsing = ({ file, text }: Program): boolean => file.endsWith('.js') && /^(await )?using /m.test(text)

/** Processes share a driver's files, which not every Node can map. */
const needsFiles = ({ text }: Program): boolean => /^import .*node:child_process/m.test(text)

const project = new Project('getting-started')

test('the page has six programs that run on every supported Node', () => {
  assert.is(programs.filter((program) => !needsUsing(program)).length, PROGRAMS)
})

for (const program of programs) {
  if (needsUsing(program) && nodeMajor < USING_NODE_MAJOR) continue
  const tested = needsFiles(program) ? withFiles(test) : test
  tested(`${program.file} ends by itself and prints what the page says`, async () => {
    assert.is.not(program.output, '')
    project.write(program.file, program.text)
    let last: ChildResult | undefined
    for (const command of program.commands) {
      last = await project.run(command)
      assert.is(last.code, 0, `${command}:\n${last.stdout}${last.stderr}`)
    }
    assert.is(last?.stdout, program.output, last?.stderr)
  })
}

test.run()
