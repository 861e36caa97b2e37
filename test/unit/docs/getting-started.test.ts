import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import type { ChildResult } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'

const test = suite('programs of docs/getting-started.md', { timeoutMs: 60_000 })

const PROGRAMS = 5

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
  const block = (language: string): string => part.match(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm'))?.[1] ?? ''
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

const folder = scratchFolder('getting-started')

/** What `npx` finds in a project that has installed the package and a compiler. */
const BINARIES: Readonly<Record<string, string>> = {
  godwit: join(repositoryRoot, 'dist', 'driver', 'cli.js'),
  tsc: join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc'),
}

function run(command: string): Promise<ChildResult> {
  const words = command.split(' ')
  const args = words[0] === 'npx' ? [BINARIES[words[1] ?? ''] ?? '', ...words.slice(2)] : words.slice(1)
  return runChild(process.execPath, args, { cwd: folder, timeoutMs: 30_000 })
}

test.before(() => {
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  symlinkSync(repositoryRoot, join(modules, 'godwit'), 'junction')
  symlinkSync(join(repositoryRoot, 'node_modules', '@types'), join(modules, '@types'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const { file, text } of programs) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
})

test('the page has five programs that run on every supported Node', () => {
  assert.is(programs.filter((program) => !needsUsing(program)).length, PROGRAMS)
})

for (const program of programs) {
  if (needsUsing(program) && nodeMajor < USING_NODE_MAJOR) continue
  test(`${program.file} ends by itself and prints what the page says`, async () => {
    assert.is.not(program.output, '')
    let last: ChildResult | undefined
    for (const command of program.commands) {
      last = await run(command)
      assert.is(last.code, 0, `${command}:\n${last.stdout}${last.stderr}`)
    }
    assert.is(last?.stdout, program.output, last?.stderr)
  })
}

test.run()
