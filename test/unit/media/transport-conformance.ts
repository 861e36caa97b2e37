/** What every kind of transport must do, once for each. */
import * as assert from 'uvu/assert'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { DatagramBatch } from '../../../driver/core/media.ts'
import type { Media, SocketAddress, TransportOptions, UdpTransport } from '../../../driver/core/media.ts'
import type { Suite } from '../../support/suite.ts'

const DATAGRAM_LENGTH_MAX = 65_507
const TURNS_MAX = 2000

export interface Received {
  readonly bytes: Uint8Array
  readonly source: SocketAddress
}

/** Between two looks at a socket: time for the system, or for the virtual network. */
export type Turn = () => Promise<void>

export const turnOfEventLoop: Turn = () => new Promise((resolve) => setImmediate(resolve))

export function loopback(family: 4 | 6, port: number = 0): SocketAddress {
  return { family, address: family === 4 ? '127.0.0.1' : '::1', port }
}

export function open(
  media: Media, options: Partial<TransportOptions> & Pick<TransportOptions, 'local'>,
): Promise<UdpTransport> {
  return new Promise((resolve, reject) => {
    media.open({ sendBufferLength: 0, receiveBufferLength: 0, ...options }, (error, transport) => {
      if (transport === undefined) reject(error as Error)
      else resolve(transport)
    })
  })
}

/** Polls until so many datagrams have come. */
export async function receive(
  transport: UdpTransport, count: number, turn: Turn, batch: number = 16,
): Promise<Received[]> {
  const received: Received[] = []
  for (let turns = 0; received.length < count && turns < TURNS_MAX; turns++) {
    let bytes = 0
    const polled = transport.poll((buffer, offset, length, source) => {
      bytes += length
      received.push({ bytes: Uint8Array.from(buffer.bytes.subarray(offset, offset + length)), source })
    }, batch)
    assert.is(polled, bytes, 'poll returns the bytes that it handed out')
    await turn()
  }
  assert.is(received.length, count, 'datagrams received')
  return received
}

/** Sends until it is taken. */
async function sendOne(
  transport: UdpTransport, buffer: DirectBuffer, length: number, to: SocketAddress | undefined, turn: Turn,
): Promise<void> {
  for (let turns = 0; turns < TURNS_MAX; turns++) {
    if (transport.send(buffer, 0, length, to) === length) return
    await turn()
  }
  throw new Error('never taken')
}

export async function sendAll(
  transport: UdpTransport, batch: DatagramBatch, to: SocketAddress | undefined, turn: Turn,
): Promise<void> {
  const rest = new DatagramBatch()
  for (let sent = 0, turns = 0; sent < batch.count && turns < TURNS_MAX; turns++) {
    rest.start(batch.buffer)
    for (let i = sent; i < batch.count; i++) rest.add(batch.offsets[i]!, batch.lengths[i]!)
    sent += transport.sendBatch(rest, to)
    if (sent < batch.count) await turn()
  }
}

/** Memory of the kind that logs are in, each byte telling where it is. */
export function patterned(length: number): DirectBuffer {
  const buffer = new DirectBuffer(new SharedArrayBuffer(length))
  for (let i = 0; i < length; i++) buffer.bytes[i] = (i * 7 + (i >> 8)) & 0xff
  return buffer
}

function batchOf(buffer: DirectBuffer, ranges: readonly (readonly [offset: number, length: number])[]): DatagramBatch {
  const batch = new DatagramBatch()
  batch.start(buffer)
  for (const [offset, length] of ranges) batch.add(offset, length)
  return batch
}

function isMediaError(...names: readonly string[]): (error: unknown) => boolean {
  return (error) =>
    error instanceof GodwitError &&
    error.code === 'ERR_GODWIT_MEDIA' &&
    names.some((name) => error.message.includes(name))
}

/** Adds the tests to a suite. */
export function addConformanceTests(
  test: Suite, families: readonly (4 | 6)[], makeMedia: () => Media, turn: Turn,
): void {
  for (const family of families) addTests(test, family, makeMedia, turn)
}

/** Says that there is nothing here to be tested, and why. */
export function skipConformance(test: Suite, reason: string): void {
  test.skip('are like all others', undefined, reason)
}

