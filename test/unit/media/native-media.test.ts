import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as assert from 'uvu/assert'
import type { Ffi } from '../../../client/native/ffi.ts'
import { loadKoffi } from '../../../client/native/koffi-ffi.ts'
import { loadNodeFfi } from '../../../client/native/node-ffi.ts'
import { DATAGRAM_BATCH_CAPACITY, DatagramBatch } from '../../../driver/core/media.ts'
import type { SocketAddress } from '../../../driver/core/media.ts'
import { ADDRESS_CACHE_CAPACITY } from '../../../driver/media/address-cache.ts'
import { mediaFor } from '../../../driver/media/media-for.ts'
import type { NativeLibrary } from '../../../driver/media/native/native-library.ts'
import { loadNativeLibrary, socketFunctions } from '../../../driver/media/native/native-library.ts'
import { NativeMedia } from '../../../driver/media/native/native-media.ts'
import { readSockaddr, SockaddrCache, writeSockaddr } from '../../../driver/media/native/sockaddr.ts'
import { suite } from '../../support/suite.ts'
import {
  addConformanceTests,
  loopback,
  open,
  patterned,
  receive,
  sendAll,
  skipConformance,
  turnOfEventLoop,
} from './transport-conformance.ts'

const unexpected = (message: string): void => {
  throw new Error(message)
}

const here = { os: process.platform, arch: process.arch }

const PROVIDERS = { 'koffi': loadKoffi, 'node:ffi': loadNodeFfi }

for (const [name, load] of Object.entries(PROVIDERS)) addProviderTests(name, load)

