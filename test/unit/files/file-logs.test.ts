import {
  existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { LogRegion } from '../../../driver/core/log-store.ts'
import { DriverError } from '../../../driver/core/driver-error.ts'
import { FileLogStore } from '../../../driver/launcher/file-logs.ts'
import type { FileLogOptions } from '../../../driver/launcher/file-logs.ts'
import { MappedLogs } from '../../../driver/launcher/mapped-logs.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { withFiles } from '../../support/native.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'

const test = suite('logs in files')
const files = withFiles(test)

const LENGTH = 1024 * 1024

function unexpected(message: string): void {
  throw new Error(message)
}

class Store {
  readonly directory: string = sharedMemoryFolder('logs')
  readonly mapper: MappedLogs = new MappedLogs()
  readonly store: FileLogStore
  private id = 0

  constructor(options: Partial<FileLogOptions> = {}) {
    for (const folder of ['publications', 'images']) mkdirSync(join(this.directory, folder))
    const { directory, mapper } = this
    const limits = { performStorageChecks: true, lowBytes: 0, warn: unexpected }
    this.store = new FileLogStore({ directory, mapper, fileMode: 0o600, ...limits, ...options })
  }

  create(isSparse: boolean = true, byteLength: number = LENGTH): LogRegion {
    return this.store.create({ kind: 'publication', registrationId: this.id++, byteLength, isSparse })
  }
}

function isAnswer(errorCode: ErrorCode, word: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof DriverError && error.errorCode === errorCode && word.test(error.message)
}

files('are made, mapped by several agents of a thread, counted, and removed', () => {
  const { store, mapper, directory } = new Store()
  const region = store.create({ kind: 'image', registrationId: 7, byteLength: LENGTH, isSparse: true })
  assert.is(region.name, join(directory, 'images', '7.logbuffer'))
  assert.is(region.memory, undefined)
  assert.is(store.bytesMapped(), LENGTH)
  const ofConductor = mapper.map(region)
  const ofReceiver = mapper.map(region)
  assert.is(ofConductor, ofReceiver)
  ofConductor.storeInt32(0, 5)
  const elsewhere = new MappedLogs()
  assert.is(elsewhere.map(region).loadInt32(0), 5)
  mapper.unmap(region)
  assert.is(ofReceiver.loadInt32(0), 5, 'the other agent has it')
  mapper.unmap(region)
  assert.is(ofReceiver.loadInt32(0), 0)
  mapper.unmap(region)
  assert.ok(store.free(region))
  assert.not(existsSync(region.name))
  assert.is(store.bytesMapped(), 0)
  assert.is(elsewhere.map(region).loadInt32(0), 5, 'who has it mapped keeps it')
  elsewhere.close()
})

files('take their space at once unless they are sparse', () => {
  const store = new Store()
  const [dense, sparse] = [store.create(false), store.create(true)]
  assert.ok(statSync(dense.name).blocks * 512 >= LENGTH)
  assert.is(statSync(sparse.name).size, LENGTH)
  if (process.platform === 'linux') assert.is(statSync(sparse.name).blocks, 0)
})

files('are refused beyond what is free, with what sparse ones have not taken yet', () => {
  let free = 3.5 * LENGTH
  const store = new Store({ bytesFree: () => free })
  const first = store.create()
  store.create()
  store.create()
  const isRefused = isAnswer(ErrorCode.STORAGE_SPACE, /3670016 bytes are free, 3145728 promised to others/)
  assert.throws(() => store.create(), isRefused)
  // What a log has taken is not free any more, and not promised either.
  store.mapper.map(first).bytes.fill(1)
  free -= LENGTH
  assert.throws(() => store.create(), isAnswer(ErrorCode.STORAGE_SPACE, /2621440 bytes are free, 2097152 promised/))
  store.store.free(first)
  free += LENGTH
  store.create()
  assert.throws(() => store.create(), isAnswer(ErrorCode.STORAGE_SPACE, /no space/))
})

files('are made without a look at what is free when that is set', () => {
  const store = new Store({ bytesFree: () => 0, performStorageChecks: false })
  store.create()
  assert.is(store.store.bytesMapped(), LENGTH)
})

files('warn once when little is left', () => {
  const warnings: string[] = []
  let free = 4 * LENGTH
  const warn = (message: string): void => void warnings.push(message)
  const store = new Store({ bytesFree: () => free, lowBytes: 2 * LENGTH, warn })
  store.create()
  store.create()
  assert.equal(warnings, [])
  store.create()
  store.create()
  assert.is(warnings.length, 1)
  assert.match(warnings[0] ?? '', /less than 2097152 bytes are left/)
  free = 10 * LENGTH
  store.create()
  free = 6 * LENGTH
  store.create()
  assert.is(warnings.length, 2)
})

files('in a directory that is gone: an answer that says so', () => {
  for (const performStorageChecks of [true, false]) {
    const store = new Store({ performStorageChecks })
    rmSync(store.directory, { recursive: true })
    assert.throws(() => store.create(), isAnswer(ErrorCode.GENERIC_ERROR, /directory of the driver was removed/))
    assert.is(store.store.bytesMapped(), 0)
  }
})

files('that are there already are not taken', () => {
  const store = new Store()
  store.create()
  const again = { kind: 'publication', registrationId: 0, byteLength: LENGTH, isSparse: true } as const
  assert.throws(() => store.store.create(again), isAnswer(ErrorCode.GENERIC_ERROR, /it exists/))
})

files('of a driver that has taken the directory are neither removed nor joined', () => {
  const directory = sharedMemoryFolder('taken')
  const cnc = join(directory, 'cnc.dat')
  writeFileSync(cnc, '')
  mkdirSync(join(directory, 'publications'))
  const limits = { performStorageChecks: true, lowBytes: 0, warn: unexpected }
  const old = new FileLogStore({ directory, mapper: new MappedLogs(), fileMode: 0o600, ...limits })
  const log = { kind: 'publication', registrationId: 3, byteLength: LENGTH, isSparse: true } as const
  const region = old.create(log)
  writeFileSync(`${cnc}.other`, '')
  renameSync(`${cnc}.other`, cnc)
  rmSync(region.name)
  writeFileSync(region.name, 'of the other driver')
  assert.ok(old.free(region))
  assert.is(old.bytesMapped(), 0)
  assert.is(readFileSync(region.name, 'utf8'), 'of the other driver')
  assert.throws(() => old.create({ ...log, registrationId: 4 }), isAnswer(ErrorCode.GENERIC_ERROR, /another driver/))
  assert.not(existsSync(join(directory, 'publications', '4.logbuffer')))
})

test.run()
