import * as assert from 'uvu/assert'
import { DirectBuffer, GodwitError, SbeError, Slice } from '../../../codegen/runtime/index.ts'
import { requireRuntime, RUNTIME_INTERFACE } from '../../../codegen/runtime/runtime-interface.ts'
import { suite } from '../../support/suite.ts'

const test = suite('direct buffer and errors')

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return (error as SbeError).code
  }
  return 'no error'
}

test('covers memory, a view of it, or a part of either', () => {
  const memory = new ArrayBuffer(32)
  const whole = new DirectBuffer(memory)
  assert.is(whole.byteLength, 32)
  const part = new DirectBuffer(new Uint8Array(memory, 8, 16), 4, 4)
  part.bytes[0] = 7
  assert.is(whole.view.getUint8(12), 7)
  assert.is(part.byteLength, 4)
  assert.is(part.view.byteLength, 4)
  assert.is(new DirectBuffer(Buffer.alloc(3)).byteLength, 3)
  assert.is(new DirectBuffer(new SharedArrayBuffer(8), 8).byteLength, 0)
})

test('refuses ranges outside the source', () => {
  const memory = new ArrayBuffer(16)
  for (const [offset, length] of [[-1, 1], [17, undefined], [0, 17], [8, 9], [0.5, 1], [NaN, 1], [0, -1]] as const) {
    assert.is(codeOf(() => new DirectBuffer(memory, offset, length)), 'ERR_GODWIT_SBE_BUFFER', `${offset}, ${length}`)
  }
})

test('refuses memory that can be resized', () => {
  const Resizable = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => ArrayBuffer
  const Growable = SharedArrayBuffer as unknown as new (n: number, o: { maxByteLength: number }) => SharedArrayBuffer
  assert.is(codeOf(() => new DirectBuffer(new Resizable(8, { maxByteLength: 16 }))), 'ERR_GODWIT_SBE_BUFFER')
  assert.is(codeOf(() => new DirectBuffer(new Growable(8, { maxByteLength: 16 }))), 'ERR_GODWIT_SBE_BUFFER')
})

test('a slice refers to a range without copying it', () => {
  const buffer = new DirectBuffer(Uint8Array.of(1, 2, 3, 4))
  const slice = new Slice().wrap(buffer, 1, 2)
  assert.equal([...slice.toUint8Array()], [2, 3])
  slice.toUint8Array()[0] = 9
  assert.is(buffer.bytes[1], 9)
})

test('errors are recognised by brand, also those of another copy of the package', () => {
  const error = new SbeError('ERR_GODWIT_SBE_BOUNDS', 'text')
  assert.ok(error instanceof SbeError)
  assert.ok(error instanceof GodwitError)
  assert.ok(error instanceof Error)
  assert.is(error.name, 'SbeError')
  const foreign = Object.defineProperty(new Error('text'), Symbol.for('godwit.error'), { value: true })
  assert.ok(foreign instanceof GodwitError)
  assert.not(foreign instanceof SbeError)
  assert.not(new Error('text') instanceof GodwitError)
})

test('generated code for another runtime interface is told to be regenerated', () => {
  requireRuntime(RUNTIME_INTERFACE, 'car')
  assert.throws(() => requireRuntime(RUNTIME_INTERFACE + 1, 'car'), /car was generated .* regenerate it/)
  assert.is(codeOf(() => requireRuntime(0, 'car')), 'ERR_GODWIT_SBE_RUNTIME')
})

test.run()
