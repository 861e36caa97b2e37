import * as assert from 'uvu/assert'
import { javaHashOrder } from '../../../codegen/ir-file/java-hash-map.ts'
import { suite } from '../../support/suite.ts'

const test = suite('ir: java hash map')

function steps(first: number, last: number, step: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}

// The expected orders are those in which HashMap<Long, ?> of Java 17 gives its values.

test('small keys come in their order', () => {
  assert.equal(javaHashOrder(steps(1, 20, 1)), steps(1, 20, 1))
})

test('keys of one bin come in the order in which they were put', () => {
  assert.equal(javaHashOrder([20, 4, 36]), [20, 4, 36])
  assert.equal(javaHashOrder(steps(10, 13, 1000)), [10000, 12000, 11000, 13000])
})

test('negative keys are folded onto the others', () => {
  assert.equal(javaHashOrder(steps(-6, 6, 1)), [-1, 0, -2, 1, -3, 2, -4, 3, -5, 4, -6, 5, 6])
})

test('a full bin makes a small map grow, and becomes a tree with its root in front in a larger one', () => {
  assert.equal(javaHashOrder(steps(1, 11, 256)), [1024, 256, 512, 768, 1280, 1536, 1792, 2048, 2304, 2560, 2816])
})

test('trees are split when the map grows, and each part has its own root in front', () => {
  assert.equal(javaHashOrder(steps(1, 40, 4096)), [
    16384, 4096, 8192, 12288, 20480, 24576, 28672, 32768, 36864, 40960, 45056, 49152, 53248, 57344, 61440, 77824,
    65536, 69632, 73728, 81920, 86016, 90112, 94208, 98304, 102400, 106496, 110592, 114688, 118784, 122880, 126976,
    143360, 131072, 135168, 139264, 147456, 151552, 155648, 159744, 163840,
  ])
})

test('higher bits count as well', () => {
  assert.equal(javaHashOrder(steps(1, 16, 65536)), steps(1, 16, 65536))
})

test('a key that is put again stays where it is', () => {
  assert.equal(javaHashOrder([1, 17, 1]), [1, 17])
})

test.run()
