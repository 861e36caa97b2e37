import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { parseFraming } from '../../../codegen/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { runGodwit } from '../cli/run-godwit.ts'
import { Project } from './project.ts'

const test = suite('docs/sbe-tools.md: decode', { timeoutMs: 60_000 })

const page = readFileSync(join(repositoryRoot, 'docs', 'sbe-tools.md'), 'utf8')
const section = /^## godwit sbe decode\n([^]*?)(?=^## |$(?![^]))/m.exec(page)?.[1] ?? ''
const project = new Project('docs-sbe-decode')

function blocks(language: string): readonly string[] {
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map((match) => match[1] ?? '')
}

test('the commands print what the page shows', async () => {
  project.write('demo.xml', blocks('xml')[0] ?? '')
  const [commands, outputs] = [blocks('sh'), blocks('json')]
  assert.is(commands.length, 2)
  for (const [i, command] of commands.entries()) {
    const { code, stdout, stderr } = await project.run(command.trim())
    assert.equal([code, stderr], [0, ''])
    assert.is(stdout, outputs[i])
  }
})

test('the command has the options that the page names, and framings are what the page says', async () => {
  const help = (await runGodwit('sbe', 'decode', '--help')).stdout
  const options = new Set(section.match(/(?<![\w-])--[a-z-]*[a-z]/g))
  assert.ok(options.size > 12)
  for (const option of options) assert.match(help, new RegExp(`${option}[ ,\n]`), option)
  const described = [...section.matchAll(/^([\w-]+) +\S.*: (u16[^ \n]+)$/gm)]
  assert.is(described.length, 7)
  for (const [, name = '', description = ''] of described) {
    assert.match(help, `\n  ${name} `)
    assert.equal(layoutOf(name), layoutOf(description), name)
  }
})

/** What frames come out of bytes of all kinds. */
function layoutOf(text: string): unknown {
  const framing = parseFraming(text, 'littleEndian')
  const bytes = new Uint8Array(600).fill(7)
  return [framing.packetHeaderLength, [[9, 0], [0, 9], [9, 0, 0xfe, 0xca], [9, 0, 0x50, 0xeb]].map((start) => {
    bytes.set(start)
    try {
      return framing.next(new DirectBuffer(bytes), 0, bytes.length)
    } catch (error) {
      return (error as Error).message
    }
  })]
}

test.run()
