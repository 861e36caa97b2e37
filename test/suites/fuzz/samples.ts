/** Codecs of mutated schemas: they must compile, and be attacked like others. */
import type { CodecSource } from '../../support/codecs.ts'
import type { BuiltCodecs } from '../../support/hostile/codec-sets.ts'
import { buildCodecSets, withFewMessages } from '../../support/hostile/codec-sets.ts'
import type { Finding } from './watched-worker.ts'
import { compile, SchemaTarget } from './schema-target.ts'

const MAX_MESSAGES = 3
/** Blocks that are longer take all the time, and more memory than a test may have. */
const MAX_BLOCK_LENGTH = 20_000
/** One in so many samples has codecs that check the order of access, at run time and by types. */
const CHECKED_EVERY = 3
const SAMPLE_NAME = /^sample-(\d+)$/
const COMPLAINT = /^.*?\bsrc\/(sample-\d+)\/.*$/gm

export interface BuiltSamples {
  readonly codecs: readonly BuiltCodecs[]
  readonly findings: readonly Finding[]
}

export function sampleName(index: number): string {
  return `sample-${index}`
}

/** The case of the schema target that a sample is from. */
export function sampleIndex(name: string): number | undefined {
  const match = SAMPLE_NAME.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** At most `count` of the cases, evenly spread. */
export function pickSamples(accepted: readonly number[], count: number): readonly number[] {
  const step = Math.max(1, accepted.length / count)
  return Array.from({ length: Math.min(count, accepted.length) }, (_, i) => accepted[Math.floor(i * step)] ?? 0)
}

/** Generates and compiles the codecs of accepted schemas, in one run of the TypeScript compiler unless it complains. */
export async function buildSamples(indexes: readonly number[]): Promise<BuiltSamples> {
  const schemas = new SchemaTarget()
  const sources = indexes.flatMap((index): CodecSource[] => {
    const { ir } = compile(schemas.schemaOf(index), true)
    if (ir === undefined) throw new Error(`schema ${index} is not accepted any more`)
    const isLong = ir.messages.some(({ tokens }) => tokens.some((token) => token.encodedLength > MAX_BLOCK_LENGTH))
    if (isLong || ir.messages.length === 0) return []
    const precedenceChecks = index % CHECKED_EVERY === 0
    const generate = { precedenceChecks, staged: precedenceChecks }
    return [withFewMessages({ name: sampleName(index), schema: { ir }, generate }, MAX_MESSAGES)]
  })
  try {
    return { codecs: await buildCodecSets(sources), findings: [] }
  } catch (error) {
    const complaints = new Map<string, string>()
    for (const [line, name = ''] of (error instanceof Error ? error.message : '').matchAll(COMPLAINT)) {
      if (!complaints.has(name)) complaints.set(name, line)
    }
    if (complaints.size === 0) throw error
    const findings = [...complaints].map(([target, text]) => ({ target, index: 0, text }))
    const good = sources.filter(({ name }) => !complaints.has(name))
    return { codecs: good.length === 0 ? [] : await buildCodecSets(good), findings }
  }
}
