import * as assert from 'uvu/assert'
import { DirectBuffer, EMPTY_ENTRIES_MAX, SbeError } from '../../../codegen/runtime/index.ts'
import type { CodecSource } from '../../support/codecs.ts'
import { buildCodecSets, loadCodecSet, ownCodecs, withFewMessages } from '../../support/hostile/codec-sets.ts'
import type { CodecSet } from '../../support/hostile/decode-check.ts'
import { construct, constructHeader, DecodeCheck } from '../../support/hostile/decode-check.ts'
import { extremesOf, liesFor, withNumber } from '../../support/hostile/message-mutations.ts'
import type { WrittenMessage } from '../../support/hostile/message-writer.ts'
import { MessageWriter } from '../../support/hostile/message-writer.ts'
import { OWN_SOURCES, VECTOR_SOURCES } from '../../support/hostile/schemas.ts'
import { HostileFinding } from '../../support/hostile/walker.ts'
import type { MessageShape } from '../../support/hostile/wire-shape.ts'
import { call, make } from '../../support/json-encoder.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { withVectors } from '../../support/vectors.ts'

const test = suite('decoders of malformed messages', { timeoutMs: 60_000 })

const HEADER = { header: true } as const
const MESSAGES_PER_SCHEMA = 4
const FLIPS_PER_MESSAGE = 24
const RANDOM_MESSAGES = 12
const TIME_LIMIT_MS = 2_000

const sets = new Map<string, CodecSet>()

test.before(async () => {
  // An error's stack costs more than what led to it.
  Error.stackTraceLimit = 0
  const published = VECTOR_SOURCES.map((source) => withFewMessages(source, MESSAGES_PER_SCHEMA))
  for (const built of [...(await ownCodecs()), ...(await buildCodecSets(published))]) {
    sets.set(built.name, await loadCodecSet(built))
  }
})

test.after(() => {
  Error.stackTraceLimit = 10
})

function setOf({ name }: { readonly name: string }): CodecSet {
  const set = sets.get(name)
  if (set === undefined) throw new Error(`no codecs for ${name}`)
  return set
}

interface Subject {
  readonly set: CodecSet
  readonly check: DecodeCheck
  readonly random: Random
  readonly message: MessageShape
  readonly written: WrittenMessage
  /** Whether to call with wrong arguments as well; not always, as that is slow. */
  readonly misuse: boolean
}

/** Runs an attack on messages of a few kinds of each schema, those with most groups and data. */
function attack(sources: readonly CodecSource[], label: string, run: (subject: Subject) => void): () => Promise<void> {
  return async () => {
    for (const source of sources) {
      const set = setOf(source)
      await withSeed(`hostile/${label}/${source.name}`, (random) => {
        const check = new DecodeCheck(set, random)
        const writer = new MessageWriter(set.shape)
        const weight = ({ block }: MessageShape): number => block.groups.length * 2 + block.data.length
        const kinds = random.shuffle(set.shape.messages).sort((a, b) => weight(b) - weight(a))
        kinds.slice(0, MESSAGES_PER_SCHEMA).forEach((message, index) => {
          const written = writer.write(random, message)
          run({ set, check, random, message, written, misuse: index === 0 })
        })
        assert.ok(check.executions > 0)
      })
    }
  }
}

const ATTACKS: readonly [name: string, run: (subject: Subject) => void][] = [
  ['cut off at any byte', ({ check, message, written, misuse }) => {
    const { bytes } = written
    for (let length = 0; length <= bytes.length; length++) {
      check.run(message, bytes.subarray(0, length), HEADER, misuse && length % 16 === 0)
    }
  }],
  ['with lengths, counts, ids and versions that lie', ({ set, check, random, message, written, misuse }) => {
    for (const mark of written.marks) {
      const lies = [...extremesOf(mark.primitive), liesFor(random, mark.primitive, written.bytes[mark.offset] ?? 0)]
      for (const lie of lies) {
        const bytes = withNumber(written.bytes, mark, lie, set.shape.littleEndian)
        check.run(message, bytes, HEADER, misuse && random.bool(0.1))
      }
    }
  }],
  ['with flipped bits', ({ check, random, message, written, misuse }) => {
    for (let i = 0; i < FLIPS_PER_MESSAGE; i++) {
      const bytes = written.bytes.slice()
      const index = random.int(bytes.length)
      bytes[index] = (bytes[index] ?? 0) ^ (1 << random.int(8))
      check.run(message, bytes, HEADER, misuse && i === 0)
    }
  }],
  ['of random bytes behind a header that promises anything', ({ set, check, random, message, misuse }) => {
    const known = message.block.blockLengths.at(-1) ?? 0
    for (let i = 0; i < RANDOM_MESSAGES; i++) {
      const bytes = random.bytes(random.int(2 * known + 60))
      const approach = {
        actingBlockLength: random.pick([0, 1, known - 1, known, known + 1, random.int(300), 65_535, 2 ** 32]),
        actingVersion: random.pick([0, 1, set.shape.schemaVersion, set.shape.schemaVersion + 1, 65_535, 2 ** 40, NaN]),
      }
      check.run(message, bytes, random.bool(0.1) ? HEADER : approach, misuse && i === 0)
    }
  }],
]

