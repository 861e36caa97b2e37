import { readFileSync } from 'node:fs'

let version: string | undefined

/** Version of the installed package; its package.json is above this file, sources and build alike. */
export function packageVersion(): string {
  version ??= readVersion()
  return version
}

function readVersion(): string {
  const up = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json'
  return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { readonly version: string }).version
}
