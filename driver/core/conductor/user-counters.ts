import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { NULL_COUNTER_ID } from '../../../client/memory/counter-records.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../driver-error.ts'
import type { ClientSession } from './client-session.ts'
import type { ConductorServices } from './conductor-services.ts'
import { DRIVER_OWNER_ID } from './system-counter-labels.ts'

/** Counters that clients ask for: their own, and static ones, which stay when their client goes. */
export class UserCounters {
  private readonly services: ConductorServices
  /** Ids of static counters. */
  private readonly statics: Set<number> = new Set()

  constructor(services: ConductorServices) {
    this.services = services
  }

  /** @throws DriverError, GodwitError ERR_GODWIT_COUNTERS_FULL */
  add(session: ClientSession, registrationId: number, typeId: number, key: Uint8Array, label: string): void {
    const { counters, ids, notifier } = this.services
    ids.claim(registrationId)
    let counter: AtomicCounter
    try {
      counter = counters.allocate(typeId, label, key, registrationId, session.clientId)
    } catch (error) {
      ids.release(registrationId)
      throw error
    }
    session.counters.set(registrationId, counter)
    notifier.onCounterReady(registrationId, counter.id)
  }

  /** @throws DriverError UNKNOWN_COUNTER */
  remove(session: ClientSession, correlationId: number, registrationId: number): void {
    const { streamCounters, ids, notifier } = this.services
    const counter = session.counters.get(registrationId)
    if (counter === undefined) {
      const message = `client ${session.clientId} has no counter with registration id ${registrationId}`
      throw new DriverError(ErrorCode.UNKNOWN_COUNTER, message)
    }
    session.counters.delete(registrationId)
    ids.release(registrationId)
    notifier.onOperationSuccess(correlationId)
    streamCounters.free([counter])
    notifier.onUnavailableCounter(registrationId, counter.id)
  }

  /**
   * A static counter; there is one for a type and registration id.
   *
   * @throws DriverError GENERIC_ERROR when a counter of another kind has both
   */
  addStatic(correlationId: number, registrationId: number, typeId: number, key: Uint8Array, label: string): void {
    const { counters, notifier } = this.services
    const foundId = counters.findByTypeAndRegistrationId(typeId, registrationId)
    if (foundId !== NULL_COUNTER_ID && !this.statics.has(foundId)) {
      throw new DriverError(
        ErrorCode.GENERIC_ERROR,
        `counter ${foundId} has type ${typeId} and registration id ${registrationId}, and is not static`,
      )
    }
    const id = foundId === NULL_COUNTER_ID
      ? counters.allocate(typeId, label, key, registrationId, DRIVER_OWNER_ID).id
      : foundId
    this.statics.add(id)
    notifier.onStaticCounter(correlationId, id)
  }
}
