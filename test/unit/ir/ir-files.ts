import * as assert from 'uvu/assert'
import { compileSchemaText, decodeIr, encodeIr, IrFileError } from '../../../codegen/index.ts'
import type { Ir, IrFileErrorCode, Token } from '../../../codegen/index.ts'
import { FULL_SCHEMA } from '../codegen/full-schema.ts'

/** The schema with everything that the format has. */
export const FULL_IR: Ir = compiled(FULL_SCHEMA)

export function compiled(schema: string): Ir {
  const { ir, diagnostics } = compileSchemaText(schema, 'schema.xml', { lenient: true })
  if (ir === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return ir
}

/** A schema as it comes out of a file: what files do not hold is missing, and messages are ordered by their ids. */
export function asInFile(ir: Ir): Ir {
  const messages = [...ir.messages].sort((left, right) => left.id - right.id)
  return { ...ir, description: '', messages }
}

/** Tokens without what no file holds, members that are not given left out. */
export function contentOf(ir: Ir): unknown {
  const { packageName, schemaId, schemaVersion, semanticVersion, byteOrder, headerTokens, messages } = asInFile(ir)
  return JSON.parse(JSON.stringify(
    { packageName, schemaId, schemaVersion, semanticVersion, byteOrder, headerTokens, messages },
    (key, value: unknown) => {
      if (key === 'sinceVersion' || value === '') return undefined
      if (value instanceof Uint8Array) return `bytes ${value.join(' ')}`
      return typeof value === 'bigint' || Number.isNaN(value) ? `${String(value)} ${typeof value}` : value
    },
  ))
}

/** All tokens of a schema, in the order of a file with one message. */
export function tokensOf(ir: Ir): Token[] {
  return [ir.headerTokens, ...ir.messages.map(({ tokens }) => tokens)].flat()
}

/** A schema with one of its tokens changed; the first that matches, as `SIGNAL name`. */
export function withToken(ir: Ir, which: string, change: (token: Token) => Token): Ir {
  let found = false
  const changed = (tokens: readonly Token[]): Token[] => tokens.map((token) => {
    if (found || `${token.signal} ${token.name}` !== which) return token
    found = true
    return change(token)
  })
  const result = {
    ...ir,
    headerTokens: changed(ir.headerTokens),
    messages: ir.messages.map((message) => ({ ...message, tokens: changed(message.tokens) })),
  }
  if (!found) throw new Error(`there is no ${which}`)
  return result
}

/** What reading bytes throws. */
export function refusalOf(bytes: Uint8Array): IrFileError {
  try {
    decodeIr(bytes)
  } catch (error) {
    if (error instanceof IrFileError) return error
    throw error
  }
  throw new Error('the file is taken')
}

export function assertRefused(bytes: Uint8Array, code: IrFileErrorCode, message: RegExp): void {
  const error = refusalOf(bytes)
  assert.is(error.code, code, error.message)
  assert.match(error.message, message)
}

export function assertContentRefused(ir: Ir, message: RegExp): void {
  assertRefused(encodeIr(ir), 'ERR_GODWIT_SBE_IR_CONTENT', message)
}
