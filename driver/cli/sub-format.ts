import { isUtf8 } from 'node:buffer'
import type { FormatName } from './sub-options.ts'
import { printable } from './text.ts'

/** Where a message came from. */
export interface MessageOrigin {
  readonly sessionId: number
  /** Where the message ends in its stream. */
  readonly position: number
}

/** Makes of a message what is printed. */
export type MessageFormat = (data: Buffer, origin: MessageOrigin) => string | readonly Uint8Array[]

const PREFIX_LENGTH = 4

/** @param isTerminal whether a person looks at it: control characters are shown then, not obeyed */
export function messageFormat(name: FormatName | 'length', isTerminal: boolean): MessageFormat {
  switch (name) {
    case 'text':
      return (data) => `${!isUtf8(data) ? data.toString('hex') : isTerminal ? shown(data) : data.toString()}\n`
    case 'hex':
    case 'base64':
      return (data) => `${data.toString(name)}\n`
    case 'json':
      return (data, { sessionId, position }) => {
        const content = isUtf8(data) ? { text: data.toString() } : { base64: data.toString('base64') }
        return `${JSON.stringify({ session: sessionId, position, length: data.length, ...content })}\n`
      }
    case 'raw':
      return (data) => [data]
    case 'length':
      return (data) => {
        const prefix = Buffer.alloc(PREFIX_LENGTH)
        prefix.writeUInt32LE(data.length)
        return [prefix, data]
      }
  }
}

function shown(data: Buffer): string {
  // Tabs are harmless.
  return data.toString().split('\t').map(printable).join('\t')
}
