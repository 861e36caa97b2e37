import { readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as assert from 'uvu/assert'
import { fileIdentity, MappedFile } from '../../../client/files/mapped-file.ts'
import { mappingLibrary } from '../../../client/files/mapping-library.ts'
import type { MappingLibrary } from '../../../client/files/mapping-library.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { withFiles } from '../../support/native.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'

const test = suite('mapped files')
const mapped = withFiles(test)

const LENGTH = 64 * 1024
const NEW = { byteLength: LENGTH, mode: 0o600, isSparse: false }

const folder = sharedMemoryFolder('files')
let count = 0

function newPath(): string {
  return join(folder, `file-${count++}`)
}

function throwsCode(code: string, word: RegExp, body: () => unknown): void {
  assert.throws(body, (error: unknown) =>
    error instanceof GodwitError && error.code === code && word.test(error.message))
}

mapped('two mappings of a file are the same memory', () => {
  const path = newPath()
  const made = MappedFile.create(path, NEW)
  const opened = MappedFile.open(path, LENGTH)
  made.buffer().storeInt64(8, 2 ** 40 + 32)
  assert.is(opened.buffer().loadInt64(8), 2 ** 40 + 32)
  assert.is(opened.buffer().addInt32(64, 5), 0)
  assert.is(made.buffer().loadInt32(64), 5)
  assert.is(readFileSync(path).readInt32LE(64), 5)
  assert.is(made.identity, opened.identity)
  assert.is(made.identity, fileIdentity(path))
  made.close()
  opened.close()
})

mapped('after it is closed its memory is zeroes, and the file keeps what it had', () => {
  const path = newPath()
  const file = MappedFile.create(path, NEW)
  const buffer = file.buffer()
  buffer.storeInt32(0, 42)
  file.close()
  assert.is(buffer.loadInt32(0), 0)
  buffer.storeInt32(0, 7)
  assert.is(readFileSync(path).readInt32LE(0), 42)
  file.close()
  assert.is(buffer.loadInt32(0), 7, 'closing again does nothing')
})

mapped('a new file is zeroes with its permissions, and takes its space at once unless it is sparse', () => {
  for (const isSparse of [false, true]) {
    const path = newPath()
    MappedFile.create(path, { byteLength: 4 * LENGTH, mode: 0o666, isSparse }).close()
    const stat = statSync(path)
    assert.is(stat.size, 4 * LENGTH)
    assert.is(stat.mode & 0o777, 0o666)
    if (process.platform === 'linux') assert.is(stat.blocks * 512 >= 4 * LENGTH, !isSparse)
    assert.ok(readFileSync(path).every((byte) => byte === 0))
  }
})

mapped('one that is there is not made anew, and one that is not there is not opened', () => {
  const path = newPath()
  writeFileSync(path, 'text')
  throwsCode('ERR_GODWIT_FILE_EXISTS', /exists/, () => MappedFile.create(path, NEW))
  assert.is(readFileSync(path, 'utf8'), 'text')
  throwsCode('ERR_GODWIT_FILE_MISSING', /no such file/, () => MappedFile.open(newPath(), 8))
})

mapped('what is cut off, too long, no regular file, a link or in no folder is refused untouched', () => {
  const path = newPath()
  MappedFile.create(path, NEW).close()
  truncateSync(path, LENGTH - 8)
  throwsCode('ERR_GODWIT_FILE', /65528 bytes, expected 65536: it is cut off/, () => MappedFile.open(path, LENGTH))
  truncateSync(path, LENGTH - 5)
  throwsCode('ERR_GODWIT_FILE', /not a multiple of 8/, () => MappedFile.open(path, 8))
  throwsCode('ERR_GODWIT_FILE', /EISDIR|no regular file/, () => MappedFile.open(folder, 8))
  truncateSync(path, 2 ** 32 + 8)
  throwsCode('ERR_GODWIT_FILE', /at most 4294967296/, () => MappedFile.open(path, 8))
  const link = newPath()
  symlinkSync(path, link)
  throwsCode('ERR_GODWIT_FILE', /symbolic link/, () => MappedFile.open(link, 8))
  throwsCode('ERR_GODWIT_FILE', /ENOTDIR/, () => MappedFile.open(join(path, 'below'), 8))
})

mapped('without space there is an error that says so, and no file', () => {
  const path = newPath()
  const full: MappingLibrary = { ...mappingLibrary(), allocate: () => 28 }
  throwsCode('ERR_GODWIT_FILE_SPACE', /no space for 65536 bytes/, () => MappedFile.create(path, NEW, full))
  assert.is(statSync(path, { throwIfNoEntry: false }), undefined)
})

mapped('a reservation that is interrupted is tried again, and other failures name their number', () => {
  const answers = [4, 4, 0]
  const interrupted: MappingLibrary = { ...mappingLibrary(), allocate: () => answers.shift() ?? 0 }
  MappedFile.create(newPath(), NEW, interrupted).close()
  assert.equal(answers, [])
  const failing: MappingLibrary = { ...mappingLibrary(), allocate: () => 5 }
  throwsCode('ERR_GODWIT_FILE', /errno 5/, () => MappedFile.create(newPath(), NEW, failing))
})

mapped('where the system cannot reserve space, zeroes are written', () => {
  const path = newPath()
  const writing: MappingLibrary = { ...mappingLibrary(), allocate: () => 95 }
  const byteLength = 3 * 1024 * 1024 + 4096
  MappedFile.create(path, { ...NEW, byteLength }, writing).close()
  const stat = statSync(path)
  assert.is(stat.size, byteLength)
  assert.ok(stat.blocks * 512 >= byteLength)
})

mapped('a file that the system does not map is an error, and a new one does not stay', () => {
  const failing: MappingLibrary = { ...mappingLibrary(), map: () => -1, errno: () => 12 }
  const path = newPath()
  throwsCode('ERR_GODWIT_FILE', /mmap of 65536 bytes failed with errno 12/, () => MappedFile.create(path, NEW, failing))
  assert.is(statSync(path, { throwIfNoEntry: false }), undefined)
  MappedFile.create(path, NEW).close()
  throwsCode('ERR_GODWIT_FILE', /errno 12/, () => MappedFile.open(path, LENGTH, failing))
})

mapped('address space comes back with the garbage, of files closed and of files forgotten', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let unmapped = 0
  const counting: MappingLibrary = {
    ...mappingLibrary(),
    unmap: (address, byteLength) => {
      unmapped++
      return mappingLibrary().unmap(address, byteLength)
    },
  }
  const path = newPath()
  MappedFile.create(path, NEW).close()
  for (let round = 0; round < 300; round++) {
    const file = MappedFile.open(path, LENGTH, counting)
    file.buffer().storeInt32(0, round)
    if (round % 2 === 0) file.close()
    if (round % 50 === 0) collect()
  }
  for (let turn = 0; turn < 200 && unmapped < 290; turn++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.ok(unmapped >= 290, `${unmapped} of 300`)
  assert.is(readFileSync(path).readInt32LE(0), 299)
  if (process.platform !== 'linux') return
  const mappings = readFileSync('/proc/self/maps', 'utf8').split('\n').filter((line) => line.includes(path))
  assert.ok(mappings.length <= 10, `${mappings.length} mappings`)
  assert.ok(readdirSync('/proc/self/fd').length < 200)
})

test.run()
