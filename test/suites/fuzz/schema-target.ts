/** The schema compiler and the generator under mutated schemas. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compileSchemaText, formatDiagnostic, generateTypeScript } from '../../../codegen/index.ts'
import type { CompileResult } from '../../../codegen/index.ts'
import { ODD_LENGTHS_SCHEMA, VEHICLE_SCHEMA } from '../../support/hostile/schemas.ts'
import { HostileFinding } from '../../support/hostile/walker.ts'
import { repositoryRoot } from '../../support/root.ts'
import { seededRandom } from '../../support/seed.ts'
import { vectorsDir, vectorsPresent } from '../../support/vectors.ts'
import { generateSchema, printSchema } from '../java/schema-generator.ts'
import { mutateSchema } from './schema-mutations.ts'

/** Mutations of the largest schemas take as long as those of hundreds of others. */
const MAX_BASE_LENGTH = 60_000
const GENERATED_SHARE = 0.3

const COMMON_TYPES = new TextEncoder().encode('<types><type name="common" primitiveType="uint8"/></types>')

export interface SchemaCase {
  readonly schema: string | Uint8Array
  /** Accepted ones, by whether they needed leniency. */
  readonly accepted: 'strict' | 'lenient' | undefined
}

export class SchemaTarget {
  private readonly bases: readonly string[] = baseTexts()

  /** Compiles one mutated schema and generates code from it; throws a HostileFinding when that goes wrong. */
  run(index: number): SchemaCase {
    const schema = this.schemaOf(index)
    const strict = compile(schema, false)
    const lenient = compile(schema, true)
    if (strict.ir !== undefined && lenient.ir === undefined) {
      throw new HostileFinding('a schema is accepted, but not leniently')
    }
    const { ir } = lenient
    if (ir === undefined) return { schema, accepted: undefined }
    const plain = generateTypeScript(ir)
    const paths = plain.map(({ path }) => path)
    if (new Set(paths).size !== paths.length) throw new HostileFinding(`two files have one name: ${paths.join()}`)
    const odd = paths.find((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*_*\d*\.ts$/.test(path))
    if (odd !== undefined) throw new HostileFinding(`a file is called ${JSON.stringify(odd)}`)
    generateTypeScript(ir, { precedenceChecks: true, staged: true, importExtension: 'none' })
    return { schema, accepted: strict.ir === undefined ? 'lenient' : 'strict' }
  }

  schemaOf(index: number): string | Uint8Array {
    const random = seededRandom(`fuzz/schema/${index}`)
    const base = random.bool(GENERATED_SHARE)
      ? printSchema(generateSchema(random, { hostile: random.bool() }), random)
      : random.pick(this.bases)
    return mutateSchema(random, base, random.pick(this.bases))
  }
}

/** Schemas to begin with; those of the repository, and the published ones where they are. */
function baseTexts(): string[] {
  const own = readdirSync(join(repositoryRoot, 'schemas')).filter((name) => name.endsWith('.xml'))
  const texts = own.map((name) => readFileSync(join(repositoryRoot, 'schemas', name), 'utf8'))
  const published = vectorsPresent ? readdirSync(vectorsDir('sbe'), { recursive: true, encoding: 'utf8' }).sort() : []
  for (const name of published) {
    if (name.endsWith('.xml')) texts.push(readFileSync(join(vectorsDir('sbe'), name), 'utf8'))
  }
  return [VEHICLE_SCHEMA, ODD_LENGTHS_SCHEMA, ...texts].filter(({ length }) => length <= MAX_BASE_LENGTH)
}

/** What schemas include; nothing else can be read. */
function readFile(path: string): Uint8Array {
  if (basename(path) !== 'common-types.xml') throw new Error('there is no such file')
  return COMMON_TYPES
}

export function compile(schema: string | Uint8Array, lenient: boolean): CompileResult {
  const result = compileSchemaText(schema, 'fuzz.xml', { lenient, readFile })
  const { ir, diagnostics } = result
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error')
  if (hasErrors && ir !== undefined) throw new HostileFinding('a schema with errors is accepted')
  if (!hasErrors && ir === undefined) throw new HostileFinding('a schema without errors is not accepted')
  for (const diagnostic of diagnostics) {
    const { line, column, message, code } = diagnostic
    const placed = Number.isInteger(line) && Number.isInteger(column) && line >= 1 && column >= 1
    if (placed && message !== '' && code !== '') continue
    throw new HostileFinding(`a poor finding: ${formatDiagnostic(diagnostic)}`)
  }
  return result
}
