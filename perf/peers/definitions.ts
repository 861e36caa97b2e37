import { fileURLToPath } from 'node:url'

/** The messages in the language of protocol buffers. */
export const DEFINITIONS: string = fileURLToPath(new URL('../../messages.proto', import.meta.url))
