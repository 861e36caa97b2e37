/** docs/sbe.md, step by step, with the package as users get it and a browser; then the files of a real venue. */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import type { ChildResult } from '../../support/child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { readVector, withVectors } from '../../support/vectors.ts'
import { packedPackage } from '../pack/packed-package.ts'
import { textInBrowser } from './browser.ts'
import { stepsOfPage } from './page.ts'

const COMMAND_TIME_BOX_MS = 90_000
const SERVER_TIME_BOX_MS = 20_000
const STEPS_MIN = 10

const test = suite('tutorial', { timeoutMs: 120_000 })
const project = scratchFolder('tutorial')
const steps = stepsOfPage()
let tarball = ''

function shell(text: string): Promise<ChildResult> {
  return runChild('bash', ['-e', '-c', text], { cwd: project, timeoutMs: COMMAND_TIME_BOX_MS })
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Runs the command of a server while `use` looks at it. */
async function withServer(text: string, use: (url: string) => Promise<void>): Promise<void> {
  const url = `127.0.0.1:${await freePort()}`
  const command = text.trim().replace('127.0.0.1:8000', url)
  assert.match(command, url)
  // It ends with its standard input.
  const stdio = ['pipe', 'pipe', 'pipe'] as const
  const server = spawn('bash', ['-c', `exec ${command}`], { cwd: project, stdio: [...stdio], detached: true })
  const end = (): void => {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
  }
  const ended = new Promise((resolve) => server.once('exit', resolve))
  process.once('exit', end)
  try {
    await new Promise<void>((resolve, reject) => {
      let said = ''
      const timer = setTimeout(() => reject(new Error(`${command} does not serve: ${said}`)), SERVER_TIME_BOX_MS)
      for (const output of [server.stdout, server.stderr]) {
        output.setEncoding('utf8').on('data', (part: string) => {
          said += part
          if (!said.includes(url)) return
          clearTimeout(timer)
          resolve()
        })
      }
    })
    await use(`http://${url}/`)
  } finally {
    process.removeListener('exit', end)
    end()
    await ended
  }
}

test.before(async () => {
  tarball = await packedPackage(scratchFolder('package'))
})

test('the page has a project, commands and programs', () => {
  assert.ok(steps.length >= STEPS_MIN, `${steps.length} steps`)
  assert.ok(steps.some((step) => step.kind === 'commands' && step.text.includes('npm install godwit')))
  assert.ok(steps.some((step) => step.kind === 'commands' && step.text.includes('--serve')))
})

for (const step of steps) {
  if (step.kind === 'file') {
    test(`write ${step.path}`, () => {
      mkdirSync(dirname(join(project, step.path)), { recursive: true })
      writeFileSync(join(project, step.path), step.text)
    })
    continue
  }
  const { section, text, output } = step
  test(`${section}: ${text.trim().split('\n').join('; ')}`, async () => {
    if (text.includes('--serve')) {
      await withServer(text, async (url) => assert.is(`${await textInBrowser(url)}\n`, output))
      return
    }
    const { code, stdout, stderr } = await shell(text.replace('npm install godwit', `npm install ${tarball}`))
    assert.is(code, 0, stdout + stderr)
    if (output !== undefined) assert.is(stdout, output, stderr)
  })
}

test('schemas compile and messages are decoded from them in a browser, too', async () => {
  writeFileSync(join(project, 'src', 'compiler.ts'), `
import { compileSchemaFile, compileSchemaText, decodeToJson, framesOf, parseFraming } from 'godwit/codegen'
import { DirectBuffer } from 'godwit/sbe'

const text = async (path: string): Promise<string> => (await fetch(path)).text()
const { ir } = compileSchemaText(await text('venue.xml'), 'venue.xml')
const buffer = new DirectBuffer(await (await fetch('day.bin')).arrayBuffer())
const names: string[] = []
for (const { offset, length } of framesOf(buffer, 0, buffer.byteLength, parseFraming('u16le', ir!.byteOrder))) {
  names.push(decodeToJson(ir!, buffer, { offset, length }).message)
}
names.push(compileSchemaFile('venue.xml').diagnostics[0]!.message)
document.querySelector('pre')!.textContent = names.join(' ')
`)
  const { code, stderr } = await shell([
    'npx tsc',
    'npx esbuild src/compiler.ts --bundle --format=esm --outfile=web/web.js',
    'cp venue.xml web/',
  ].join('\n'))
  assert.is(code, 0, stderr)
  await withServer('npx esbuild --servedir=web --serve=127.0.0.1:8000', async (url) => {
    const messages = Array<string>(3).fill('Trade BookUpdate').join(' ')
    assert.is(await textInBrowser(url), `${messages} cannot read the schema: there is no file system here`)
  })
})

withVectors(test)('a schema of CME, and packets of its feed, go the same way', async () => {
  writeFileSync(join(project, 'cme.xml'), readVector('sbe/schemas/sbe-tool/FixBinary.xml'))
  const { packets } = JSON.parse(readVector('sbe/cme-mdp3/captures.json')) as {
    readonly packets: readonly { readonly hex: string; readonly messages: readonly { readonly header: object }[] }[]
  }
  const { code, stdout, stderr } = await shell([
    'npx godwit sbe validate --lenient cme.xml',
    'npx godwit sbe doc --lenient --schema cme.xml --out cme.html',
    'npx godwit sbe generate --lenient --schema cme.xml --out src/cme --objects number',
    'npx tsc',
  ].join('\n'))
  assert.is(code, 0, stdout + stderr)
  for (const { hex, messages } of packets) {
    const decoded = await shell(`npx godwit sbe decode --schema cme.xml --framing cme --hex ${hex}`)
    assert.is(decoded.code, 0, decoded.stderr)
    const headers = decoded.stdout.trim().split('\n').map((line) => (JSON.parse(line) as { header: object }).header)
    assert.equal(headers, messages.map(({ header }) => header))
  }
})

test.run()
