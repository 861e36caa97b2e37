/**
 * Child process of the benchmark: measures the cases it is told to and prints the result as one line of JSON.
 *
 *     node worker.js speed CODECS ROUNDS CASE
 *     node ALLOCATION_FLAGS... worker.js allocation CODECS CASE
 */
import { allocatedByControl, allocatedPerMessage } from './allocation.ts'
import type { BenchCase } from './bench-case.ts'
import { checkCase, loadCases } from './cases/index.ts'
import { measureTurns } from './turns.ts'

const [mode, codecs = '', ...rest] = process.argv.slice(2)
const all = await loadCases(codecs)

function caseOf(name: string | undefined): BenchCase {
  const one = all.find((listed) => listed.name === name)
  if (one === undefined) throw new Error(`${name} is not a case`)
  checkCase(one)
  return one
}

/** Nanoseconds per message of each round. */
function measureSpeed({ generated, handWritten, messagesPerRun }: BenchCase, rounds: number): object {
  const [generatedNs, handWrittenNs] = measureTurns([generated, handWritten], rounds)
    .map((times) => times.map((ns) => ns / messagesPerRun))
  return { generatedNs, handWrittenNs }
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
      return measureSpeed(caseOf(rest[1]), Number(rest[0]))
    case 'allocation':
      return measureAllocation(caseOf(rest[0]))
    default:
      throw new Error(`no mode ${mode}`)
  }
}

process.stdout.write(`${JSON.stringify(answer())}\n`)
