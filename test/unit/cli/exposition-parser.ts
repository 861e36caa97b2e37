/** One series of a metric. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const VALUE = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/

/**
 * Reads the text format of Prometheus, version 0.0.4, and is strict: each family has its HELP and TYPE in front of its
 * samples, which are all together, no series is there twice, and counters are called `_total` and never negative.
 */
export function parseExposition(text: string): readonly Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const samples: Sample[] = []
  const families = new Set<string>()
  const series = new Set<string>()
  let family = ''
  let type = ''
  const lines = text.slice(0, -1).split('\n')
  for (const [i, line] of lines.entries()) {
    const fail = (why: string): never => {
      throw new Error(`line ${i + 1}: ${why}: ${line}`)
    }
    const help = /^# HELP (\S+) (.+)$/.exec(line)
    if (help !== null) {
      family = help[1] ?? ''
      if (!NAME.test(family)) fail('no name')
      if (families.has(family)) fail('family twice')
      families.add(family)
      type = ''
      continue
    }
    const typed = /^# TYPE (\S+) (counter|gauge)$/.exec(line)
    if (typed !== null) {
      if (typed[1] !== family || type !== '') fail('type of another family')
      type = typed[2] ?? ''
      if ((type === 'counter') !== family.endsWith('_total')) fail('name and type do not go together')
      continue
    }
    const sample = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? fail('no sample')
    const [, name = '', labelsText = '', valueText = ''] = sample
    if (name !== family || type === '') fail('not behind HELP and TYPE of its family')
    const labels = parseLabels(labelsText, fail)
    const value = VALUE.test(valueText) ? Number(valueText) : fail('no value')
    if (type === 'counter' && value < 0) fail('a negative counter')
    const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`
    if (series.has(key)) fail('series twice')
    series.add(key)
    samples.push({ name, labels, value })
  }
  return samples
}

/** Values of the series with that name, and these labels among others. */
export function valuesOf(
  samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {},
): readonly number[] {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .map(({ value }) => value)
}

function parseLabels(text: string, fail: (why: string) => never): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== '') {
    const [whole, name = '', value = ''] = LABEL.exec(rest) ?? fail('no label')
    if (Object.hasOwn(labels, name)) fail('label twice')
    labels[name] = value.replaceAll(/\\(.)/g, (_escape, character: string) => (character === 'n' ? '\n' : character))
    rest = rest.slice(whole.length)
    if (rest !== '' && !rest.startsWith(',')) fail('no comma between labels')
    rest = rest.slice(1)
  }
  return labels
}
