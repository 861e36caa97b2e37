import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { MetricType } from './exposition.ts'

/** What a counter becomes. */
export interface MetricOfCounter {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  /** Metrics are in seconds and bytes. */
  readonly factor: number
}

const NS = 1e-9

function counter(name: string, help: string): MetricOfCounter {
  return { name: `godwit_${name}_total`, type: 'counter', help, factor: 1 }
}

function gauge(name: string, help: string, factor: number = 1): MetricOfCounter {
  return { name: `godwit_${name}`, type: 'gauge', help, factor }
}

/** Counters of the whole driver, by id. Versions are labels of another metric. */
export const SYSTEM_METRICS: ReadonlyMap<number, MetricOfCounter> = new Map<number, MetricOfCounter>([
  [SystemCounterId.BYTES_SENT, counter('bytes_sent', 'Bytes sent, headers of frames included.')],
  [SystemCounterId.BYTES_RECEIVED, counter('bytes_received', 'Bytes received, headers of frames included.')],
  [SystemCounterId.RECEIVER_PROXY_FAILS, counter('receiver_proxy_fails', 'Commands to a full receiver.')],
  [SystemCounterId.SENDER_PROXY_FAILS, counter('sender_proxy_fails', 'Commands to a full sender.')],
  [SystemCounterId.CONDUCTOR_PROXY_FAILS, counter('conductor_proxy_fails', 'Commands to a full conductor.')],
  [SystemCounterId.NAK_MESSAGES_SENT, counter('naks_sent', 'Requests to send again, sent.')],
  [SystemCounterId.NAK_MESSAGES_RECEIVED, counter('naks_received', 'Requests to send again, received.')],
  [SystemCounterId.STATUS_MESSAGES_SENT, counter('status_messages_sent', 'Status messages sent.')],
  [SystemCounterId.STATUS_MESSAGES_RECEIVED, counter('status_messages_received', 'Status messages received.')],
  [SystemCounterId.HEARTBEATS_SENT, counter('heartbeats_sent', 'Heartbeats of streams sent.')],
  [SystemCounterId.HEARTBEATS_RECEIVED, counter('heartbeats_received', 'Heartbeats of streams received.')],
  [SystemCounterId.RETRANSMITS_SENT, counter('retransmits_sent', 'Retransmissions sent.')],
  [SystemCounterId.FLOW_CONTROL_UNDER_RUNS, counter('flow_control_under_runs', 'Packets behind a receiver window.')],
  [SystemCounterId.FLOW_CONTROL_OVER_RUNS, counter('flow_control_over_runs', 'Packets ahead of a receiver window.')],
  [SystemCounterId.INVALID_PACKETS, counter('invalid_packets', 'Packets that cannot be.')],
  [SystemCounterId.ERRORS, counter('errors', 'Errors; the error log has the distinct ones.')],
  [SystemCounterId.SHORT_SENDS, counter('short_sends', 'Sends of which a socket took only a part.')],
  [SystemCounterId.FREE_FAILS, counter('free_fails', 'Attempts to free a log that failed.')],
  [SystemCounterId.SENDER_FLOW_CONTROL_LIMITS, counter('back_pressure_events', 'Times that a sender was held back.')],
  [SystemCounterId.UNBLOCKED_PUBLICATIONS, counter('unblocked_publications', 'Publications with a claim given up.')],
  [SystemCounterId.UNBLOCKED_COMMANDS, counter('unblocked_commands', 'Commands of clients given up.')],
  [SystemCounterId.POSSIBLE_TTL_ASYMMETRY, counter('possible_ttl_asymmetry', 'Signs of a different TTL each way.')],
  [SystemCounterId.CONTROLLABLE_IDLE_STRATEGY, gauge('controllable_idle_strategy', 'Status of that idle strategy.')],
  [SystemCounterId.LOSS_GAP_FILLS, counter('loss_gap_fills', 'Gaps of streams that are not reliable, filled.')],
  [SystemCounterId.CLIENT_TIMEOUTS, counter('client_timeouts', 'Clients given up.')],
  [SystemCounterId.RESOLUTION_CHANGES, counter('resolution_changes', 'Names that became other addresses.')],
  [SystemCounterId.CONDUCTOR_MAX_CYCLE_TIME, gauge('conductor_max_cycle_seconds', 'Its longest cycle.', NS)],
  [
    SystemCounterId.CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED,
    counter('conductor_cycles_over_threshold', 'Cycles of the conductor that took too long.'),
  ],
  [SystemCounterId.SENDER_MAX_CYCLE_TIME, gauge('sender_max_cycle_seconds', 'Its longest cycle.', NS)],
  [
    SystemCounterId.SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED,
    counter('sender_cycles_over_threshold', 'Cycles of the sender that took too long.'),
  ],
  [SystemCounterId.RECEIVER_MAX_CYCLE_TIME, gauge('receiver_max_cycle_seconds', 'Its longest cycle.', NS)],
  [
    SystemCounterId.RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED,
    counter('receiver_cycles_over_threshold', 'Cycles of the receiver that took too long.'),
  ],
  [SystemCounterId.NAME_RESOLVER_MAX_TIME, gauge('name_resolver_max_seconds', 'Longest resolution of a name.', NS)],
  [
    SystemCounterId.NAME_RESOLVER_TIME_THRESHOLD_EXCEEDED,
    counter('name_resolutions_over_threshold', 'Resolutions of names that took too long.'),
  ],
  [SystemCounterId.BYTES_CURRENTLY_MAPPED, gauge('mapped_bytes', 'Memory of logs, counters and buffers.')],
  [SystemCounterId.RETRANSMITTED_BYTES, counter('retransmitted_bytes', 'Bytes sent again.')],
  [SystemCounterId.RETRANSMIT_OVERFLOW, counter('retransmit_overflows', 'Requests to send again beyond the limit.')],
  [SystemCounterId.ERROR_FRAMES_RECEIVED, counter('error_frames_received', 'Error frames received.')],
  [SystemCounterId.ERROR_FRAMES_SENT, counter('error_frames_sent', 'Error frames sent.')],
  [SystemCounterId.PUBLICATIONS_REVOKED, counter('publications_revoked', 'Publications revoked.')],
  [SystemCounterId.PUBLICATION_IMAGES_REVOKED, counter('images_revoked', 'Images of publications that were revoked.')],
  [SystemCounterId.IMAGES_REJECTED, counter('images_rejected', 'Images rejected by subscribers.')],
  [SystemCounterId.STATUS_MESSAGES_REJECTED, counter('status_messages_rejected', 'Status messages rejected.')],
  [
    SystemCounterId.NATIVE_RESOURCE_AGENT_PROXY_FAILS,
    counter('native_resource_agent_proxy_fails', 'Commands to a full agent of that name.'),
  ],
])
