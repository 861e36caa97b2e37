import { readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { runChildOk } from '../../support/child.ts'
import { copyRepository } from '../../support/repository-copy.ts'
import { repositoryRoot } from '../../support/root.ts'

const PACK_TIME_BOX_MS = 60_000

/** The package as it would be published, built from the repository's files alone; returns the path of its tarball. */
export async function packedPackage(scratch: string): Promise<string> {
  const source = join(scratch, 'source')
  copyRepository(source)
  symlinkSync(join(repositoryRoot, 'node_modules'), join(source, 'node_modules'))
  await runChildOk('npm', ['pack', '--pack-destination', scratch], { cwd: source, timeoutMs: PACK_TIME_BOX_MS })
  const name = readdirSync(scratch).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error('npm pack made no tarball')
  return join(scratch, name)
}
