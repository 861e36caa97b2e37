/** What the commands of godwit print of a directory of a driver of either kind, alive and dead. */
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChildOk } from '../../../support/child.ts'
import { repositoryRoot } from '../../../support/root.ts'
import { driverDirectory, freeUdpPort } from '../peers.ts'
import type { Cell } from './cell.ts'
import { carry, LENGTHS, task } from './streams.ts'
import type { Kind, World } from './world.ts'

const MESSAGES = 100
const COMMAND_TIMEOUT_MS = 60_000

interface StatDocument {
  readonly pid: number
  readonly liveness: string
  readonly counters: readonly { readonly id: number; readonly label: string; readonly value: number }[]
}

interface ErrorsDocument {
  readonly errors: readonly { readonly text: string }[]
}

interface LossDocument {
  readonly losses: readonly { readonly streamId: number }[]
}

interface StreamsDocument {
  readonly streams: readonly {
    readonly streamId: number
    readonly publications: readonly { readonly position: number }[]
    readonly subscriptions: readonly { readonly position: number }[]
  }[]
}

const PLACES: Readonly<Record<Kind, string>> = { ours: 'our driver', Java: "Java's driver" }

async function print<T>(command: string, dir: string): Promise<T> {
  const args = [join(repositoryRoot, 'dist', 'driver', 'cli.js'), command, '--dir', dir, '--json']
  const { stdout } = await runChildOk(process.execPath, args, { timeoutMs: COMMAND_TIMEOUT_MS })
  return JSON.parse(stdout) as T
}

function commandsCell(kind: Kind): Cell {
  return {
    name: `on ${PLACES[kind]}: stat, errors, loss and streams read its directory, also when it was killed`,
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
        const { errors } = await print<ErrorsDocument>('errors', driver.dir)
        assert.ok(errors.some(({ text }) => text.includes('127.0.0.1')), JSON.stringify(errors))
        const { losses } = await print<LossDocument>('loss', driver.dir)
        assert.ok(losses.some((loss) => loss.streamId === streamId))
      }
      const alive = await print<StatDocument>('stat', driver.dir)
      assert.is(alive.liveness, 'alive')
      const seen = await world.peer('Java').counters(driver)
      assert.equal(
        alive.counters.map(({ id, label }) => `${id} ${label}`), seen.map(({ id, label }) => `${id} ${label}`),
      )
      await expectStreams()
      await expectLogs()

      await victim.kill()
      const dead = await print<StatDocument>('stat', driver.dir)
      assert.is(dead.pid, alive.pid)
      assert.equal(dead.counters.map(({ label }) => label), alive.counters.map(({ label }) => label))
      await expectStreams()
      await expectLogs()
    },
  }
}

export const COMMAND_CELLS: readonly Cell[] = [commandsCell('Java'), commandsCell('ours')]
