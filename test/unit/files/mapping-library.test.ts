import * as assert from 'uvu/assert'
import { findMappingLibrary } from '../../../client/files/mapping-library.ts'
import { mappingPlatform } from '../../../client/files/mapping-platform.ts'
import type { CFunction, CSignature, Ffi } from '../../../client/native/ffi.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'

const test = suite('choice of a mapping library')

/** Notes what is called with which values. */
class NotingFfi implements Ffi {
  readonly provider = 'noting'
  readonly calls: (readonly [name: string, ...values: number[]])[] = []
  readonly bound: string[] = []

  bind(name: string, _signature: CSignature): CFunction {
    this.bound.push(name)
    return (...values) => {
      this.calls.push([name, ...values])
      return 4096
    }
  }

  addressOf(): number {
    return 0
  }

  viewOf(): ArrayBuffer {
    return new ArrayBuffer(8)
  }

  errno(): number {
    return 12
  }
}

const PROT_READ_WRITE = 3
const MAP_SHARED = 1
const MAP_PRIVATE_FIXED = 0x12

function calls(os: string, arch: string): readonly (readonly [string, ...number[]])[] {
  const ffi = new NotingFfi()
  const library = findMappingLibrary({ os, arch }, () => ({ ffi }))
  assert.is(library.map(7, 65_536), 4096)
  library.blank(4096, 65_536)
  library.unmap(4096, 65_536)
  library.allocate(7, 65_536)
  assert.is(library.errno(), 12)
  return ffi.calls
}

test('each system gets its own numbers', () => {
  for (const arch of ['x64', 'arm64']) {
    assert.equal(calls('linux', arch), [
      ['mmap', 0, 65_536, PROT_READ_WRITE, MAP_SHARED, 7, 0],
      ['mmap', 4096, 65_536, PROT_READ_WRITE, MAP_PRIVATE_FIXED | 0x20 | 0x4000, -1, 0],
      ['munmap', 4096, 65_536],
      ['posix_fallocate', 7, 0, 65_536],
    ])
    // No call reserves space there: zeroes are written instead.
    assert.equal(calls('darwin', arch), [
      ['mmap', 0, 65_536, PROT_READ_WRITE, MAP_SHARED, 7, 0],
      ['mmap', 4096, 65_536, PROT_READ_WRITE, MAP_PRIVATE_FIXED | 0x1000 | 0x40, -1, 0],
      ['munmap', 4096, 65_536],
    ])
  }
})

test('what a system does not have is not asked for', () => {
  const ffi = new NotingFfi()
  findMappingLibrary({ os: 'darwin', arch: 'arm64' }, () => ({ ffi }))
  assert.equal(ffi.bound.sort(), ['mmap', 'munmap'])
})

test('other systems are refused with a code, before anything is loaded', () => {
  const load = (): never => {
    throw new Error('is not loaded')
  }
  for (const [os, arch] of [['win32', 'x64'], ['linux', 'ia32'], ['linux', 's390x'], ['aix', 'ppc64']] as const) {
    assert.throws(() => findMappingLibrary({ os, arch }, load), (error: unknown) =>
      error instanceof GodwitError && error.code === 'ERR_GODWIT_FILES_UNSUPPORTED' && error.message.includes(os))
    assert.is(mappingPlatform({ os, arch }).constants, undefined)
  }
})

test('without a way to call the system it says what to install', () => {
  const reason = 'it needs the package koffi (npm install koffi)'
  assert.throws(() => findMappingLibrary({ os: 'linux', arch: 'x64' }, () => ({ reason })), (error: unknown) =>
    error instanceof GodwitError && error.code === 'ERR_GODWIT_FILES_UNSUPPORTED' && error.message.includes(reason))
})

test.run()
