import type { GodwitError } from '../../codegen/runtime/index.ts'
import type { LogBuffers } from '../log/log-buffers.ts'

export interface SourceFinding {
  readonly error: GodwitError
  /** Whether the client cannot go on. */
  readonly isFatal: boolean
}

/** How the name of a log becomes memory. */
export interface LogSource {
  /** From now on logs for this client are kept until they are opened. */
  bind(clientId: number): void

  /**
   * @throws GodwitError ERR_GODWIT_LOG_UNKNOWN when there is no such log, ERR_GODWIT_LOG_LAYOUT when it is none,
   * ERR_GODWIT_FILE when its file cannot be mapped
   */
  open(name: string): LogBuffers

  /** Is called now and then: lets go of what nobody has opened for long. */
  onTime?(nowNs: number): void

  /**
   * Is called as often as the client gives a sign of life: whether the driver can still be reached.
   *
   * @returns what was found out, once; undefined when all is well
   */
  check?(): SourceFinding | undefined

  /** The log of that name is not used any more. */
  release(name: string): void

  close(): void
}
