/** The reference's verdict on every schema of the shared test data: counts, and each sentence in order. */
import * as assert from 'uvu/assert'
import { compileSchemaFile, type Diagnostic, type Ir } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { readVector, sharedVector, vectorsPresent, withVectors } from '../../support/vectors.ts'

interface Verdict {
  readonly schema: string
  readonly verdict: 'accept' | 'reject'
  readonly messages?: number
  readonly irTokens?: number
  readonly irTypes?: number
  readonly exception?: string
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

const test = suite('verdicts')
const testVectors = withVectors(test)

const verdicts: readonly Verdict[] = vectorsPresent ? JSON.parse(readVector('sbe/reference-verdicts.json')) : []

function sentences(diagnostics: readonly Diagnostic[], severity: Diagnostic['severity']): readonly string[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === severity && diagnostic.reference !== '')
    .flatMap(({ reference }) => reference.split('\n'))
}

function countTokens({ messages }: Ir): number {
  return messages.reduce((sum, { tokens }) => sum + tokens.length, 0)
}

testVectors('there is a verdict on every schema', () => {
  assert.is(verdicts.length, 89)
})

for (const expected of verdicts) {
  testVectors(`${expected.schema}: ${expected.verdict}`, () => {
    const { ir, diagnostics } = compileSchemaFile(sharedVector(`sbe/${expected.schema}`))
    assert.is(ir === undefined ? 'reject' : 'accept', expected.verdict)
    // What the reference throws is not in its list of errors.
    const errors = sentences(diagnostics, 'error').filter((sentence) => sentence !== expected.exception)
    assert.equal(errors, expected.errors)
    assert.equal(sentences(diagnostics, 'warning'), expected.warnings)
    if (ir === undefined) return
    const counts = { messages: ir.messages.length, irTokens: countTokens(ir), irTypes: ir.types.size }
    const { messages, irTokens, irTypes } = expected
    assert.equal(counts, { messages, irTokens, irTypes })
  })
}

testVectors('where the reference throws something else, so do we', () => {
  const thrown = verdicts.filter(({ exception }) => exception !== undefined && !/: had \d+ error/.test(exception))
  assert.equal(thrown.map(({ schema }) => schema), [
    'schemas/sbe-tool/cyclic-refs-schema.xml',
    'schemas/sbe-tool/error-handler-types-dup-schema.xml',
  ])
  for (const { schema, exception = '' } of thrown) {
    const { diagnostics } = compileSchemaFile(sharedVector(`sbe/${schema}`))
    const reported = sentences(diagnostics, 'error').some((sentence) => {
      return sentence === exception || sentence.endsWith(`${exception.replace(/^\w+: /, '')}.`)
    })
    assert.ok(reported, exception)
  }
})

testVectors('a schema is compiled the same way twice', () => {
  const path = sharedVector('sbe/schemas/sbe-tool/FixBinary.xml')
  assert.equal(compileSchemaFile(path).ir, compileSchemaFile(path).ir)
})

test.run()
