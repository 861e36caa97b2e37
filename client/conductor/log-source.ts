import type { LogBuffers } from '../log/log-buffers.ts'

/** How the name of a log becomes memory. */
export interface LogSource {
  /** From now on logs for this client are kept until they are opened. */
  bind(clientId: number): void

  /**
   * @throws GodwitError ERR_GODWIT_LOG_UNKNOWN when there is no such log, ERR_GODWIT_LOG_LAYOUT when it is none
   */
  open(name: string): LogBuffers

  /** The log of that name is not used any more. */
  release(name: string): void

  close(): void
}
