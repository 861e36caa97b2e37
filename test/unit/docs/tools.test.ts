import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readLossReport } from '../../../client/memory/loss-report.ts'
import type { LossObservation } from '../../../client/memory/loss-report.ts'
import { METRICS_COUNTERS_MAX, metricsText } from '../../../driver/cli/metrics/driver-metrics.ts'
import { SYSTEM_METRICS } from '../../../driver/cli/metrics/system-metrics.ts'
import { FAULT_COUNTS_LENGTH, FaultCounters } from '../../../driver/media/fault-counts.ts'
import { CounterType } from '../../../schemas/generated/aeron.memory/index.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { parseExposition } from '../cli/exposition-parser.ts'
import { runGodwit } from '../cli/run-godwit.ts'
import { SmallDriver, UDP_CHANNEL } from '../tools/small-driver.ts'
import { Project } from './project.ts'

const test = suite('docs/tools.md', { timeoutMs: 60_000 })

const page = readFileSync(join(repositoryRoot, 'docs', 'tools.md'), 'utf8')
const project = new Project('docs-tools')

/** What is the same in every run: words, without numbers, times, paths, plurals and how wide columns are. */
function gist(text: string): string {
  return text
    .replaceAll(/^\S+(?= \(CnC)/gm, '<directory>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<address>')
    .replaceAll(/-?\d[\d,]*/g, '<number>')
    .replaceAll(/\b(NAK|time|image)s\b/g, '$1')
    .replaceAll(/=+\n/g, '=\n')
    .replaceAll(/ +/g, ' ')
}

function blockOf(language: string, text: string): string {
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(text)?.[1] ?? ''
}

test('the program ends by itself and prints what it says', async () => {
  project.write('snapshot.js', blockOf('js', page))
  const { code, stdout, stderr } = await project.run('node snapshot.js')
  assert.is(code, 0, stderr)
  assert.is(stdout, 'INVALID_CHANNEL\n')
})

const commands = page.split(/^(?=```sh$)/m).slice(1)

test('the page shows what four commands print', () => {
  assert.is(commands.length, 4)
})

for (const part of commands) {
  const command = blockOf('sh', part).trim()
  test(`${command} prints what the page shows`, async () => {
    const { code, stdout, stderr } = await project.run(command)
    assert.is(code, 0, stderr)
    assert.is(gist(stdout), gist(blockOf('text', part)))
  })
}

test('the commands have the options that the page names', async () => {
  const sections = page.split(/^(?=## godwit )/m).slice(1)
  assert.is(sections.length, 5)
  for (const section of sections) {
    const name = /^## godwit (\w+)/.exec(section)?.[1] ?? ''
    const help = (await runGodwit(name, '--help')).stdout
    const options = new Set(section.match(/(?<![\w-])--[a-z-]*[a-z]/g))
    assert.ok(options.size > 0, name)
    for (const option of options) assert.match(help, new RegExp(`${option}[ ,\n]`), `${name} ${option}`)
  }
})

test('the page names the metrics that there are', () => {
  const driver = SmallDriver.withStreams()
  driver.streamCounters.allocateChannelStatus(true, UDP_CHANNEL, 1)
  driver.streamCounters.allocateClientHeartbeat(1)
  driver.counters.allocate(CounterType.FLOW_CONTROL_RECEIVERS, 'fc-receivers: 1 1 1 x')
  const faults = new FaultCounters(new SharedArrayBuffer(FAULT_COUNTS_LENGTH)).read()
  const losses: LossObservation[] = []
  readLossReport(driver.lossMemory, (loss) => losses.push(loss))
  const text = metricsText({
    info: {},
    startTimestampMs: 0,
    counters: () => driver.counters,
    errors: () => [],
    losses: () => losses,
    faultCounts: () => ({ send: faults, receive: faults }),
  })
  const found = new Set(parseExposition(text).map(({ name }) => name))
  assert.equal([...new Set(page.match(/\bgodwit_\w+/g))].sort(), [...found].sort())
  assert.match(page, `godwit_bytes_sent_total\` and ${SYSTEM_METRICS.size - 1} others`)
  assert.match(page, `limit of ${METRICS_COUNTERS_MAX.toLocaleString('en')}`)
})

test.run()
