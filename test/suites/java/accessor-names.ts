import type { Token } from '../../../codegen/ir/token.ts'
import { MemberNames } from '../../../codegen/typescript/names.ts'

interface Named {
  readonly token: Token
}

/** Names of the accessors of a block's or composite's members in generated code. */
export function accessorNames(members: readonly Named[]): (member: Named) => string {
  const names = new MemberNames(members.map(({ token }) => token))
  return ({ token }) => names.of(token)
}
