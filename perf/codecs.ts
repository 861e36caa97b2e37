/**
 * The program of `npm run codecs`: compiles the market-data schema, encodes the messages of the data file with the
 * codecs, decodes them and requires that every field comes back, then measures both directions. Exits with 1 when
 * anything differs.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { compileSchemaFile, formatDiagnostic, generateTypeScript } from '../codegen/index.ts'
import { DirectBuffer } from '../codegen/runtime/index.ts'
import { GENERATE_WITH_OBJECTS } from '../schemas/generate-options.ts'
import { foldMessage, foldRecord } from './market-data/checksum.ts'
import { dataFile, packageFolder } from './market-data/data-file.ts'
import { MarketDataDecoder } from './market-data/decode.ts'
import { MarketDataEncoder, encodedLengthOf } from './market-data/encode.ts'
import { parseMarketData } from './market-data/parse.ts'
import type { MarketDataRecord } from './market-data/record.ts'

const WARM_UP_MS = 300
const ROUNDS = 9
const ROUND_MS = 100
const NS_PER_MS = 1e6

interface Stream {
  readonly records: readonly MarketDataRecord[]
  readonly buffer: DirectBuffer
  /** Where each message begins, its header first. */
  readonly offsets: readonly number[]
}

function print(line: string = ''): void {
  process.stdout.write(`${line}\n`)
}

function fail(message: string): never {
  throw new Error(message)
}

/** Compiles the schema as a user would and compares the result with the codecs that this program is linked with. */
function compile(): void {
  const file = join(packageFolder, 'schemas', 'market-data.xml')
  const start = performance.now()
  const { ir, diagnostics } = compileSchemaFile(file)
  if (ir === undefined) return fail(diagnostics.map(formatDiagnostic).join('\n'))
  const files = generateTypeScript(ir, GENERATE_WITH_OBJECTS)
  const elapsedMs = performance.now() - start
  for (const { path, text } of files) {
    const committed = join(packageFolder, 'schemas', 'generated', ir.packageName, path)
    if (readFileSync(committed, 'utf8') === text) continue
    fail(`${committed} is not what its schema says: run "npm run generate"`)
  }
  const tokens = ir.messages.reduce((sum, message) => sum + message.tokens.length, ir.headerTokens.length)
  print(`compiled ${relative(packageFolder, file)}: ${ir.messages.length} messages, ${tokens} tokens`)
  print(`  ${files.length} modules of TypeScript in ${elapsedMs.toFixed(0)} ms, equal to the codecs in use`)
}

function encode(records: readonly MarketDataRecord[]): Stream {
  const length = records.reduce((sum, record) => sum + encodedLengthOf(record), 0)
  const buffer = new DirectBuffer(new ArrayBuffer(length))
  const encoder = new MarketDataEncoder()
  const offsets: number[] = []
  let offset = 0
  for (const record of records) {
    offsets.push(offset)
    offset += encoder.encode(record, buffer, offset)
  }
  if (offset !== length) fail(`encoded ${offset} bytes where ${length} were computed`)
  return { records, buffer, offsets }
}

/** Finds each message behind the one before it, as a reader of a stream does, and compares all its values. */
function verify({ records, buffer, offsets }: Stream): void {
  const decoder = new MarketDataDecoder()
  let offset = 0
  for (const [index, record] of records.entries()) {
    if (offset !== offsets[index]) fail(`message ${index} begins at ${offset} instead of ${offsets[index]}`)
    const decoded = decoder.record(buffer, offset)
    if (!isDeepStrictEqual(decoded, record)) fail(`message ${index} is\n${show(decoded)}\ninstead of\n${show(record)}`)
    offset = decoder.message(buffer, offset).sbeSkip().limit()
  }
  if (offset !== buffer.byteLength) fail(`${buffer.byteLength - offset} bytes behind the last message`)
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member))
}

/** The first message of each kind, but for snapshots, which fill a screen. */
function printMessages({ records, buffer, offsets }: Stream): void {
  const decoder = new MarketDataDecoder()
  for (const kind of ['instrument', 'quote', 'book', 'trade']) {
    const index = records.findIndex((record) => record.kind === kind)
    print(`  ${decoder.message(buffer, offsets[index] ?? 0).toString()}`)
  }
}

const NAMES: Readonly<Record<MarketDataRecord['kind'], string>> = {
  instrument: 'InstrumentDefinition',
  snapshot: 'BookSnapshot',
  quote: 'QuoteUpdate',
  book: 'BookUpdate',
  trade: 'Trade',
}

function printTable({ records }: Stream): void {
  const rows = Object.entries(NAMES).map(([kind, name]) => {
    const lengths = records.filter((record) => record.kind === kind).map(encodedLengthOf)
    const bytes = lengths.reduce((sum, length) => sum + length, 0)
    return [name, lengths.length, bytes, Math.min(...lengths), Math.max(...lengths)]
  })
  for (const [name, ...cells] of [['message', 'count', 'bytes', 'shortest', 'longest'], ...rows]) {
    print(`  ${String(name).padEnd(22)}${cells.map((cell) => String(cell).padStart(10)).join('')}`)
  }
}

/** Median over some rounds of the time that `work` takes per message. */
function measure(messages: number, work: () => void): number {
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end; ) work()
  const roundsNs = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    let passes = 0
    while (performance.now() - start < ROUND_MS) {
      work()
      passes++
    }
    return ((performance.now() - start) * NS_PER_MS) / (passes * messages)
  })
  return roundsNs.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN
}

function printSpeed({ records, buffer, offsets }: Stream): void {
  const expected = records.reduce(foldRecord, 0)
  const copy = new DirectBuffer(new ArrayBuffer(buffer.byteLength))
  const encoder = new MarketDataEncoder()
  const encodeNs = measure(records.length, () => {
    let offset = 0
    for (const record of records) offset += encoder.encode(record, copy, offset)
  })
  if (Buffer.compare(copy.bytes, buffer.bytes) !== 0) fail('encoding again gave other bytes')

  const decoder = new MarketDataDecoder()
  const decodeNs = measure(records.length, () => {
    let sum = 0
    for (const offset of offsets) sum = foldMessage(sum, decoder.message(buffer, offset))
    if (sum !== expected) fail(`the checksum over all decoded fields is ${sum} instead of ${expected}`)
  })
  for (const [what, ns] of [['encode', encodeNs], ['decode', decodeNs]] as const) {
    const perSecond = Math.round(1e9 / ns).toLocaleString('en')
    print(`  ${what} ${ns.toFixed(0).padStart(5)} ns per message, ${perSecond} messages per second`)
  }
  print(`  checksum over all fields ${(expected >>> 0).toString(16).padStart(8, '0')}, the same in every pass`)
}

function main(): void {
  print(`godwit on Node ${process.versions.node}`)
  print()
  compile()
  const records = parseMarketData(readFileSync(dataFile, 'utf8'))
  const stream = encode(records)
  const { byteLength, bytes } = stream.buffer
  print()
  print(`encoded ${records.length} messages of ${relative(packageFolder, dataFile)} into ${byteLength} bytes`)
  print(`  SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`)
  printTable(stream)
  print()
  verify(stream)
  print(`decoded ${records.length} messages: every field has the value of the file`)
  printMessages(stream)
  print()
  print(`median of ${ROUNDS} rounds of ${ROUND_MS} ms, one thread`)
  printSpeed(stream)
}

try {
  main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
