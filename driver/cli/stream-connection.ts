import { setTimeout } from 'node:timers/promises'
import { Client } from '../../client/client.ts'
import type { PublicationErrorFrame } from '../../client/conductor/driver-events.ts'
import { quoteText } from '../../client/protocol/text-values.ts'
import { GodwitError } from '../../codegen/runtime/errors.ts'
import type { Output } from '../../codegen/cli/command.ts'
import { CounterType } from '../../schemas/generated/aeron.memory/index.ts'
import { MediaDriver } from '../launcher/media-driver.ts'
import { embeddedSettings } from './stream-driver-settings.ts'
import type { Ending } from '../../codegen/cli/ending.ts'
import type { StreamOptions } from './stream-options.ts'

/** A driver of its own tells publishers that nobody listens any more, for so long at most. */
const LEAVE_MS_MAX = 2000
const LEAVE_INTERVAL_MS = 5

/** A client, and its driver if that is embedded. */
export class StreamConnection {
  readonly client: Client
  readonly #driver: MediaDriver | undefined

  private constructor(client: Client, driver: MediaDriver | undefined) {
    this.client = client
    this.#driver = driver
  }

  /** What goes wrong later, outside of calls, fails the command by `ending`. */
  static async open(name: string, options: StreamOptions, ending: Ending, output: Output): Promise<StreamConnection> {
    const clientOptions = {
      clientName: name,
      signal: ending.signal,
      errorHandler: (error: unknown) => ending.fail(error),
      publicationErrorHandler: ({ text }: PublicationErrorFrame) => {
        ending.fail(connectionError(`the subscriber rejects the stream: ${quoteText(text)}`))
      },
    }
    const { dir, faults, isQuiet } = options
    if (dir !== undefined) return new StreamConnection(await Client.connect({ dir }, clientOptions), undefined)
    const driver = await MediaDriver.launch({
      ...embeddedSettings(process.env),
      ...(faults === undefined ? {} : { faults }),
      onWarning: (message) => {
        if (!isQuiet) output.err(`${name}: ${message}\n`)
      },
      onError: (error) => ending.fail(error),
    })
    try {
      return new StreamConnection(await Client.connect(driver, clientOptions), driver)
    } catch (error) {
      await driver.close()
      throw error
    }
  }

  /** Closes all; publishers are told that the subscriptions are gone. */
  async close(): Promise<void> {
    await this.client.close()
    if (this.#driver === undefined) return
    await this.#leave(this.#driver)
    await this.#driver.close()
  }

  /** A publisher that is not told waits until it takes the subscriber for dead. */
  async #leave(driver: MediaDriver): Promise<void> {
    const endMs = performance.now() + LEAVE_MS_MAX
    while (!driver.isClosed && performance.now() < endMs && hasImages(driver)) await setTimeout(LEAVE_INTERVAL_MS)
  }
}

function hasImages(driver: MediaDriver): boolean {
  let hasImage = false
  driver.counters().forEach((_id, typeId) => {
    if (typeId === CounterType.RECEIVER_POSITION) hasImage = true
  })
  return hasImage
}

const CONNECTION_CODE = 'ERR_GODWIT_CLI_CONNECTION'

/** The other side did not come, or is gone. */
export function connectionError(message: string): GodwitError {
  return new GodwitError(CONNECTION_CODE, message)
}

export function isConnectionError(error: unknown): boolean {
  return error instanceof GodwitError && error.code === CONNECTION_CODE
}
