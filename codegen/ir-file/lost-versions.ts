import type { Ir } from '../ir/ir.ts'
import type { Token } from '../ir/token.ts'

/**
 * Plain members of composites, as `Composite.member`, that came later than the composite. A file says of them what the
 * reference makes of them, which is that they are there as long as the field.
 */
export function membersWithLostVersions(ir: Ir): string[] {
  const names = new Set<string>()
  for (const { tokens } of ir.messages) {
    const open: Token[] = []
    for (const token of tokens) {
      const { signal, sinceVersion, version, name } = token
      const composite = open.at(-1)
      if (signal === 'ENCODING' && composite?.signal === 'BEGIN_COMPOSITE' && sinceVersion > version) {
        names.add(`${composite.referencedName ?? composite.name}.${name}`)
      }
      if (signal.startsWith('BEGIN_')) open.push(token)
      else if (signal.startsWith('END_')) open.pop()
    }
  }
  return [...names]
}
