import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { MappedFile } from '../../../client/files/mapped-file.ts'
import { withFiles } from '../../support/native.ts'
import { repositoryRoot } from '../../support/root.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'

const test = suite('files of a thread that ends', { timeoutMs: 30_000 })

const MODULE = pathToFileURL(join(repositoryRoot, 'dist', 'client', 'files', 'mapped-file.js')).href

/** Keeps its file mapped to the end. */
const THREAD = `
import('${MODULE}').then(({ MappedFile }) => {
  const { workerData, parentPort } = require('node:worker_threads')
  const file = MappedFile.open(workerData, 8)
  parentPort.postMessage(file.buffer().loadInt32(0))
  globalThis.kept = file
})
`

withFiles(test)('are let go of', async () => {
  const path = join(sharedMemoryFolder('thread'), 'file')
  const file = MappedFile.create(path, { byteLength: 65_536, mode: 0o600, isSparse: false })
  file.buffer().storeInt32(0, 42)
  file.close()
  const thread = new Worker(THREAD, { eval: true, workerData: path })
  const [value] = (await once(thread, 'message')) as [number]
  assert.is(value, 42)
  await once(thread, 'exit')
  if (process.platform !== 'linux') return
  assert.not.match(readFileSync('/proc/self/maps', 'utf8'), path)
})

test.run()
