import type { PublicationParameters } from './base-publication.ts'
import { BasePublication } from './base-publication.ts'
import type { ClientConductor } from './conductor/client-conductor.ts'
import { ConcurrentAppender } from './log/concurrent-appender.ts'

/**
 * Publishes to a stream that other publications of the same channel, stream and session may publish to as well: those
 * of one driver share one log, in whatever thread or process they are.
 */
export class Publication extends BasePublication {
  /** @internal */
  constructor(conductor: ClientConductor, parameters: PublicationParameters) {
    super(conductor, parameters, new ConcurrentAppender(parameters.log, parameters.positionLimit))
  }
}
