/** Checks of types: that they have what the reference gives them, and that their parts lie where they can. */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveName } from '../ir/primitive-type.ts'
import { MAX_BLOCK_LENGTH, MAX_COMPOSITE_DEPTH } from '../limits.ts'
import { checkUnique } from './check-token.ts'
import { MemberVersions } from './member-versions.ts'
import type { FileToken } from './read-tokens.ts'
import { fail } from './token-walk.ts'
import type { TokenWalk } from './token-walk.ts'

const VARIABLE_LENGTH = -1

export interface CheckedScalar {
  readonly kind: 'scalar'
  readonly begin: FileToken
  readonly end: FileToken
  readonly primitive: PrimitiveName
}

export interface CheckedValues {
  readonly kind: 'enum' | 'set'
  readonly begin: FileToken
  readonly end: FileToken
  readonly values: readonly FileToken[]
}

export interface CheckedComposite {
  readonly kind: 'composite'
  readonly begin: FileToken
  readonly end: FileToken
  readonly members: ReadonlyMap<string, CheckedType>
}

export type CheckedType = CheckedScalar | CheckedValues | CheckedComposite

export class TypeChecks {
  readonly versions: MemberVersions = new MemberVersions()
  readonly #walk: TokenWalk

  constructor(walk: TokenWalk) {
    this.#walk = walk
  }

  /** The next type; `field` is what has it. Its length is fixed. */
  type(field: FileToken): CheckedType {
    switch (this.#walk.signal) {
      case 'BEGIN_COMPOSITE':
        return this.composite(field)
      case 'BEGIN_ENUM':
        return this.#enum()
      case 'BEGIN_SET':
        return this.#set()
      default:
        return this.#scalar()
    }
  }

  /** A composite of fixed length; the header has no field. */
  composite(field: FileToken | undefined): CheckedComposite {
    return this.#composite(field, false, 1)
  }

  /** The composite with the length and the bytes of variable-length data. */
  dataComposite(field: FileToken): CheckedComposite {
    return this.#composite(field, true, 1)
  }

  #composite(field: FileToken | undefined, isVariable: boolean, depth: number): CheckedComposite {
    const begin = this.#walk.take('BEGIN_COMPOSITE')
    if (depth > MAX_COMPOSITE_DEPTH) fail(begin, `lies in more than ${MAX_COMPOSITE_DEPTH} composites`)
    const members = new Map<string, CheckedType>()
    const names = new Set<string>()
    let end = 0
    while (this.#walk.signal !== 'END_COMPOSITE') {
      const member = this.#member(field, isVariable, depth)
      checkUnique(names, member.begin)
      members.set(member.begin.token.name, member)
      // Behind data there are no places: what stands there has those that the reference happens to compute.
      if (!isVariable) end = checkPlace(member, end)
    }
    const { encodedLength } = begin.token
    if (isVariable ? encodedLength !== VARIABLE_LENGTH : encodedLength < end) {
      fail(begin, `has length ${encodedLength}, and its members end at ${isVariable ? VARIABLE_LENGTH : end}`)
    }
    const composite: CheckedComposite = {
      kind: 'composite',
      begin,
      end: this.#walk.takeEnd(begin, 'END_COMPOSITE'),
      members,
    }
    this.versions.add(composite, field)
    return composite
  }

  #member(field: FileToken | undefined, isVariable: boolean, depth: number): CheckedType {
    switch (this.#walk.signal) {
      case 'BEGIN_COMPOSITE':
        return this.#composite(field, false, depth + 1)
      case 'BEGIN_ENUM':
        return this.#enum()
      case 'BEGIN_SET':
        return this.#set()
      default:
        return this.#scalar(isVariable)
    }
  }

  #scalar(mayBeVariable = false): CheckedScalar {
    const begin = this.#walk.take('ENCODING', 'BEGIN_COMPOSITE', 'BEGIN_ENUM', 'BEGIN_SET')
    const { encodedLength, encoding } = begin.token
    const primitive = primitiveOf(begin)
    if (encoding.presence === 'constant') {
      if (encoding.constValue === undefined) fail(begin, 'is constant and has no value')
      if (encodedLength !== 0) fail(begin, `is constant and takes ${encodedLength} bytes`)
    } else if (!fits(encodedLength, primitive) && !(mayBeVariable && encodedLength === VARIABLE_LENGTH)) {
      fail(begin, `is ${primitive} and takes ${encodedLength} bytes`)
    }
    return { kind: 'scalar', begin, end: begin, primitive }
  }

  #enum(): CheckedValues {
    const begin = this.#walk.take('BEGIN_ENUM')
    const primitive = primitiveOf(begin)
    if (PRIMITIVE_TYPES[primitive].kind === 'float') fail(begin, `is an enum encoded as ${primitive}`)
    checkWidth(begin, primitive)
    const values = this.#values('VALID_VALUE', primitive)
    return { kind: 'enum', begin, end: this.#walk.takeEnd(begin, 'END_ENUM'), values }
  }

  #set(): CheckedValues {
    const begin = this.#walk.take('BEGIN_SET')
    const primitive = primitiveOf(begin)
    const { kind, size } = PRIMITIVE_TYPES[primitive]
    if (kind === 'float' || primitive === 'char') fail(begin, `is a set encoded as ${primitive}`)
    checkWidth(begin, primitive)
    const values = this.#values('CHOICE', primitive)
    for (const choice of values) {
      const bit = Number(choice.token.encoding.constValue)
      if (bit < 0 || bit >= size * 8) fail(choice, `is bit ${bit} of a set of ${size * 8} bits`)
    }
    return { kind: 'set', begin, end: this.#walk.takeEnd(begin, 'END_SET'), values }
  }

  #values(signal: 'VALID_VALUE' | 'CHOICE', primitive: PrimitiveName): FileToken[] {
    const values: FileToken[] = []
    const names = new Set<string>()
    while (this.#walk.signal === signal) {
      const value = this.#walk.take(signal)
      const { constValue, primitiveType } = value.token.encoding
      checkUnique(names, value)
      const isNumber = typeof constValue === 'bigint' && primitiveType === primitive
      if (!isNumber) fail(value, `has no value of type ${primitive}`)
      values.push(value)
    }
    return values
  }
}

function primitiveOf(of: FileToken): PrimitiveName {
  return of.token.encoding.primitiveType ?? fail(of, 'has no primitive type')
}

function checkWidth(of: FileToken, primitive: PrimitiveName): void {
  const { encodedLength } = of.token
  if (encodedLength !== PRIMITIVE_TYPES[primitive].size) fail(of, `is ${primitive} and takes ${encodedLength} bytes`)
}

function fits(length: number, primitive: PrimitiveName): boolean {
  return length >= 0 && length % PRIMITIVE_TYPES[primitive].size === 0
}

/** Returns where the next member may begin. */
function checkPlace({ begin }: CheckedType, end: number): number {
  const { offset, encodedLength } = begin.token
  if (offset < end) fail(begin, `has offset ${offset}, and the members before it end at ${end}`)
  const next = offset + encodedLength
  if (next > MAX_BLOCK_LENGTH) fail(begin, `ends at ${next}`)
  return next
}
