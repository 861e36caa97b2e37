import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { suite } from '../../support/suite.ts'
import { throwsCode } from './errors.ts'

const test = suite('memory/atomic-buffer')

const INT64S = [
  0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), -(2 ** 32) - 1,
  Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER,
]

test('64-bit values are what a BigInt view sees', () => {
  const buffer = AtomicBuffer.allocate(16)
  for (const value of INT64S) {
    buffer.storeInt64(8, value)
    assert.is(buffer.view.getBigInt64(8, true), BigInt(value))
    assert.is(buffer.loadInt64(8), value)
    assert.is(buffer.loadBigInt64(8), BigInt(value))
  }
  assert.is(buffer.loadBigInt64(0), 0n)
})

test('positions are exact up to 2^58 in steps of 32', () => {
  const buffer = AtomicBuffer.allocate(8)
  for (const position of [2 ** 53 + 32, 2 ** 57 + 64, 2 ** 58 - 32]) {
    buffer.storeInt64(0, position)
    assert.is(buffer.loadBigInt64(0), BigInt(position))
    assert.is(buffer.loadInt64(0), position)
  }
})

test('adding returns the value before and carries between the words', () => {
  const buffer = AtomicBuffer.allocate(8)
  buffer.storeInt64(0, 2 ** 32 - 1)
  assert.is(buffer.addInt64(0, 1), 2 ** 32 - 1)
  assert.is(buffer.addInt64(0, -(2 ** 33)), 2 ** 32)
  assert.is(buffer.loadInt64(0), -(2 ** 32))
  buffer.storeInt32(4, -5)
  assert.is(buffer.addInt32(4, 7), -5)
  assert.is(buffer.loadInt32(4), 2)
})

test('compare and set changes the expected value alone', () => {
  const buffer = AtomicBuffer.allocate(8)
  buffer.storeInt64(0, 2 ** 40)
  assert.not(buffer.compareAndSetInt64(0, 2 ** 40 + 1, 5))
  assert.is(buffer.loadInt64(0), 2 ** 40)
  assert.ok(buffer.compareAndSetInt64(0, 2 ** 40, -5))
  assert.is(buffer.loadInt64(0), -5)
  assert.not(buffer.compareAndSetInt32(0, 5, 6))
  assert.ok(buffer.compareAndSetInt32(0, -5, 6))
  assert.is(buffer.loadInt32(0), 6)
})

test('all 64 bits pass as BigInts', () => {
  const buffer = AtomicBuffer.allocate(8)
  buffer.storeBigInt64(0, -0x7fff_ffff_ffff_fffdn)
  assert.is(buffer.loadBigInt64(0), -0x7fff_ffff_ffff_fffdn)
})

test('regions are parts of a memory', () => {
  const memory = new SharedArrayBuffer(64)
  const whole = new AtomicBuffer(memory)
  const part = new AtomicBuffer(memory, 16, 24)
  part.storeInt64(8, 77)
  assert.is(whole.loadInt64(24), 77)
  assert.is(part.byteLength, 24)
  assert.is(new AtomicBuffer(memory, 40).byteLength, 24)
})

test('regions begin and end at multiples of 8', () => {
  const memory = new ArrayBuffer(64)
  throwsCode(() => new AtomicBuffer(memory, 4, 8), 'ERR_GODWIT_MEMORY_ALIGNMENT')
  throwsCode(() => new AtomicBuffer(memory, 8, 12), 'ERR_GODWIT_MEMORY_ALIGNMENT')
  throwsCode(() => new AtomicBuffer(memory, 8, 64), 'ERR_GODWIT_SBE_BUFFER')
})

test.run()
