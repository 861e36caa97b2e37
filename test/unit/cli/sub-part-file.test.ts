import { createHash } from 'node:crypto'
import {
  existsSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/errors.ts'
import { PartFile } from '../../../driver/cli/sub-part-file.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: a file that comes in parts')

const CHUNK_LENGTH_MAX = 1 << 20

async function outputErrorOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason)
  assert.ok(error instanceof GodwitError && error.code === 'ERR_GODWIT_CLI_OUTPUT', String(error))
  return (error as GodwitError).message
}

async function append(part: PartFile, bytes: Uint8Array): Promise<void> {
  while (!part.append(bytes, 0, bytes.length)) await part.settled()
}

test('has its name only when it is whole, and is for its owner alone', async () => {
  const path = join(scratchFolder('part-file'), 'f')
  const part = new PartFile(path, false)
  await part.check()
  await part.create()
  await append(part, Buffer.from('hello'))
  const digest = await part.complete()
  assert.is(digest.toString('hex'), createHash('sha256').update('hello').digest('hex'))
  assert.not.ok(existsSync(path))
  assert.is(statSync(part.partPath).mode & 0o777, 0o600)
  await part.publish()
  await part.close()
  assert.is(readFileSync(path, 'utf8'), 'hello')
  assert.not.ok(existsSync(part.partPath))
})

test('bytes arrive in their order, whatever their number', () => withSeed('sub-part-file', async (random) => {
  const path = join(scratchFolder('part-file'), 'f')
  const part = new PartFile(path, false)
  await part.create()
  const chunks = Array.from({ length: 40 }, () => {
    const length = random.pick([1, 1376, 65_536, CHUNK_LENGTH_MAX])
    return new Uint8Array(length).fill(random.int(256))
  })
  let refusals = 0
  for (const chunk of chunks) {
    while (!part.append(chunk, 0, chunk.length)) {
      refusals++
      await part.settled()
    }
  }
  const whole = Buffer.concat(chunks)
  assert.is(part.length, whole.length)
  assert.equal(await part.complete(), createHash('sha256').update(whole).digest())
  assert.is(part.written, whole.length)
  await part.close()
  assert.ok(readFileSync(part.partPath).equals(whole))
  assert.ok(refusals > 0, 'whoever appends faster than the disk takes it must wait')
}))

test('what was appended is written when it is given up', async () => {
  const path = join(scratchFolder('part-file'), 'f')
  const part = new PartFile(path, false)
  await part.create()
  await append(part, Buffer.from('begun'))
  await part.close()
  assert.is(readFileSync(part.partPath, 'utf8'), 'begun')
  assert.not.ok(existsSync(path))
})

test('what an earlier run left is replaced, not written over', async () => {
  const path = join(scratchFolder('part-file'), 'f')
  const part = new PartFile(path, false)
  writeFileSync(part.partPath, 'something longer', { mode: 0o644 })
  const { ino } = statSync(part.partPath)
  // Keeps the number from being used again.
  renameSync(part.partPath, `${path}.kept`)
  writeFileSync(part.partPath, 'left')
  await part.create()
  await append(part, Buffer.from('new'))
  await part.close()
  assert.is(readFileSync(part.partPath, 'utf8'), 'new')
  assert.is(statSync(part.partPath).mode & 0o777, 0o600)
  assert.is.not(statSync(part.partPath).ino, ino)
})

test('a link in the place of the part is not followed', async () => {
  const folder = scratchFolder('part-file')
  const part = new PartFile(join(folder, 'f'), true)
  writeFileSync(join(folder, 'victim'), 'precious')
  symlinkSync(join(folder, 'victim'), part.partPath)
  assert.match(await outputErrorOf(part.check()), /f\.part is there and no regular file: remove it/)
  await outputErrorOf(part.create())
  assert.is(readFileSync(join(folder, 'victim'), 'utf8'), 'precious')
  assert.ok(lstatSync(part.partPath).isSymbolicLink())
})

test('a file that is there is refused unless it may be replaced', async () => {
  const path = join(scratchFolder('part-file'), 'f')
  writeFileSync(path, 'old')
  assert.match(await outputErrorOf(new PartFile(path, false).check()), /f: it is there already: --force replaces it$/)
  const part = new PartFile(path, true)
  await part.check()
  await part.create()
  await append(part, Buffer.from('new'))
  await part.complete()
  await part.publish()
  await part.close()
  assert.is(readFileSync(path, 'utf8'), 'new')
})

test('a file that comes up while another is received is not replaced', async () => {
  const path = join(scratchFolder('part-file'), 'f')
  const part = new PartFile(path, false)
  await part.check()
  await part.create()
  await part.complete()
  writeFileSync(path, 'somebody else')
  await outputErrorOf(part.publish())
  await part.close()
  assert.is(readFileSync(path, 'utf8'), 'somebody else')
  assert.ok(existsSync(part.partPath))
})

test('a part that another run replaced is not taken for ours', async () => {
  const path = join(scratchFolder('part-file'), 'f')
  const part = new PartFile(path, false)
  await part.create()
  await append(part, Buffer.from('ours'))
  await part.complete()
  const other = new PartFile(path, false)
  await other.create()
  assert.match(await outputErrorOf(part.publish()), 'was replaced by another file')
  await part.close()
  await other.close()
  assert.not.ok(existsSync(path))
})

test('a directory, and a folder that is not there, are refused before anything is done', async () => {
  const folder = scratchFolder('part-file')
  mkdirSync(join(folder, 'd'))
  assert.match(await outputErrorOf(new PartFile(join(folder, 'd'), true).check()), /d: it is a directory$/)
  assert.match(await outputErrorOf(new PartFile(join(folder, 'none', 'f'), true).check()), 'ENOENT')
  mkdirSync(join(folder, 'g.part'))
  assert.match(await outputErrorOf(new PartFile(join(folder, 'g'), true).check()), 'no regular file')
})

test('a write that fails is told at the next chunk for which there is no room', async () => {
  const path = join(scratchFolder('part-file'), 'f')
  const part = new PartFile(path, false)
  await part.create()
  await part.close()
  // The file is closed: every write fails, as it does when the disk is full.
  const chunk = new Uint8Array(CHUNK_LENGTH_MAX)
  assert.ok(part.append(chunk, 0, chunk.length))
  assert.ok(part.append(chunk, 0, chunk.length))
  assert.not.ok(part.append(chunk, 0, chunk.length))
  assert.match(await outputErrorOf(part.settled()), /^cannot write .*f\.part: /)
})

test.run()
