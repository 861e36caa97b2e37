import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import type { ChildResult } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'

const test = suite('codecs', { timeoutMs: 30_000 })

function codecs(root: string): Promise<ChildResult> {
  return runChild(process.execPath, [join(root, 'dist', 'perf', 'codecs.js')], { cwd: tmpdir(), timeoutMs: 20_000 })
}

/** A copy of what the program needs, as it lies in the package, in which a test can break things. */
async function withCopy(change: (root: string) => void, check: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'godwit-codecs-'))
  try {
    for (const folder of ['dist/codegen', 'dist/perf', 'dist/schemas', 'schemas', 'perf/data', 'package.json']) {
      cpSync(join(repositoryRoot, folder), join(root, folder), { recursive: true, dereference: true })
    }
    symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'), 'dir')
    change(root)
    await check(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function edit(root: string, path: string, from: string, to: string): void {
  const file = join(root, path)
  const text = readFileSync(file, 'utf8')
  assert.is(text.includes(from), true, `${path} has no ${from}`)
  writeFileSync(file, text.replace(from, to))
}

test('the program compiles, encodes, decodes and measures, from any folder', async () => {
  const { code, stdout, stderr } = await codecs(repositoryRoot)
  assert.is(code, 0, stderr)
  assert.match(stdout, /compiled schemas\/market-data\.xml: 5 messages, \d+ tokens/)
  assert.match(stdout, 'equal to the codecs in use')
  assert.match(stdout, /decoded 632 messages: every field has the value of the file/)
  assert.match(stdout, '[QuoteUpdate](sbeTemplateId=1|')
  assert.match(stdout, /encode +\d+ ns per message/)
  assert.match(stdout, /decode +\d+ ns per message/)
})

test('the program fails when the codecs are not what the schema says', async () => {
  const change = (root: string): void =>
    edit(root, 'schemas/market-data.xml', 'Best bid and offer of an instrument.', 'Best bid and offer.')
  await withCopy(change, async (root) => {
    const { code, stderr } = await codecs(root)
    assert.is(code, 1)
    assert.match(stderr, 'quote-update.ts is not what its schema says')
  })
})

test('the program fails when a value does not come back', async () => {
  const module = 'dist/schemas/generated/marketdata/quote-update.js'
  const change = (root: string): void =>
    edit(root, module, 'setUint32(this._offset + 12, value', 'setUint32(this._offset + 12, 1')
  await withCopy(change, async (root) => {
    const { code, stderr } = await codecs(root)
    assert.is(code, 1)
    assert.match(stderr, /message \d+ is\n.*"sequence":1,/)
  })
})

test('the program fails when the schema has an error', async () => {
  const change = (root: string): void => edit(root, 'schemas/market-data.xml', 'type="Quantity"', 'type="Quality"')
  await withCopy(change, async (root) => {
    const { code, stderr } = await codecs(root)
    assert.is(code, 1)
    assert.match(stderr, /market-data\.xml:\d+:\d+: error: .*Quality/)
  })
})

test.run()
