import type { LogBuffers } from '../log/log-buffers.ts'

/** How the name of a log becomes memory. */
export interface LogSource {
  /** From now on logs for this client are kept until they are opened. */
  bind(clientId: number): void

  /**
   * @throws GodwitError ERR_GODWIT_LOG_UNKNOWN when there is no such log, ERR_GODWIT_LOG_LAYOUT when it is none
   */
  open(name: string): LogBuffers

  /** Is called now and then: lets go of what nobody has opened for long. */
  onTime?(nowNs: number): void

  /** The log of that name is not used any more. */
  release(name: string): void

  close(): void
}
