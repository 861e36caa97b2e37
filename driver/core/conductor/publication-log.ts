import { initialiseLog } from '../../../client/log/initialise-log.ts'
import { computeLogLength } from '../../../client/log/log-buffer-descriptor.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { LogType } from '../../../schemas/generated/aeron.memory/index.ts'
import type { PublicationParams } from '../channel/publication-params.ts'
import type { LogRegion } from '../log-store.ts'
import type { ConductorServices } from './conductor-services.ts'

/** A log, and the memory that it lies in. */
export interface OpenLog {
  readonly region: LogRegion
  readonly log: LogBuffers
}

/** What identifies a publication that is being made. */
export interface NewPublication {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly isExclusive: boolean
}

/** @throws DriverError STORAGE_SPACE, GENERIC_ERROR, GodwitError ERR_GODWIT_LOG_POSITION */
export function createPublicationLog(
  services: ConductorServices,
  { registrationId, sessionId, streamId, isExclusive }: NewPublication,
  params: PublicationParams,
): OpenLog {
  const { settings } = services
  const { start } = params
  const initialTermId = start?.initialTermId ?? services.randomInt32()
  const pageSize = settings.filePageSize
  const region = services.logs.create({
    kind: 'publication',
    registrationId,
    byteLength: computeLogLength(params.termLength, pageSize),
    isSparse: params.isSparse,
  })
  try {
    const log = initialiseLog(services.logs.map(region), {
      logType: isExclusive ? LogType.EXCLUSIVE_PUBLICATION : LogType.CONCURRENT_PUBLICATION,
      correlationId: registrationId,
      sessionId,
      streamId,
      termLength: params.termLength,
      pageSize,
      mtuLength: params.mtuLength,
      initialTermId,
      ...(start === undefined ? {} : { termId: start.termId, termOffset: start.termOffset }),
      publicationWindowLength: params.windowLength,
      socketSndbufLength: params.socketSndbufLength || settings.socketSoSndbuf,
      socketRcvbufLength: params.socketRcvbufLength || settings.socketSoRcvbuf,
      maxResend: params.maxResend,
      lingerTimeoutNs: params.lingerTimeoutNs,
      untetheredWindowLimitTimeoutNs: params.untetheredWindowLimitTimeoutNs,
      untetheredRestingTimeoutNs: params.untetheredRestingTimeoutNs,
      untetheredLingerTimeoutNs: params.untetheredLingerTimeoutNs,
      sparse: params.isSparse,
      signalEos: params.isEosSignalled,
    })
    return { region, log }
  } catch (error) {
    services.logs.free(region)
    throw error
  }
}
