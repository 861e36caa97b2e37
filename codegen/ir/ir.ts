import type { ByteOrder, Token } from './token.ts'

/** One schema, fully resolved: what code generators and decoders need and nothing of the XML. */
export interface Ir {
  readonly packageName: string
  /** Namespace for generated code in place of the package, when an `.sbeir` file was written with one. */
  readonly namespaceName?: string | undefined
  readonly schemaId: number
  readonly schemaVersion: number
  readonly semanticVersion: string
  readonly description: string
  readonly byteOrder: ByteOrder
  /** Tokens of the message header composite, from BEGIN_COMPOSITE to END_COMPOSITE. */
  readonly headerTokens: readonly Token[]
  /** Tokens of each message, in the order of the schema; by id when they come from an `.sbeir` file. */
  readonly messages: readonly IrMessage[]
  /** Tokens of each type used by a message, keyed by type name; the use with the lowest version is kept. */
  readonly types: ReadonlyMap<string, readonly Token[]>
}

/** A message: all its tokens, from BEGIN_MESSAGE to END_MESSAGE. */
export interface IrMessage {
  readonly name: string
  /** The template id. */
  readonly id: number
  readonly tokens: readonly Token[]
}
