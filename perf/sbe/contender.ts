/** The messages that are compared. */
export const MESSAGES = ['book-update', 'car'] as const

export type Message = (typeof MESSAGES)[number]

/** Few enough to stay in the nearest caches. */
export const MESSAGES_PER_RUN = 256

/** One library, or one way of using it, with the records of one message. */
export interface Contest {
  /** Encodes all records of the run; returns the length of all messages. */
  readonly encode: () => number
  /** Decodes all messages of the run and uses every field; returns the checksum of the records. */
  readonly decode: () => number
}

export type Contender = Readonly<Partial<Record<Message, () => Contest>>>

/** What a module exports as `contenders`: by their names in the report. */
export type Contenders = Readonly<Record<string, Contender>>
