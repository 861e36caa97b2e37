import type { Ir } from '../ir/ir.ts'
import type { Token } from '../ir/token.ts'

/**
 * Members of composites, as `Composite.member`, that lose the version since which they are there when a schema goes
 * through a file; `read` is what has come out of it. Codecs then take them to be there as long as the field.
 */
export function membersWithLostVersions(ir: Ir, read: Ir): string[] {
  const names = new Set<string>()
  const readById = new Map(read.messages.map(({ id, tokens }) => [id, tokens]))
  for (const { id, tokens } of ir.messages) {
    const open: Token[] = []
    for (const [index, token] of tokens.entries()) {
      if (token.signal.startsWith('END_')) {
        open.pop()
        continue
      }
      const composite = open.at(-1)
      const isMember = composite?.signal === 'BEGIN_COMPOSITE' && open.some(({ signal }) => signal === 'BEGIN_FIELD')
      if (isMember && readById.get(id)?.[index]?.sinceVersion !== token.sinceVersion) {
        names.add(`${composite.referencedName ?? composite.name}.${token.name}`)
      }
      if (token.signal.startsWith('BEGIN_')) open.push(token)
    }
  }
  return [...names]
}
