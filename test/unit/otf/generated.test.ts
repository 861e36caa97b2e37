import * as assert from 'uvu/assert'
import { decodeToJson, OtfDecoder } from '../../../codegen/index.ts'
import type { Ir, OtfHeader, OtfListener } from '../../../codegen/index.ts'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import { irOf } from '../../support/codecs.ts'
import type { CodecSource } from '../../support/codecs.ts'
import { differenceFromGenerated, parseExactly } from '../../support/exact-json.ts'
import { buildCodecSets, loadCodecSet, ownCodecs, withFewMessages } from '../../support/hostile/codec-sets.ts'
import { construct, constructHeader } from '../../support/hostile/decode-check.ts'
import type { CodecSet } from '../../support/hostile/decode-check.ts'
import { extremesOf, spoil, withNumber } from '../../support/hostile/message-mutations.ts'
import { MessageWriter } from '../../support/hostile/message-writer.ts'
import type { WrittenMessage } from '../../support/hostile/message-writer.ts'
import { OWN_SOURCES, VECTOR_SOURCES } from '../../support/hostile/schemas.ts'
import type { MessageShape } from '../../support/hostile/wire-shape.ts'
import { call } from '../../support/json-encoder.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { withVectors } from '../../support/vectors.ts'

const test = suite('decoding on the fly and generated decoders', { timeoutMs: 60_000 })

const MESSAGES_PER_SCHEMA = 6
const ROUNDS_PER_MESSAGE = 12
const SPOILED_PER_MESSAGE = 60
const BEFORE = 37
const AFTER = 300

interface Subject {
  readonly set: CodecSet
  readonly ir: Ir
  readonly decoder: OtfDecoder
}

const subjects = new Map<string, Subject>()
const PUBLISHED = VECTOR_SOURCES.map((source) => withFewMessages(source, MESSAGES_PER_SCHEMA))

test.before(async () => {
  Error.stackTraceLimit = 0
  const irs = new Map([...OWN_SOURCES, ...PUBLISHED].map((source) => [source.name, irOf(source)]))
  for (const built of [...(await ownCodecs()), ...(await buildCodecSets(PUBLISHED))]) {
    const ir = irs.get(built.name)
    if (ir !== undefined) subjects.set(built.name, { set: await loadCodecSet(built), ir, decoder: new OtfDecoder(ir) })
  }
})

test.after(() => {
  Error.stackTraceLimit = 10
})

/** What decoding comes to: values and the length of the message, or the error's code. */
type Outcome = { readonly values: unknown; readonly length: number } | { readonly code: string; readonly why: string }

function attempt(run: () => { readonly values: unknown; readonly length: number }): Outcome {
  try {
    return run()
  } catch (error) {
    if (error instanceof SbeError) return { code: error.code, why: error.message }
    throw error
  }
}

function onTheFly(ir: Ir, buffer: DirectBuffer, length: number): Outcome {
  return attempt(() => {
    const decoded = decodeToJson(ir, buffer, { offset: BEFORE, length })
    return { values: parseExactly(decoded.json), length: decoded.length }
  })
}

function generated({ set }: Subject, message: MessageShape, buffer: DirectBuffer, length: number): Outcome {
  return attempt(() => {
    const decoder = construct(set, `${message.className}Decoder`)
    call(decoder, 'wrapAndApplyHeader', buffer, BEFORE, constructHeader(set, `${message.className}Decoder`), length)
    const values = call(decoder, 'toJSON')
    return { values, length: set.shape.header.length + Number(call(decoder, 'sbeDecodedLength')) }
  })
}

/** Bytes among others, all of which are noise. */
function among(noise: (index: number) => number, bytes: Uint8Array): DirectBuffer {
  const memory = new Uint8Array(BEFORE + bytes.length + AFTER)
  for (let i = 0; i < memory.length; i++) memory[i] = noise(i)
  memory.set(bytes, BEFORE)
  return new DirectBuffer(memory)
}

/** Whether two failures are one: generated decoders look at the template first, and refuse ids that are inexact. */
function isSameFailure(onTheFlyCode: string, generatedCode: string): boolean {
  const isOther = onTheFlyCode === 'ERR_GODWIT_SBE_TEMPLATE' || onTheFlyCode === 'ERR_GODWIT_SBE_SCHEMA'
  if (generatedCode === 'ERR_GODWIT_SBE_INEXACT') return isOther || onTheFlyCode === 'ERR_GODWIT_SBE_BOUNDS'
  return onTheFlyCode === generatedCode || (isOther && generatedCode === 'ERR_GODWIT_SBE_TEMPLATE')
}

