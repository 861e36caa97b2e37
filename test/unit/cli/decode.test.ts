import { createWriteStream, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import type { ChildResult } from '../../support/child.ts'
import { concat, ethernet, hex, ipv4, pcap, ROUTE_4, u16, u32, udp } from '../../support/capture-bytes.ts'
import { RunningChild } from '../../support/running-child.ts'
import { suite } from '../../support/suite.ts'
import { schemaText } from '../sbe/schema-parts.ts'
import { BINARY, inFolder, runCommand, runGodwit } from './run-godwit.ts'
import { sbe } from '../../../codegen/cli/sbe.ts'

const test = suite('cli: sbe decode', { timeoutMs: 60_000 })

const TIMEOUT_MS = 20_000
const MEMORY_MAX_KB = 180_000

const SCHEMA = schemaText({
  attributes: 'version="1"',
  types: '<type name="Maybe" primitiveType="uint64" presence="optional"/>',
  messages: `<message name="Ping" id="7"><field name="x" id="1" type="uint8"/><field name="maybe" id="2" type="Maybe"/>
    </message><message name="Note" id="8"><data name="text" id="1" type="varString"/></message>`,
})
const OTHER_SCHEMA = SCHEMA.replace('id="1" version', 'id="2" version').replaceAll('Ping', 'Pong')

const ping = (x: number, schemaId = 1): Uint8Array =>
  concat(hex('0900 0700'), u16(schemaId, true), hex('0100'), new Uint8Array([x]), hex('ffffffffffffffff'))
const note = (text: string): Uint8Array =>
  concat(hex('0000 0800 0100 0100'), new Uint8Array([text.length]), new TextEncoder().encode(text))

const PING_HEADER = '"header":{"blockLength":9,"templateId":7,"schemaId":1,"version":1}'
const pingJson = (x: number, offset: number): string =>
  `{"offset":${offset},"message":"Ping",${PING_HEADER},"fields":{"x":${x},"maybe":null}}`

const frame = (message: Uint8Array): Uint8Array => concat(u16(message.length, true), message)

/** Runs the command with the schema in its folder. */
async function decode(
  args: readonly string[], input: string | Uint8Array = '', files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<ChildResult> {
  let result: ChildResult | undefined
  await inFolder({ 'schema.xml': SCHEMA, 'other.xml': OTHER_SCHEMA, 'bad.xml': '<messageSchema/>' }, async (path) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(path(name), content)
    const words = args.map((word) => word in files || word.endsWith('.xml') ? path(word) : word)
    const all = [BINARY, 'sbe', 'decode', '--schema', path('schema.xml'), ...words]
    result = await runChild(process.execPath, all, { timeoutMs: TIMEOUT_MS, input })
  })
  if (result === undefined) throw new Error('was not run')
  return result
}

function lines({ stdout }: ChildResult): readonly string[] {
  return stdout.split('\n').slice(0, -1)
}

test('hex digits, a file, the standard input: all give the same object on a line', async () => {
  const text = Buffer.from(ping(5)).toString('hex')
  const spaced = text.toUpperCase().replaceAll(/../g, '0x$&, ')
  for (const [args, input] of [
    [['--hex', text], ''], [['--hex', spaced], ''], [['ping.bin'], ''], [['--input', 'hex', 'ping.hex'], ''],
    [['-'], ping(5)], [[], ping(5)], [['--input', 'hex'], `${text.slice(0, 8)}\n${text.slice(8)}\n`],
    [['--input', 'binary', '--lines', 'ping.bin'], ''],
  ] as const) {
    const { code, stdout, stderr } = await decode(args, input, { 'ping.bin': ping(5), 'ping.hex': spaced })
    assert.equal([code, stdout, stderr], [0, `${pingJson(5, 0)}\n`, ''], args.join(' '))
  }
})

test('messages lie back to back, or in frames', async () => {
  const bytes = concat(ping(1), note('hi'), ping(2))
  const back = lines(await decode(['-'], bytes))
  assert.equal([back.length, back[0], back[2]], [3, pingJson(1, 0), pingJson(2, 28)])
  const framed = lines(await decode(['--framing', 'u16le'], concat(frame(ping(1)), frame(ping(2)))))
  assert.equal(framed, [pingJson(1, 2), pingJson(2, 21)])
})

test('objects can be laid out over lines, integers be strings, and values mean what the reference prints', async () => {
  const args = ['--hex', Buffer.from(ping(5)).toString('hex')]
  const pretty = await decode([...args, '--pretty'])
  assert.is(pretty.stdout, `${JSON.stringify(JSON.parse(pingJson(5, 0)), null, 2)}\n`)
  const big = Buffer.from(concat(ping(5).subarray(0, 9), hex('0000000000000080'))).toString('hex')
  const fields = async (...options: readonly string[]): Promise<string> =>
    (await decode(options)).stdout.replace(/.*"maybe":/, '').trim()
  assert.is(await fields('--hex', big), '9223372036854775808}}')
  assert.is(await fields('--hex', big, '--bigints', 'strings'), '"9223372036854775808"}}')
  assert.is(await fields(...args, '--reference'), '-1}}')
})

test('messages are chosen by name, left out, and counted', async () => {
  const bytes = concat(...[1, 2, 3, 4].flatMap((x) => [frame(ping(x)), frame(note(`n${x}`))]), frame(new Uint8Array(0)))
  const chosen = async (...args: readonly string[]): Promise<readonly unknown[]> =>
    lines(await decode(['--framing', 'u16le', ...args], bytes)).map((line) => {
      const { fields } = JSON.parse(line) as { readonly fields: Readonly<Record<string, unknown>> }
      return fields['x'] ?? fields['text']
    })
  assert.equal(await chosen('--message', 'Ping'), [1, 2, 3, 4])
  assert.equal(await chosen('--message', 'Ping', '--message', 'Note', '--skip', '5'), ['n3', 4, 'n4'])
  assert.equal(await chosen('--message', 'Note', '--skip', '1', '--count', '2'), ['n2', 'n3'])
  assert.equal(await chosen('--count', '100'), [1, 'n1', 2, 'n2', 3, 'n3', 4, 'n4'])
  const { stderr } = await decode(['--framing', 'u16le', '--stats', '--skip', '1'], bytes)
  assert.is(stderr, '8 messages, 7 printed, 0 not decoded\n  4  Note\n  3  Ping\n1 frame without a message\n')
})

test('what cannot be decoded is reported with its place, the rest is printed, and the exit code is 1', async () => {
  const bad = ping(2)
  bad[2] = 99
  const short = ping(3).subarray(0, 12)
  const { code, stdout, stderr } = await decode(['--framing', 'u16le'], concat(
    frame(ping(1)), frame(bad), frame(short), frame(ping(4)), frame(ping(5)).subarray(0, 7),
  ))
  assert.is(stdout, `${pingJson(1, 2)}\n${pingJson(4, 54)}\n`)
  assert.is(stderr, [
    'godwit sbe decode: offset 21: cannot decode the message of 17 bytes: test: schema 1 has no message with the ' +
      'template id 99 of the header (ERR_GODWIT_SBE_TEMPLATE)',
    'godwit sbe decode: offset 40: cannot decode the message of 12 bytes: Ping: the block takes 9 bytes at offset 8, ' +
      'but the message has 4 (ERR_GODWIT_SBE_BOUNDS)',
    'godwit sbe decode: frame at offset 71: the input ends within it: only 7 of its 19 bytes (ERR_GODWIT_FRAME)',
    'godwit: 2 of 4 messages could not be decoded, the input was damaged in 1 place (ERR_GODWIT_CLI_DECODE)',
    '',
  ].join('\n'))
  assert.is(code, 1)
})

test('bytes behind what the schema knows are counted', async () => {
  const { stdout, code } = await decode(['--framing', 'u16le'], frame(concat(ping(1), hex('aabbcc'))))
  assert.match(stdout, '"version":1},"rest":3,"fields":{"x":1')
  assert.is(code, 0)
})

test('frames of another encoding and frames that are too long are reported', async () => {
  const sofh = (mark: string, message: Uint8Array): Uint8Array => concat(u32(message.length + 6), hex(mark), message)
  const mixed = await decode(['--framing', 'sofh'], concat(sofh('f000', hex('01')), sofh('eb50', ping(9))))
  assert.is(mixed.stdout, `${pingJson(9, 13)}\n`)
  assert.match(mixed.stderr, 'offset 6: cannot decode the message of 1 byte: the frame is of another encoding')
  assert.is(mixed.code, 1)
  const long = await decode(['--framing', 'u16le', '--max-length', '18'], concat(frame(hex('00')), frame(ping(1))))
  assert.match(long.stderr, 'frame at offset 3: it is longer than the 18 bytes that are allowed (ERR_GODWIT_FRAME)')
})

test('captures are recognised, or required', async () => {
  const data = ethernet(ipv4(ROUTE_4, udp(ROUTE_4, concat(ping(1), ping(2)))))
  const arp = { data: hex('ffffffffffff 020000000001 0806 0001') }
  const capture = pcap({ littleEndian: true }, [arp, { data }])
  for (const args of [['a.pcap'], ['--input', 'pcap', 'a.pcap'], ['--port', '14310', 'a.pcap']]) {
    const { stdout, stderr, code } = await decode(args, '', { 'a.pcap': capture })
    const [first = '', second = ''] = stdout.split('\n')
    assert.match(first, '{"packet":2,"time":"1970-01-01T00:00:00.000000000Z","source":"10.0.0.1:40000",' +
      '"destination":"239.1.2.3:14310","offset":0,"message":"Ping"')
    assert.match(second, '"offset":17,"message":"Ping"')
    assert.is(stderr, 'godwit sbe decode: 1 packet skipped: not IP\n')
    assert.is(code, 0)
  }
  const none = await decode(['--address', '10.9.9.9', 'a.pcap'], '', { 'a.pcap': capture })
  assert.match(none.stderr, 'godwit sbe decode: there is no message in the input\n')
  assert.is(none.code, 0)
  const other = await decode(['--input', 'pcap'], ping(1))
  assert.match(other.stderr, 'the input is no capture: it begins like neither pcap nor pcapng (ERR_GODWIT_CAPTURE)')
  assert.is(other.code, 1)
})

test('messages of Aeron are put together, and one without an end is reported', async () => {
  const fragment = (flags: string, termOffset: number, part: Uint8Array): { data: Uint8Array } => {
    const header = concat(u32(32 + part.length, true), hex(`00 ${flags} 0100`), u32(termOffset, true))
    const bytes = concat(header, hex('01000000 02000000 03000000 0000000000000000'), part)
    return { data: ethernet(ipv4(ROUTE_4, udp(ROUTE_4, concat(bytes, new Uint8Array(-bytes.length & 31))))) }
  }
  const capture = pcap({ littleEndian: true }, [
    fragment('c0', 0, ping(1)), fragment('80', 64, ping(2).subarray(0, 9)), fragment('40', 128, ping(2).subarray(9)),
    fragment('80', 192, ping(3).subarray(0, 9)),
  ])
  const result = await decode(['--framing', 'aeron', '-'], capture)
  assert.equal(lines(result).map((line) => /"packet":(\d).*"x":(\d)/.exec(line)?.slice(1)), [['1', '1'], ['3', '2']])
  assert.match(result.stderr, 'godwit sbe decode: 1 message without an end (ERR_GODWIT_FRAME)\n')
  assert.is(result.code, 1)
})

test('messages of several schemas are told apart by their schema ids', async () => {
  const { stdout, code } = await decode(['--schema', 'other.xml'], concat(ping(1), ping(2, 2), ping(3)))
  assert.equal(stdout.match(/"message":"\w+"/g), ['"message":"Ping"', '"message":"Pong"', '"message":"Ping"'])
  assert.is(code, 0)
  const twice = await decode(['--schema', 'schema.xml'], '')
  assert.match(twice.stderr, 'godwit sbe decode: --schema: two schemas have the id 1.')
  assert.is(twice.code, 2)
})

test('schemas with errors, and inputs that cannot be read, are reported', async () => {
  const schema = await decode(['--schema', 'bad.xml'], '')
  assert.match(schema.stderr, 'bad.xml: not valid')
  assert.is(schema.code, 1)
  for (const [args, input, why] of [
    [['missing.bin'], '', 'cannot read missing.bin: ENOENT'],
    [['--input', 'hex'], '0g', 'the standard input: "g", character 2'],
    [['--input', 'hex'], '00 0', 'the standard input: the byte at character 4 has one digit, not two'],
    [['--hex', '1 2'], '', '--hex: the byte at character 2 has one digit, not two'],
    [['--hex', '00x0'], '', '--hex: "x", character 3, is no hex digit'],
  ] as const) {
    const { code, stderr } = await decode(args, input)
    assert.match(stderr, why)
    assert.match(stderr, '(ERR_GODWIT_CLI_INPUT)')
    assert.is(code, 1)
  }
})

const WRONG: readonly [args: readonly string[], why: string][] = [
  [[], 'no schema given: --schema is missing.'],
  [['--schema', ''], 'the name of a schema file is empty.'],
  [['--schema', 'x', 'a', 'b'], 'one input at a time: "b" is one too many.'],
  [['--schema', 'x', '--hex', '00', 'a'], '--hex and "a" exclude each other.'],
  [['--schema', 'x', '--hex', ' '], '--hex has no digits.'],
  [['--schema', 'x', '--hex', '00', '--input', 'pcap'], '--hex and --input pcap exclude each other.'],
  [['--schema', 'x', '--input', 'text'], '--input: "text" is none of auto, binary, hex, pcap.'],
  [['--schema', 'x', '--framing', 'u9'], '--framing "u9": "u9" is none of sofh'],
  [['--schema', 'x', '--pretty', '--lines'], '--pretty and --lines exclude each other.'],
  [['--schema', 'x', '--port', '65536'], '--port: "65536" is not a number of 0 to 65535.'],
  [['--schema', 'x', '--address', 'localhost'], '--address: "localhost" is no address of IPv4 or IPv6.'],
  [['--schema', 'x', '--count', '0'], '--count: "0" is not a number of 1 to'],
  [['--schema', 'x', '--skip', '-1'], '--skip'],
  [['--schema', 'x', '--max-length', '0'], '--max-length: "0" is not a number of 1 to 1073741824.'],
  [['--schema', 'x', '--max-length', '4q'], '--max-length: "4q" is not a number'],
  [['--schema', 'x', '--bigints', 'bigint'], '--bigints: "bigint" is none of numbers, strings.'],
  [['--schema', 'x', '--framming', 'u8'], 'unknown option "--framming". Did you mean "--framing"?'],
]

test('a wrong command line is refused with what is wrong with it', async () => {
  for (const [args, why] of WRONG) {
    const { code, err } = await runCommand(sbe, 'decode', ...args)
    assert.is(code, 2, args.join(' '))
    assert.ok(err.startsWith(`godwit sbe decode: ${why}`), err)
  }
  await inFolder({ 'schema.xml': SCHEMA }, async (path) => {
    const { code, err } = await runCommand(sbe, 'decode', '--schema', path('schema.xml'), '--message', 'Pin')
    assert.is(code, 2)
    assert.match(err, '--message: the schema has no message "Pin". Did you mean "Ping"?')
  })
})

test('the help names every option and framing', async () => {
  const { stdout, code } = await runGodwit('sbe', 'decode', '--help')
  assert.is(code, 0)
  for (const word of ['--framing', '--input', 'sofh', 'ilink3', 'b3-umdf', 'moldudp64', 'inclusive', 'packet=<n>']) {
    assert.match(stdout, word)
  }
  assert.ok(stdout.split('\n').every((line) => line.length <= 120))
})

/** A command that reads what a test writes. */
async function withRunning(args: readonly string[], body: (child: RunningChild) => Promise<void>): Promise<void> {
  await inFolder({ 'schema.xml': SCHEMA }, async (path) => {
    const all = [BINARY, 'sbe', 'decode', '--schema', path('schema.xml'), ...args]
    const child = new RunningChild(process.execPath, all, {}, true)
    try {
      await body(child)
    } finally {
      child.kill('SIGKILL')
      await child.ended
    }
  })
}

test('messages are printed while the input goes on', async () => {
  for (const [args, message] of [[[], ping], [['--framing', 'u16le'], (x: number) => frame(ping(x))]] as const) {
    await withRunning(args, async (child) => {
      child.write(message(1))
      await child.until('the first message', () => child.stdout.includes('"x":1,'))
      child.write(message(2).subarray(0, 9))
      child.write(message(2).subarray(9))
      await child.until('the second message', () => child.stdout.includes('"x":2,'))
      child.endInput()
      assert.equal([await child.ended, child.stderr], [{ code: 0, signal: null }, ''])
    })
  }
})

test('an interrupt ends the command cleanly, with 1 if there were to be more messages', async () => {
  for (const [args, code, err] of [
    [['--stats'], 0, '1 message, 1 printed, 0 not decoded\n  1  Ping\n'],
    [['--count', '2'], 1, 'godwit: interrupted after 1 message of 2 (ERR_GODWIT_CLI_INTERRUPTED)\n'],
  ] as const) {
    await withRunning(args, async (child) => {
      child.write(concat(ping(1), ping(2).subarray(0, 5)))
      await child.until('the message', () => child.stdout.includes('"x":1,'))
      child.kill('SIGINT')
      assert.equal([await child.ended, child.stderr], [{ code, signal: null }, err])
    })
  }
})

test('after as many messages as were asked for the command ends, although the input goes on', async () => {
  await withRunning(['--count', '2'], async (child) => {
    child.write(concat(ping(1), ping(2), ping(3)))
    assert.equal([await child.ended, child.stderr], [{ code: 0, signal: null }, ''])
    assert.is(child.stdout.match(/"message"/g)?.length, 2)
  })
})

test('when nobody reads any more the command ends, without a word', async () => {
  await inFolder({ 'schema.xml': SCHEMA }, async (path) => {
    writeFileSync(path('many.bin'), concat(...Array.from({ length: 50_000 }, () => ping(1))))
    const command = `"${process.execPath}" "${BINARY}" sbe decode --schema schema.xml many.bin; echo "code $?" >&2`
    const cwd = path('.')
    const { stdout, stderr } = await runChild('sh', ['-c', `(${command}) | head -n 1`], { cwd, timeoutMs: TIMEOUT_MS })
    assert.equal([stdout, stderr], [`${pingJson(1, 0)}\n`, 'code 0\n'])
  })
})

test('a file is decoded in less memory than it is long', async () => {
  await inFolder({ 'schema.xml': SCHEMA }, async (path) => {
    const chunk = concat(frame(ping(1)), frame(concat(ping(2), new Uint8Array(60_000))))
    const file = createWriteStream(path('large.bin'))
    for (let i = 0; i < 4000; i++) if (!file.write(chunk)) await once(file, 'drain')
    file.end()
    await once(file, 'close')
    assert.ok(statSync(path('large.bin')).size > 240_000_000)
    const tellMemory = 'process.on("exit",()=>console.error("memory",process.resourceUsage().maxRSS))'
    const args = ['sbe', 'decode', '--schema', path('schema.xml'), '--framing', 'u16le', '--stats', path('large.bin')]
    const all = ['--import', `data:text/javascript,${tellMemory}`, BINARY, ...args]
    const { code, stdout, stderr } = await runChild(process.execPath, all, { timeoutMs: TIMEOUT_MS })
    const [, stats, memoryKb] = /^([^]*)memory (\d+)\n$/.exec(stderr) ?? []
    assert.equal([code, stats], [0, '8000 messages, 8000 printed, 0 not decoded\n  8000  Ping\n'])
    assert.ok(Number(memoryKb) < MEMORY_MAX_KB, `${memoryKb} KB`)
    assert.is(stdout.split('\n').length, 8001)
  })
})

test.run()
