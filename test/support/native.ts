import { mappingLibrary } from '../../client/files/mapping-library.ts'
import { thisPlatform } from '../../client/native/ffi.ts'
import { loadNativeLibrary } from '../../driver/media/native/native-library.ts'
import type { Suite, TestBody } from './suite.ts'

/** `test` where native sockets are available; otherwise a function that skips visibly. */
export function withNative(test: Suite): (name: string, body: TestBody) => void {
  const native = loadNativeLibrary(thisPlatform())
  return native.library === undefined ? (name, body) => test.skip(name, body, native.reason) : test
}

/** `test` where processes can share files; otherwise a function that skips visibly. */
export function withFiles(test: Suite): (name: string, body: TestBody) => void {
  try {
    mappingLibrary()
    return test
  } catch (error) {
    return (name, body) => test.skip(name, body, error instanceof Error ? error.message : String(error))
  }
}
