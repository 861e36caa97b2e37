import * as assert from 'uvu/assert'
import { pathToFileURL } from 'node:url'
import { generateTypeScript } from '../../../codegen/index.ts'
import { buildCodecs, irOf } from '../../support/codecs.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { vectorsPresent, sharedVector, withVectors } from '../../support/vectors.ts'
import { orderSchema } from './access-order-schema.ts'
import { enumerateSequences, exploreStates, messagesOf, subjectsOf, walkAtRandom } from './access-order-walk.ts'
import type { Subject } from './access-order-walk.ts'

const test = suite('access order', { timeoutMs: 60_000 })
const testWithVectors = withVectors(test)

const MAX_STATES = 2000
const SEQUENCE_LENGTH = 4
const WALKS = 8
const WALK_LENGTH = 60

// Staged encoders have all accesses that others have, and `end` besides.
const generate = { precedenceChecks: true, staged: true }
const own = { name: 'order', schema: { text: orderSchema }, generate }
const reference = {
  name: 'reference',
  schema: sharedVector('sbe/schemas/sbe-tool/field-order-check-schema.xml'),
  generate,
}
const indexes = await buildCodecs(vectorsPresent ? [own, reference] : [own])

async function load(name: string): Promise<CodecModule> {
  return (await import(pathToFileURL(indexes.get(name) ?? '').href)) as CodecModule
}

async function subjectsIn(name: string): Promise<Subject[]> {
  const module = await load(name)
  return messagesOf(module).flatMap((message) => subjectsOf(module, message))
}

function explore(subjects: readonly Subject[]): number {
  return subjects.reduce((states, subject) => states + exploreStates(subject, MAX_STATES), 0)
}

test('every access in every state gives what the rules say', async () => {
  const subjects = await subjectsIn('order')
  assert.is(new Set(subjects.map(({ name }) => name)).size, 11)
  assert.ok(explore(subjects) > 3000)
})

test('all short sequences of accesses give what the rules say', async () => {
  const small = (await subjectsIn('order')).filter(({ counts, name, side }) => {
    return name !== 'Siblings' && (side === 'encoder' || counts[0] === 2)
  })
  const sequences = small.reduce((sum, subject) => sum + enumerateSequences(subject, SEQUENCE_LENGTH), 0)
  assert.ok(sequences > 10_000)
})

test('long random walks through a message give what the rules say', async () => {
  const subjects = await subjectsIn('order')
  await withSeed('access order', (random) => {
    for (const subject of subjects) for (let i = 0; i < WALKS; i++) walkAtRandom(subject, random, WALK_LENGTH)
  })
})

testWithVectors('every access in every state of the reference schema for access order', async () => {
  const subjects = await subjectsIn('reference')
  assert.is(new Set(subjects.map(({ name }) => name)).size, 42)
  assert.ok(explore(subjects) > 3000)
})

testWithVectors('long random walks through the messages of the reference schema for access order', async () => {
  const subjects = await subjectsIn('reference')
  await withSeed('access order of the reference schema', (random) => {
    for (const subject of subjects) for (let i = 0; i < WALKS; i++) walkAtRandom(subject, random, WALK_LENGTH)
  })
})

test('codecs made without checks have no trace of them', () => {
  const files = generateTypeScript(irOf({ ...own, generate: {} }))
  for (const { path, text } of files) assert.not.match(text, /AccessOrder|AccessItem|ACCESS_ORDER|_order\b/, path)
  const checked = generateTypeScript(irOf(own), generate).filter(({ text }) => text.includes('new AccessOrder('))
  assert.is(checked.length, 11)
})

test.run()
