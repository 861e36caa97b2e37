import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { INVALID_PACKET, isSetupValid, packetEndOffset } from '../../../driver/core/frames/packet-validation.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { MTU, TERM_LENGTH, data, heartbeat, packet, pad, setup } from './sender-frames.ts'
import type { SetupFields } from './sender-frames.ts'

const test = suite('receiver/packet-validation')

const MARGIN = 5

/** Where a packet ends, read from an odd offset of a buffer that ends with it. */
function endOf(bytes: Uint8Array, termLength: number = TERM_LENGTH): number {
  const buffer = new DirectBuffer(new Uint8Array(MARGIN + bytes.length))
  buffer.bytes.set(bytes, MARGIN)
  return packetEndOffset(buffer, MARGIN, bytes.length, termLength)
}

function isRefused(bytes: Uint8Array): boolean {
  return endOf(bytes) === INVALID_PACKET
}

test('a packet ends behind its last frame', () => {
  assert.is(endOf(data({ termOffset: 64 }, 100)), 64 + 160)
  assert.is(endOf(data({}, 0)), 32)
  const frames = packet(data({ termOffset: 32 }, 1), data({ termOffset: 96 }, 32), data({ termOffset: 160 }, 33))
  assert.is(endOf(frames), 160 + 96)
  assert.is(endOf(data({ termOffset: TERM_LENGTH - 64 }, 32)), TERM_LENGTH)
})

test('padding counts as long as it is, and may be longer than the packet', () => {
  assert.is(endOf(pad(96, { termOffset: TERM_LENGTH - 96 })), TERM_LENGTH)
  assert.is(endOf(pad(TERM_LENGTH)), TERM_LENGTH)
  assert.is(endOf(packet(data({}, 32), pad(1000, { termOffset: 64 }))), 64 + 1024)
  assert.is(endOf(pad(32)), 32)
})

test('a heartbeat is where it says, whatever its type', () => {
  assert.is(endOf(heartbeat({ termOffset: 4096 })), 4096)
  assert.is(endOf(heartbeat({ termOffset: 4096, frameType: 0 })), 4096)
  assert.is(endOf(heartbeat({ termOffset: 4096, frameType: 9 })), 4096)
})

test('a packet outside the term, or not where a frame can be, is refused', () => {
  for (const termOffset of [-32, -0x8000_0000, 1, 31, TERM_LENGTH, TERM_LENGTH + 32, 0x7fff_ffe0]) {
    assert.ok(isRefused(data({ termOffset })), `data at ${termOffset}`)
    assert.ok(isRefused(heartbeat({ termOffset })), `heartbeat at ${termOffset}`)
    assert.ok(isRefused(pad(64, { termOffset })), `padding at ${termOffset}`)
  }
  assert.ok(isRefused(data({ termOffset: TERM_LENGTH - 32 }, 1)), 'data past the end')
  assert.ok(isRefused(pad(64, { termOffset: TERM_LENGTH - 32 })), 'padding past the end')
  assert.ok(isRefused(pad(0x7fff_ffff)))
})

test('every frame of a packet is looked at', () => {
  const first = data({}, 32)
  assert.ok(isRefused(packet(first, data({ termOffset: 96 }, 32))), 'not contiguous')
  assert.ok(isRefused(packet(first, data({ termOffset: 0 }, 32))), 'the same again')
  assert.ok(isRefused(packet(first, data({ termOffset: 64, frameType: 2 }, 32))), 'another type')
  assert.ok(isRefused(packet(first, data({ termOffset: 64, frameType: 0x101 }, 32))), 'another type in the high byte')
  assert.ok(isRefused(packet(first, heartbeat({ termOffset: 64 }))), 'a heartbeat behind data')
  assert.ok(isRefused(packet(first, data({ termOffset: 64, frameLength: -64 }, 32))), 'negative')
  assert.ok(isRefused(packet(first, data({ termOffset: 64, frameLength: 0x7fff_fff0 }, 32))), 'huge')
  assert.ok(isRefused(packet(first, pad(96, { termOffset: 64 }), data({ termOffset: 160 }, 32))), 'data behind padding')
  assert.ok(isRefused(packet(first, pad(96, { termOffset: 64 }), new Uint8Array(64))), 'padding with all its bytes')
  assert.ok(isRefused(packet(pad(32), data({ termOffset: 32 }))), 'data behind padding that is a header only')
})

test('frames that lie about their length are refused', () => {
  assert.ok(isRefused(data({ frameLength: 31 }, 32)), 'shorter than its header')
  assert.ok(isRefused(data({ frameLength: 1 }, 0)))
  assert.ok(isRefused(data({ frameLength: 0 }, 32)), 'no heartbeat is that long')
  assert.ok(isRefused(data({ frameLength: 33 }, 64)), 'trailing bytes')
  assert.ok(isRefused(data({ frameLength: 32 }, 1)), 'trailing bytes of less than a header')
  assert.ok(isRefused(data({ frameLength: 97 }, 64)), 'incomplete')
  assert.ok(isRefused(packet(data({}, 32), data({ termOffset: 64, frameLength: 97 }, 64))), 'the last one incomplete')
})

test('whatever bytes come, what is accepted lies within the term', () => withSeed('packet-validation', (random) => {
  let accepted = 0
  for (let i = 0; i < 20_000; i++) {
    const bytes = packet(data({ termOffset: random.int(4) * 32 }, random.int(200)), data({ termOffset: 160 }, 10))
    const view = new DataView(bytes.buffer)
    const changes = random.int(3)
    for (let c = 0; c < changes; c++) {
      const frame = random.bool() ? 0 : Math.min(160, bytes.length - 32)
      view.setInt32(frame + random.pick([0, 4, 8]), random.bool() ? random.u32() : random.int(512), true)
    }
    const end = endOf(bytes)
    if (end === INVALID_PACKET) continue
    accepted++
    const start = view.getInt32(8, true)
    assert.ok(start >= 0 && end <= TERM_LENGTH && start + bytes.length <= TERM_LENGTH && end >= start)
  }
  assert.ok(accepted > 100, `${accepted} accepted`)
}))

test('a SETUP is taken when such a stream can be', () => {
  const isValid = (fields: SetupFields): boolean => isSetupValid(new DirectBuffer(setup(fields)), 0)
  const good: readonly SetupFields[] = [
    {}, { termLength: 2 ** 30 }, { mtu: 32 }, { mtu: 65_504 }, { termOffset: TERM_LENGTH - 32 },
  ]
  for (const fields of good) assert.ok(isValid(fields), JSON.stringify(fields))
  const bad: readonly SetupFields[] = [
    { termLength: 0 }, { termLength: 32_768 }, { termLength: 65_537 }, { termLength: 3 * 65_536 },
    { termLength: -0x8000_0000 }, { termLength: 0x7fff_ffff }, { termOffset: -32 }, { termOffset: TERM_LENGTH },
    { termOffset: 33 }, { mtu: 0 }, { mtu: 31 }, { mtu: 65_536 }, { mtu: MTU + 1 }, { mtu: -32 },
  ]
  for (const fields of bad) assert.not.ok(isValid(fields), JSON.stringify(fields))
})

test.run()
