import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { GodwitError } from '../../../codegen/runtime/index.ts'
import type { Media, SocketAddress, TransportCallback, TransportOptions } from '../../core/media.ts'
import type { Warn } from '../dgram-media.ts'
import { mediaError } from '../media-error.ts'
import {
  AF_INET,
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCKADDR,
  SOL_SOCKET,
  SOL_UDP,
  UDP_GRO,
} from './constants.ts'
import { ReceiveHeaders } from './message-headers.ts'
import type { NativeLibrary } from './native-library.ts'
import { errnoName, RECEIVE_MESSAGE_LENGTH, RECEIVE_MESSAGES } from './native-shared.ts'
import type { NativeCounts, NativeShared } from './native-shared.ts'
import { NativeTransport } from './native-transport.ts'
import { readSockaddr, SockaddrCache, sockaddrLength, writeSockaddr } from './sockaddr.ts'

/** Offsets in the memory for options and addresses. */
const NAME = 0
const LENGTH = SOCKADDR.stride
const VALUE = LENGTH + 4
const SCRATCH_LENGTH = VALUE + 4

/** Sockets of the system, through functions of the C library. */
export class NativeMedia implements Media {
  readonly name: string
  readonly needsEventLoop = false
  readonly counts: NativeCounts = {
    sendCalls: 0,
    datagramsSent: 0,
    receiveCalls: 0,
    datagramsReceived: 0,
    refused: 0,
    malformed: 0,
    segmentationFallbacks: 0,
  }
  private readonly library: NativeLibrary
  private readonly shared: NativeShared
  private readonly scratch = new DataView(new ArrayBuffer(SCRATCH_LENGTH))
  private readonly scratchAddress: number

  /** @param countLost called for each message that is dropped because it is malformed */
  constructor(library: NativeLibrary, warn: Warn, countLost: () => void = () => undefined) {
    this.name = `native (${library.provider})`
    this.library = library
    this.scratchAddress = library.addressOf(new Uint8Array(this.scratch.buffer))
    const receiveBuffer = new DirectBuffer(new ArrayBuffer(RECEIVE_MESSAGES * RECEIVE_MESSAGE_LENGTH))
    const addresses = new WeakMap<ArrayBufferLike, number>()
    this.shared = {
      library,
      counts: this.counts,
      sources: new SockaddrCache(),
      receiveHeaders: new ReceiveHeaders(library, RECEIVE_MESSAGES, receiveBuffer.bytes),
      receiveBuffer,
      warn,
      countLost,
      addressOf: ({ bytes }) => {
        const memory = bytes.buffer
        let start = addresses.get(memory)
        if (start === undefined) {
          start = library.addressOf(new Uint8Array(memory))
          addresses.set(memory, start)
        }
        return start + bytes.byteOffset
      },
    }
  }

  open(options: TransportOptions, callback: TransportCallback): void {
    const { library } = this
    const { local } = options
    const domain = local.family === 4 ? AF_INET : AF_INET6
    const fd = library.socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
    const error = fd < 0 ? this.failed('open a socket for', local) : this.tryPrepare(fd, options)
    if (error !== undefined) {
      if (fd >= 0) library.close(fd)
      return callback(error, undefined)
    }
    // Kernels before 5.0 cannot join datagrams: then they come one by one.
    this.setOption(fd, SOL_UDP, UDP_GRO, 1)
    const transport = new NativeTransport(this.shared, fd, options, {
      localAddress: Object.freeze(readSockaddr(this.scratch, NAME)),
      sendBufferLength: this.option(fd, SOL_SOCKET, SO_SNDBUF),
      receiveBufferLength: this.option(fd, SOL_SOCKET, SO_RCVBUF),
    })
    callback(undefined, transport)
  }

  nextArrivalNs(): number {
    return Infinity
  }

  private tryPrepare(fd: number, options: TransportOptions): GodwitError | undefined {
    try {
      return this.prepare(fd, options)
    } catch (error) {
      return error as GodwitError
    }
  }

  /**
   * Leaves the bound address in the scratch memory.
   *
   * @throws GodwitError when an address is none
   */
  private prepare(fd: number, options: TransportOptions): GodwitError | undefined {
    const { library, scratch, scratchAddress } = this
    const { local, remote, sendBufferLength, receiveBufferLength } = options
    if (local.family === 6 && this.setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) return this.failed('open', local)
    if (sendBufferLength > 0 && this.setOption(fd, SOL_SOCKET, SO_SNDBUF, sendBufferLength) < 0) {
      return this.failed('set the send buffer of', local)
    }
    if (receiveBufferLength > 0 && this.setOption(fd, SOL_SOCKET, SO_RCVBUF, receiveBufferLength) < 0) {
      return this.failed('set the receive buffer of', local)
    }
    const nameLength = sockaddrLength(local.family)
    writeSockaddr(scratch, NAME, local)
    if (library.bind(fd, scratchAddress + NAME, nameLength) < 0) return this.failed('bind', local)
    if (remote !== undefined) {
      writeSockaddr(scratch, NAME, remote)
      if (library.connect(fd, scratchAddress + NAME, nameLength) < 0) return this.failed('connect to', remote)
    }
    scratch.setUint32(LENGTH, SOCKADDR.stride, true)
    if (library.getsockname(fd, scratchAddress + NAME, scratchAddress + LENGTH) < 0) {
      return this.failed('ask for the address of', local)
    }
    return undefined
  }

  private setOption(fd: number, level: number, option: number, value: number): number {
    this.scratch.setInt32(VALUE, value, true)
    return this.library.setsockopt(fd, level, option, this.scratchAddress + VALUE, Int32Array.BYTES_PER_ELEMENT)
  }

  private option(fd: number, level: number, option: number): number {
    this.scratch.setInt32(VALUE, 0, true)
    this.scratch.setUint32(LENGTH, Int32Array.BYTES_PER_ELEMENT, true)
    this.library.getsockopt(fd, level, option, this.scratchAddress + VALUE, this.scratchAddress + LENGTH)
    return this.scratch.getInt32(VALUE, true)
  }

  private failed(operation: string, address: SocketAddress): GodwitError {
    return mediaError(operation, errnoName(this.library.errno()), address)
  }
}
