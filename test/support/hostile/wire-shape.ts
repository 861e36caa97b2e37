/** Where the lengths and counts of a schema's messages lie. Plain data, which may go to another thread or realm. */
import type { Ir, PrimitiveName, Token } from '../../../codegen/index.ts'

/** A number on the wire, relative to the begin of its header. */
export interface WireNumber {
  readonly offset: number
  readonly primitive: PrimitiveName
}

export interface HeaderShape {
  readonly length: number
  readonly blockLength: WireNumber | undefined
  readonly templateId: WireNumber | undefined
  readonly schemaId: WireNumber | undefined
  readonly version: WireNumber | undefined
}

export interface GroupShape {
  readonly headerLength: number
  readonly blockLength: WireNumber
  readonly numInGroup: WireNumber
  readonly entry: BlockShape
  readonly sinceVersion: number
}

export interface DataShape {
  readonly headerLength: number
  readonly length: WireNumber
  readonly sinceVersion: number
}

export interface BlockShape {
  /** Length of the block in each version of the schema. */
  readonly blockLengths: readonly number[]
  readonly groups: readonly GroupShape[]
  readonly data: readonly DataShape[]
}

export interface MessageShape {
  /** What the names of its classes begin with. */
  readonly className: string
  readonly templateId: number
  readonly block: BlockShape
}

export interface SchemaShape {
  readonly schemaId: number
  readonly schemaVersion: number
  readonly littleEndian: boolean
  readonly header: HeaderShape
  readonly messages: readonly MessageShape[]
}

/** @param classNames what the classes of each message begin with, by template id */
export function schemaShape(ir: Ir, classNames: ReadonlyMap<number, string>): SchemaShape {
  const [begin] = ir.headerTokens
  const header = new Map(numbersOf(ir.headerTokens))
  return {
    schemaId: ir.schemaId,
    schemaVersion: ir.schemaVersion,
    littleEndian: ir.byteOrder === 'littleEndian',
    header: {
      length: begin?.encodedLength ?? 0,
      blockLength: header.get('blockLength'),
      templateId: header.get('templateId'),
      schemaId: header.get('schemaId'),
      version: header.get('version'),
    },
    messages: ir.messages.map(({ id, tokens }) => ({
      className: classNames.get(id) ?? '',
      templateId: id,
      block: blockShape(tokens, 1, ir.schemaVersion, tokens[0]?.encodedLength ?? 0),
    })),
  }
}

/** Numbers of a flat composite by name; constants are not on the wire. */
function numbersOf(tokens: readonly Token[]): [string, WireNumber][] {
  return tokens.flatMap(({ signal, name, offset, encoding }): [string, WireNumber][] => {
    const { primitiveType, presence } = encoding
    if (signal !== 'ENCODING' || primitiveType === undefined || presence === 'constant') return []
    return [[name, { offset, primitive: primitiveType }]]
  })
}

function blockShape(tokens: readonly Token[], from: number, schemaVersion: number, blockLength: number): BlockShape {
  const ends = new Array<number>(schemaVersion + 1).fill(0)
  const groups: GroupShape[] = []
  const data: DataShape[] = []
  for (let i = from; ; i += tokens[i]?.componentTokenCount ?? 1) {
    const token = tokens[i]
    const type = tokens[i + 1]
    if (token?.signal === 'BEGIN_FIELD' && type !== undefined) {
      const isConstant = token.encoding.presence === 'constant' || type.encoding.presence === 'constant'
      const end = isConstant ? 0 : type.offset + type.encodedLength
      for (let version = token.version; version <= schemaVersion; version++) {
        ends[version] = Math.max(ends[version] ?? 0, end)
      }
    } else if (token?.signal === 'BEGIN_GROUP' && type !== undefined) {
      const header = tokens.slice(i + 1, i + 1 + type.componentTokenCount)
      const entry = blockShape(tokens, i + 1 + type.componentTokenCount, schemaVersion, token.encodedLength)
      groups.push({
        headerLength: type.encodedLength,
        blockLength: numberOf(header, 'blockLength'),
        numInGroup: numberOf(header, 'numInGroup'),
        entry,
        sinceVersion: token.version,
      })
    } else if (token?.signal === 'BEGIN_VAR_DATA') {
      const header = tokens.slice(i + 1, i + token.componentTokenCount)
      const headerLength = header.find(({ name }) => name === 'varData')?.offset ?? 0
      data.push({ headerLength, length: numberOf(header, 'length'), sinceVersion: token.version })
    } else {
      ends[schemaVersion] = blockLength
      return { blockLengths: ends, groups, data }
    }
  }
}

function numberOf(tokens: readonly Token[], name: string): WireNumber {
  const found = new Map(numbersOf(tokens)).get(name)
  if (found === undefined) throw new Error(`no ${name} on the wire`)
  return found
}