function addProviderTests(name: string, load: () => Ffi): void {
  const test = suite(`native transports through ${name}`)
  let library: NativeLibrary
  try {
    if (here.os !== 'linux') throw new Error(`this is ${here.os}`)
    library = socketFunctions(load())
  } catch (error) {
    skipConformance(test, error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error))
    test.run()
    return
  }
  const makeMedia = (): NativeMedia => new NativeMedia(library, unexpected)
  addConformanceTests(test, [4, 6], makeMedia, turnOfEventLoop)

  test('runs of equal datagrams go out in one call and come in joined', async () => {
    const media = makeMedia()
    const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
    const batch = new DatagramBatch()
    batch.start(patterned(40 * 1408))
    for (let i = 0; i < 40; i++) batch.add(i * 1408, 1408)
    assert.is(a.sendBatch(batch, b.localAddress), 40)
    assert.is(media.counts.sendCalls, 1)
    assert.is((await receive(b, 40, turnOfEventLoop, 16)).length, 40)
    assert.ok(media.counts.receiveCalls <= 4, `${media.counts.receiveCalls} calls`)
    a.close()
    b.close()
  })

  for (const errno of [5, 22, 90]) {
    test(`when the system cannot cut messages (error ${errno}), datagrams go out one by one for good`, async () => {
      const warnings: string[] = []
      const media = new NativeMedia(withoutSegmentation(library, errno), (message) => warnings.push(message))
      const [a, b] = [await open(media, { local: loopback(6) }), await open(media, { local: loopback(6) })]
      const batch = new DatagramBatch()
      const buffer = patterned(10 * 256)
      batch.start(buffer)
      for (let i = 0; i < 10; i++) batch.add(i * 256, 256)
      for (let round = 0; round < 3; round++) {
        await sendAll(a, batch, b.localAddress, turnOfEventLoop)
        const received = await receive(b, 10, turnOfEventLoop)
        assert.equal(received.map(({ bytes }) => bytes[0]), batch.offsets.slice(0, 10).reduce<number[]>(
          (first, offset) => [...first, buffer.bytes[offset] ?? -1], [],
        ))
      }
      assert.is(media.counts.segmentationFallbacks, 1)
      assert.is(warnings.length, 1)
      a.close()
      b.close()
    })
  }

  test('a batch that the socket takes in part is told as such', async () => {
    let calls = 0
    const full: NativeLibrary = {
      ...library,
      sendmmsg: (fd, messages, count) => (calls++ === 0 ? library.sendmmsg(fd, messages, Math.min(count, 2)) : -1),
      errno: () => 11,
    }
    const media = new NativeMedia(full, unexpected)
    const a = await open(media, { local: loopback(4) })
    const batch = new DatagramBatch()
    batch.start(patterned(1000))
    for (const [offset, length] of [[0, 10], [10, 10], [20, 10], [100, 5], [200, 7]] as const) batch.add(offset, length)
    assert.is(a.sendBatch(batch, a.localAddress), 4)
    assert.is(a.sendBatch(batch, a.localAddress), 0)
    assert.is(a.send(batch.buffer, 0, 10, a.localAddress), 0)
    a.close()
  })

  test('a batch that was filled beyond its capacity is refused', async () => {
    const a = await open(makeMedia(), { local: loopback(4) })
    const batch = new DatagramBatch()
    batch.start(patterned(64))
    for (let i = 0; i <= DATAGRAM_BATCH_CAPACITY; i++) batch.add(0, 1)
    assert.throws(() => a.sendBatch(batch, a.localAddress), (error: Error) => error.message.includes('EFAULT'))
    a.close()
  })

  test('a handler that throws loses its own datagrams alone', async () => {
    const media = makeMedia()
    const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
    const batch = new DatagramBatch()
    batch.start(patterned(1000))
    for (let i = 0; i < 5; i++) batch.add(i * 100, 100)
    a.sendBatch(batch, b.localAddress)
    assert.throws(() => b.poll(() => unexpected('from the handler'), 16), 'from the handler')
    await sendAll(a, batch, b.localAddress, turnOfEventLoop)
    assert.is((await receive(b, 5, turnOfEventLoop)).length, 5)
    a.close()
    b.close()
  })

  test('memory that the system knows by its address outlives collections of garbage', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    // Of the process, and so of realms that other tests make.
    setFlagsFromString('--no-expose-gc')
    const media = makeMedia()
    const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
    for (let round = 0; round < 12; round++) {
      const buffer = patterned(64 * 1024)
      buffer.bytes.fill(round)
      a.send(buffer, 0, 1408, b.localAddress)
      collect()
      // Takes the place of what was let go of, if anything was.
      const filler = Array.from({ length: 50 }, () => new Uint8Array(64 * 1024).fill(0xee))
      const [received] = await receive(b, 1, turnOfEventLoop)
      assert.ok(received?.bytes.every((byte) => byte === round))
      assert.is(filler.length, 50)
    }
    a.close()
    b.close()
  })

  test('messages that were cut off, or come from no address of the family, are dropped and counted', async () => {
    // Offsets in a message header; the first one lies where the system is told.
    const [nameLength, flags, family] = [8, 48, 16 * (64 + 16 + 24)]
    const damages: readonly ((header: DataView) => void)[] = [
      (header) => header.setUint32(flags, 0x20, true),
      (header) => header.setUint32(flags, 8, true),
      (header) => header.setUint32(nameLength, 0, true),
      (header) => header.setUint16(family, 1, true),
    ]
    let damage: ((header: DataView) => void) | undefined
    const memory = new Map<number, Uint8Array>()
    const damaging: NativeLibrary = {
      ...library,
      addressOf: (bytes) => {
        const address = library.addressOf(bytes)
        memory.set(address, bytes)
        return address
      },
      recvmmsg: (fd, messages, count) => {
        const received = library.recvmmsg(fd, messages, count)
        const bytes = memory.get(messages)
        if (received > 0 && bytes !== undefined) damage?.(new DataView(bytes.buffer))
        return received
      },
    }
    let lost = 0
    const media = new NativeMedia(damaging, unexpected, () => lost++)
    const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
    for (const [i, each] of damages.entries()) {
      damage = each
      a.send(patterned(100), 0, 100, b.localAddress)
      for (let turns = 0; media.counts.malformed === i && turns < 2000; turns++) {
        assert.is(b.poll(() => unexpected('malformed'), 16), 0)
        await turnOfEventLoop()
      }
      assert.is(media.counts.malformed, i + 1)
      assert.is(lost, i + 1)
    }
    damage = undefined
    a.send(patterned(100), 0, 100, b.localAddress)
    assert.is((await receive(b, 1, turnOfEventLoop)).length, 1)
    a.close()
    b.close()
  })

  test('the length of joined datagrams is used only when it can be one', async () => {
    const lengths = [0, -1, 100, 101, 2 ** 31 - 1]
    let control = 0
    const memory = new Map<number, Uint8Array>()
    const joining: NativeLibrary = {
      ...library,
      addressOf: (bytes) => {
        const address = library.addressOf(bytes)
        memory.set(address, bytes)
        return address
      },
      recvmmsg: (fd, messages, count) => {
        const received = library.recvmmsg(fd, messages, count)
        if (received > 0) {
          const header = new DataView(memory.get(messages)!.buffer)
          header.setUint32(40, 24, true)
          header.setInt32(16 * (64 + 16) + 8, 17, true)
          header.setInt32(16 * (64 + 16) + 12, 104, true)
          header.setInt32(16 * (64 + 16) + 16, control, true)
        }
        return received
      },
    }
    const media = new NativeMedia(joining, unexpected)
    const [a, b] = [await open(media, { local: loopback(4) }), await open(media, { local: loopback(4) })]
    for (control of lengths) {
      a.send(patterned(100), 0, 100, b.localAddress)
      const received = await receive(b, 1, turnOfEventLoop)
      assert.equal(received.map(({ bytes }) => bytes.length), [100], String(control))
    }
    control = 33
    a.send(patterned(100), 0, 100, b.localAddress)
    assert.equal((await receive(b, 4, turnOfEventLoop)).map(({ bytes }) => bytes.length), [33, 33, 33, 1])
    a.close()
    b.close()
  })

  test('what the system says when it takes nothing now is a short send, anything else an error', async () => {
    let errno = 0
    const failing: NativeLibrary = { ...library, sendmmsg: () => -1, recvmmsg: () => -1, errno: () => errno }
    const media = new NativeMedia(failing, unexpected)
    const a = await open(media, { local: loopback(4) })
    for (errno of [4, 11, 105, 111]) {
      assert.is(a.send(patterned(8), 0, 8, a.localAddress), 0)
      assert.is(a.poll(() => unexpected('nothing came'), 16), 0)
    }
    for (errno of [1, 5, 22, 90, 101, 113, 12_345]) {
      assert.throws(() => a.send(patterned(8), 0, 8, a.localAddress))
      assert.throws(() => a.poll(() => unexpected('nothing came'), 16))
    }
    assert.is(media.counts.segmentationFallbacks, 0)
    a.close()
  })

  test('no way to fail to open leaves a file descriptor behind', async () => {
    const openFiles = (): number => readdirSync('/proc/self/fd').length
    const media = makeMedia()
    const taken = await open(media, { local: loopback(4) })
    const fails: readonly (keyof NativeLibrary)[] = ['setsockopt', 'bind', 'connect', 'getsockname']
    const before = openFiles()
    const lengths = { sendBufferLength: 65_536, receiveBufferLength: 65_536 }
    const options = { local: loopback(6), remote: loopback(6, 9), ...lengths }
    for (const name of fails) {
      const failing = new NativeMedia({ ...library, [name]: () => -1 }, unexpected)
      assert.instance(await open(failing, options).catch((error: unknown) => error), Error, name)
    }
    const wrong = [
      { local: taken.localAddress },
      { local: { family: 4, address: 'localhost', port: 0 } },
      { local: loopback(4), remote: { family: 4, address: '', port: 1 } },
      { local: loopback(4), remote: loopback(6, 1) },
    ] as const
    for (const each of wrong) assert.instance(await open(media, each).catch((error: unknown) => error), Error)
    assert.is(openFiles(), before)
    taken.close()
    taken.close()
    assert.is(openFiles(), before - 1)
  })

  test('sockets are closed when they cannot be opened as asked', async () => {
    let sockets = 0
    const counting: NativeLibrary = {
      ...library,
      socket: (domain, type, protocol) => (sockets++, library.socket(domain, type, protocol)),
      close: (fd) => (sockets--, library.close(fd)),
    }
    const media = new NativeMedia(counting, unexpected)
    const first = await open(media, { local: loopback(4) })
    const again = await open(media, { local: first.localAddress }).catch((error: unknown) => error)
    assert.instance(again, Error)
    assert.is(sockets, 1)
    first.close()
    first.close()
    assert.is(sockets, 0)
  })

  test.run()
}

