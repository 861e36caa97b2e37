import * as assert from 'uvu/assert'
import { parseBenchOptions, USAGE } from '../../../perf/sbe/options.ts'
import { CONTENDERS } from '../../../perf/sbe/contenders/index.ts'
import { contenders as codecs } from '../../../perf/sbe/contenders/godwit.ts'
import { contenders as objects } from '../../../perf/sbe/contenders/objects.ts'
import { MESSAGES, MESSAGES_PER_RUN } from '../../../perf/sbe/contender.ts'
import { bookUpdateChecksum, bookUpdateNumbers } from '../../../perf/sbe/records/book-update.ts'
import { carChecksum, carNumbers } from '../../../perf/sbe/records/car.ts'
import { formatTable } from '../../../perf/sbe/report.ts'
import type { Result, Spread } from '../../../perf/sbe/report.ts'
import { suite } from '../../support/suite.ts'

const test = suite('bench:sbe')

const CHECKSUMS = { 'book-update': bookUpdateChecksum(bookUpdateNumbers()), 'car': carChecksum(carNumbers()) }
const LENGTHS = { 'book-update': 91, 'car': 207 }

for (const [name, contender] of Object.entries({ ...codecs, ...objects })) {
  for (const message of MESSAGES) {
    const make = contender[message]
    if (make === undefined) continue
    test(`${name} gives back the records of ${message}`, () => {
      const { encode, decode } = make()
      assert.is(decodeFails(decode), true, 'nothing has been encoded yet')
      assert.is(encode(), LENGTHS[message] * MESSAGES_PER_RUN)
      assert.is(decode(), CHECKSUMS[message])
      assert.is(decode(), CHECKSUMS[message], 'a second time')
    })
  }
}

function decodeFails(decode: () => number): boolean {
  try {
    decode()
    return false
  } catch {
    return true
  }
}

test('the options have defaults, and every contender is named in the help', () => {
  const options = parseBenchOptions(['--no-java'])
  assert.equal(options, {
    messages: MESSAGES,
    contenders: CONTENDERS.map(({ name }) => name),
    passes: 3,
    rounds: 5,
    node: process.execPath,
    java: false,
    json: false,
  })
  assert.is(parseBenchOptions(['--help']), 'help')
  for (const { name, note } of CONTENDERS) assert.match(USAGE, new RegExp(`^ {2}${name} +${escaped(note)}$`, 'm'))
})

function escaped(text: string): string {
  return text.replaceAll(/[().+]/g, '\\$&')
}

test('wrong options are named with what was expected', () => {
  const cases = [
    [['--message', 'bus'], '--message is "bus", expected one of book-update, car'],
    [['--contender', 'xml'], /^--contender is "xml", expected one of godwit, godwit-bigint/],
    [['--rounds', '0'], '--rounds is "0", expected a whole number from 1 to 1000'],
    [['--passes', '1.5'], '--passes is "1.5", expected a whole number from 1 to 1000'],
    [['--fast'], /Unknown option '--fast'/],
  ] as const
  for (const [args, expected] of cases) {
    const message = parseBenchOptions(args)
    assert.type(message, 'string')
    assert.match(String(message), expected)
  }
})

test('the report has a table per message, in multiples of godwit', () => {
  const spread = (median: number): Spread => ({ median, min: median, max: median })
  const row = (contender: string, encode: number, decode: number): Result => ({
    message: 'car',
    contender,
    note: `note of ${contender}`,
    messageBytes: 207,
    encodeNs: spread(encode),
    decodeNs: spread(decode),
  })
  const text = formatTable({
    machine: { node: '20.1.0', v8: '11.3', cpu: 'a processor', cores: 2, load: 0.5 },
    versions: { json: '1.0' },
    passes: 1,
    rounds: 2,
    missing: 'there is no java',
    results: [row('godwit', 50, 40), row('json', 1000, 100)],
  })
  assert.match(text, 'Node 20.1.0, V8 11.3, a processor, 2 cores, load 0.5 at the start\njson 1.0\n')
  assert.match(text, 'The reference implementation was not measured: there is no java.')
  assert.match(text, /^godwit +207 +50\.0 \(50\.0 to 50\.0\) +1\.0x +40\.0 \(40\.0 to 40\.0\) +1\.0x$/m)
  assert.match(text, /^json +207 +1000 \(1000 to 1000\) +20\.0x +100 \(100 to 100\) +2\.5x$/m)
  assert.match(text, /^json +note of json$/m)
  assert.not.match(text, 'book-update')
})

test.run()
