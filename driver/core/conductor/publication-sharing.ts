import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { computePosition } from '../../../client/log/log-buffer-descriptor.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import type { PublicationParams } from '../channel/publication-params.ts'
import { DriverError } from '../driver-error.ts'

/** A publication that another command may share. */
export interface SharedPublication {
  readonly sessionId: number
  readonly channel: string
  readonly log: LogBuffers
  /** Position that its stream began at. */
  readonly startPosition: number
}

/**
 * What a command asks for must be what the publication that it will share has.
 *
 * @throws DriverError INVALID_CHANNEL that names the parameter
 */
export function checkSharing(shared: SharedPublication, params: PublicationParams): void {
  const { log } = shared
  if (params.sessionId !== undefined) check(shared, 'session-id', params.sessionId, shared.sessionId)
  if (params.given.mtuLength) check(shared, 'mtu', params.mtuLength, log.mtuLength)
  if (params.given.termLength) check(shared, 'term-length', params.termLength, log.termLength)
  const { start } = params
  if (start === undefined) return
  check(shared, 'init-term-id', start.initialTermId, log.initialTermId)
  const position = computePosition(start.termId, start.termOffset, log.positionBitsToShift, log.initialTermId)
  check(shared, 'position of term-id and term-offset', position, shared.startPosition)
}

function check({ channel }: SharedPublication, name: string, wanted: number, existing: number): void {
  if (wanted === existing) return
  const message = `${name}=${wanted} differs from ${existing}, which the existing publication of ${channel} has`
  throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
}
