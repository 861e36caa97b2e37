import { loadNativeLibrary } from '../../driver/media/native/native-library.ts'
import type { Suite, TestBody } from './suite.ts'

/** `test` where native sockets are available; otherwise a function that skips visibly. */
export function withNative(test: Suite): (name: string, body: TestBody) => void {
  const native = loadNativeLibrary({ os: process.platform, arch: process.arch })
  return native.library === undefined ? (name, body) => test.skip(name, body, native.reason) : test
}
