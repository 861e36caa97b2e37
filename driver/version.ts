import { readFileSync } from 'node:fs'

/** Version of the installed package; its package.json is above this file, sources and build alike. */
export function packageVersion(): string {
  const up = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json'
  const { version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { readonly version: string }
  return version
}
