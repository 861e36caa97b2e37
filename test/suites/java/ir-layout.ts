import type { PrimitiveName } from '../../../codegen/ir/primitive-type.ts'
import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { Token } from '../../../codegen/ir/token.ts'

/** A field of a block or a member of a composite. */
export interface Member {
  /** Name as a property. */
  readonly name: string
  /** The field's token; for members of composites the type's. */
  readonly token: Token
  readonly type: Token
  readonly constant: boolean
  /** Elements of an array; 0 for what occupies nothing. */
  readonly arrayLength: number
  /** Members of a composite, values of an enum, choices of a set. */
  readonly members: readonly Member[]
}

export interface Group {
  readonly name: string
  readonly token: Token
  readonly dimensions: readonly Token[]
  readonly entry: Layout
}

export interface Data {
  readonly name: string
  readonly token: Token
  readonly length: Token
  readonly content: Token
}

/** A message or a group entry. */
export interface Layout {
  readonly fields: readonly Member[]
  readonly groups: readonly Group[]
  readonly data: readonly Data[]
}

export function propertyName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

export function primitiveOf(token: Token): PrimitiveName {
  if (token.encoding.primitiveType === undefined) throw new Error(`${token.name} has no primitive type`)
  return token.encoding.primitiveType
}

/** Folds the tokens of a message. */
export function messageLayout(tokens: readonly Token[]): Layout {
  return fold(tokens, 1)
}

/** Members of a composite such as the message header. */
export function compositeMembers(tokens: readonly Token[]): readonly Member[] {
  return memberAt(at(tokens, 0), tokens, 0).members
}

function at(tokens: readonly Token[], index: number): Token {
  const token = tokens[index]
  if (token === undefined) throw new Error(`no token at ${index} of ${tokens.length}`)
  return token
}

function fold(tokens: readonly Token[], from: number): Layout {
  const fields: Member[] = []
  const groups: Group[] = []
  const data: Data[] = []
  for (let i = from; ; i += at(tokens, i).componentTokenCount) {
    const token = at(tokens, i)
    if (token.signal === 'BEGIN_FIELD') {
      fields.push(memberAt(token, tokens, i + 1))
    } else if (token.signal === 'BEGIN_GROUP') {
      const { componentTokenCount } = at(tokens, i + 1)
      const dimensions = tokens.slice(i + 1, i + 1 + componentTokenCount)
      const entry = fold(tokens, i + 1 + componentTokenCount)
      groups.push({ name: propertyName(token.name), token, dimensions, entry })
    } else if (token.signal === 'BEGIN_VAR_DATA') {
      const inner = tokens.slice(i + 1, i + token.componentTokenCount)
      const length = inner.find(({ name }) => name === 'length')
      const content = inner.find(({ name }) => name === 'varData')
      if (length === undefined || content === undefined) throw new Error(`${token.name} is not var data`)
      data.push({ name: propertyName(token.name), token, length, content })
    } else {
      return { fields, groups, data }
    }
  }
}

function memberAt(owner: Token, tokens: readonly Token[], index: number): Member {
  const type = at(tokens, index)
  const members: Member[] = []
  const end = index + type.componentTokenCount - 1
  for (let i = index + 1; i < end; i += at(tokens, i).componentTokenCount) {
    members.push(memberAt(at(tokens, i), tokens, i))
  }
  return {
    name: propertyName(owner.name),
    token: owner,
    type,
    constant: owner.encoding.presence === 'constant' || type.encoding.presence === 'constant',
    arrayLength: type.signal === 'ENCODING' ? type.encodedLength / PRIMITIVE_TYPES[primitiveOf(type)].size : 1,
    members,
  }
}
