import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Command } from '../../../codegen/cli/command.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { errors } from '../../../driver/cli/errors.ts'
import { loss } from '../../../driver/cli/loss.ts'
import { stat } from '../../../driver/cli/stat.ts'
import { streams } from '../../../driver/cli/streams.ts'
import type { Random } from '../../support/random.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { SmallDriver, SMALL_LENGTHS } from '../tools/small-driver.ts'
import { runCommand } from './run-godwit.ts'

const test = suite('cli: files that were tampered with', { timeoutMs: 30_000 })

const COMMANDS: readonly Command[] = [stat, errors, loss, streams]
const CODES = [
  'ERR_GODWIT_TOOL_FILE',
  'ERR_GODWIT_CNC_LENGTH',
  'ERR_GODWIT_CNC_VERSION',
  'ERR_GODWIT_CNC_NOT_READY',
  'ERR_GODWIT_BUFFER_CAPACITY',
]
const ROUNDS = 400

/** Where something is that can be changed: the header, the trailer of the ring, counters, errors. */
const METADATA_OFFSET = 128 + SMALL_LENGTHS.toDriver + SMALL_LENGTHS.toClients
const VALUES_OFFSET = METADATA_OFFSET + SMALL_LENGTHS.countersMetadata
const INTERESTING: readonly (readonly [from: number, length: number])[] = [
  [0, 64],
  [128 + 1024, 768],
  [METADATA_OFFSET, 14 * 512],
  [VALUES_OFFSET, 14 * 128],
  [VALUES_OFFSET + SMALL_LENGTHS.countersValues, 256],
]

const WORDS = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31)]

function mutate(bytes: Uint8Array, random: Random, ranges: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice()
  for (let changes = 1 + random.int(6); changes > 0; changes--) {
    const [from, length] = random.pick(ranges)
    const at = from + random.int(length)
    if (random.bool()) copy[at] = random.u32()
    else if (random.bool()) new DataView(copy.buffer).setInt32(at & ~3, random.pick(WORDS), true)
    else copy.fill(random.u32(), at, at + random.int(64))
  }
  return random.int(10) === 0 ? copy.slice(0, random.int(copy.length + 1)) : copy
}

/** Prints, or fails with an error of godwit: anything else is a defect. */
async function expectGood(command: Command, ...args: readonly string[]): Promise<'printed' | 'refused'> {
  try {
    const { code, out } = await runCommand(command, ...args)
    assert.is(code, 0)
    if (args.includes('--json')) JSON.parse(out)
    else assert.not.match(out, /[^\n\x20-\x7e\u00a0-\uffff]/)
    return 'printed'
  } catch (error) {
    if (error instanceof GodwitError && CODES.includes(error.code)) return 'refused'
    throw error
  }
}

test('every command prints, or fails with a code, whatever is in the files', async () => {
  const directory = SmallDriver.withStreams().write(scratchFolder('cli-hostile'))
  const cncPath = join(directory, 'cnc.dat')
  const lossPath = join(directory, 'loss-report.dat')
  const [cnc, lossReport] = [new Uint8Array(readFileSync(cncPath)), new Uint8Array(readFileSync(lossPath))]
  await withSeed('tampered files', async (random) => {
    const outcomes = { printed: 0, refused: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      writeFileSync(cncPath, mutate(cnc, random, random.int(4) === 0 ? [[0, cnc.length]] : INTERESTING))
      writeFileSync(lossPath, mutate(lossReport, random, [[0, 128]]))
      for (const command of COMMANDS) {
        outcomes[await expectGood(command, '--dir', directory)]++
        outcomes[await expectGood(command, '--dir', directory, '--json')]++
      }
    }
    assert.ok(outcomes.printed > ROUNDS && outcomes.refused > 100, JSON.stringify(outcomes))
  })
})

test.run()
