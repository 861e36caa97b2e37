import { MAX_NAME_LENGTH } from '../limits.ts'
import type { FileContent, FileToken } from './read-tokens.ts'
import { contentError, fail } from './token-walk.ts'

/** Checks what must hold of the schema and of a token wherever it stands. */
export function checkFrame({ packageName, schemaVersion }: FileContent): void {
  if (packageName === '') throw contentError('the schema has no package', 0)
  if (schemaVersion < 0) throw contentError(`the schema has version ${schemaVersion}`, 0)
}

export function checkToken(of: FileToken, schemaVersion: number): void {
  const { name, referencedName = '', version, deprecated, signal, encoding } = of.token
  const { minValue, maxValue, nullValue, constValue, presence } = encoding
  if (name === '') fail(of, 'has no name')
  if (Math.max(name.length, referencedName.length) > MAX_NAME_LENGTH) {
    fail(of, `has a name of more than ${MAX_NAME_LENGTH} characters`)
  }
  if (version < 0 || version > schemaVersion) {
    fail(of, `is there since version ${version}, and the schema has version ${schemaVersion}`)
  }
  if (deprecated < 0) fail(of, `is deprecated since version ${deprecated}`)
  if ([minValue, maxValue, nullValue].some((limit) => limit instanceof Uint8Array)) {
    fail(of, 'has a limit or null value of several characters')
  }
  const isValue = signal === 'VALID_VALUE' || signal === 'CHOICE'
  if (constValue !== undefined && presence !== 'constant' && !isValue) fail(of, 'has a constant value and is none')
}

/** Checks that parts of one whole have names of their own. */
export function checkUnique(names: Set<string>, of: FileToken): void {
  if (names.has(of.token.name)) fail(of, 'has the name of another part')
  names.add(of.token.name)
}
