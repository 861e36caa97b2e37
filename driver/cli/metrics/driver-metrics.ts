import type { CountersReader } from '../../../client/memory/counters-reader.ts'
import type { ErrorObservation } from '../../../client/memory/error-log.ts'
import type { LossObservation } from '../../../client/memory/loss-report.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { FaultCounts } from '../../media/fault-counts.ts'
import { decodeCounterKey } from '../../tools/counter-key.ts'
import type { CounterKey } from '../../tools/counter-key.ts'
import { Exposition } from './exposition.ts'
import type { MetricType } from './exposition.ts'
import { SYSTEM_METRICS } from './system-metrics.ts'

/** Further counters are left out, and counted: a scrape has to end. */
export const METRICS_COUNTERS_MAX = 10_000

/** What the metrics are of. */
export interface MetricsSource {
  /** Labels of `godwit_info`. */
  readonly info: Readonly<Record<string, string | number>>
  readonly startTimestampMs: number
  counters(): CountersReader
  errors(): readonly ErrorObservation[]
  losses(): readonly LossObservation[]
  /** Undefined when the driver makes no faults. */
  faultCounts(): { readonly send: FaultCounts; readonly receive: FaultCounts } | undefined
}

type Description = readonly [name: string, type: MetricType, help: string]

const STREAM_METRICS: ReadonlyMap<number, Description> = new Map<number, Description>([
  [CounterType.PUBLISHER_POSITION, ['godwit_publication_position_bytes', 'gauge', 'Published up to.']],
  [CounterType.PUBLISHER_LIMIT, ['godwit_publication_limit_bytes', 'gauge', 'How far the publisher may go.']],
  [CounterType.SENDER_POSITION, ['godwit_sender_position_bytes', 'gauge', 'Sent up to.']],
  [CounterType.SENDER_LIMIT, ['godwit_sender_limit_bytes', 'gauge', 'How far receivers let the sender go.']],
  [
    CounterType.SENDER_BACK_PRESSURE_EVENTS,
    ['godwit_sender_back_pressure_events_total', 'counter', 'Times that the sender was held back.'],
  ],
  [CounterType.SENDER_NAKS_RECEIVED, ['godwit_sender_naks_received_total', 'counter', 'Requests to send again.']],
  [CounterType.RECEIVER_HWM, ['godwit_image_highest_position_bytes', 'gauge', 'Highest position received.']],
  [CounterType.RECEIVER_POSITION, ['godwit_image_position_bytes', 'gauge', 'Received without gaps up to.']],
  [CounterType.RECEIVER_NAKS_SENT, ['godwit_image_naks_sent_total', 'counter', 'Requests to send again.']],
  [CounterType.SUBSCRIBER_POSITION, ['godwit_subscription_position_bytes', 'gauge', 'Consumed up to.']],
  [CounterType.FLOW_CONTROL_RECEIVERS, ['godwit_flow_control_receivers', 'gauge', 'Receivers that flow control has.']],
])

/** Numbers that are no amounts. */
const VERSIONS: ReadonlySet<number> = new Set([
  SystemCounterId.AERON_VERSION, SystemCounterId.CONTROL_PROTOCOL_VERSION,
])

/** All that can be known of a driver, as metrics in text. */
export function metricsText(source: MetricsSource): string {
  const metrics = new Exposition()
  metrics.add('godwit_info', 'gauge', 'What runs here; always 1.', 1, source.info)
  metrics.add('godwit_start_timestamp_seconds', 'gauge', 'When the driver started.', source.startTimestampMs / 1000)
  addCounters(metrics, source.counters())
  addErrors(metrics, source.errors())
  for (const loss of source.losses()) addLoss(metrics, loss)
  const faults = source.faultCounts()
  if (faults !== undefined) {
    addFaults(metrics, 'send', faults.send)
    addFaults(metrics, 'receive', faults.receive)
  }
  return metrics.text()
}

