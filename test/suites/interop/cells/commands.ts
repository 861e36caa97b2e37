/** What the commands of godwit print of a directory of a driver of either kind, alive and dead. */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChildOk } from '../../../support/child.ts'
import { repositoryRoot } from '../../../support/root.ts'
import { freeUdpPort, driverDirectory } from '../peers.ts'
import { until } from '../peer.ts'
import type { Cell } from './cell.ts'
import { carry, LENGTHS, task } from './streams.ts'
import type { Kind, World } from './world.ts'

const MESSAGES = 100
const COMMAND_TIMEOUT_MS = 60_000

/** A driver without a sign of life for so long is dead for the commands. */
const DEAD_AFTER_MS = 10_000

interface StatDocument {
  readonly pid: number
  readonly liveness: string
  readonly counters: readonly { readonly id: number; readonly label: string; readonly value: number }[]
}

interface StreamsDocument {
  readonly streams: readonly {
    readonly streamId: number
    readonly publications: readonly { readonly position: number }[]
    readonly subscriptions: readonly { readonly position: number }[]
  }[]
}

async function print<T>(command: string, dir: string): Promise<T> {
  const args = [join(repositoryRoot, 'dist', 'driver', 'cli.js'), command, '--dir', dir, '--json']
  const { stdout } = await runChildOk(process.execPath, args, { timeoutMs: COMMAND_TIMEOUT_MS })
  return JSON.parse(stdout) as T
}

function commandsCell(kind: Kind): Cell {
  return {
    name: `on ${kind === 'ours' ? 'our driver' : "Java's driver"}: the commands of godwit read it, alive and dead`,
    async run(world: World) {
      const victim = world.startPeer(kind)
      const driver = await victim.launch(driverDirectory(), { lossPerMille: 100, lossSeed: 7 })
      const client = await world.connect('ours', driver)
      const streamId = world.newStreamId()
      const channel = `aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}|term-length=64k`
      const subscription = await client.addSubscription(channel, streamId, LENGTHS)
      const publication = await client.addPublication(channel, streamId, 'exclusive')
      const { position } = await carry(publication, [subscription], task(MESSAGES))
      await client.addPublication('aeron:udp?endpoint=127.0.0.1', streamId, 'exclusive').catch(() => undefined)

      const expectStreams = async (): Promise<void> => {
        const { streams } = await print<StreamsDocument>('streams', driver.dir)
        const own = streams.filter((stream) => stream.streamId === streamId)
        const positions = own.flatMap(({ publications, subscriptions }) => [...publications, ...subscriptions])
        assert.equal(positions.map((one) => one.position), [position, position])
      }
      const expectLogs = async (): Promise<void> => {
        const { errors } = await print<{ readonly errors: readonly { readonly text: string }[] }>('errors', driver.dir)
        assert.ok(errors.some(({ text }) => text.includes('127.0.0.1')), JSON.stringify(errors))
        const { losses } = await print<{ readonly losses: readonly { readonly streamId: number }[] }>('loss', driver.dir)
        assert.ok(losses.some((loss) => loss.streamId === streamId))
      }
      const alive = await print<StatDocument>('stat', driver.dir)
      assert.is(alive.liveness, 'alive')
      const seen = await world.peer('Java').counters(driver)
      assert.equal(
        alive.counters.map(({ id, label }) => `${id} ${label}`), seen.map(({ id, label }) => `${id} ${label}`),
      )
      await until('the publisher position is told', expectStreams, () => true)
      await expectLogs()

      await victim.kill()
      await new Promise((resolve) => setTimeout(resolve, DEAD_AFTER_MS + 1000))
      const dead = await print<StatDocument>('stat', driver.dir)
      assert.equal([dead.liveness, dead.pid], ['dead', alive.pid])
      assert.ok(dead.counters.length >= 40)
      await expectStreams()
      await expectLogs()
    },
  }
}

export const COMMAND_CELLS: readonly Cell[] = [commandsCell('Java'), commandsCell('ours')]
