import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { FileWatcher } from '../../../codegen/cli/file-watcher.ts'
import type { WatchFolder } from '../../../codegen/cli/file-watcher.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'

const test = suite('files that are watched', { timeoutMs: 20_000 })

const scratch = scratchFolder('file-watcher')
let folders = 0

function newFile(text: string): string {
  const folder = join(scratch, String(folders++))
  mkdirSync(folder)
  writeFileSync(join(folder, 'file'), text)
  return join(folder, 'file')
}

async function expectChanges(watcher: FileWatcher, file: string): Promise<void> {
  const { signal } = new AbortController()
  watcher.remember([file])
  assert.equal(await afterwards(() => writeFileSync(file, 'other'), () => watcher.changes(signal)), [file])
  watcher.remember([file])
  assert.equal(await afterwards(() => rmSync(file), () => watcher.changes(signal)), [file])
  watcher.remember([file])
  assert.equal(await afterwards(() => writeFileSync(file, 'other'), () => watcher.changes(signal)), [file])
}

/** What a wait gives, when something is done after it has begun. */
function afterwards<T>(change: () => void, wait: () => Promise<T>): Promise<T> {
  const result = wait()
  setImmediate(change)
  return result
}

test('changes are seen with hints of the system', async () => {
  const watcher = new FileWatcher()
  await expectChanges(watcher, newFile('one'))
  watcher.close()
})

test('changes are seen where folders cannot be watched', async () => {
  const watcher = new FileWatcher(() => {
    throw Object.assign(new Error('too many'), { code: 'ENOSPC' })
  })
  await expectChanges(watcher, newFile('one'))
  watcher.close()
})

test('changes are seen where hints never come', async () => {
  const watcher = new FileWatcher(() => ({ close: () => undefined }))
  await expectChanges(watcher, newFile('one'))
  watcher.close()
})

test('hints without a change are none, however many come', async () => {
  let hints = 0
  let hint: () => void = () => undefined
  const endless: WatchFolder = (_, onEvent) => {
    hint = onEvent
    return { close: () => undefined }
  }
  const watcher = new FileWatcher(endless)
  const file = newFile('one')
  watcher.remember([file])
  const stop = new AbortController()
  const changes = watcher.changes(stop.signal)
  const timer = setInterval(() => {
    hint()
    if (++hints === 200) stop.abort()
  }, 1)
  assert.equal(await changes, [])
  clearInterval(timer)
  assert.is(hints, 200)
  watcher.close()
})

test('each folder is watched once, and again when another takes its place', async () => {
  const watched: string[] = []
  let closed = 0
  const watcher = new FileWatcher((folder) => {
    watched.push(folder)
    return { close: () => void closed++ }
  })
  const file = newFile('one')
  const folder = join(file, '..')
  for (let i = 0; i < 3; i++) watcher.remember([file, join(folder, 'absent')])
  assert.equal([watched, closed], [[folder], 0])
  renameSync(folder, `${folder}-old`)
  mkdirSync(folder)
  watcher.remember([file])
  assert.equal([watched, closed], [[folder, folder], 1])
  rmSync(folder, { recursive: true })
  watcher.remember([file])
  assert.equal([watched, closed], [[folder, folder, scratch], 2])
  watcher.close()
  assert.is(closed, 3)
})

test('a file that keeps changing is taken as it is after a while', async () => {
  const watcher = new FileWatcher()
  const file = newFile('0')
  watcher.remember([file])
  let writes = 0
  const timer = setInterval(() => writeFileSync(file, String(++writes)), 5)
  try {
    assert.equal(await watcher.changes(new AbortController().signal), [file])
    assert.ok(writes > 10, String(writes))
  } finally {
    clearInterval(timer)
    watcher.close()
  }
})

test('a wait ends with its signal, and one that has come already is enough', async () => {
  const watcher = new FileWatcher()
  watcher.remember([newFile('one')])
  const stop = new AbortController()
  assert.equal(await afterwards(() => stop.abort(), () => watcher.changes(stop.signal)), [])
  assert.equal(await watcher.changes(stop.signal), [])
  watcher.close()
})

test.run()
