/**
 * 200 MB of random bytes through an embedded driver and UDP on loopback, with datagrams lost, duplicated, reordered and
 * cut off in both directions: all of it arrives once, in order, unchanged; in every threading mode, on both kinds of
 * sockets.
 */
import * as assert from 'uvu/assert'
import type { FaultRates, MediaName, ThreadingMode } from '../../../driver/index.ts'
import { MediaDriver } from '../../../driver/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { seed } from '../../support/seed.ts'
import { withNative } from '../../support/native.ts'
import { suite } from '../../support/suite.ts'
import { sendStream } from './stream-ends.ts'

const TOTAL_BYTES = 200_000_000
const MODES: readonly ThreadingMode[] = ['SHARED', 'SHARED_NETWORK', 'DEDICATED', 'INVOKER']
const FAULTS: FaultRates = { loss: 0.05, duplicate: 0.02, reorder: 0.02, truncate: 0.001 }
const CHANNEL = 'aeron:udp?endpoint=127.0.0.1:0|term-length=4m|rcv-wnd=512k'
const SETTINGS = {
  socketSoRcvbuf: 1 << 20,
  // With so much loss most of the time would go by in waiting for ranges that were lost once more.
  retransmitUnicastLingerNs: 1_000_000,
}

const test = suite('streams', { timeoutMs: 60_000 })

async function carry(threadingMode: ThreadingMode, media: MediaName): Promise<void> {
  const faults = { seed: 1, send: FAULTS, receive: FAULTS }
  const driver = await MediaDriver.launch({ ...SETTINGS, threadingMode, media, faults })
  try {
    const options = { channel: CHANNEL, seed: `${seed}/${threadingMode}/${media}`, totalBytes: TOTAL_BYTES }
    const { sent, received, seconds } = await sendStream(driver, options)
    const counters = driver.counters()
    const naks = counters.value(SystemCounterId.NAK_MESSAGES_SENT)
    const retransmits = counters.value(SystemCounterId.RETRANSMITS_SENT)
    const figures = `${received.messages} messages in ${seconds.toFixed(1)} s, ${naks} NAKs, ${retransmits} retransmits`
    process.stdout.write(`${threadingMode}, ${media}: ${figures}\n`)
    assert.equal(received, sent)
    assert.is(received.bytes, TOTAL_BYTES)
    const { send: onSend, receive: onReceive } = driver.faultCounts()
    for (const counts of [onSend, onReceive]) {
      assert.ok(counts.lost > 0 && counts.duplicated > 0 && counts.reordered > 0 && counts.truncated > 0)
    }
    assert.ok(retransmits > 0 && naks > 0)
    assert.equal(driver.errors(), [])
  } finally {
    await driver.close()
  }
}

for (const threadingMode of MODES) {
  const what = `carries random bytes unchanged in mode ${threadingMode} over`
  test(`${what} sockets of Node`, () => carry(threadingMode, 'dgram'))
  withNative(test)(`${what} native sockets`, () => carry(threadingMode, 'native'))
}

test.run()
