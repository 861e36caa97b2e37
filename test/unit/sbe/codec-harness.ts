/** What the tests of generated codecs share: loading them, wrapping them, and looking at failures. */
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { SbeError } from '../../../codegen/runtime/index.ts'
import type { DirectBuffer, SbeErrorCode } from '../../../codegen/runtime/index.ts'
import type { GenerateOptions } from '../../../codegen/index.ts'
import { buildCodecs } from '../../support/codecs.ts'
import { call, make } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'

export { call, make }
export type { CodecModule }

/** Codecs of schemas given by their text, by name. */
export async function loadModules<Name extends string>(
  texts: Readonly<Record<Name, string>>, generate: GenerateOptions = {},
): Promise<Readonly<Record<Name, CodecModule>>> {
  const entries = Object.entries<string>(texts)
  const indexes = await buildCodecs(entries.map(([name, text]) => ({ name, schema: { text }, generate })))
  const modules: Record<string, CodecModule> = {}
  for (const [name, index] of indexes) modules[name] = (await import(pathToFileURL(index).href)) as CodecModule
  return modules as Record<Name, CodecModule>
}

/** An encoder after its message header. */
export function encoderOf(module: CodecModule, message: string, buffer: DirectBuffer, offset: number = 0): unknown {
  const header = make(module, 'MessageHeaderEncoder')
  return call(make(module, `${message}Encoder`), 'wrapAndApplyHeader', buffer, offset, header)
}

/** A decoder after the message header. */
export function decoderOf(module: CodecModule, message: string, buffer: DirectBuffer, offset: number = 0): unknown {
  const header = make(module, 'MessageHeaderDecoder')
  return call(make(module, `${message}Decoder`), 'wrapAndApplyHeader', buffer, offset, header)
}

/** What accessors without arguments give, in the order of the names. */
export function read(target: unknown, ...names: readonly string[]): unknown[] {
  return names.map((name) => call(target, name))
}

/** Requires that `run` throws an SbeError of this code; returns its message. */
export function fails(code: SbeErrorCode, run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (!(error instanceof SbeError)) throw error
    assert.is(error.code, code, error.message)
    return error.message
  }
  return assert.unreachable(`expected ${code}`) as never
}

/** As `fails`, and requires that no byte of the buffer and nothing that `state` tells has changed. */
export function failsWithoutTrace(
  code: SbeErrorCode, buffer: DirectBuffer, run: () => unknown, state: () => unknown = () => undefined,
): string {
  const [bytes, before] = [buffer.bytes.slice(), state()]
  const message = fails(code, run)
  assert.equal(buffer.bytes, bytes, 'a call that fails writes nothing')
  assert.equal(state(), before, 'a call that fails moves nothing')
  return message
}
