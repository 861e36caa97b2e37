import { accessorNames } from './accessor-names.ts'
import type { Layout } from './ir-layout.ts'
import type { DecodedBlock, DecodedValue } from './value-tree.ts'

/** Lengths of all data and numbers of entries of a decoded message, in the form that `computeLength` takes. */
export function lengthsOf(layout: Layout, decoded: DecodedBlock): Record<string, unknown> {
  const names = accessorNames([...layout.fields, ...layout.groups, ...layout.data])
  const lengths: Record<string, unknown> = {}
  for (const group of layout.groups) {
    const { name, entry } = group
    const entries = decoded[name] as readonly DecodedBlock[]
    const fixed = entry.groups.length === 0 && entry.data.length === 0
    lengths[names(group)] = fixed ? entries.length : entries.map((block) => lengthsOf(entry, block))
  }
  for (const data of layout.data) lengths[names(data)] = bytesOf(decoded[data.name]).length / 2
  return lengths
}

function bytesOf(value: DecodedValue | undefined): string {
  return String((value as DecodedBlock)['bytes'])
}
