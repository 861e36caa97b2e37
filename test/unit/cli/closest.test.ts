import * as assert from 'uvu/assert'
import { closest } from '../../../codegen/cli/closest.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: suggestions')
const commands = ['generate', 'validate', 'sbe']

test('a misspelt word is recognised', () => {
  assert.is(closest('genrate', commands), 'generate')
  assert.is(closest('vaildate', commands), 'validate')
  assert.is(closest('sb', commands), 'sbe')
})

test('the beginning of a word is enough', () => {
  assert.is(closest('gen', commands), 'generate')
  assert.is(closest('v', commands), 'validate')
})

test('a word that is near to nothing has no suggestion', () => {
  assert.is(closest('xyz', commands), undefined)
  assert.is(closest('frobnicate', commands), undefined)
  assert.is(closest('', []), undefined)
})

test('a very long word is not compared', () => {
  assert.is(closest('generate'.repeat(100_000), commands), undefined)
})

test.run()
