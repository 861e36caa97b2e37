/**
 * Sends hostile datagrams to a port of this machine as fast as it can, until it is told to stop: random ones, frames
 * cut off, frames whose fields lie, set-ups of streams that nobody sends and data of unknown sessions.
 */
import { createSocket } from 'node:dgram'
import { parentPort, workerData } from 'node:worker_threads'
import { FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import { Random } from '../../support/random.ts'

export interface Attack {
  readonly ports: readonly number[]
  readonly seed: string
  readonly streamId: number
  /** An Int32 that becomes 1 when it is to stop. */
  readonly stop: SharedArrayBuffer
}

export interface AttackResult {
  readonly datagrams: number
}

const DATAGRAMS_PER_TURN = 64
const DATAGRAM_LENGTH_MAX = 2048
const HEADER_LENGTH = 32
const SETUP_LENGTH = 40

const attack = workerData as Attack
const stop = new Int32Array(attack.stop)
const random = new Random(attack.seed)
const TYPES: readonly number[] = [...Object.values(FrameType), 0xffff]

function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i++) bytes[i] = random.int(256)
  return bytes
}

const interesting = (): number =>
  random.pick([0, 1, -1, 31, 32, 0x7fff_ffff, -0x8000_0000, 0x1000_0000, random.u32() | 0, random.int(65_536)])

/** A frame of some type that is right but for some of its fields. */
function lyingFrame(): Buffer {
  const bytes = randomBytes(random.pick([8, 20, 28, 32, 36, 40, 44, 64, 96, 1408]))
  bytes.writeInt32LE(random.bool() ? bytes.length : interesting(), 0)
  bytes.writeUInt8(random.bool(0.95) ? 0 : random.int(256), 4)
  bytes.writeUInt8(random.int(256), 5)
  bytes.writeUInt16LE(random.pick(TYPES), 6)
  for (let offset = 8; offset + 4 <= Math.min(bytes.length, SETUP_LENGTH); offset += 4) {
    if (random.bool()) bytes.writeInt32LE(random.bool(0.2) ? attack.streamId : interesting(), offset)
  }
  return bytes
}

/** A set-up that is right in every field, of a session that there is not. */
function setup(): Buffer {
  const bytes = Buffer.alloc(SETUP_LENGTH)
  bytes.writeInt32LE(SETUP_LENGTH, 0)
  bytes.writeUInt16LE(FrameType.SETUP, 6)
  bytes.writeInt32LE(random.u32() | 0, 12)
  bytes.writeInt32LE(attack.streamId, 16)
  bytes.writeInt32LE(65_536, 28)
  bytes.writeInt32LE(1408, 32)
  return bytes
}

/** Data that is right in every field, of a session that there is not. */
function unknownData(): Buffer {
  const bytes = Buffer.alloc(HEADER_LENGTH * 2)
  bytes.writeInt32LE(bytes.length, 0)
  bytes.writeUInt8(0xc0, 5)
  bytes.writeUInt16LE(FrameType.DATA, 6)
  bytes.writeInt32LE(random.u32() | 0, 12)
  bytes.writeInt32LE(random.bool() ? attack.streamId : random.u32() | 0, 16)
  return bytes
}

const KINDS: readonly (() => Buffer)[] = [
  () => randomBytes(random.int(DATAGRAM_LENGTH_MAX)),
  lyingFrame,
  lyingFrame,
  setup,
  unknownData,
]

const socket = createSocket('udp4')
let datagrams = 0

function turn(): void {
  if (Atomics.load(stop, 0) === 1) {
    socket.close()
    parentPort?.postMessage({ datagrams } satisfies AttackResult)
    return
  }
  let pending = DATAGRAMS_PER_TURN
  for (let i = 0; i < DATAGRAMS_PER_TURN; i++) {
    socket.send(random.pick(KINDS)(), random.pick(attack.ports), '127.0.0.1', () => {
      datagrams++
      pending--
      if (pending === 0) setImmediate(turn)
    })
  }
}

turn()
