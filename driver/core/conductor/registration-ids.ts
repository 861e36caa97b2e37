import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../driver-error.ts'

/**
 * Registration ids in use. Clients name their resources by the correlation ids of their commands, which they take from
 * the ring as the driver takes ids of images; a client that makes ids up must not get at what others have.
 */
export class RegistrationIds {
  private readonly inUse: Set<number> = new Set()
  private readonly nextCorrelationId: () => number

  constructor(nextCorrelationId: () => number) {
    this.nextCorrelationId = nextCorrelationId
  }

  /** A new id. */
  take(): number {
    for (;;) {
      const id = this.nextCorrelationId()
      if (this.inUse.has(id)) continue
      this.inUse.add(id)
      return id
    }
  }

  /** @throws DriverError GENERIC_ERROR when a resource has that id */
  claim(id: number): void {
    if (this.inUse.has(id)) {
      throw new DriverError(ErrorCode.GENERIC_ERROR, `correlation id ${id} is the registration id of another resource`)
    }
    this.inUse.add(id)
  }

  release(id: number): void {
    this.inUse.delete(id)
  }
}
