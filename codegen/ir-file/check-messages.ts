import type { Ir, IrMessage } from '../ir/ir.ts'
import { TypeCapture } from '../ir/type-capture.ts'
import { MAX_BLOCK_LENGTH, MAX_ELEMENT_DEPTH } from '../limits.ts'
import { splitValueRef } from '../schema/value-ref.ts'
import { checkData, checkDimensions, checkFits, checkHeader } from './check-framing.ts'
import { checkFrame, checkToken, checkUnique } from './check-token.ts'
import { TypeChecks } from './check-types.ts'
import type { CheckedComposite, CheckedType } from './check-types.ts'
import type { FileContent, FileToken } from './read-tokens.ts'
import { contentError, fail, TokenWalk } from './token-walk.ts'

/**
 * Makes a schema of the tokens of a file, after checking that they are such as come of a valid schema: what is made of
 * them afterwards relies on it.
 */
export function checkContent(content: FileContent, fileLength: number): Ir {
  checkFrame(content)
  for (const token of content.tokens) checkToken(token, content.schemaVersion)
  return new MessageChecks(content, fileLength).ir()
}

class MessageChecks {
  readonly #content: FileContent
  readonly #walk: TokenWalk
  readonly #types: TypeChecks

  constructor(content: FileContent, fileLength: number) {
    this.#content = content
    this.#walk = new TokenWalk(content.tokens, fileLength)
    this.#types = new TypeChecks(this.#walk)
  }

  ir(): Ir {
    const { tokens, packageName, namespaceName, schemaId, schemaVersion, semanticVersion } = this.#content
    const header = this.#types.composite(undefined)
    checkHeader(header)
    checkFits(header, 'schemaId', schemaId, header.begin)
    checkFits(header, 'version', schemaVersion, header.begin)
    const messages: IrMessage[] = []
    const ids = new Set<number>()
    const names = new Set<string>()
    while (!this.#walk.isAtEnd) {
      const { begin, end } = this.#message(header)
      const { name, id } = begin.token
      checkUnique(names, begin)
      if (ids.has(id)) fail(begin, `has the id ${id} of another message`)
      ids.add(id)
      messages.push({ name, id, tokens: tokens.slice(begin.index, end.index + 1).map(({ token }) => token) })
    }
    messages.sort((left, right) => left.id - right.id)
    this.#types.versions.apply()
    const headerTokens = tokens.slice(0, header.end.index + 1).map(({ token }) => token)
    const capture = new TypeCapture()
    capture.add(headerTokens)
    for (const message of messages) capture.add(message.tokens)
    return {
      packageName,
      namespaceName,
      schemaId,
      schemaVersion,
      semanticVersion,
      description: '',
      byteOrder: this.#byteOrder(),
      headerTokens,
      messages,
      types: capture.types,
    }
  }

  /** Only encodings know it in the files of all releases. */
  #byteOrder(): Ir['byteOrder'] {
    const [first, ...others] = this.#content.tokens.filter(({ token }) => token.signal === 'ENCODING')
    if (first === undefined) throw contentError('nothing says the byte order', 0)
    const other = others.find(({ byteOrder }) => byteOrder !== first.byteOrder)
    if (other !== undefined) fail(other, `is ${other.byteOrder}, and '${first.token.name}' is ${first.byteOrder}`)
    return first.byteOrder
  }

  #message(header: CheckedComposite): { readonly begin: FileToken; readonly end: FileToken } {
    const begin = this.#walk.take('BEGIN_MESSAGE')
    checkFits(header, 'templateId', begin.token.id, begin)
    checkFits(header, 'blockLength', begin.token.encodedLength, begin)
    this.#members(begin, 1)
    return { begin, end: this.#walk.takeEnd(begin, 'END_MESSAGE') }
  }

  /** Fields, groups and data of a message or group, in this order. */
  #members(owner: FileToken, depth: number): void {
    if (depth > MAX_ELEMENT_DEPTH) fail(owner, `lies in more than ${MAX_ELEMENT_DEPTH} groups`)
    const names = new Set<string>()
    let end = 0
    while (this.#walk.signal === 'BEGIN_FIELD') end = this.#field(names, end)
    if (owner.token.encodedLength < end) {
      fail(owner, `has a block of ${owner.token.encodedLength} bytes, and its fields end at ${end}`)
    }
    while (this.#walk.signal === 'BEGIN_GROUP') this.#group(names, depth)
    while (this.#walk.signal === 'BEGIN_VAR_DATA') this.#data(names)
  }

  /** Returns where the next field may begin. */
  #field(names: Set<string>, end: number): number {
    const field = this.#walk.take('BEGIN_FIELD')
    checkUnique(names, field)
    const { offset, encoding } = field.token
    if (offset < end) fail(field, `has offset ${offset}, and the fields before it end at ${end}`)
    const type = this.#types.type(field)
    // Releases before 1.16 do not look at the type for the version of a field, but for that of the type they do.
    field.token.version = field.token.sinceVersion = Math.max(field.token.version, type.begin.token.version)
    if (type.begin.token.offset !== offset) fail(type.begin, `has another offset than its field '${field.token.name}'`)
    if (encoding.presence === 'constant') checkConstant(field, type)
    else if (encoding.constValue !== undefined) fail(field, 'has a constant value and is none')
    if (type.kind === 'scalar' && type.begin.token.encoding.presence !== encoding.presence) {
      fail(type.begin, `is ${type.begin.token.encoding.presence}, and its field is ${encoding.presence}`)
    }
    this.#walk.takeEnd(field, 'END_FIELD')
    const next = offset + (encoding.presence === 'constant' ? 0 : field.token.encodedLength)
    checkLength(field, type)
    if (next > MAX_BLOCK_LENGTH) fail(field, `ends at ${next}`)
    return next
  }

  #group(names: Set<string>, depth: number): void {
    const group = this.#walk.take('BEGIN_GROUP')
    checkUnique(names, group)
    const dimensions = this.#types.composite(group)
    checkDimensions(dimensions)
    checkFits(dimensions, 'blockLength', group.token.encodedLength, group)
    this.#members(group, depth + 1)
    this.#walk.takeEnd(group, 'END_GROUP')
  }

  #data(names: Set<string>): void {
    const data = this.#walk.take('BEGIN_VAR_DATA')
    checkUnique(names, data)
    if (data.token.encoding.presence === 'optional') fail(data, 'is optional, which data cannot be')
    checkData(this.#types.dataComposite(data))
    this.#walk.takeEnd(data, 'END_VAR_DATA')
  }
}

/** A constant is that of its type, or the value of an enum that the field names. */
function checkConstant(field: FileToken, type: CheckedType): void {
  if (type.kind === 'scalar') return
  if (type.kind !== 'enum') fail(field, `is constant, which a ${type.kind} cannot be`)
  const { constValue } = field.token.encoding
  const reference = constValue instanceof Uint8Array ? splitValueRef(new TextDecoder().decode(constValue)) : undefined
  const found = type.values.some(({ token }) => token.name === reference?.valueName)
  if (!found) fail(field, 'is constant, and names no value of its enum')
}

/** The length of a field is that of its type. */
function checkLength(field: FileToken, { begin }: CheckedType): void {
  const { encodedLength, encoding } = field.token
  const expected = encoding.presence === 'constant' ? 0 : begin.token.encodedLength
  if (encodedLength === expected) return
  fail(field, `has length ${encodedLength}, and its type '${begin.token.name}' has ${expected}`)
}