for (const [name, run] of ATTACKS) {
  test(`a message ${name} gives values or an SbeError, by its own bytes alone`, attack(OWN_SOURCES, name, run))
  withVectors(test)(
    `a message of a published schema ${name} gives values or an SbeError, by its own bytes alone`,
    attack(VECTOR_SOURCES, name, run),
  )
}

test('the check finds a decoder that reads what lies behind a message', () =>
  withSeed('hostile/self', (random) => {
    const set = setOf({ name: 'market-data' })
    const message = set.shape.messages.find(({ className }) => className === 'InstrumentDefinition')
    if (message === undefined) throw new Error('no such message')
    const check = new DecodeCheck(set, random)
    const { bytes } = new MessageWriter(set.shape).write(random, message)
    check.run(message, bytes, HEADER, true)
    // As if the decoder took no heed of the end.
    const beyond = (): unknown => check.run(message, bytes.subarray(0, bytes.length - 1), HEADER, false, bytes.length)
    assert.throws(beyond, (error: unknown) => error instanceof HostileFinding && /lies around/.test(error.message))
  }))

/** More than any block takes. */
const CAPACITY = 5_000
const BAD_LENGTHS = [-1, -8, NaN, Infinity, -Infinity, 7.5, CAPACITY + 1, 2 ** 31, 2 ** 53, Number.MIN_VALUE]
const BAD_OFFSETS = [-1, NaN, Infinity, -Infinity, 0.5, CAPACITY, CAPACITY + 1, 2 ** 32, 2 ** 53]

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'nothing'
  } catch (error) {
    if (error instanceof SbeError) return error.code
    throw error
  }
}

for (const source of OWN_SOURCES) {
  test(`every decoder of ${source.name} refuses lengths and offsets that do not lie within the buffer`, () => {
    const set = setOf(source)
    const buffer = new DirectBuffer(new ArrayBuffer(CAPACITY))
    for (const { className: name } of set.shape.messages) {
      const decoder = construct(set, `${name}Decoder`)
      const header = constructHeader(set, `${name}Decoder`)
      const wrap = (...args: readonly unknown[]): unknown => call(decoder, 'wrap', buffer, ...args)
      const headerEncoder = constructHeader(set, `${name}Encoder`)
      call(construct(set, `${name}Encoder`), 'wrapAndApplyHeader', buffer, 0, headerEncoder)
      for (const length of BAD_LENGTHS) {
        assert.is(codeOf(() => wrap(0, 8, 0, length)), 'ERR_GODWIT_SBE_BOUNDS', `${name} length ${length}`)
        const withHeader = (): unknown => call(decoder, 'wrapAndApplyHeader', buffer, 0, header, length)
        assert.is(codeOf(withHeader), 'ERR_GODWIT_SBE_BOUNDS', `${name} with header, length ${length}`)
      }
      for (const offset of BAD_OFFSETS) {
        assert.is(codeOf(() => wrap(offset, 8, 0)), 'ERR_GODWIT_SBE_BOUNDS', `${name} offset ${offset}`)
        assert.is(codeOf(() => wrap(offset, 8, 0, 100)), 'ERR_GODWIT_SBE_BOUNDS', `${name} offset ${offset}`)
      }
      for (const blockLength of [-1, NaN, Infinity, 7.5, 101, 2 ** 31]) {
        assert.is(codeOf(() => wrap(0, blockLength, 0, 100)), 'ERR_GODWIT_SBE_BOUNDS', `${name} block ${blockLength}`)
      }
    }
  })

  test(`composites, sets and the dispatcher of ${source.name} refuse what does not lie within the buffer`, () => {
    const set = setOf(source)
    const buffer = new DirectBuffer(new ArrayBuffer(CAPACITY))
    for (const className of Object.keys(set.classes)) {
      const found = set.module[className] as { readonly ENCODED_LENGTH?: number }
      if (found.ENCODED_LENGTH === undefined) continue
      const part = construct(set, className)
      for (const offset of [...BAD_OFFSETS, CAPACITY + 1 - found.ENCODED_LENGTH]) {
        // What takes no bytes lies within the buffer even at its end.
        const fits = Number.isInteger(offset) && offset >= 0 && offset + found.ENCODED_LENGTH <= CAPACITY
        assert.is(codeOf(() => part['wrap']?.(buffer, offset)), fits ? 'nothing' : 'ERR_GODWIT_SBE_BOUNDS', className)
      }
    }
    const dispatcher = Reflect.construct(set.module['MessageDispatcher'] as new () => object, [{}]) as unknown
    for (const length of BAD_LENGTHS) {
      assert.is(codeOf(() => call(dispatcher, 'dispatch', buffer, 0, length)), 'ERR_GODWIT_SBE_BOUNDS')
    }
    for (const offset of BAD_OFFSETS) {
      assert.is(codeOf(() => call(dispatcher, 'dispatch', buffer, offset)), 'ERR_GODWIT_SBE_BOUNDS', `offset ${offset}`)
    }
  })
}

