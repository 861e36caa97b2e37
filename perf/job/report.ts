import { Phase } from './job-state.ts'
import type { JobPlan, JobResult, Progress, RepairCounts } from './run.ts'
import type { Latency, PhaseResult, StreamTotals } from './thread-protocol.ts'

const LABEL_WIDTH = 13
const COLUMN_WIDTH = 10

const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  [Phase.PREPARE]: 'starting',
  [Phase.WARM_UP]: 'warming up',
  [Phase.FULL_SPEED]: 'full speed',
  [Phase.PAUSE]: 'draining',
  [Phase.PACED]: 'paced',
  [Phase.LAST_PAUSE]: 'draining',
  [Phase.END]: 'ending',
}

/** One line, shorter than those of a terminal of 80 columns. */
export function progressLine({ phase, seconds, messagesPerSecond, bytesPerSecond, repairs }: Progress): string {
  const time = `${seconds.toFixed(1)} s`.padStart(6)
  const rate = `${whole(messagesPerSecond).padStart(9)} messages/s ${megabytes(bytesPerSecond).padStart(5)} MB/s`
  const counts = `${whole(repairs.dropped)} dropped, ${whole(repairs.naks)} NAKs`
  return `${time}  ${PHASE_NAMES[phase].padEnd(10)} ${rate}  ${counts}`
}

/** What the numbers say, and what they do not. */
export function summary(plan: JobPlan, { published, received, repairs }: JobResult): string {
  const { fullSpeed, paced } = received
  return [
    line('throughput', throughput(fullSpeed)),
    ...latencyLines(plan, fullSpeed, paced),
    ...repairLines(repairs),
    ...proofLines(published.totals, received.totals),
    '',
  ].join('\n')
}

/** Why the two sides do not agree; undefined when they do. */
export function differenceOf(sent: StreamTotals, received: StreamTotals): string | undefined {
  if (sent.messages !== received.messages) {
    return `${whole(sent.messages)} messages were sent, ${whole(received.messages)} arrived`
  }
  if (sent.bytes !== received.bytes) return `${sent.bytes} bytes were sent, ${received.bytes} arrived`
  if (sent.digest !== received.digest) {
    return `the messages have SHA-256 ${sent.digest} where they were sent, ${received.digest} where they arrived`
  }
  if (sent.position !== received.position) {
    return `the stream ended at ${sent.position}, it was read to ${received.position}`
  }
  return undefined
}

function throughput(phase: PhaseResult | undefined): string {
  if (phase === undefined || phase.seconds === 0) return 'not measured'
  const { messages, bytes, seconds } = phase
  const rates = `${whole(messages / seconds)} messages/s, ${megabytes(bytes / seconds)} MB/s`
  return `${rates} (${seconds.toFixed(1)} s at full speed, ${(bytes / messages).toFixed(0)} bytes a message)`
}

function latencyLines(
  plan: JobPlan, fullSpeed: PhaseResult | undefined, paced: PhaseResult | undefined,
): readonly string[] {
  const heads = ['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => name.padStart(COLUMN_WIDTH)).join('')
  const rate = paced === undefined || paced.seconds === 0 ? plan.rate : paced.messages / paced.seconds
  return [
    line('latency, us', heads),
    line('  paced', latencyCells(paced?.latency, `at ${whole(rate)} messages/s`)),
    line('  full speed', latencyCells(fullSpeed?.latency, 'mostly queueing')),
  ]
}

function latencyCells(latency: Latency | undefined, remark: string): string {
  if (latency === undefined) return 'not measured'
  const { p50Us, p90Us, p99Us, p999Us, maxUs } = latency
  const cells = [p50Us, p90Us, p99Us, p999Us, maxUs].map((us) => ` ${whole(us)}`.padStart(COLUMN_WIDTH))
  return `${cells.join('')}   ${remark}`
}

function repairLines(repairs: RepairCounts): readonly string[] {
  const { datagrams, dropped, naks, retransmits, retransmittedBytes } = repairs
  const share = datagrams === 0 ? 0 : (100 * dropped) / datagrams
  const again = `${whole(retransmits)} retransmits, ${megabytes(retransmittedBytes)} MB sent again`
  return [
    line('loss', `${whole(dropped)} of ${whole(datagrams)} datagrams dropped (${share.toFixed(2)} %)`),
    line('repair', `${whole(naks)} NAKs, ${again}`),
  ]
}

function proofLines(sent: StreamTotals, received: StreamTotals): readonly string[] {
  if (differenceOf(sent, received) !== undefined) return []
  return [
    line('proof', `${whole(received.messages)} messages sent and received, each one once and in order`),
    line('', `position ${whole(received.position)} on both sides; all fields as in the data file`),
    line('', 'SHA-256 over all messages, sent and received alike:'),
    line('', received.digest),
  ]
}

function line(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