function compare(subject: Subject, written: MessageShape, bytes: Uint8Array): Outcome {
  const { ir, set } = subject
  const buffer = among((index) => index * 7, bytes)
  const ours = onTheFly(ir, buffer, bytes.length)
  assert.equal(onTheFly(ir, among((index) => ~(index * 7), bytes), bytes.length), ours, 'depends on what lies around')
  const header = headerAt(subject, buffer, bytes.length)
  const message = set.shape.messages.find(({ templateId }) => templateId === header?.templateId) ?? written
  const theirs = generated(subject, message, buffer, bytes.length)
  const label = `${set.name} ${written.className} ${Buffer.from(bytes).toString('hex')}`
  if ('code' in ours || 'code' in theirs) {
    const [a, b] = [ours, theirs].map((outcome) => 'code' in outcome ? outcome.code : `${outcome.length} bytes`)
    assert.ok(isSameFailure(a ?? '', b ?? ''), `${a} and ${b} for ${label}`)
  } else {
    assert.is(differenceFromGenerated(ours.values, theirs.values), undefined, label)
    // A version that is no number is the newest, but not for what measures messages.
    if (!Number.isNaN(header?.version)) assert.is(ours.length, theirs.length, label)
  }
  return ours
}

/** Undefined when there is no whole header. */
function headerAt({ decoder }: Subject, buffer: DirectBuffer, length: number): OtfHeader | undefined {
  try {
    return decoder.decodeHeader(buffer, BEFORE, length)
  } catch {
    return undefined
  }
}

type Attack = (subject: Subject, random: Random, message: MessageShape, written: WrittenMessage) => void

function onSchemas(
  sources: readonly CodecSource[], label: string, rounds: number, attack: Attack,
): () => Promise<void> {
  return async () => {
    for (const { name } of sources) {
      const subject = subjects.get(name)
      if (subject === undefined) throw new Error(`no codecs for ${name}`)
      await withSeed(`otf/${label}/${name}`, (random) => {
        const writer = new MessageWriter(subject.set.shape)
        for (const message of random.shuffle(subject.set.shape.messages).slice(0, MESSAGES_PER_SCHEMA)) {
          for (let i = 0; i < rounds; i++) attack(subject, random, message, writer.write(random, message))
        }
      })
    }
  }
}

const ATTACKS: readonly [name: string, rounds: number, attack: Attack][] = [
  ['well-formed messages of any version', ROUNDS_PER_MESSAGE, (subject, _random, message, { bytes }) => {
    const outcome = compare(subject, message, bytes)
    assert.ok('values' in outcome, JSON.stringify(outcome))
  }],
  ['messages cut off at any byte', 1, (subject, _random, message, { bytes }) => {
    for (let length = 0; length < bytes.length; length++) compare(subject, message, bytes.subarray(0, length))
  }],
  ['messages whose lengths, counts, ids and versions lie', 1, (subject, _random, message, { bytes, marks }) => {
    for (const mark of marks) {
      for (const lie of extremesOf(mark.primitive)) {
        compare(subject, message, withNumber(bytes, mark, lie, subject.set.shape.littleEndian))
      }
    }
  }],
  ['spoiled messages', SPOILED_PER_MESSAGE, (subject, random, message, written) => {
    compare(subject, message, spoil(random, written, subject.set.shape.littleEndian))
  }],
]

for (const [name, rounds, attack] of ATTACKS) {
  test(`${name} give the same either way, by their own bytes alone`, onSchemas(OWN_SOURCES, name, rounds, attack))
  withVectors(test)(
    `${name} of published schemas give the same either way, by their own bytes alone`,
    onSchemas(PUBLISHED, name, rounds, attack),
  )
}

test('a listener is told of nothing outside of the message', onSchemas(OWN_SOURCES, 'places', 20, (
  { decoder, set }, random, _message, written,
) => {
  const bytes = random.bool() ? written.bytes : spoil(random, written, set.shape.littleEndian)
  const inside = (offset: number, length: number): void => {
    assert.ok(offset === -1 || (offset >= BEFORE && offset + length <= BEFORE + bytes.length), `${length} at ${offset}`)
  }
  const listener: OtfListener = {
    onEncoding: (_field, type, _buffer, offset) => inside(offset, type.encodedLength),
    onEnum: (_field, type, _buffer, offset) => inside(offset, type.encodedLength),
    onBitSet: (_field, type, _buffer, offset) => inside(offset, type.encodedLength),
    onVarData: (_data, _buffer, offset, length) => inside(offset, length),
  }
  attempt(() => {
    const length = decoder.decode(among(() => 0xff, bytes), BEFORE, listener, bytes.length)
    assert.ok(length <= bytes.length)
    return { values: undefined, length }
  })
}))

test.run()
