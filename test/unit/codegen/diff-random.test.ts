import * as assert from 'uvu/assert'
import { compareSchemas, compileSchemaText } from '../../../codegen/index.ts'
import type { Ir } from '../../../codegen/index.ts'
import { evolve } from '../../suites/java/schema-evolution.ts'
import { generateSchema, printSchema } from '../../suites/java/schema-generator.ts'
import type { GeneratedSchema } from '../../suites/java/schema-generator.ts'
import { mutateSchema } from '../../suites/java/schema-mutator.ts'
import { changeSchema } from '../../support/schema-changes.ts'
import { findMisreading, pathsWithCaveat } from '../../support/misreading.ts'
import type { Direction } from '../../support/misreading.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('differences of random schemas', { timeoutMs: 60_000 })

const PAIRS = 120
const MESSAGES = 8
/** Members of a header that say of each message what it is. */
const HEADER_MEMBERS = ['blockLength', 'templateId', 'schemaId', 'version']
/** Limits of what is tried: mutations ask for millions. */
const BLOCK_LENGTH_MAX = 10_000
const ENTRIES_MAX = 100

interface Tally {
  pairs: number
  compatible: number
  incompatible: number
  /** Of the incompatible ones, those of which some message was misread. */
  misread: number
}

function compile(schema: GeneratedSchema, random: Random): { ir: Ir | undefined; text: string } {
  const text = printSchema(schema, random)
  const { ir } = compileSchemaText(text, 'random.xml', { lenient: true })
  const isHuge = ir?.messages.some(({ tokens }) => tokens.some(({ name, encodedLength, encoding }) => {
    return encodedLength > BLOCK_LENGTH_MAX || (name === 'numInGroup' && Number(encoding.minValue ?? 0) > ENTRIES_MAX)
  }))
  // A header with a constant fits few messages, and maybe none of the schema's own.
  const isFixed = ir?.headerTokens.some(({ name, encoding }) => {
    return HEADER_MEMBERS.includes(name) && encoding.presence === 'constant'
  })
  return { ir: isHuge === true || isFixed === true ? undefined : ir, text }
}

/** Compares what the comparison says of every message with what happens to messages. */
function checkPairs(random: Random, change: (schema: GeneratedSchema, random: Random) => void): Tally {
  const tally: Tally = { pairs: 0, compatible: 0, incompatible: 0, misread: 0 }
  for (let index = 0; index < PAIRS; index++) {
    const own = random.fork(index)
    const schema = generateSchema(own)
    const before = compile(schema, own)
    change(schema, own)
    const after = compile(schema, own)
    if (before.ir === undefined || after.ir === undefined) continue
    tally.pairs++
    for (const [direction, reader, writer] of [
      ['forward', before.ir, after.ir], ['backward', after.ir, before.ir],
    ] as const) {
      try {
        checkDirection(tally, own, direction, reader, writer, compareSchemas(before.ir, after.ir))
      } catch (error) {
        if (error instanceof Error) error.message += `\n${direction}, pair ${index}\n${before.text}\n${after.text}`
        throw error
      }
    }
  }
  return tally
}

function checkDirection(
  tally: Tally, random: Random, direction: Direction, reader: Ir, writer: Ir,
  comparison: ReturnType<typeof compareSchemas>,
): void {
  for (const message of comparison.messages) {
    const isWritten = writer.messages.some(({ name }) => name === message.name)
    const isKnown = reader.messages.some(({ name }) => name === message.name)
    if (!isWritten || !isKnown) continue
    const verdict = message[direction]
    const isLeftOut = verdict === 'incompatible' ? undefined : pathsWithCaveat(comparison, direction)
    const misreading = findMisreading(reader, writer, message.name, random, MESSAGES, isLeftOut)
    if (verdict === 'incompatible') {
      tally.incompatible++
      if (misreading !== undefined) tally.misread++
    } else {
      tally.compatible++
      const changes = comparison.changes.filter(({ owner, usedBy }) => owner === message.name || usedBy !== undefined)
      if (misreading !== undefined) assert.unreachable(`${misreading}\n${JSON.stringify(changes, null, 1)}`)
    }
  }
}

test('a schema that only grows at its ends is read both ways, and every message is', async () => {
  await withSeed('diff/grown', (random) => {
    const tally = checkPairs(random, (schema, own) => evolve(schema, own, { readableByOld: true }))
    assert.ok(tally.compatible > PAIRS, JSON.stringify(tally))
    assert.is(tally.incompatible, 0)
  })
})

test('what a schema has grown anywhere is either read or said not to be', async () => {
  await withSeed('diff/anywhere', (random) => {
    const tally = checkPairs(random, (schema, own) => evolve(schema, own, { readableByOld: false }))
    assert.ok(tally.compatible > PAIRS && tally.misread > 10, JSON.stringify(tally))
  })
})

test('of schemas with any changes no message is misread that is said to be read', async () => {
  await withSeed('diff/changed', (random) => {
    const tally = checkPairs(random, (schema, own) => {
      for (let left = own.between(1, 2); left > 0; left--) changeSchema(schema.root, own)
    })
    assert.ok(tally.compatible > PAIRS / 2 && tally.misread > PAIRS / 4, JSON.stringify(tally))
  })
})

test('of schemas with mistakes that still are valid no message is misread that is said to be read', async () => {
  await withSeed('diff/mutated', (random) => {
    const tally = checkPairs(random, (schema, own) => mutateSchema(schema.root, own))
    assert.ok(tally.compatible > PAIRS / 4 && tally.misread > 5, JSON.stringify(tally))
  })
})

test.run()
