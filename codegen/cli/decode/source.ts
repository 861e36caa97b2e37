import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import type { Ending } from '../ending.ts'
import { readError } from '../input-error.ts'
import { HexText } from './hex-text.ts'
import type { DecodeOptions } from './options.ts'

const READ_LENGTH = 256 * 1024

/**
 * The bytes that are to be decoded, in pieces, as they come. Ends when the command ends.
 * Throws ERR_GODWIT_CLI_INPUT when they cannot be read.
 */
export async function* sourceBytes(
  { source, input }: DecodeOptions, ending: Ending,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (source !== undefined && 'hex' in source) {
    const text = new HexText('--hex')
    yield text.decode(source.hex)
    text.end()
    return
  }
  const what = source === undefined ? 'the standard input' : source.file
  const stream = source === undefined ? process.stdin : createReadStream(source.file, { highWaterMark: READ_LENGTH })
  const text = input === 'hex' ? new HexText(what) : undefined
  try {
    for await (const chunk of addAbortSignal(ending.signal, stream)) {
      const bytes = chunk as Buffer
      yield text === undefined ? bytes : text.decode(bytes.toString('latin1'))
    }
    text?.end()
  } catch (error) {
    if (!ending.signal.aborted) throw readError(what, error)
  } finally {
    // What is not read any more would keep the process alive.
    stream.destroy()
  }
}
