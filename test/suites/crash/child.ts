/** A process that is there to be killed: on order it is a driver or a client. It ends with the process that made it. */
import { GodwitError } from '../../../driver/index.ts'
import { DriverHost } from './driver-host.ts'
import { arm } from './kill-switch.ts'
import type { Order, Reply, Request } from './protocol.ts'
import { StallWatch } from './stall-watch.ts'
import { TestClient } from './test-client.ts'

const stalls = new StallWatch()
let driver: DriverHost | undefined
let client: TestClient | undefined

async function obey(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'launch':
      driver = await DriverHost.launch(order.options, stalls)
      return driver.dir
    case 'close':
      await driver?.close()
      driver = undefined
      return undefined
    case 'inspect':
      return driver?.inspect()
    case 'join':
      // What it has of an earlier one is closed already.
      await client?.leave()
      client = undefined
      client = await TestClient.join(order.plan, stalls)
      return client.clientId
    case 'leave':
      await client?.leave()
      client = undefined
      return undefined
    case 'look':
      return client?.look(order.oldestKey)
    case 'stall':
      return stalls.longestMs()
    case 'churn':
      client?.churn()
      return undefined
    case 'arm':
      if (client !== undefined) client.arm(order.point)
      else if (!('key' in order.point)) arm(order.point)
      return undefined
  }
}

async function answer({ id, order }: Request): Promise<Reply> {
  try {
    return { id, result: (await obey(order)) ?? null }
  } catch (error) {
    return { id, code: error instanceof GodwitError ? error.code : 'none', message: String(error) }
  }
}

process.on('message', (request: Request) => void answer(request).then((reply) => process.send?.(reply)))
process.on('disconnect', () => process.exit())
process.send?.('ready')
