import * as assert from 'uvu/assert'
import { compareSchemas, compileSchemaFile } from '../../../codegen/index.ts'
import type { Ir, SchemaComparison, Token } from '../../../codegen/index.ts'
import { buildSchemaModel } from '../../../codegen/model/build-schema-model.ts'
import { blockEnd } from '../../../codegen/model/schema-model.ts'
import type { BlockModel } from '../../../codegen/model/schema-model.ts'
import { findMisreading, pathsWithCaveat } from '../../support/misreading.ts'
import { Random } from '../../support/random.ts'
import { suite } from '../../support/suite.ts'
import { sharedVector, withVectors } from '../../support/vectors.ts'

const test = suite('differences of published schemas', { timeoutMs: 30_000 })
const withShared = withVectors(test)

const MESSAGES = 5

function load(path: string): Ir {
  const { ir } = compileSchemaFile(sharedVector(`sbe/${path}.xml`), { lenient: true })
  if (ir === undefined) throw new Error(`${path} is not valid`)
  return ir
}

/** Fails when a message is misread of which it is not said. */
function checkMessages(comparison: SchemaComparison, before: Ir, after: Ir): void {
  for (const [direction, reader, writer] of [['forward', before, after], ['backward', after, before]] as const) {
    const isLeftOut = pathsWithCaveat(comparison, direction)
    for (const { name, [direction]: verdict } of comparison.messages) {
      const isOnBothSides = [reader, writer].every(({ messages }) => messages.some((message) => message.name === name))
      if (verdict === 'incompatible' || !isOnBothSides) continue
      const misreading = findMisreading(reader, writer, name, new Random(name), MESSAGES, isLeftOut)
      assert.is(misreading, undefined, `${direction}: ${misreading}`)
    }
  }
}

/** A schema as it was: without messages, fields, groups and data of later versions. */
function asOfVersion(ir: Ir, version: number): Ir {
  const messages = ir.messages.filter(({ tokens }) => (tokens[0]?.version ?? 0) <= version).map((message) => {
    const kept: Token[] = []
    for (let index = 0; index < message.tokens.length; index++) {
      const token = message.tokens[index]
      if (token === undefined) break
      const isPart = ['BEGIN_FIELD', 'BEGIN_GROUP', 'BEGIN_VAR_DATA'].includes(token.signal)
      if (isPart && token.version > version) index += token.componentTokenCount - 1
      else kept.push(token)
    }
    return { ...message, tokens: kept }
  })
  const older: Ir = { ...ir, schemaVersion: version, messages }
  // Blocks were as long as their fields.
  const lengths = buildSchemaModel(older).messages.map((message) => [message, ...groupsOf(message)]
    .map((block) => blockEnd(block, ir.schemaVersion)))
  return {
    ...older,
    messages: messages.map((message, index) => {
      const blocks = lengths[index]?.values()
      const tokens = message.tokens.map((token) => {
        const isBlock = token.signal === 'BEGIN_MESSAGE' || token.signal === 'BEGIN_GROUP'
        return isBlock ? { ...token, encodedLength: blocks?.next().value ?? 0 } : token
      })
      return { ...message, tokens }
    }),
  }
}

function groupsOf({ groups }: BlockModel): BlockModel[] {
  return groups.flatMap((group) => [group, ...groupsOf(group)])
}

const TOOL = 'schemas/sbe-tool'

const PAIRS: readonly (readonly [before: string, after: string, forward: string, backward: string])[] = [
  ['car/example-schema', 'car/example-extension-schema', 'compatible', 'compatible'],
  // The version goes back.
  ['car/example-extension-schema', 'car/example-schema', 'caveat', 'caveat'],
  // What is new in it has no version.
  [`${TOOL}/versioned-message-v1`, `${TOOL}/versioned-message-v2`, 'compatible', 'incompatible'],
  // What was there before is said to be of version 1.
  [`${TOOL}/code-generation-schema`, `${TOOL}/code-generation-schema-with-version`, 'compatible', 'incompatible'],
  [`${TOOL}/example-schema`, `${TOOL}/example-bigendian-test-schema`, 'incompatible', 'incompatible'],
]

for (const [before, after, forward, backward] of PAIRS) {
  withShared(`${after} after ${before} is ${forward} forward and ${backward} backward`, () => {
    const [older, newer] = [load(before), load(after)]
    const comparison = compareSchemas(older, newer)
    assert.equal([comparison.forward, comparison.backward], [forward, backward])
    checkMessages(comparison, older, newer)
  })
}

/** How decoders of the first version read messages of the last one. */
const GROWN: readonly (readonly [schema: string, forward: string])[] = [
  [`${TOOL}/extension-schema`, 'caveat'],
  [`${TOOL}/dto-test-schema`, 'caveat'],
  [`${TOOL}/FixBinary`, 'caveat'],
  [`${TOOL}/ilinkbinary`, 'caveat'],
  [`${TOOL}/issue661`, 'compatible'],
  [`${TOOL}/issue1028`, 'compatible'],
  // A group of version 4 lies before data of version 0.
  [`${TOOL}/since-version-filter-schema`, 'incompatible'],
  ['schemas/aeron/aeron-archive-codecs', 'caveat'],
  ['schemas/aeron/aeron-cluster-codecs', 'caveat'],
]

for (const [path, forward] of GROWN) {
  withShared(`${path} reads all its earlier versions, and is ${forward} to the first one`, () => {
    const ir = load(path)
    for (let version = 0; version < ir.schemaVersion; version++) {
      const older = asOfVersion(ir, version)
      const comparison = compareSchemas(older, ir)
      assert.is(comparison.backward, 'compatible', `version ${version}`)
      if (version === 0) assert.is(comparison.forward, forward)
      checkMessages(comparison, older, ir)
    }
  })
}

test.run()
