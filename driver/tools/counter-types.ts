import { CounterType } from '../../schemas/generated/aeron.memory/index.ts'

/** What people call a type of counters: what the labels of its counters begin with. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [CounterType.SYSTEM, 'system'],
  [CounterType.PUBLISHER_LIMIT, 'pub-lmt'],
  [CounterType.SENDER_POSITION, 'snd-pos'],
  [CounterType.RECEIVER_HWM, 'rcv-hwm'],
  [CounterType.SUBSCRIBER_POSITION, 'sub-pos'],
  [CounterType.RECEIVER_POSITION, 'rcv-pos'],
  [CounterType.SEND_CHANNEL_STATUS, 'snd-channel'],
  [CounterType.RECEIVE_CHANNEL_STATUS, 'rcv-channel'],
  [CounterType.SENDER_LIMIT, 'snd-lmt'],
  [CounterType.PER_IMAGE, 'per-image'],
  [CounterType.CLIENT_HEARTBEAT, 'client-heartbeat'],
  [CounterType.PUBLISHER_POSITION, 'pub-pos'],
  [CounterType.SENDER_BACK_PRESSURE_EVENTS, 'snd-bpe'],
  [CounterType.LOCAL_SOCKET_ADDRESS, 'local-sockaddr'],
  [CounterType.NAME_RESOLVER_NEIGHBORS, 'resolver-neighbors'],
  [CounterType.NAME_RESOLVER_CACHE_ENTRIES, 'resolver-cache'],
  [CounterType.FLOW_CONTROL_RECEIVERS, 'fc-receivers'],
  [CounterType.MDC_DESTINATIONS, 'mdc-num-dest'],
  [CounterType.SENDER_NAKS_RECEIVED, 'snd-naks-received'],
  [CounterType.RECEIVER_NAKS_SENT, 'rcv-naks-sent'],
  [CounterType.NAME_RESOLVER_BOOTSTRAP_NEIGHBOR, 'resolver-bootstrap'],
])

export const COUNTER_TYPE_NAMES: readonly string[] = [...NAMES.values()]

/** Name of a type; undefined for types of users and of what godwit does not have. */
export function nameOfCounterType(typeId: number): string | undefined {
  return NAMES.get(typeId)
}

export function counterTypeOfName(name: string): number | undefined {
  return [...NAMES].find(([, known]) => known === name)?.[0]
}
