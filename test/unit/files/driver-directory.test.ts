import {
  chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import type { DriverSettings } from '../../../driver/core/driver-settings.ts'
import { DriverDirectory } from '../../../driver/launcher/driver-directory.ts'
import { allocateDriverMemory, openMemory } from '../../../driver/launcher/driver-memory.ts'
import { leaveDirectory, SMALL_SETTINGS } from '../../support/left-directory.ts'
import { withFiles } from '../../support/native.ts'
import { sharedMemoryFolder } from '../../support/shared-memory-folder.ts'
import { suite } from '../../support/suite.ts'

const test = suite('directory of a driver')
const claims = withFiles(test)

const folder = sharedMemoryFolder('directory')
let count = 0

function newPath(): string {
  return join(folder, `driver-${count++}`)
}

function unexpected(message: string): void {
  throw new Error(message)
}

function claim(path: string, settings: Partial<DriverSettings> = {}, warn = unexpected): DriverDirectory {
  return DriverDirectory.claim(path, { ...SMALL_SETTINGS, ...settings }, warn)
}

function refuses(path: string, code: string, word: RegExp, settings: Partial<DriverSettings> = {}): void {
  assert.throws(() => claim(path, settings), (error: unknown) => {
    assert.ok(error instanceof GodwitError, String(error))
    assert.is(error.code, code, error.message)
    assert.match(error.message, word)
    return true
  })
}

function longAgo(path: string): void {
  utimesSync(join(path, 'cnc.dat'), 1_000_000, 1_000_000)
}

claims('has what Aeron has in it, for its user alone', () => {
  const path = newPath()
  const directory = claim(path)
  assert.equal(readdirSync(path).sort(), ['cnc.dat', 'images', 'loss-report.dat', 'publications'])
  const modeOf = (...names: readonly string[]): number => statSync(join(path, ...names)).mode & 0o777
  assert.is(modeOf(), 0o700)
  assert.is(modeOf('images'), 0o700)
  assert.is(modeOf('cnc.dat'), 0o600)
  assert.is(modeOf('loss-report.dat'), 0o600)
  assert.ok(directory.isThere())
  directory.remove()
  assert.not(existsSync(path))
  assert.not(directory.isThere())
})

claims('has the permissions of the setting whatever the umask is', () => {
  const before = process.umask(0o077)
  try {
    const path = newPath()
    claim(path, { dirMode: '0770' }).remove()
    const directory = claim(path, { dirMode: '0770' })
    assert.is(statSync(path).mode & 0o777, 0o770)
    assert.is(statSync(join(path, 'cnc.dat')).mode & 0o777, 0o660)
    directory.remove()
  } finally {
    process.umask(before)
  }
})

claims('is refused while a driver lives there, with its process', () => {
  const path = newPath()
  leaveDirectory(path, { heartbeatMs: Date.now(), pid: 4711 })
  refuses(path, 'ERR_GODWIT_DRIVER_ACTIVE', /process 4711 gave a sign of life \d+ ms ago/)
  assert.ok(existsSync(join(path, 'cnc.dat')))
})

claims('is refused while a driver is starting there', () => {
  const path = newPath()
  mkdirSync(path)
  writeFileSync(join(path, 'cnc.dat'), '')
  refuses(path, 'ERR_GODWIT_DRIVER_ACTIVE', /another driver is starting/)
  longAgo(path)
  claim(path).remove()
  leaveDirectory(path, { heartbeatMs: 0, isReady: false })
  refuses(path, 'ERR_GODWIT_DRIVER_ACTIVE', /another driver is starting/)
  longAgo(path)
  claim(path).remove()
})

claims('of a driver that is gone is replaced: closed, or without a sign of life for its timeout', () => {
  for (const heartbeatMs of [-1, Date.now() - 1_001, 0]) {
    const path = newPath()
    leaveDirectory(path, { heartbeatMs })
    mkdirSync(join(path, 'publications'))
    writeFileSync(join(path, 'publications', '7.logbuffer'), 'old')
    const directory = claim(path)
    assert.equal(readdirSync(join(path, 'publications')), [])
    directory.remove()
  }
  assert.equal(readdirSync(folder).filter((name) => name.includes('gone')), [])
})

claims('saves the errors of the driver that had it before, beside it', () => {
  const path = newPath()
  leaveDirectory(path, { heartbeatMs: -1, errors: ['something broke'] })
  const warnings: string[] = []
  const directory = claim(path, {}, (message) => warnings.push(message))
  const [name, ...others] = readdirSync(folder).filter((entry) => entry.endsWith('-error.log'))
  assert.equal(others, [])
  assert.ok(name?.startsWith(`${path.slice(folder.length + 1)}-20`), name)
  assert.not.match(name ?? '', /:/)
  assert.match(readFileSync(join(folder, name ?? ''), 'utf8'), /1 times from .*something broke/s)
  assert.is(warnings.length, 1)
  assert.match(warnings[0] ?? '', name ?? '-')
  directory.remove()
  rmSync(join(folder, name ?? ''))
})

claims('is refused when it is a link, no directory, or of somebody else', () => {
  const target = newPath()
  mkdirSync(target)
  const link = newPath()
  symlinkSync(target, link)
  refuses(link, 'ERR_GODWIT_DIRECTORY', /symbolic link/)
  const file = newPath()
  writeFileSync(file, '')
  refuses(file, 'ERR_GODWIT_DIRECTORY', /no directory/)
  refuses(join(file, 'below'), 'ERR_GODWIT_DIRECTORY', /ENOTDIR/)
  if (process.getuid?.() !== 0) return
  const foreign = newPath()
  mkdirSync(foreign)
  chownSync(foreign, 12_345, 12_345)
  refuses(foreign, 'ERR_GODWIT_DIRECTORY', /belongs to user 12345/)
  assert.ok(existsSync(foreign))
})

claims('with other files in it is left as it is, whatever is set', () => {
  const path = newPath()
  leaveDirectory(path, { heartbeatMs: -1 })
  writeFileSync(join(path, 'thesis.tex'), 'years of work')
  refuses(path, 'ERR_GODWIT_DIRECTORY', /thesis\.tex/, { dirDeleteOnStart: true })
  assert.is(readFileSync(join(path, 'thesis.tex'), 'utf8'), 'years of work')
  assert.ok(existsSync(join(path, 'cnc.dat')))
})

claims('with a CnC file that is not understood is refused, unless it is to be deleted', () => {
  const path = newPath()
  mkdirSync(path)
  writeFileSync(join(path, 'cnc.dat'), Buffer.alloc(4096, 0x5a))
  refuses(path, 'ERR_GODWIT_DIRECTORY', /not understood.*version/)
  claim(path, { dirDeleteOnStart: true }).remove()
  mkdirSync(path)
  mkdirSync(join(path, 'cnc.dat'))
  refuses(path, 'ERR_GODWIT_DIRECTORY', /no regular file/)
  rmSync(path, { recursive: true })
})

claims('of a driver that lives is deleted only when that is set, with a warning', () => {
  const path = newPath()
  leaveDirectory(path, { heartbeatMs: Date.now() })
  const warnings: string[] = []
  claim(path, { dirDeleteOnStart: true }, (message) => warnings.push(message)).remove()
  assert.is(warnings.length, 1)
  assert.match(warnings[0] ?? '', /although a driver uses it/)
})

claims('that exists is warned of when that is set', () => {
  const path = newPath()
  leaveDirectory(path, { heartbeatMs: -1 })
  const warnings: string[] = []
  claim(path, { dirWarnIfExists: true }, (message) => warnings.push(message)).remove()
  assert.equal(warnings, [`${path} exists and is replaced`])
})

claims('that is there and empty is used, as one that was made for a container', () => {
  const path = newPath()
  mkdirSync(path, { mode: 0o750 })
  claim(path).remove()
})

claims('is not removed once it belongs to another driver', () => {
  const path = newPath()
  const first = claim(path)
  rmSync(path, { recursive: true })
  const second = claim(path)
  assert.not(first.isThere())
  first.remove()
  assert.ok(second.isThere())
  second.remove()
})

claims('that another driver has taken while this one started is not touched', () => {
  const path = newPath()
  const settings = SMALL_SETTINGS
  const first = allocateDriverMemory(settings, 0, 1, claim(path).files)
  rmSync(path, { recursive: true })
  const second = claim(path)
  const memory = openMemory(allocateDriverMemory(settings, 0, 2, second.files), settings)
  memory.cnc.signalReady()
  const isRefusal = (error: unknown): boolean => error instanceof GodwitError && error.code === 'ERR_GODWIT_DIRECTORY'
  assert.throws(() => openMemory(first, settings), isRefusal)
  assert.is(memory.cnc.pid(), 2)
  memory.close()
  second.remove()
})

claims('clears away what drivers left that died while they replaced it', () => {
  const path = newPath()
  mkdirSync(`${path}.0123456789abcdef.gone`)
  mkdirSync(`${path}.somebody-elses.gone`)
  claim(path).remove()
  assert.not(existsSync(`${path}.0123456789abcdef.gone`))
  assert.ok(existsSync(`${path}.somebody-elses.gone`))
})

claims('without permission to make it is an error that says so', () => {
  if (process.getuid?.() === 0) {
    refuses('/proc/godwit-test/driver', 'ERR_GODWIT_DIRECTORY', /ENOENT|EACCES|EPERM/)
    return
  }
  const parent = newPath()
  mkdirSync(parent)
  chmodSync(parent, 0o500)
  refuses(join(parent, 'driver'), 'ERR_GODWIT_DIRECTORY', /EACCES/)
})

test.run()
