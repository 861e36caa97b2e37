import type { Random } from '../../support/random.ts'
import type { GeneratedSchema, Level } from './schema-generator.ts'
import { addData, addField, addGroup } from './schema-generator.ts'

/** How a newer version of a schema may grow. */
export interface Growth {
  /**
   * Whether decoders of the old version must be able to read the new one: then nothing but fields is added inside
   * groups, and groups only where no data follows.
   */
  readonly readableByOld: boolean
}

/** Turns a schema into its next version by appending to its messages. */
export function evolve(schema: GeneratedSchema, random: Random, growth: Growth): void {
  const version = schema.options.version + random.between(1, 2)
  schema.root.attributes.set('version', String(version))
  const known = schema.types.declared.length
  for (let left = random.int(3); left > 0; left--) schema.types.declare()
  schema.typesNode.children.push(...schema.types.declared.slice(known).map(({ node }) => node))
  for (const message of schema.messages) growLevel(schema, random, message, version, growth)
}

function growLevel(schema: GeneratedSchema, random: Random, level: Level, version: number, growth: Growth): void {
  const inside = [...level.groups]
  for (let left = random.int(4); left > 0; left--) addField(schema, random, level, version)
  const declared = level.node.attributes.get('blockLength')
  if (declared !== undefined && Number(declared) < level.blockEnd) {
    level.node.attributes.set('blockLength', String(level.blockEnd))
  }
  for (const group of inside) growLevel(schema, random, group, version, growth)
  const root = level.depth === 0
  const mayAddGroups = !growth.readableByOld || (root && level.dataCount === 0)
  const mayAddData = !growth.readableByOld || root
  if (mayAddGroups && level.depth < 2 && random.bool(0.4)) addGroup(schema, random, level, version)
  if (mayAddData && random.bool(0.4)) addData(schema, random, level, version)
}
