import * as assert from 'uvu/assert'
import { messageFormat } from '../../../driver/cli/sub-format.ts'
import type { FormatName } from '../../../driver/cli/sub-options.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: how messages are printed')

function print(name: FormatName | 'length', data: Uint8Array, isTerminal = false): Buffer {
  const parts = messageFormat(name, isTerminal)(Buffer.from(data), { sessionId: -5, position: 64 })
  return typeof parts === 'string' ? Buffer.from(parts) : Buffer.concat(parts)
}

const TEXT = Buffer.from('wörld')
const BYTES = Buffer.from([0xff, 0x00, 0x0a])

test('text is printed as it is, and what is no UTF-8 as hex digits', () => {
  assert.is(print('text', TEXT).toString(), 'wörld\n')
  assert.is(print('text', BYTES).toString(), 'ff000a\n')
  assert.is(print('text', Buffer.alloc(0)).toString(), '\n')
})

test('a terminal is not told to do anything by a message', () => {
  const message = Buffer.from('a\x1b[2Jb\tc\nd\x9b')
  assert.is(print('text', message, true).toString(), 'a\\x1b[2Jb\tc\\x0ad\\x9b\n')
  assert.is(print('text', message).toString(), 'a\x1b[2Jb\tc\nd\x9b\n')
})

test('hex and base64 have a line for each message', () => {
  assert.is(print('hex', BYTES).toString(), 'ff000a\n')
  assert.is(print('base64', BYTES).toString(), '/wAK\n')
})

test('json is an object on a line, with text where it is text', () => {
  assert.equal(JSON.parse(print('json', TEXT).toString()), { session: -5, position: 64, length: 6, text: 'wörld' })
  assert.equal(JSON.parse(print('json', BYTES).toString()), { session: -5, position: 64, length: 3, base64: '/wAK' })
  assert.match(print('json', Buffer.from('a\nb')).toString(), /^[^\n]+\n$/)
})

test('raw adds nothing, and framing by length puts the length before the bytes', () => {
  assert.equal(print('raw', BYTES), BYTES)
  assert.equal(print('length', BYTES), Buffer.from([3, 0, 0, 0, 0xff, 0x00, 0x0a]))
  assert.equal(print('length', Buffer.alloc(0)), Buffer.from([0, 0, 0, 0]))
})

test.run()