/** The system as it would be if it refused to send messages with a segment length. */
function withoutSegmentation(library: NativeLibrary, errno: number): NativeLibrary {
  let last = 0
  return {
    ...library,
    sendmmsg: (fd, messages, count) => {
      // More datagrams than messages: the test sends ten, never alone.
      last = count < 10 ? errno : 0
      return last === 0 ? library.sendmmsg(fd, messages, count) : -1
    },
    errno: () => (last === 0 ? library.errno() : last),
  }
}

const test = suite('the choice of media')

test('is native where it can be', () => {
  const fake = {} as NativeLibrary
  const library: NativeLibrary = { ...fake, provider: 'fake', addressOf: () => 4096 }
  for (const wanted of ['auto', 'native'] as const) {
    const media = mediaFor(wanted, { warn: unexpected, load: () => ({ library }) })
    assert.is(media.name, 'native (fake)')
    assert.is(media.needsEventLoop, false)
  }
})

test('falls back to node:dgram with a warning that says why', () => {
  for (const wanted of ['auto', 'native'] as const) {
    const warnings: string[] = []
    const media = mediaFor(wanted, { warn: (message) => warnings.push(message), load: () => ({ reason: 'no koffi' }) })
    assert.is(media.name, 'dgram')
    assert.is(warnings.length, 1)
    assert.match(warnings[0] ?? '', 'no koffi')
  }
})

