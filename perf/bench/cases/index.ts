import type { BenchCase } from '../bench-case.ts'
import { bookUpdateCases } from './book-update.ts'
import { dataHeaderCases } from './data-header.ts'
import { flightCases } from './flight.ts'
import { loadFlightCodecs } from './flight-codecs.ts'

/** All cases in the order of reports; each is checked: both sides must agree on what they did. */
export async function loadCases(flightIndexFile: string): Promise<readonly BenchCase[]> {
  return [...bookUpdateCases, ...flightCases(await loadFlightCodecs(flightIndexFile)), ...dataHeaderCases]
}

export function checkCase({ name, generated, handWritten, written }: BenchCase): void {
  const sums = [generated(), handWritten()]
  if (sums[0] !== sums[1]) throw new Error(`${name}: generated code comes to ${sums[0]}, hand-written to ${sums[1]}`)
  if (written !== undefined && Buffer.compare(written.generated, written.handWritten) !== 0) {
    throw new Error(`${name}: generated and hand-written code write different bytes`)
  }
}
