import type { CheckedComposite, CheckedType } from './check-types.ts'
import type { FileToken, MutableToken } from './read-tokens.ts'

/**
 * Finds out since which version members of composites are there. A file has the larger of that and of the version of
 * the field; so any field that came before the member tells, and where none did, it makes no difference. That of a
 * plain type is in no file.
 */
export class MemberVersions {
  readonly #ids = new Map<string, number>()
  /** For each member of each composite: its tokens in all uses, and the version. */
  readonly #composites = new Map<number, { tokens: MutableToken[]; since: number }[]>()
  /** What makes a member of the kind of composite that it is in. */
  readonly #idOf = new Map<CheckedType, number>()

  /** Composites inside of others come first. */
  add(composite: CheckedComposite, field: FileToken | undefined): void {
    const members = [...composite.members.values()]
    const id = this.#identify(composite, members)
    const known = this.#composites.get(id) ?? members.map(() => ({ tokens: [], since: 0 }))
    this.#composites.set(id, known)
    for (const [index, member] of members.entries()) {
      const entry = known[index]
      if (entry === undefined) continue
      entry.tokens.push(member.begin.token, member.end.token)
      entry.since = Math.max(entry.since, sinceVersionOf(member, composite, field))
    }
  }

  /** Gives all members their versions. */
  apply(): void {
    for (const members of this.#composites.values()) {
      for (const { tokens, since } of members) for (const token of tokens) token.sinceVersion = since
    }
  }

  /** The same number for all uses of one declaration. */
  #identify(composite: CheckedComposite, members: readonly CheckedType[]): number {
    const { name, referencedName, encodedLength, description } = composite.begin.token
    const parts = members.map((member) => [member.kind, ...this.#contentOf(member)])
    const key = JSON.stringify([referencedName ?? name, encodedLength, description, ...parts])
    const id = this.#ids.get(key) ?? this.#ids.size
    this.#ids.set(key, id)
    this.#idOf.set(composite, id)
    return id
  }

  #contentOf(member: CheckedType): unknown[] {
    const { begin } = member
    const { name, offset, deprecated } = begin.token
    const own = [name, offset, deprecated, ...declarationOf(begin)]
    switch (member.kind) {
      case 'composite':
        return [...own, this.#idOf.get(member)]
      case 'scalar':
        return own
      default:
        return [...own, ...member.values.map((of) => [of.token.name, of.token.version, ...declarationOf(of)])]
    }
  }
}

function declarationOf({ token }: FileToken): unknown[] {
  const { referencedName, description, encodedLength, encoding } = token
  const { presence, primitiveType, characterEncoding, minValue, maxValue, nullValue, constValue } = encoding
  const values = [minValue, maxValue, nullValue, constValue].map((value) => value === undefined ? null : String(value))
  return [referencedName, description, encodedLength, presence, primitiveType, characterEncoding, ...values]
}

function sinceVersionOf(member: CheckedType, composite: CheckedComposite, field: FileToken | undefined): number {
  const { version } = member.begin.token
  if (field === undefined) return version
  const inherited = member.kind === 'scalar' ? composite.begin.token.version : field.token.version
  return version > inherited ? version : 0
}
