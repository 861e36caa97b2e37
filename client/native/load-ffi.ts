import type { Ffi } from './ffi.ts'
import { loadKoffi } from './koffi-ffi.ts'
import { loadNodeFfi } from './node-ffi.ts'

export type FfiResult =
  | { readonly ffi: Ffi }
  | { readonly ffi?: undefined; readonly reason: string }

let known: FfiResult | undefined

/** Finds a way to call the C library, once for each thread; says why when there is none. */
export function loadFfi(): FfiResult {
  known ??= find()
  return known
}

function find(): FfiResult {
  const reasons: string[] = []
  for (const load of [loadKoffi, loadNodeFfi]) {
    try {
      return { ffi: load() }
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error))
    }
  }
  return { reason: `it needs the package koffi (npm install koffi), or a Node with node:ffi: ${reasons.join('; ')}` }
}
