import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GodwitError } from '../../../codegen/runtime/index.ts'

/** Nobody from another machine. */
const HOST = '127.0.0.1'
const PATH = '/metrics'
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const CONNECTIONS_MAX = 16
const REQUEST_TIMEOUT_MS = 5_000

/** Serves metrics to who asks for them by HTTP on this machine. */
export class MetricsServer {
  readonly url: string
  private readonly server: Server

  private constructor(server: Server) {
    this.server = server
    this.url = `http://${HOST}:${(server.address() as AddressInfo).port}${PATH}`
  }

  /**
   * @param port 0: any that is free
   * @throws GodwitError ERR_GODWIT_METRICS when it cannot be listened on
   */
  static async listen(port: number, render: () => string): Promise<MetricsServer> {
    const limits = { maxHeaderSize: 8192, requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }
    const server = createServer(limits, (request, response) => answer(request, response, render))
    server.maxConnections = CONNECTIONS_MAX
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const what = `cannot serve metrics on ${HOST}:${port} (${cause.code ?? cause.message}): take another port, or 0`
        reject(new GodwitError('ERR_GODWIT_METRICS', what, { cause }))
      })
      server.listen(port, HOST, resolve)
    })
    return new MetricsServer(server)
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    this.server.closeAllConnections()
    await closed
  }
}

function answer(request: IncomingMessage, response: ServerResponse, render: () => string): void {
  request.resume()
  const path = request.url?.split('?', 1)[0]
  if (path !== PATH) return refuse(response, 404, `there is only ${PATH}`)
  if (request.method !== 'GET') return refuse(response.setHeader('Allow', 'GET'), 405, 'only GET')
  let text: string
  try {
    text = render()
  } catch (error) {
    // The driver goes on, whatever is wrong with its metrics.
    return refuse(response, 500, error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  response.writeHead(200, { 'Content-Type': CONTENT_TYPE }).end(text)
}

function refuse(response: ServerResponse, status: number, text: string): void {
  // A body that may follow is nothing to wait for.
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Connection': 'close' }).end(`${text}\n`)
}
