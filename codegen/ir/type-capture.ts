import type { Token } from './token.ts'

/**
 * Collects the types that messages use, by the name that generated code gives them. Of several uses the one with the
 * lowest version is kept, as in the reference; unlike there, types that only share a name are told apart.
 */
export class TypeCapture {
  readonly types: Map<string, readonly Token[]> = new Map()
  /** Names that mean different types in different places. */
  readonly ambiguousNames: Set<string> = new Set()

  add(tokens: readonly Token[]): void {
    for (const [index, token] of tokens.entries()) {
      if (token.signal !== 'BEGIN_COMPOSITE' && token.signal !== 'BEGIN_ENUM' && token.signal !== 'BEGIN_SET') continue
      this.addType(token, tokens.slice(index, index + token.componentTokenCount))
    }
  }

  private addType(begin: Token, tokens: readonly Token[]): void {
    const name = begin.referencedName ?? begin.name
    const kept = this.types.get(name)
    if (kept !== undefined && !sameType(kept, tokens)) this.ambiguousNames.add(name)
    if (kept === undefined || (kept[0]?.version ?? 0) > begin.version) this.types.set(name, tokens)
  }
}

/** Whether two uses are of one type; how a message uses it (offset, version, semantics) does not count. */
function sameType(left: readonly Token[], right: readonly Token[]): boolean {
  const last = left.length - 1
  const inside = (index: number): boolean => index > 0 && index < last
  return left.length === right.length && left.every((token, index) => sameToken(token, right[index], inside(index)))
}

function sameToken(left: Token, right: Token | undefined, inside: boolean): boolean {
  if (right === undefined || left.signal !== right.signal) return false
  if (inside && (left.name !== right.name || left.offset !== right.offset)) return false
  const a = left.encoding
  const b = right.encoding
  return left.encodedLength === right.encodedLength &&
    a.primitiveType === b.primitiveType &&
    a.presence === b.presence &&
    a.characterEncoding === b.characterEncoding &&
    String(a.minValue) === String(b.minValue) &&
    String(a.maxValue) === String(b.maxValue) &&
    String(a.nullValue) === String(b.nullValue) &&
    String(a.constValue) === String(b.constValue)
}