function addCounters(metrics: Exposition, counters: CountersReader): void {
  let left = METRICS_COUNTERS_MAX
  let omitted = 0
  counters.forEach((counterId, typeId, keyBytes, label) => {
    if (left-- <= 0) omitted++
    else addCounter(metrics, counters, counterId, typeId, label, decodeCounterKey(typeId, keyBytes, label))
  })
  const about = `Counters that are not here, because there are more than ${METRICS_COUNTERS_MAX}.`
  metrics.add('godwit_omitted_counters', 'gauge', about, omitted)
}

function addCounter(
  metrics: Exposition,
  counters: CountersReader,
  counterId: number,
  typeId: number,
  label: string,
  key: CounterKey | undefined,
): void {
  const value = counters.value(counterId)
  const registration = counters.registrationId(counterId)
  switch (key?.kind) {
    case 'system': {
      // A client may say of its counter that it is one of the driver.
      if (key.systemCounterId !== counterId) break
      if (VERSIONS.has(counterId)) return
      const metric = SYSTEM_METRICS.get(counterId)
      if (metric === undefined) break
      metrics.add(metric.name, metric.type, metric.help, value * metric.factor)
      return
    }
    case 'stream': {
      const description = STREAM_METRICS.get(typeId)
      if (description === undefined) break
      const { streamId: stream, sessionId: session, channel } = key
      const labels = { stream, session, channel, registration: key.registrationId }
      const isSubscriber = typeId === CounterType.SUBSCRIBER_POSITION
      metrics.add(...description, value, isSubscriber ? { ...labels, source: counters.referenceId(counterId) } : labels)
      return
    }
    case 'channel': {
      const { channel } = key
      if (typeId === CounterType.MDC_DESTINATIONS) break
      const direction = typeId === CounterType.SEND_CHANNEL_STATUS ? 'send' : 'receive'
      const about = 'State of a channel: 0 begins, 1 active, 2 closes, -1 failed.'
      metrics.add('godwit_channel_status', 'gauge', about, value, { direction, channel, registration })
      return
    }
    case 'client': {
      const name = / name=(\S*)/.exec(label)?.[1] ?? ''
      const labels = { client: key.clientId, name }
      const about = 'When a client last said that it lives.'
      metrics.add('godwit_client_heartbeat_timestamp_seconds', 'gauge', about, value / 1000, labels)
      return
    }
  }
  const labels = { id: counterId, type: typeId, label, registration }
  const about = 'Counters of clients, and others without a metric of their own.'
  metrics.add('godwit_counter', 'gauge', about, value, labels)
}

function addErrors(metrics: Exposition, errors: readonly ErrorObservation[]): void {
  metrics.add('godwit_distinct_errors', 'gauge', 'Errors in the error log, each once.', errors.length)
  const lastMs = errors.reduce((latest, { lastObservationMs }) => Math.max(latest, lastObservationMs), 0)
  const about = 'When the last error happened; 0: never.'
  metrics.add('godwit_last_error_timestamp_seconds', 'gauge', about, lastMs / 1000)
}

function addLoss(metrics: Exposition, loss: LossObservation): void {
  const { streamId: stream, sessionId: session, channel, source } = loss
  const labels = { stream, session, channel, source }
  metrics.add('godwit_loss_gaps_total', 'counter', 'Gaps in what an image received.', loss.observationCount, labels)
  metrics.add('godwit_loss_bytes_total', 'counter', 'Bytes in these gaps.', loss.totalBytesLost, labels)
}

function addFaults(metrics: Exposition, direction: 'send' | 'receive', { datagrams, ...faults }: FaultCounts): void {
  metrics.add(
    'godwit_fault_candidates_total', 'counter', 'Datagrams that faults may befall.', datagrams, { direction },
  )
  for (const [fault, count] of Object.entries(faults)) {
    metrics.add('godwit_faults_total', 'counter', 'Datagrams that faults befell.', count, { direction, fault })
  }
}
