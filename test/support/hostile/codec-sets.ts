import { pathToFileURL } from 'node:url'
import type { Ir } from '../../../codegen/index.ts'
import { generateTypeScript } from '../../../codegen/index.ts'
import type { CodecSource } from '../codecs.ts'
import { buildCodecs, irOf } from '../codecs.ts'
import type { CodecClasses } from './codec-classes.ts'
import { codecClasses, messageClassNames } from './codec-classes.ts'
import type { CodecSet } from './decode-check.ts'
import { OWN_SOURCES } from './schemas.ts'
import type { SchemaShape } from './wire-shape.ts'
import { schemaShape } from './wire-shape.ts'

/** Codecs on the disk and what is known of them: plain data, which may go to another thread. */
export interface BuiltCodecs {
  readonly name: string
  readonly index: string
  readonly classes: CodecClasses
  readonly shape: SchemaShape
}

/** Generates and compiles codecs, all in one run of the TypeScript compiler. */
export async function buildCodecSets(sources: readonly CodecSource[]): Promise<readonly BuiltCodecs[]> {
  if (sources.length === 0) return []
  const withIr = sources.map((source) => ({ ...source, schema: { ir: irOf(source) } }))
  const indexes = await buildCodecs(withIr)
  return withIr.map((source) => {
    const files = generateTypeScript(source.schema.ir, source.generate)
    return {
      name: source.name,
      index: indexes.get(source.name) ?? '',
      classes: codecClasses(files),
      shape: schemaShape(source.schema.ir, messageClassNames(files)),
    }
  })
}

let own: Promise<readonly BuiltCodecs[]> | undefined

/** The codecs of the repository's own schemas, built once for all that ask. */
export function ownCodecs(): Promise<readonly BuiltCodecs[]> {
  own ??= buildCodecSets(OWN_SOURCES)
  return own
}

/** The same schema with the messages that have most groups and data, to save time. */
export function withFewMessages(source: CodecSource, count: number): CodecSource {
  const ir = irOf(source)
  const weightOf = ({ tokens }: Ir['messages'][number]): number =>
    tokens.filter(({ signal }) => signal === 'BEGIN_GROUP' || signal === 'BEGIN_VAR_DATA').length
  const messages = [...ir.messages].sort((a, b) => weightOf(b) - weightOf(a)).slice(0, count)
  return { ...source, schema: { ir: { ...ir, messages } } }
}

export async function loadCodecSet({ name, index, classes, shape }: BuiltCodecs): Promise<CodecSet> {
  const module = (await import(pathToFileURL(index).href)) as Readonly<Record<string, unknown>>
  return { name, module, classes, shape }
}