/** A message of the schema with odd lengths, big-endian, from numbers and their widths in bytes. */
function oddMessage(name: string, numbers: readonly (readonly [bytes: number, value: number])[], actingVersion = 2) {
  const { module } = setOf({ name: 'odd-lengths' })
  const size = numbers.reduce((sum, [bytes]) => sum + bytes, 0)
  const buffer = new DirectBuffer(new ArrayBuffer(size + 64), 0, size)
  let at = 0
  for (const [bytes, value] of numbers) {
    let rest = BigInt.asUintN(bytes * 8, BigInt(value))
    for (let i = bytes - 1; i >= 0; i--, rest >>= 8n) buffer.bytes[at + i] = Number(rest & 0xffn)
    at += bytes
  }
  const decoder = make(module, `${name}Decoder`)
  return { decoder, wrap: (blockLength: number) => call(decoder, 'wrap', buffer, 0, blockLength, actingVersion) }
}

test('a block shorter than in the first version is refused, at the root and in groups', () => {
  const short = oddMessage('Groups', [[2, 1], [1, 0], [1, 1], [1, 9]], 0)
  assert.is(codeOf(() => short.wrap(1)), 'ERR_GODWIT_SBE_BLOCK_LENGTH')
  short.wrap(2)
  assert.is(codeOf(() => call(short.decoder, 'smalls')), 'ERR_GODWIT_SBE_BLOCK_LENGTH')
  assert.is(codeOf(() => call(short.decoder, 'sbeSkip')), 'ERR_GODWIT_SBE_BLOCK_LENGTH')
})

test('a header of another message or schema is refused, and the decoder stays at its message', () => {
  const { module } = setOf({ name: 'market-data' })
  const buffer = new DirectBuffer(new ArrayBuffer(500))
  const header = make(module, 'MessageHeaderDecoder')
  call(make(module, 'TradeEncoder'), 'wrapAndApplyHeader', buffer, 0, make(module, 'MessageHeaderEncoder'))
  call(make(module, 'BookUpdateEncoder'), 'wrapAndApplyHeader', buffer, 100, make(module, 'MessageHeaderEncoder'))
  const decoder = make(module, 'TradeDecoder')
  call(decoder, 'wrapAndApplyHeader', buffer, 0, header)
  const wrap = (): unknown => call(decoder, 'wrapAndApplyHeader', buffer, 100, header)
  assert.is(codeOf(wrap), 'ERR_GODWIT_SBE_TEMPLATE')
  call(call(make(module, 'MessageHeaderEncoder'), 'wrap', buffer, 100), 'templateId', 3)
  call(call(make(module, 'MessageHeaderEncoder'), 'wrap', buffer, 100), 'schemaId', 301)
  assert.is(codeOf(wrap), 'ERR_GODWIT_SBE_SCHEMA')
  assert.is(call(decoder, 'offset'), 8)
})