function addTests(test: Suite, family: 4 | 6, makeMedia: () => Media, turn: Turn): void {
  const local = loopback(family)

  /** Two transports that are closed in the end. */
  const withPair = async (
    body: (a: UdpTransport, b: UdpTransport, media: Media) => Promise<void>,
  ): Promise<void> => {
    const media = makeMedia()
    const a = await open(media, { local })
    const b = await open(media, { local })
    try {
      await body(a, b, media)
    } finally {
      a.close()
      b.close()
    }
  }

  const expectRanges = async (ranges: readonly (readonly [number, number])[], pollBatch?: number): Promise<void> => {
    await withPair(async (a, b) => {
      const end = Math.max(...ranges.map(([offset, length]) => offset + length))
      const buffer = patterned(end)
      await sendAll(a, batchOf(buffer, ranges), b.localAddress, turn)
      const received = await receive(b, ranges.length, turn, pollBatch)
      for (const [i, [offset, length]] of ranges.entries()) {
        assert.is(received[i]?.bytes.length, length, `length of datagram ${i}`)
        const isSame = received[i]?.bytes.every((byte, at) => byte === buffer.bytes[offset + at])
        assert.ok(isSame, `bytes of datagram ${i}`)
      }
    })
  }

  test(`IPv${family}: port 0 gives each transport a port of its own`, async () => {
    await withPair(async (a, b) => {
      assert.ok(a.localAddress.port > 0)
      assert.is.not(a.localAddress.port, b.localAddress.port)
      assert.is(a.localAddress.address, local.address)
      assert.is(a.localAddress.family, family)
    })
  })

  test(`IPv${family}: a datagram arrives whole, with the address of its sender`, async () => {
    await withPair(async (a, b) => {
      const buffer = patterned(1000)
      await sendOne(a, buffer, 1000, b.localAddress, turn)
      const [received] = await receive(b, 1, turn)
      assert.equal(received?.bytes, Uint8Array.from(buffer.bytes))
      assert.equal({ ...received?.source }, { ...a.localAddress })
    })
  })

  test(`IPv${family}: the same peer is the same object each time`, async () => {
    await withPair(async (a, b) => {
      const buffer = patterned(8)
      for (let i = 0; i < 3; i++) await sendOne(a, buffer, 8, b.localAddress, turn)
      const received = await receive(b, 3, turn)
      assert.ok(received.every(({ source }) => source === received[0]?.source))
    })
  })

  test(`IPv${family}: what is sent is what the memory held when it was sent`, async () => {
    await withPair(async (a, b) => {
      const buffer = patterned(64)
      for (let i = 0; i < 8; i++) {
        buffer.bytes.fill(i)
        await sendOne(a, buffer, 64, b.localAddress, turn)
      }
      buffer.bytes.fill(0xff)
      const received = await receive(b, 8, turn)
      assert.equal(received.map(({ bytes }) => bytes[0]), [0, 1, 2, 3, 4, 5, 6, 7])
    })
  })

  test(`IPv${family}: a batch of equal datagrams in a row`, async () => {
    await expectRanges(Array.from({ length: 64 }, (_, i) => [i * 1408, 1408] as const))
  })

  test(`IPv${family}: a batch whose last datagram is shorter`, async () => {
    await expectRanges([...Array.from({ length: 9 }, (_, i) => [i * 512, 512] as const), [9 * 512, 96]])
  })

  test(`IPv${family}: a batch of datagrams of all lengths, with gaps, backwards and twice the same`, async () => {
    const inRow = [[0, 64], [64, 64], [128, 64], [192, 32], [224, 64]] as const
    const others = [[512, 64], [576, 64], [4096, 1408], [0, 64], [64, 1], [65, 63]] as const
    await expectRanges([...inRow, ...others])
  })

  test(`IPv${family}: polls of one datagram each lose none`, async () => {
    await expectRanges(Array.from({ length: 40 }, (_, i) => [i * 128, 128] as const), 1)
  })

  test(`IPv${family}: the longest datagram, and a batch of long ones`, async () => {
    await withPair(async (a, b) => {
      const buffer = patterned(DATAGRAM_LENGTH_MAX + 1)
      await sendOne(a, buffer, DATAGRAM_LENGTH_MAX, b.localAddress, turn)
      const [received] = await receive(b, 1, turn)
      assert.is(received?.bytes.length, DATAGRAM_LENGTH_MAX)
      assert.is(received?.bytes.at(-1), buffer.bytes[DATAGRAM_LENGTH_MAX - 1])
    })
    await expectRanges(Array.from({ length: 6 }, (_, i) => [i * 32_000, 32_000] as const))
  })

  test(`IPv${family}: a datagram that is too long is an error`, async () => {
    await withPair(async (a, b) => {
      const buffer = patterned(DATAGRAM_LENGTH_MAX + 100)
      assert.throws(() => a.send(buffer, 0, buffer.byteLength, b.localAddress), isMediaError('EMSGSIZE'))
    })
  })

  test(`IPv${family}: a datagram that does not lie within its buffer is an error, and nothing is sent`, async () => {
    await withPair(async (a, b) => {
      const buffer = patterned(64)
      const wrong = [[0, 65], [64, 1], [-8, 8], [32, -1], [2 ** 31 - 1, 8]] as const
      for (const [offset, length] of wrong) {
        assert.throws(() => a.send(buffer, offset, length, b.localAddress), isMediaError('EFAULT'))
      }
      const batch = batchOf(buffer, [[64, 1]])
      assert.throws(() => a.sendBatch(batch, b.localAddress), isMediaError('EFAULT'))
    })
  })

  test(`IPv${family}: a handler may close the transport that it is called by, and gets no more`, async () => {
    await withPair(async (a, b) => {
      const buffer = patterned(16 * 64)
      const ranges = Array.from({ length: 16 }, (_, i) => [i * 64, 64] as const)
      await sendAll(a, batchOf(buffer, ranges), b.localAddress, turn)
      for (let i = 0; i < 20; i++) await turn()
      let handedOut = 0
      b.poll(() => {
        handedOut++
        b.close()
      }, 64)
      assert.is(handedOut, 1)
    })
  })

  test(`IPv${family}: a connected transport sends without a destination and hears its peer alone`, async () => {
    await withPair(async (peer, stranger, media) => {
      const connected = await open(media, { local, remote: peer.localAddress })
      try {
        const buffer = patterned(32)
        await sendOne(connected, buffer, 32, undefined, turn)
        const [received] = await receive(peer, 1, turn)
        assert.equal({ ...received?.source }, { ...connected.localAddress })
        buffer.bytes.fill(1)
        await sendOne(stranger, buffer, 32, connected.localAddress, turn)
        buffer.bytes.fill(2)
        await sendOne(peer, buffer, 32, connected.localAddress, turn)
        const [heard] = await receive(connected, 1, turn)
        assert.is(heard?.bytes[0], 2)
        await sendAll(connected, batchOf(buffer, [[0, 16], [16, 16]]), undefined, turn)
        assert.is((await receive(peer, 2, turn)).length, 2)
      } finally {
        connected.close()
      }
    })
  })

  test(`IPv${family}: a peer that refuses stops nobody`, async () => {
    const media = makeMedia()
    const gone = await open(media, { local })
    const remote = gone.localAddress
    gone.close()
    await turn()
    const connected = await open(media, { local, remote })
    const buffer = patterned(32)
    try {
      for (let i = 0; i < 10; i++) {
        const taken = connected.send(buffer, 0, 32, undefined)
        assert.ok(taken === 32 || taken === 0)
        connected.poll(() => assert.unreachable('nobody is there'), 16)
        await turn()
      }
      const back = await open(media, { local: remote })
      try {
        await turn()
        connected.poll(() => undefined, 16)
        await sendOne(connected, buffer, 32, undefined, turn)
        await receive(back, 1, turn)
      } finally {
        back.close()
      }
    } finally {
      connected.close()
    }
  })

  test(`IPv${family}: an address that is taken, or of nobody here, cannot be bound`, async () => {
    await withPair(async (a, _b, media) => {
      await open(media, { local: a.localAddress }).then(
        () => assert.unreachable('bound twice'),
        (error: unknown) => assert.ok(isMediaError('EADDRINUSE')(error), String(error)),
      )
      const foreign: SocketAddress = { family, address: family === 4 ? '192.0.2.1' : '2001:db8::1', port: 0 }
      await open(media, { local: foreign }).then(
        () => assert.unreachable('bound a foreign address'),
        (error: unknown) => assert.ok(isMediaError('EADDRNOTAVAIL')(error), String(error)),
      )
    })
  })

  test(`IPv${family}: the wildcard hears what is sent to an address of this machine`, async () => {
    await withPair(async (a, _b, media) => {
      const address = family === 4 ? '0.0.0.0' : '::'
      const wildcard = await open(media, { local: { family, address, port: 0 } })
      try {
        assert.is(wildcard.localAddress.address, address)
        await sendOne(a, patterned(16), 16, loopback(family, wildcard.localAddress.port), turn)
        assert.is((await receive(wildcard, 1, turn)).length, 1)
      } finally {
        wildcard.close()
      }
    })
  })

  test(`IPv${family}: buffers have at least the length that was asked for`, async () => {
    const transport = await open(makeMedia(), { local, sendBufferLength: 100_000, receiveBufferLength: 120_000 })
    transport.close()
    assert.ok(transport.sendBufferLength >= 100_000, String(transport.sendBufferLength))
    assert.ok(transport.receiveBufferLength >= 120_000, String(transport.receiveBufferLength))
  })

  test(`IPv${family}: a closed transport says so, and frees its port`, async () => {
    const media = makeMedia()
    const transport = await open(media, { local })
    transport.close()
    transport.close()
    assert.throws(() => transport.send(patterned(8), 0, 8, local), isMediaError('closed'))
    assert.throws(() => transport.poll(() => undefined, 1), isMediaError('closed'))
    await turn()
    const again = await open(media, { local: transport.localAddress })
    again.close()
  })
}
