import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Lets `require('koffi')` fail as if it were not installed. */
const NO_KOFFI = `
const Module = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  if (request === 'koffi') throw new Error("Cannot find module 'koffi'")
  return resolve.call(this, request, ...rest)
}
`

/**
 * Arguments by which Node runs a program without a way to call the system.
 *
 * @param folder where a file is put for it
 */
export function withoutFfi(folder: string): readonly string[] {
  const preload = join(folder, 'no-koffi.cjs')
  writeFileSync(preload, NO_KOFFI)
  const flag = '--no-experimental-ffi'
  return [...(process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []), '--require', preload]
}
