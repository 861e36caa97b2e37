import { DirectBuffer } from '../codegen/runtime/index.ts'
import { checkBytes, lengthFrom } from './arguments.ts'
import type { MessageSource, PublicationParameters } from './base-publication.ts'
import { BasePublication } from './base-publication.ts'
import type { ClientConductor } from './conductor/client-conductor.ts'
import { ExclusiveAppender } from './log/exclusive-appender.ts'

/** Publishes to a stream of its own, with its own session: cheaper than `Publication`, and with more control. */
export class ExclusivePublication extends BasePublication {
  /** Whether `close` also gives up what subscribers have not consumed. */
  revokeOnClose: boolean = false
  readonly #appender: ExclusiveAppender

  /** @internal */
  constructor(conductor: ClientConductor, parameters: PublicationParameters) {
    const appender = new ExclusiveAppender(parameters.log, parameters.positionLimit)
    super(conductor, parameters, appender)
    this.#appender = appender
  }

  /** Term that was appended to last. */
  get termId(): number {
    return this.#appender.termId
  }

  /** Where in the term the next frame will begin. */
  get termOffset(): number {
    return this.#appender.termOffset
  }

  /**
   * Appends a frame that subscribers skip, of a header and `length` bytes; returns as `offer`.
   *
   * @throws GodwitError ERR_GODWIT_LOG_LENGTH above `maxMessageLength`
   */
  appendPadding(length: number): number {
    return this.attended(this.#appender.appendPadding(length))
  }

  /**
   * Appends ready-made frames, each padded to 32 bytes, as they are; returns as `offer`. The first one must be DATA of
   * this stream at `termId` and `termOffset`; when the term is full, at the start of the next one.
   *
   * @param length of all frames, at most the rest of the term
   * @throws GodwitError ERR_GODWIT_LOG_RANGE, ERR_GODWIT_LOG_BLOCK
   */
  offerBlock(source: MessageSource, offset: number = 0, length: number = lengthFrom(source, offset)): number {
    checkBytes(source)
    const buffer = source instanceof DirectBuffer ? source : new DirectBuffer(source)
    return this.attended(this.#appender.offerBlock(buffer, offset, length))
  }

  /** Closes the publication and gives up what subscribers have not consumed. */
  revoke(): void {
    this.closeWith(true)
  }

  override close(): void {
    this.closeWith(this.revokeOnClose)
  }
}
