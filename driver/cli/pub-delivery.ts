import type { ExclusivePublication } from '../../client/exclusive-publication.ts'
import { NULL_COUNTER_ID } from '../../client/memory/counter-records.ts'
import type { CountersReader } from '../../client/memory/counters-reader.ts'
import { DirectBuffer } from '../../codegen/runtime/index.ts'
import { CounterType, StreamCounterKeyDecoder } from '../../schemas/generated/aeron.memory/index.ts'
import { connectionError } from './stream-connection.ts'
import { interruptedError } from '../../codegen/cli/ending.ts'
import type { Ending } from '../../codegen/cli/ending.ts'
import { Rest } from './stream-rest.ts'
import { counted } from './text.ts'

const { BLOCK_LENGTH, SCHEMA_VERSION } = StreamCounterKeyDecoder

/**
 * Ends a stream so that nothing of it is lost: waits until everything is sent, closes the publication, and waits until
 * the driver lets go of it. Over UDP that is when the receiver has said that it has everything or wants no more, over
 * IPC when the subscribers have read it.
 */
export class Delivery {
  readonly #publication: ExclusivePublication
  readonly #counters: CountersReader
  readonly #lingerMs: number
  readonly #ending: Ending
  readonly #rest: Rest = new Rest()
  readonly #key: StreamCounterKeyDecoder = new StreamCounterKeyDecoder()
  readonly #wasInterrupted: boolean

  /**
   * @param lingerMs how long to wait without progress; the driver must keep the publication for longer
   * @param ending an interrupt ends the wait, unless it came before
   */
  constructor(publication: ExclusivePublication, counters: CountersReader, lingerMs: number, ending: Ending) {
    this.#publication = publication
    this.#counters = counters
    this.#lingerMs = lingerMs
    this.#ending = ending
    this.#wasInterrupted = ending.check()
  }

  /** Rejects with ERR_GODWIT_CLI_CONNECTION when it cannot be known that all has arrived. */
  async complete(): Promise<void> {
    const publication = this.#publication
    const { position } = publication
    const senderId = this.#find(CounterType.SENDER_POSITION)
    if (senderId !== NULL_COUNTER_ID) {
      const missing = (): number => position - this.#counters.value(senderId)
      await this.#wait(missing, () => {
        if (missing() === 0) return undefined
        const bytes = counted(missing(), 'byte')
        if (!publication.isConnected) throw connectionError(`the subscriber went, ${bytes} of the log were not sent`)
        return `the subscriber takes nothing, and ${bytes} of the log wait`
      })
    }
    publication.close()
    await this.#wait(() => this.#consumed(), () => {
      if (this.#find(CounterType.PUBLISHER_POSITION) === NULL_COUNTER_ID) return undefined
      return 'everything was sent, but no receiver says that it has all of it'
    })
  }

  /**
   * Waits while there is a hindrance.
   *
   * @param progress a number that changes while the wait is not in vain
   */
  async #wait(progress: () => number, hindrance: () => string | undefined): Promise<void> {
    let last = progress()
    let lastMs = performance.now()
    for (;;) {
      if (this.#ending.check() && !this.#wasInterrupted) throw interruptedError('before all had arrived')
      const why = hindrance()
      if (why === undefined) return
      const now = progress()
      if (now !== last) lastMs = performance.now()
      else if (performance.now() > lastMs + this.#lingerMs) {
        throw connectionError(`${why}: given up after ${this.#lingerMs / 1000} s, --linger waits longer`)
      }
      last = now
      await this.#rest.turn(false)
    }
  }

  /** What subscribers of the same driver have read, all together. */
  #consumed(): number {
    const { sessionId, streamId } = this.#publication
    let sum = 0
    this.#counters.forEach((counterId, typeId, key) => {
      if (typeId !== CounterType.SUBSCRIBER_POSITION) return
      this.#key.wrap(new DirectBuffer(key), 0, BLOCK_LENGTH, SCHEMA_VERSION)
      const isOurs = this.#key.sessionId() === sessionId && this.#key.streamId() === streamId
      if (isOurs) sum += this.#counters.value(counterId)
    })
    return sum
  }

  #find(type: CounterType): number {
    return this.#counters.findByTypeAndRegistrationId(type, this.#publication.originalRegistrationId)
  }
}
