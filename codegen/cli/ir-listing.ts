/** Tokens of a schema for people and for programs. */
import { decodeConstant } from '../character-encodings.ts'
import { onOneLine } from '../diagnostic.ts'
import type { Ir } from '../ir/ir.ts'
import type { PrimitiveValue } from '../ir/primitive-type.ts'
import type { Encoding, Token } from '../ir/token.ts'
import { count } from './findings.ts'

const HEADINGS = ['id', 'since', 'offset', 'length', 'tokens', 'type', 'token'] as const

type Row = readonly string[]

/** How many tokens there are, with those of the header. */
export function countTokens({ headerTokens, messages }: Ir): number {
  return messages.reduce((sum, { tokens }) => sum + tokens.length, headerTokens.length)
}

/** A table with a line for each token, those inside others indented; ends go without saying. */
export function listTokens(ir: Ir): string {
  const rows = [ir.headerTokens, ...ir.messages.map(({ tokens }) => tokens)].map(rowsOf)
  const widths = HEADINGS.map((heading, column) =>
    rows.flat().reduce((width, row) => Math.max(width, row[column]?.length ?? 0), heading.length))
  const semantic = ir.semanticVersion === '' ? '' : ` (${ir.semanticVersion})`
  const lines = [
    `package ${ir.packageName}, schema ${ir.schemaId}, version ${ir.schemaVersion}${semantic}, ${ir.byteOrder}`,
    `${count(ir.messages.length, 'message')}, ${count(countTokens(ir), 'token')}`,
    '',
    lineOf(HEADINGS, widths),
    ...rows.flatMap((part) => ['', ...part.map((row) => lineOf(row, widths))]),
  ]
  return `${lines.map(onOneLine).join('\n')}\n`
}

/** Numbers to the right, words to the left, and nothing behind the last. */
function lineOf(row: Row, widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const width = column === row.length - 1 ? 0 : (widths[column] ?? 0)
    return column < HEADINGS.indexOf('type') ? cell.padStart(width) : cell.padEnd(width)
  })
  return cells.join('  ')
}

function rowsOf(tokens: readonly Token[]): Row[] {
  const rows: Row[] = []
  let depth = 0
  for (const token of tokens) {
    if (token.signal.startsWith('END_')) {
      depth--
      continue
    }
    const isBegin = token.signal.startsWith('BEGIN_')
    const { primitiveType = '' } = token.encoding
    rows.push([
      token.id < 0 ? '' : String(token.id),
      String(token.version),
      String(token.offset),
      String(token.encodedLength),
      isBegin ? String(token.componentTokenCount) : '',
      primitiveType,
      `${'  '.repeat(depth)}${token.signal} ${token.name}${detailsOf(token)}`,
    ])
    if (isBegin) depth++
  }
  return rows
}

function detailsOf(token: Token): string {
  const { referencedName, packageName, deprecated, encoding } = token
  const { presence, minValue, maxValue, nullValue, constValue } = encoding
  const { characterEncoding, epoch, timeUnit, semanticType } = encoding
  const details = [
    presence === 'required' ? '' : presence,
    referencedName === undefined ? '' : `of type ${referencedName}`,
    packageName === undefined ? '' : `in package ${packageName}`,
    minValue === undefined ? '' : `min ${textOf(minValue, encoding)}`,
    maxValue === undefined ? '' : `max ${textOf(maxValue, encoding)}`,
    nullValue === undefined ? '' : `null ${textOf(nullValue, encoding)}`,
    characterEncoding ?? '',
    timeUnit ?? '',
    epoch === undefined ? '' : `since ${epoch} epoch`,
    semanticType ?? '',
    deprecated === 0 ? '' : `deprecated since ${deprecated}`,
  ]
  const given = details.filter((detail) => detail !== '')
  const value = constValue === undefined ? '' : ` = ${textOf(constValue, encoding)}`
  return given.length === 0 ? value : `${value}  ${given.join(', ')}`
}

/** Characters as themselves where they can be seen, numbers in decimal. */
function textOf(value: PrimitiveValue, { primitiveType, characterEncoding }: Encoding): string {
  if (value instanceof Uint8Array) return JSON.stringify(decodeConstant(value, characterEncoding))
  if (primitiveType !== 'char') return String(value)
  return value >= 0x20 && value < 0x7f ? `'${String.fromCharCode(Number(value))}'` : String(value)
}

/** Everything that an `.sbeir` file has, as JSON; values are text, for numbers of 64 bits do not survive otherwise. */
export function tokensToJson(ir: Ir): string {
  const { packageName, namespaceName, schemaId, schemaVersion, semanticVersion, byteOrder, headerTokens, messages } = ir
  const document = {
    packageName,
    namespaceName,
    schemaId,
    schemaVersion,
    semanticVersion,
    byteOrder,
    headerTokens: headerTokens.map(jsonOf),
    messages: messages.map(({ name, id, tokens }) => ({ name, id, tokens: tokens.map(jsonOf) })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function jsonOf({ sinceVersion: _, encoding, ...token }: Token): object {
  const { primitiveType, minValue, maxValue, nullValue, constValue, ...texts } = encoding
  const value = (of: PrimitiveValue | undefined): string | undefined =>
    of === undefined ? undefined : valueText(of, encoding)
  return {
    ...token,
    encoding: {
      primitiveType,
      minValue: value(minValue),
      maxValue: value(maxValue),
      nullValue: value(nullValue),
      constValue: value(constValue),
      ...texts,
    },
  }
}

function valueText(value: PrimitiveValue, { characterEncoding }: Encoding): string {
  return value instanceof Uint8Array ? decodeConstant(value, characterEncoding) : String(value)
}
