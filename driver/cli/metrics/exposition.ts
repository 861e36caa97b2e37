import { printable } from '../text.ts'

export type MetricType = 'counter' | 'gauge'

type Labels = Readonly<Record<string, string | number>>

interface Family {
  readonly type: MetricType
  readonly help: string
  /** Values by their labels as text: a series can be there only once. */
  readonly series: Map<string, number>
}

/** Collects metrics, and writes them in the text format of Prometheus, version 0.0.4. */
export class Exposition {
  readonly #families: Map<string, Family> = new Map()

  /**
   * Adds a value; a series that is there already gets the sum.
   *
   * @param name for counters with `_total` at its end
   * @param labels with texts of unknown origin
   */
  add(name: string, type: MetricType, help: string, value: number, labels: Labels = {}): void {
    const family = this.#families.get(name) ?? { type, help, series: new Map<string, number>() }
    this.#families.set(name, family)
    const text = labelsText(labels)
    family.series.set(text, (family.series.get(text) ?? 0) + value)
  }

  text(): string {
    const lines: string[] = []
    for (const [name, { type, help, series }] of this.#families) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
      for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`)
    }
    return `${lines.join('\n')}\n`
  }
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(printable(String(value)))}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}
