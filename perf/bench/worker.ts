/**
 * Child process of the benchmark: measures the cases it is told to and prints the result as one line of JSON.
 *
 *     node worker.js speed CODECS ROUNDS CASE...
 *     node ALLOCATION_FLAGS... worker.js allocation CODECS CASE
 */
import { allocatedByControl, allocatedPerMessage } from './allocation.ts'
import type { BenchCase } from './bench-case.ts'
import { checkCase, loadCases } from './cases/index.ts'
import { measureSpeed } from './speed.ts'

const [mode, codecs = '', ...rest] = process.argv.slice(2)
const all = await loadCases(codecs)

function casesOf(names: readonly string[]): readonly BenchCase[] {
  const cases = all.filter(({ name }) => names.includes(name))
  if (cases.length !== names.length) throw new Error(`not all of these are cases: ${names.join(', ')}`)
  cases.forEach(checkCase)
  return cases
}

function measureAllocation(one: BenchCase): object {
  return {
    control: allocatedByControl(one.messagesPerRun),
    generated: allocatedPerMessage(one.generated, one.messagesPerRun),
    handWritten: allocatedPerMessage(one.handWritten, one.messagesPerRun),
  }
}

function answer(): unknown {
  switch (mode) {
    case 'list':
      return all.map(({ name, messageBytes, allocationFree }) => ({ name, messageBytes, allocationFree }))
    case 'speed':
      return measureSpeed(casesOf(rest.slice(1)), Number(rest[0]))
    case 'allocation':
      return casesOf(rest).map(measureAllocation)
    default:
      throw new Error(`no mode ${mode}`)
  }
}

process.stdout.write(`${JSON.stringify(answer())}\n`)
