import { cncLength } from '../../client/memory/cnc.ts'
import type { CncLengths } from '../../client/memory/cnc.ts'
import { formatDurationNs, formatSize } from '../../client/protocol/text-values.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { CounterMetadataDecoder, CounterValueDecoder } from '../../schemas/generated/aeron.memory/index.ts'
import type { DriverSettings } from './driver-settings.ts'

/** Rules for settings that depend on each other; those for one alone are in the table. */
export function checkTogether(settings: DriverSettings): void {
  const above = (name: keyof DriverSettings, floor: keyof DriverSettings): void => {
    const [value, limit] = [Number(settings[name]), Number(settings[floor])]
    if (value > limit) return
    throw wrong(`${name} is ${formatDurationNs(value)}: it must be above ${floor}, ${formatDurationNs(limit)}`)
  }
  const atMost = (name: keyof DriverSettings, ceiling: keyof DriverSettings, format = formatSize): void => {
    const [value, limit] = [Number(settings[name]), Number(settings[ceiling])]
    if (value <= limit) return
    throw wrong(`${name} is ${format(value)}: it must be at most ${ceiling}, ${format(limit)}`)
  }
  above('clientLivenessTimeoutNs', 'timerIntervalNs')
  above('publicationUnblockTimeoutNs', 'clientLivenessTimeoutNs')
  above('untetheredWindowLimitTimeoutNs', 'timerIntervalNs')
  above('untetheredLingerTimeoutNs', 'timerIntervalNs')
  above('untetheredRestingTimeoutNs', 'timerIntervalNs')
  atMost('mtuLength', 'rcvInitialWindowLength')
  if (settings.socketSoSndbuf !== 0) atMost('mtuLength', 'socketSoSndbuf')
  if (settings.socketSoRcvbuf !== 0) atMost('rcvInitialWindowLength', 'socketSoRcvbuf')
  if (settings.publicationTermWindowLength !== 0) atMost('mtuLength', 'publicationTermWindowLength')
  if (settings.ipcPublicationTermWindowLength !== 0) atMost('ipcMtuLength', 'ipcPublicationTermWindowLength')
  atMost('publicationReservedSessionIdLow', 'publicationReservedSessionIdHigh', String)
  checkCncLength(settings)
}

/** Lengths of the sections of the CnC region. */
export function cncLengthsOf(settings: DriverSettings): CncLengths {
  const { conductorBufferLength, clientsBufferLength, countersBufferLength, errorBufferLength, filePageSize } = settings
  return {
    toDriver: conductorBufferLength,
    toClients: clientsBufferLength,
    countersMetadata: (countersBufferLength / CounterValueDecoder.BLOCK_LENGTH) * CounterMetadataDecoder.BLOCK_LENGTH,
    countersValues: countersBufferLength,
    errorLog: errorBufferLength,
    pageSize: filePageSize,
  }
}

function checkCncLength(settings: DriverSettings): void {
  try {
    cncLength(cncLengthsOf(settings))
  } catch (error) {
    const names = 'conductorBufferLength, clientsBufferLength, countersBufferLength and errorBufferLength'
    throw wrong(`${names} do not fit together: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function wrong(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_SETTINGS', message)
}
