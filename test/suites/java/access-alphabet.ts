import type { Random } from '../../support/random.ts'
import type { Layout } from './ir-layout.ts'

export type Role = 'encoder' | 'decoder'

/**
 * The accesses that a message knows, such as `field:legs.price`, `count:legs:2`, `group:legs`, `next:legs`,
 * `reset:legs`, `data:note`, `length:note` and `skip:note`. Of the fields of a block, which all behave alike, a few.
 */
export function accessAlphabet(layout: Layout, role: Role, random: Random): string[] {
  const accesses = role === 'encoder' ? ['wrap', 'complete'] : ['wrap', 'rewind', 'toString']
  addLevel(accesses, layout, role, random, '')
  return accesses
}

/**
 * Accesses to what lies on the root level, and those to the whole of a message. Not to entries of groups: the reference
 * loses its place in them when it walks the whole message, and we do not.
 */
export function wholeMessageAlphabet(layout: Layout, random: Random): string[] {
  const accesses = ['wrap', 'rewind', 'toString', 'skipAll', 'decodedLength']
  addLevel(accesses, { ...layout, groups: [] }, 'decoder', random, '')
  return [...accesses, ...layout.groups.map(({ name }) => `group:${name}`)]
}

function addLevel(accesses: string[], layout: Layout, role: Role, random: Random, prefix: string): void {
  const fields = layout.fields.filter(({ constant, arrayLength }) => !constant && arrayLength > 0)
  for (const { name } of random.shuffle(fields).slice(0, 2)) accesses.push(`field:${prefix}${name}`)
  for (const { name, entry } of layout.groups) {
    const path = prefix + name
    if (role === 'encoder') accesses.push(`count:${path}:0`, `count:${path}:1`, `count:${path}:2`, `reset:${path}`)
    else accesses.push(`group:${path}`)
    accesses.push(`next:${path}`)
    addLevel(accesses, entry, role, random, `${path}.`)
  }
  for (const { name } of layout.data) {
    accesses.push(`data:${prefix}${name}`)
    if (role === 'decoder') accesses.push(`length:${prefix}${name}`, `skip:${prefix}${name}`)
  }
}
