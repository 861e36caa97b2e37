import type { Layout, Member } from './ir-layout.ts'
import { primitiveOf } from './ir-layout.ts'
import type { Block, DecodedBlock, Value } from './value-tree.ts'

/** Values that encode to what was decoded. */
export function blockOf(layout: Layout, decoded: DecodedBlock): Block {
  const block: Record<string, Value> = {}
  for (const field of layout.fields) addMember(block, field, decoded)
  for (const { name, entry } of layout.groups) {
    block[name] = (decoded[name] as readonly DecodedBlock[]).map((inner) => blockOf(entry, inner))
  }
  for (const { name } of layout.data) block[name] = { bytes: String((decoded[name] as DecodedBlock)['bytes']) }
  return block
}

function addMember(block: Record<string, Value>, member: Member, decoded: DecodedBlock): void {
  const value = decoded[member.name]
  if (member.constant || member.arrayLength === 0 || value === undefined || value === null) return
  block[member.name] = valueOf(member, value as DecodedBlock)
}

function valueOf({ type, members, arrayLength }: Member, value: DecodedBlock): Value {
  switch (type.signal) {
    case 'BEGIN_COMPOSITE': {
      const inner: Record<string, Value> = {}
      for (const member of members) addMember(inner, member, value)
      return inner
    }
    case 'BEGIN_ENUM':
    case 'BEGIN_SET':
      return String(value['raw'])
    default:
      if (arrayLength === 1) return String(value)
      if (primitiveOf(type) === 'char') return { bytes: String(value['bytes']) }
      return { at: value['at'] as readonly string[] }
  }
}