test('a negative count of a signed type is refused, and the cursor stays', () => {
  const { decoder, wrap } = oddMessage('Groups', [[2, 1], [1, 1], [1, 0], [2, 24], [1, -1], [8, 0], [8, 0]], 0)
  wrap(2)
  assert.is(call(call(decoder, 'smalls'), 'count'), 0)
  const limit = call(decoder, 'limit')
  assert.is(codeOf(() => call(decoder, 'signeds')), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(call(decoder, 'limit'), limit)
  assert.is(codeOf(() => call(decoder, 'sbeSkip')), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(codeOf(() => call(decoder, 'toJSON')), 'ERR_GODWIT_SBE_BOUNDS')
})

test('four billion entries without bytes are refused at once', () => {
  const { decoder, wrap } = oddMessage('Empties', [[2, 0], [4, 0xffff_fffe]])
  wrap(0)
  const startMs = performance.now()
  assert.is(codeOf(() => call(decoder, 'outer')), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(codeOf(() => call(decoder, 'sbeSkip')), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(codeOf(() => call(decoder, 'toJSON')), 'ERR_GODWIT_SBE_BOUNDS')
  assert.ok(performance.now() - startMs < TIME_LIMIT_MS)
})

/** The decoder of nested groups whose entries take no bytes, at a message of `counts.length` outer entries. */
function nestedEmpties(counts: readonly number[], last: number): unknown {
  const inner = counts.flatMap((count): [number, number][] => [[2, 0], [4, count]])
  const { decoder, wrap } = oddMessage('Empties', [[2, 0], [4, counts.length], ...inner, [8, 0], [8, last]])
  wrap(0)
  return decoder
}

/** Reads all entries and counts them. */
function countEntries(decoder: unknown): number {
  let entries = 0
  for (const outer of call(decoder, 'outer') as Iterable<unknown>) {
    entries++
    for (const _inner of call(outer, 'inner') as Iterable<unknown>) entries++
  }
  for (const _last of call(decoder, 'last') as Iterable<unknown>) entries++
  return entries
}

test('a message may have as many entries without bytes as the limit says, and be read more than once', () => {
  const counts = [1, 0, EMPTY_ENTRIES_MAX - 7, 2]
  const decoder = nestedEmpties(counts, 0)
  for (let i = 0; i < 3; i++) {
    assert.is(countEntries(decoder), EMPTY_ENTRIES_MAX)
    call(decoder, 'sbeRewind')
  }
})

test('nested groups cannot multiply entries without bytes beyond the limit', () => {
  const startMs = performance.now()
  const decoder = nestedEmpties(new Array<number>(3000).fill(EMPTY_ENTRIES_MAX), EMPTY_ENTRIES_MAX)
  assert.is(codeOf(() => countEntries(decoder)), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(codeOf(() => call(decoder, 'toJSON')), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(codeOf(() => countEntries(nestedEmpties([EMPTY_ENTRIES_MAX, 1], 0))), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(codeOf(() => countEntries(nestedEmpties([EMPTY_ENTRIES_MAX], 1))), 'ERR_GODWIT_SBE_BOUNDS')
  assert.ok(performance.now() - startMs < TIME_LIMIT_MS)
})

test('a length of eight bytes that no Number holds is refused', () => {
  for (const length of [0xffff_ffff_ffff_f000, 2 ** 63, 2 ** 53, 4]) {
    const { decoder, wrap } = oddMessage('Datas', [[8, length], [1, 1], [1, 2], [1, 3]], 0)
    wrap(0)
    for (const name of ['wideBytes', 'skipWide', 'sbeDecodedLength']) {
      assert.is(codeOf(() => call(decoder, name)), 'ERR_GODWIT_SBE_BOUNDS', `${name} of ${length}`)
    }
  }
})

test('a version that is no number counts as the oldest, behind a block too short for more', () => {
  const { decoder, wrap } = oddMessage('Groups', [[2, 5]], NaN)
  wrap(2)
  assert.is(call(decoder, 'late'), 0xffff_ffff_ffff_ffffn)
  assert.is(call(decoder, 'lateIsNull'), true)
})

test.run()
