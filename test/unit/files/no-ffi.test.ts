import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'

const test = suite('without a way to call the system', { timeoutMs: 30_000 })

/** Lets `require('koffi')` fail as if it were not installed. */
const NO_KOFFI = `
const Module = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  if (request === 'koffi') throw new Error("Cannot find module 'koffi'")
  return resolve.call(this, request, ...rest)
}
`

const PROGRAM = `
import { Client, MediaDriver } from '${pathToFileURL(join(repositoryRoot, 'dist', 'driver', 'index.js')).href}'
const failures = []
for (const attempt of [() => MediaDriver.launch({ dir: true }), () => Client.connect({ dir: '/nowhere' })]) {
  await attempt().catch((error) => failures.push([error.code, error.message]))
}
const driver = await MediaDriver.launch({ media: 'dgram', termBufferLength: 65536 })
const client = await Client.connect(driver)
const subscription = await client.addSubscription('aeron:ipc?term-length=64k', 7)
const publication = await client.addPublication('aeron:ipc?term-length=64k', 7)
await publication.publish(new Uint8Array(8))
const works = subscription.poll(() => undefined, 1) === 1
await client.close()
await driver.close()
process.stdout.write(JSON.stringify({ failures, works }))
`

test('drivers with directories say what to install, and those in memory work', async () => {
  const folder = scratchFolder('no-ffi')
  const [preload, program] = [join(folder, 'no-koffi.cjs'), join(folder, 'program.mjs')]
  writeFileSync(preload, NO_KOFFI)
  writeFileSync(program, PROGRAM)
  const flag = '--no-experimental-ffi'
  const flags = process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []
  const args = [...flags, '--require', preload, program]
  const { stdout, stderr, code } = await runChild(process.execPath, args, { timeoutMs: 20_000 })
  assert.is(code, 0, stderr)
  const { failures, works } = JSON.parse(stdout) as { failures: [string, string][], works: boolean }
  assert.ok(works)
  assert.is(failures.length, 2)
  for (const [name, message] of failures) {
    assert.is(name, 'ERR_GODWIT_FILES_UNSUPPORTED', message)
    assert.match(message, 'npm install koffi')
  }
})

test.run()
