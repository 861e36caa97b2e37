import type { CountersManager } from '../../../client/memory/counters-manager.ts'
import { formatDurationNs } from '../../../client/protocol/text-values.ts'
import {
  CounterType,
  SystemCounterId,
  SystemCounterKeyDecoder,
  SystemCounterKeyMeta,
} from '../../../schemas/generated/aeron.memory/index.ts'
import type { DriverSettings } from '../driver-settings.ts'

/** Owner of counters that belong to no client. */
export const DRIVER_OWNER_ID = -1

/** Time after which the resolution of a name counts as slow. */
export const NAME_RESOLVER_THRESHOLD_NS = 5e9

/** By id; tools find counters by these texts. */
const LABELS: readonly string[] = [
  'Bytes sent',
  'Bytes received',
  'Failed offers to ReceiverProxy',
  'Failed offers to SenderProxy',
  'Failed offers to DriverConductorProxy',
  'NAKs sent',
  'NAKs received',
  'Status Messages sent',
  'Status Messages received',
  'Heartbeats sent',
  'Heartbeats received',
  'Retransmits sent',
  'Flow control under runs',
  'Flow control over runs',
  'Invalid packets',
  'Errors',
  'Short sends',
  'Failed attempts to free log buffers',
  'Sender flow control limits, i.e. back-pressure events',
  'Unblocked Publications',
  'Unblocked Control Commands',
  'Possible TTL Asymmetry',
  'ControllableIdleStrategy status',
  'Loss gap fills',
  'Client liveness timeouts',
  'Resolution changes',
  'Conductor max cycle time doing its work in ns',
  'Conductor work cycle exceeded threshold count',
  'Sender max cycle time doing its work in ns',
  'Sender work cycle exceeded threshold count',
  'Receiver max cycle time doing its work in ns',
  'Receiver work cycle exceeded threshold count',
  'NameResolver max time in ns',
  'NameResolver exceeded threshold count',
  'Aeron software',
  'Bytes currently mapped',
  'Retransmitted bytes',
  'Retransmit Pool Overflow count',
  'Error Frames received',
  'Error Frames sent',
  'Publications Revoked',
  'Publication Images Revoked',
  'Images rejected',
  'Control protocol version',
  'Status Messages rejected',
  'Failed offers to NativeResourceAgentProxy',
]

/** Allocates the counters of the whole driver. They must be the first ones: their ids are part of the protocol. */
export function allocateSystemCounters(
  counters: CountersManager,
  settings: DriverSettings,
  softwareVersion: string,
): void {
  const suffixes = suffixesOf(settings, softwareVersion)
  for (const [id, label] of LABELS.entries()) {
    const key = new Uint8Array(SystemCounterKeyDecoder.BLOCK_LENGTH)
    new DataView(key.buffer).setInt32(SystemCounterKeyMeta.fields.counterId.offset, id, true)
    counters.allocate(CounterType.SYSTEM, label + (suffixes.get(id) ?? ''), key, id, DRIVER_OWNER_ID)
  }
}

/** `major.minor.patch` as one number, major << 16 | minor << 8 | patch; 0 when the text is no version. */
export function composeVersion(text: string): number {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})/.exec(text)
  if (match === null) return 0
  return (Number(match[1]) << 16) | (Number(match[2]) << 8) | Number(match[3])
}

function suffixesOf(settings: DriverSettings, softwareVersion: string): ReadonlyMap<number, string> {
  const version = `: version=${softwareVersion} commit=release`
  const mode = settings.threadingMode
  const threshold = (thresholdNs: number): string => `: threshold=${formatDurationNs(thresholdNs).replace(' ', '')}`
  return new Map<number, string>([
    [SystemCounterId.ERRORS, version],
    [SystemCounterId.RESOLUTION_CHANGES, ': driverName='],
    [SystemCounterId.CONDUCTOR_MAX_CYCLE_TIME, `: ${mode}`],
    [
      SystemCounterId.CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED,
      `${threshold(settings.conductorCycleThresholdNs)} ${mode}`,
    ],
    [SystemCounterId.SENDER_MAX_CYCLE_TIME, `: ${mode}`],
    [SystemCounterId.SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED, `${threshold(settings.senderCycleThresholdNs)} ${mode}`],
    [SystemCounterId.RECEIVER_MAX_CYCLE_TIME, `: ${mode}`],
    [
      SystemCounterId.RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED,
      `${threshold(settings.receiverCycleThresholdNs)} ${mode}`,
    ],
    [SystemCounterId.NAME_RESOLVER_TIME_THRESHOLD_EXCEEDED, threshold(NAME_RESOLVER_THRESHOLD_NS)],
    [SystemCounterId.AERON_VERSION, version],
  ])
}
