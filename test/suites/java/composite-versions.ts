import type { Layout, Member } from './ir-layout.ts'
import type { DecodedBlock, DecodedValue } from './value-tree.ts'

const LEFT_OUT = 'guarded by its own version'

/**
 * The tree without the members of composites that came into their composite later than the acting version: there we
 * answer null, and the reference what happens to be in the bytes.
 */
export function withoutLaterMembers(layout: Layout, decoded: DecodedBlock, version: number): DecodedBlock {
  const result: Record<string, DecodedValue> = { ...decoded }
  for (const field of layout.fields) replace(result, field, version)
  for (const { name, entry } of layout.groups) {
    const entries = decoded[name] as readonly DecodedBlock[]
    result[name] = entries.map((block) => withoutLaterMembers(entry, block, version))
  }
  return result
}

function replace(block: Record<string, DecodedValue>, member: Member, version: number): void {
  const value = Object.hasOwn(block, member.name) ? block[member.name] : undefined
  if (member.type.signal !== 'BEGIN_COMPOSITE' || value === null || value === undefined) return
  const inside = { ...(value as DecodedBlock) }
  for (const inner of member.members) {
    if (inner.token.sinceVersion > version && Object.hasOwn(inside, inner.name)) inside[inner.name] = LEFT_OUT
    else replace(inside, inner, version)
  }
  block[member.name] = inside
}