test('is node:dgram when asked for, without a warning', () => {
  assert.is(mediaFor('dgram', { warn: unexpected }).name, 'dgram')
})

test('knows platforms that it is not made for', () => {
  const platforms = [['darwin', 'arm64'], ['linux', 'ia32'], ['win32', 'x64']] as const
  for (const [os, arch] of platforms) {
    const result = loadNativeLibrary({ os, arch })
    assert.is(result.library, undefined)
    if (result.library === undefined) assert.match(result.reason, os)
  }
})

test('the interface of a link-local address comes and goes with it', () => {
  const view = new DataView(new ArrayBuffer(32))
  const address: SocketAddress = { family: 6, address: 'fe80::1%3', port: 4000 }
  writeSockaddr(view, 0, address)
  assert.is(view.getUint32(24, true), 3)
  assert.equal(readSockaddr(view, 0), address)
  writeSockaddr(view, 0, { ...address, address: '::1' })
  assert.equal(readSockaddr(view, 0).address, '::1')
  for (const wrong of ['', 'localhost', '1.2.3.4', '::g']) {
    assert.throws(() => writeSockaddr(view, 0, { ...address, address: wrong }))
  }
})

test('remembers a bounded number of sources, each as one object', () => {
  const cache = new SockaddrCache()
  const memory = new ArrayBuffer(64)
  const [view, words] = [new DataView(memory), new Int32Array(memory)]
  const look = (address: string, port: number): unknown => {
    writeSockaddr(view, 32, { family: address.includes(':') ? 6 : 4, address, port })
    return cache.get(words, 8, view)
  }
  const first = look('10.1.2.3', 65_535)
  assert.equal({ ...(first as object) }, { family: 4, address: '10.1.2.3', port: 65_535 })
  assert.is(look('10.1.2.3', 65_535), first)
  const other = look('2001:db8::ff', 40_000)
  assert.equal({ ...(other as object) }, { family: 6, address: '2001:db8::ff', port: 40_000 })
  assert.is(look('10.1.2.3', 65_535), first)
  assert.is(look('2001:db8::ff', 40_000), other)
  assert.is.not(look('2001:db8::fe', 40_000), other)
  for (let port = 1; port <= ADDRESS_CACHE_CAPACITY; port++) look('10.9.9.9', port)
  assert.is(cache.size, ADDRESS_CACHE_CAPACITY)
  assert.is.not(look('10.1.2.3', 65_535), first)
})

test.run()
