import type { CountersReader } from '../../client/memory/counters-reader.ts'
import { CounterType } from '../../schemas/generated/aeron.memory/index.ts'
import { decodeCounterKey } from './counter-key.ts'
import type { StreamKey } from './counter-key.ts'

/** Positions are bytes from the start of the stream; what a counter would tell that is not there is undefined. */
export interface PublicationState {
  readonly registrationId: number
  readonly position: number | undefined
  /** How far the publisher may go. */
  readonly limit: number | undefined
  readonly senderPosition: number | undefined
  /** How far the receivers let the sender go. */
  readonly senderLimit: number | undefined
  /** How often the sender was held back by that limit. */
  readonly backPressureEvents: number | undefined
  readonly naksReceived: number | undefined
  /** Bytes published and not sent yet; undefined over IPC, where nothing is sent. */
  readonly bytesToSend: number | undefined
}

export interface ImageState {
  readonly registrationId: number
  /** Up to where everything has been received. */
  readonly position: number | undefined
  /** The highest that has been received. */
  readonly highestPosition: number | undefined
  readonly naksSent: number | undefined
  /** Bytes from what is complete to the highest: with gaps in them. */
  readonly bytesToReceive: number | undefined
}

export interface SubscriptionState {
  readonly registrationId: number
  /** The image, or over IPC the publication, that is consumed; 0 where the driver does not tell. */
  readonly sourceId: number
  readonly position: number
  /** Bytes received, or over IPC published, and not consumed yet. */
  readonly bytesToConsume: number | undefined
}

/** One session of a stream of a channel, as far as this driver has to do with it. */
export interface StreamState {
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly publications: readonly PublicationState[]
  readonly images: readonly ImageState[]
  readonly subscriptions: readonly SubscriptionState[]
}

const PUBLICATION_TYPES: ReadonlySet<number> = new Set([
  CounterType.PUBLISHER_POSITION,
  CounterType.PUBLISHER_LIMIT,
  CounterType.SENDER_POSITION,
  CounterType.SENDER_LIMIT,
  CounterType.SENDER_BACK_PRESSURE_EVENTS,
  CounterType.SENDER_NAKS_RECEIVED,
])

const IMAGE_TYPES: ReadonlySet<number> = new Set([
  CounterType.RECEIVER_HWM,
  CounterType.RECEIVER_POSITION,
  CounterType.RECEIVER_NAKS_SENT,
])

/** How far subscribers can come. */
const END_TYPES: ReadonlySet<number> = new Set([CounterType.PUBLISHER_POSITION, CounterType.RECEIVER_HWM])

/** Values by type of counter. */
type Values = Map<number, number>

interface SubscriberPosition {
  readonly registrationId: number
  readonly sourceId: number
  readonly position: number
}

/** Counters of one session of a stream. */
interface StreamParts {
  readonly key: StreamKey
  readonly publications: Map<number, Values>
  readonly images: Map<number, Values>
  readonly subscribers: SubscriberPosition[]
}

function newParts(key: StreamKey): StreamParts {
  return { key, publications: new Map(), images: new Map(), subscribers: [] }
}

/** Joins the counters of each stream, by stream and session. Counters whose keys cannot be read are left out. */
export function joinStreams(counters: CountersReader, accepts: (key: StreamKey) => boolean): readonly StreamState[] {
  const streams = new Map<string, StreamParts>()
  /** How far those go that are consumed, by registration id: the subscription may name their channel in another way. */
  const ends = new Map<number, number>()
  counters.forEach((counterId, typeId, keyBytes, label) => {
    const isPublication = PUBLICATION_TYPES.has(typeId)
    const isImage = IMAGE_TYPES.has(typeId)
    if (!isPublication && !isImage && typeId !== CounterType.SUBSCRIBER_POSITION) return
    const key = decodeCounterKey(typeId, keyBytes, label)
    if (key?.kind !== 'stream') return
    const name = `${key.streamId} ${key.sessionId} ${key.channel}`
    const stream = streams.get(name) ?? newParts(key)
    streams.set(name, stream)
    const { registrationId } = key
    const value = counters.value(counterId)
    if (END_TYPES.has(typeId)) ends.set(registrationId, value)
    if (isPublication || isImage) {
      const parts = isPublication ? stream.publications : stream.images
      const values = parts.get(registrationId) ?? new Map<number, number>()
      parts.set(registrationId, values.set(typeId, value))
    } else {
      stream.subscribers.push({ registrationId, sourceId: counters.referenceId(counterId), position: value })
    }
  })
  return [...streams.values()]
    .filter(({ key }) => accepts(key))
    .map((parts) => streamState(parts, ends))
    .sort((a, b) => a.streamId - b.streamId || a.sessionId - b.sessionId)
}

function streamState(parts: StreamParts, ends: ReadonlyMap<number, number>): StreamState {
  const { sessionId, streamId, channel } = parts.key
  const publications = [...parts.publications].map(([id, values]) => publicationState(id, values))
  const images = [...parts.images].map(([id, values]) => imageState(id, values))
  // Earlier drivers of Aeron do not tell which image it is: then it is the only one, as a rule.
  const onlyEnd = images[0]?.highestPosition ?? publications[0]?.position
  const subscriptions = parts.subscribers.map((subscriber) => {
    const end = subscriber.sourceId === 0 ? onlyEnd : ends.get(subscriber.sourceId)
    return { ...subscriber, bytesToConsume: distance(subscriber.position, end) }
  })
  return { sessionId, streamId, channel, publications, images, subscriptions }
}

function publicationState(registrationId: number, values: Values): PublicationState {
  const position = values.get(CounterType.PUBLISHER_POSITION)
  const senderPosition = values.get(CounterType.SENDER_POSITION)
  return {
    registrationId,
    position,
    limit: values.get(CounterType.PUBLISHER_LIMIT),
    senderPosition,
    senderLimit: values.get(CounterType.SENDER_LIMIT),
    backPressureEvents: values.get(CounterType.SENDER_BACK_PRESSURE_EVENTS),
    naksReceived: values.get(CounterType.SENDER_NAKS_RECEIVED),
    bytesToSend: distance(senderPosition, position),
  }
}

function imageState(registrationId: number, values: Values): ImageState {
  const position = values.get(CounterType.RECEIVER_POSITION)
  const highestPosition = values.get(CounterType.RECEIVER_HWM)
  return {
    registrationId,
    position,
    highestPosition,
    naksSent: values.get(CounterType.RECEIVER_NAKS_SENT),
    bytesToReceive: distance(position, highestPosition),
  }
}

/** From one position on to another; the counters are not read at the same instant. */
function distance(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from)
}
