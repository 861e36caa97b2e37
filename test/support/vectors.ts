import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from './root.ts'
import type { Suite, TestBody } from './suite.ts'

const VECTORS = join(repositoryRoot, '..', 'shared', 'vectors')

/** Whether the test data beside the repository is there; it is not part of the repository. */
export const vectorsPresent: boolean = existsSync(VECTORS)

/** Folder of the test data beside the repository, or a folder in it. */
export function vectorsDir(...path: readonly string[]): string {
  return join(VECTORS, ...path)
}

/** Path of one file of the test data, such as `sbe/car/baseline.hex`. */
export function sharedVector(path: string): string {
  return join(VECTORS, path)
}

/** Text of one file of the test data. */
export function readVector(path: string): string {
  return readFileSync(sharedVector(path), 'utf8')
}

/** `test` when the test data is present; otherwise a function that skips visibly. */
export function withVectors(test: Suite): (name: string, body: TestBody) => void {
  return vectorsPresent ? test : (name, body) => test.skip(name, body, 'no ../shared/vectors')
}
