/**
 * A stream of random bytes while hostile datagrams come at full rate, to the socket of the subscription and to that of
 * the publication: nothing is lost or changed, nothing grows beyond its bound, and what was refused is counted.
 */
import { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import type { MediaName } from '../../../driver/index.ts'
import { MediaDriver } from '../../../driver/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { seed } from '../../support/seed.ts'
import { withNative } from '../../support/native.ts'
import { suite } from '../../support/suite.ts'
import type { Attack, AttackResult } from './attacker-worker.ts'
import { sendStream, STREAM_ID, workerUrl } from './stream-ends.ts'

const TOTAL_BYTES = 200_000_000
const SESSIONS_MAX = 32
/** Those that the limit of sessions allows, and as many that linger. */
const IMAGES_MAX = 2 * SESSIONS_MAX
const WATCH_INTERVAL_MS = 20
const CHANNEL = 'aeron:udp?endpoint=127.0.0.1:0|term-length=1m|rcv-wnd=256k'
/** Logs of that many images of 64 KiB terms, the stream itself, and what the engine keeps for later. */
const GROWTH_MAX = 400e6

const test = suite('hostile datagrams', { timeoutMs: 90_000 })

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1))
}

/** Local ports of all sockets that the driver has told. */
function boundPorts(driver: MediaDriver): readonly number[] {
  const ports: number[] = []
  driver.counters().forEach((_id, typeId, _key, label) => {
    if (typeId === CounterType.LOCAL_SOCKET_ADDRESS) ports.push(portOf(label))
  })
  return ports
}

function countOf(driver: MediaDriver, type: CounterType): number {
  let count = 0
  driver.counters().forEach((_id, typeId) => void (count += typeId === type ? 1 : 0))
  return count
}

async function withstand(media: MediaName): Promise<void> {
  const driver = await MediaDriver.launch({
    media,
    driverStreamSessionLimit: SESSIONS_MAX,
    imagesMax: IMAGES_MAX,
    socketSoRcvbuf: 1 << 20,
    retransmitUnicastLingerNs: 1_000_000,
  })
  const before = process.memoryUsage().rss
  const stop = new SharedArrayBuffer(4)
  const results: Promise<AttackResult>[] = []
  let imagesMax = 0
  const attackStream = (): void => {
    const images = countOf(driver, CounterType.RECEIVER_HWM)
    imagesMax = Math.max(imagesMax, images)
    if (images === 0 || results.length > 0) return
    const attack: Attack = { ports: boundPorts(driver), seed: `${seed}/${media}`, streamId: STREAM_ID, stop }
    const worker = new Worker(workerUrl('attacker-worker'), { workerData: attack })
    results.push(new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)))
  }
  const timer = setInterval(attackStream, WATCH_INTERVAL_MS)
  try {
    const options = { channel: CHANNEL, seed: `${seed}/${media}`, totalBytes: TOTAL_BYTES }
    const { sent, received, seconds } = await sendStream(driver, options)
    Atomics.store(new Int32Array(stop), 0, 1)
    const datagrams = (await Promise.all(results)).reduce((sum, result) => sum + result.datagrams, 0)
    const invalid = driver.counters().value(SystemCounterId.INVALID_PACKETS)
    const growth = process.memoryUsage().rss - before
    const figures = `${received.messages} messages in ${seconds.toFixed(1)} s, ${datagrams} hostile datagrams`
    process.stdout.write(`${media}: ${figures}, ${invalid} of them invalid, ${imagesMax} images at most\n`)
    assert.equal(received, sent)
    assert.ok(invalid > 0)
    assert.ok(imagesMax > 1 && imagesMax <= IMAGES_MAX, `${imagesMax} images`)
    assert.ok(growth < GROWTH_MAX, `memory grew by ${growth} bytes`)
    assert.ok(driver.errors().length < 64, `${driver.errors().length} distinct errors`)
  } finally {
    clearInterval(timer)
    Atomics.store(new Int32Array(stop), 0, 1)
    await driver.close()
  }
}

test('change nothing of a stream over sockets of Node', () => withstand('dgram'))
withNative(test)('change nothing of a stream over native sockets', () => withstand('native'))

test.run()
