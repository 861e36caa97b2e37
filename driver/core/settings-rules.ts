import { formatDurationNs, formatSize } from '../../client/protocol/text-values.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import {
  CncHeaderDecoder,
  CounterMetadataDecoder,
  CounterValueDecoder,
} from '../../schemas/generated/aeron.memory/index.ts'
import type { DriverSettings } from './driver-settings.ts'

/** The lengths of the CnC file are fields of 32 bits, and so is their sum. */
const CNC_LENGTH_MAX = 2 ** 31 - 1

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

function checkCncLength(settings: DriverSettings): void {
  const { conductorBufferLength, clientsBufferLength, countersBufferLength, errorBufferLength, filePageSize } = settings
  const recordsLength = CounterMetadataDecoder.BLOCK_LENGTH + CounterValueDecoder.BLOCK_LENGTH
  const countersLength = (countersBufferLength / CounterValueDecoder.BLOCK_LENGTH) * recordsLength
  const sum = conductorBufferLength + clientsBufferLength + countersLength + errorBufferLength
  const length = Math.ceil((CncHeaderDecoder.BLOCK_LENGTH + sum) / filePageSize) * filePageSize
  if (length <= CNC_LENGTH_MAX) return
  throw wrong(
    'conductorBufferLength, clientsBufferLength, countersBufferLength and errorBufferLength make a CnC file of ' +
      `${length} bytes: it must have at most ${CNC_LENGTH_MAX}`,
  )
}

function wrong(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_SETTINGS', message)
}
