import { Client } from '../../../driver/index.ts'
import type { ClientState, PeerClientSettings } from './protocol.ts'

/** A client, and what its handlers were told. */
export class GodwitClient {
  client!: Client
  #hasClosed: boolean = false
  readonly #errors: string[] = []
  readonly #publicationErrors: string[] = []

  private constructor() {}

  static async connect(dir: string, settings: PeerClientSettings): Promise<GodwitClient> {
    const connected = new GodwitClient()
    connected.client = await Client.connect({ dir }, {
      ...settings,
      errorHandler: (error) => void connected.#errors.push(String(error)),
      closeHandler: () => void (connected.#hasClosed = true),
      publicationErrorHandler: ({ registrationId, sessionId, streamId, errorCode, text }) => {
        connected.#publicationErrors.push(
          `registrationId=${registrationId}, sessionId=${sessionId}, streamId=${streamId}, errorCode=${errorCode}, ` +
            `errorMessage=${text}`,
        )
      },
    })
    return connected
  }

  state(): ClientState {
    return {
      isClosed: this.client.isClosed,
      hasClosed: this.#hasClosed,
      errors: this.#errors,
      publicationErrors: this.#publicationErrors,
    }
  }
}
