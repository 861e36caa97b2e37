/** What a run of tests came to; the last line of every runner and suite. */
export interface Summary {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const NOTHING: Summary = { passed: 0, failed: 0, skipped: 0 }

const SUMMARY_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/

export function formatSummary(summary: Summary): string {
  return `${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`
}

export function addSummaries(a: Summary, b: Summary): Summary {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** The summary that `output` ends with, undefined when its last line is something else. */
export function parseSummary(output: string): Summary | undefined {
  const match = SUMMARY_LINE.exec(output.trimEnd().split('\n').at(-1) ?? '')
  if (match === null) return undefined
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) }
}

/** A suite that passed nothing has shown nothing; one that broke off must not look green. */
export function judge(summary: Summary, endedWell: boolean): Summary {
  return summary.failed === 0 && (!endedWell || summary.passed === 0) ? { ...summary, failed: 1 } : summary
}
