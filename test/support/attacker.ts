import { DirectBuffer } from '../../codegen/runtime/index.ts'
import { STATUS_MESSAGE_LENGTH } from '../../schemas/descriptors.ts'
import {
  DataHeaderDecoder,
  DataHeaderMeta,
  FrameHeaderMeta,
  FrameType,
  NakDecoder,
  NakMeta,
  SetupDecoder,
  SetupMeta,
  StatusMessageMeta,
} from '../../schemas/generated/aeron.wire/index.ts'
import type { SocketAddress } from '../../driver/core/media.ts'
import type { Random } from './random.ts'
import type { TappedDatagram, VirtualNetwork } from './virtual-network.ts'

const REMEMBERED = 32
const MIB = 1 << 20

const HEADER = FrameHeaderMeta.fields
const DATA = DataHeaderMeta.fields
const SETUP = SetupMeta.fields
const STATUS = StatusMessageMeta.fields
const NAK = NakMeta.fields

/** A stream as one sees it who listens to it. */
export interface AttackedStream {
  readonly sessionId: number
  readonly streamId: number
  readonly termLength: number
}

/**
 * Sends what nobody should into a running stream, in the name of its sender and receiver. It says nothing that they
 * could have said: against that, a stream without authentication cannot be defended.
 */
export class Attacker {
  sent: number = 0
  /** Whether a datagram that is being sent comes from here. */
  isForging: boolean = false
  private readonly network: VirtualNetwork
  private readonly random: Random
  private readonly stream: AttackedStream
  private readonly sender: SocketAddress
  private readonly receiver: SocketAddress
  private readonly toReceiver: Uint8Array[] = []
  private readonly toSender: Uint8Array[] = []
  private newestData: Uint8Array | undefined
  private newestOffset = 0

  constructor(
    network: VirtualNetwork, random: Random, stream: AttackedStream, sender: SocketAddress, receiver: SocketAddress,
  ) {
    this.network = network
    this.random = random
    this.stream = stream
    this.sender = sender
    this.receiver = receiver
  }

  /** To be told of each datagram that is delivered: it is used to make others. */
  remember({ destination, bytes }: TappedDatagram): void {
    if (this.isForging) return
    const isToReceiver = destination.port === this.receiver.port
    if (isToReceiver && isData(bytes)) this.keepNewest(bytes)
    const seen = isToReceiver ? this.toReceiver : this.toSender
    if (seen.length < REMEMBERED) seen.push(bytes)
    else seen[this.random.int(REMEMBERED)] = bytes
  }

  /** Data that is sent again may be a term away from where it could do harm. */
  private keepNewest(bytes: Uint8Array): void {
    const termCount = (termIdOf(bytes) - this.newestTermId()) | 0
    const isNewer = termCount > 0 || (termCount === 0 && termOffsetOf(bytes) >= this.newestOffset)
    if (this.newestData === undefined || isNewer) {
      this.newestData = bytes
      this.newestOffset = termOffsetOf(bytes)
    }
  }

  attackReceiver(): void {
    const { random } = this
    const seen = this.toReceiver.length > 0 ? random.pick(this.toReceiver) : random.bytes(64)
    switch (random.int(6)) {
      case 0:
        return this.send(true, this.mangled(seen))
      case 1:
        return this.send(true, this.misplaced(this.newestData ?? seen))
      case 2:
        return this.send(true, with32(seen, DATA.sessionId.offset, random.u32()))
      case 3:
        return this.send(true, with32(seen, DATA.streamId.offset, random.u32()))
      case 4:
        return this.send(true, this.setup(random.u32() | 0))
      default:
        return this.send(true, this.setup(this.stream.sessionId))
    }
  }

  attackSender(): void {
    const { random } = this
    const seen = this.toSender.length > 0 ? random.pick(this.toSender) : random.bytes(36)
    switch (random.int(5)) {
      case 0:
        return this.send(false, this.mangled(seen))
      case 1:
        return this.send(false, this.statusOutOfReach())
      case 2:
        return this.send(false, this.nak())
      case 3:
        return this.send(false, with32(seen, STATUS.sessionId.offset, random.u32()))
      default:
        return this.send(false, with32(this.statusOutOfReach(), STATUS.receiverWindow.offset, random.u32() | MIB))
    }
  }

  /** Cut off, with a wrong version or type, a length that is none, bytes behind it, or nothing but noise. */
  private mangled(bytes: Uint8Array): Uint8Array {
    const { random } = this
    const copy = bytes.slice()
    const { view } = new DirectBuffer(copy)
    switch (random.int(6)) {
      case 0:
        return copy.subarray(0, random.int(copy.length))
      case 1:
        copy[HEADER.version.offset] = random.between(1, 255)
        return copy
      case 2:
        view.setUint16(HEADER.frameType.offset, random.pick([5, 7, 8, 9, 10, 0xffff, random.between(12, 0xffff)]), true)
        return copy
      case 3:
        // Padding could be that long.
        view.setUint16(HEADER.frameType.offset, FrameType.DATA, true)
        view.setInt32(HEADER.frameLength.offset, random.pick([-1, copy.length + 64, 0x7fff_ffff, -0x8000_0000]), true)
        return copy
      case 4: {
        const longer = new Uint8Array(copy.length + random.between(1, 64))
        longer.set(copy)
        return longer
      }
      default:
        return random.bytes(random.int(1500))
    }
  }

  /** Data of the stream where no data can be. */
  private misplaced(bytes: Uint8Array): Uint8Array {
    if (!isData(bytes)) return this.mangled(bytes)
    const { random, stream } = this
    const { view } = new DirectBuffer(bytes)
    const termId = view.getInt32(DATA.termId.offset, true)
    const offset = view.getInt32(DATA.termOffset.offset, true)
    switch (random.int(3)) {
      case 0:
        return with32(bytes, DATA.termId.offset, termId + random.pick([-1, 1, -2, 2, -3, 3, 0x4000_0000, -0x8000_0000]))
      case 1: {
        const outside = [stream.termLength, stream.termLength - 32, -32, -0x8000_0000, 0x7fff_ffe0]
        return with32(bytes, DATA.termOffset.offset, random.pick(outside))
      }
      default:
        return with32(bytes, DATA.termOffset.offset, offset + random.between(1, 31))
    }
  }

  private setup(sessionId: number): Uint8Array {
    const { random, stream } = this
    const bytes = new Uint8Array(SetupDecoder.BLOCK_LENGTH)
    const { view } = new DirectBuffer(bytes)
    view.setInt32(HEADER.frameLength.offset, bytes.length, true)
    view.setUint16(HEADER.frameType.offset, FrameType.SETUP, true)
    view.setInt32(SETUP.termOffset.offset, random.pick([0, 0, 32, random.u32() | 0]), true)
    view.setInt32(SETUP.sessionId.offset, sessionId, true)
    view.setInt32(SETUP.streamId.offset, stream.streamId, true)
    view.setInt32(SETUP.initialTermId.offset, random.u32(), true)
    view.setInt32(SETUP.activeTermId.offset, random.u32(), true)
    view.setInt32(SETUP.termLength.offset, random.pick([65_536, 65_536, 1 << 20, 1 << 30, 65_537, -1]), true)
    view.setInt32(SETUP.mtu.offset, random.pick([1408, 1408, 32, 65_504, 33, 0, -32]), true)
    return bytes
  }

  /** A position more than half a term away from what was sent, or no position. */
  private statusOutOfReach(): Uint8Array {
    const { random, stream } = this
    const bytes = new Uint8Array(STATUS_MESSAGE_LENGTH)
    const { view } = new DirectBuffer(bytes)
    const termId = this.newestTermId()
    view.setInt32(HEADER.frameLength.offset, bytes.length, true)
    view.setUint16(HEADER.frameType.offset, FrameType.SM, true)
    view.setInt32(STATUS.sessionId.offset, stream.sessionId, true)
    view.setInt32(STATUS.streamId.offset, stream.streamId, true)
    view.setInt32(STATUS.consumptionTermId.offset, termId + random.pick([40, -40, 0x4000_0000]), true)
    view.setInt32(STATUS.consumptionTermOffset.offset, random.pick([0, 32, 33, -32, stream.termLength]), true)
    view.setInt32(STATUS.receiverWindow.offset, random.pick([0, stream.termLength / 2, stream.termLength, -1]), true)
    view.setBigInt64(STATUS.receiverId.offset, random.bigint(63), true)
    return bytes
  }

  /** Any range at all: at worst it is sent again. */
  private nak(): Uint8Array {
    const { random, stream } = this
    const bytes = new Uint8Array(NakDecoder.BLOCK_LENGTH)
    const { view } = new DirectBuffer(bytes)
    const termId = this.newestTermId()
    view.setInt32(HEADER.frameLength.offset, bytes.length, true)
    view.setUint16(HEADER.frameType.offset, FrameType.NAK, true)
    view.setInt32(NAK.sessionId.offset, stream.sessionId, true)
    view.setInt32(NAK.streamId.offset, stream.streamId, true)
    view.setInt32(NAK.termId.offset, termId + random.pick([0, 0, -1, 1, 0x4000_0000]), true)
    const offset = random.pick([random.int(stream.termLength / 32) * 32, random.u32() | 0])
    view.setInt32(NAK.termOffset.offset, offset, true)
    view.setInt32(NAK.length.offset, random.pick([1408, stream.termLength, 0, -1, random.u32() | 0]), true)
    return bytes
  }

  private newestTermId(): number {
    const { newestData } = this
    return newestData === undefined ? 0 : termIdOf(newestData)
  }

  private send(isToReceiver: boolean, bytes: Uint8Array): void {
    const { sender, receiver } = this
    this.sent++
    this.isForging = true
    this.network.forge(isToReceiver ? sender : receiver, isToReceiver ? receiver : sender, bytes)
    this.isForging = false
  }
}

function termIdOf(data: Uint8Array): number {
  return new DirectBuffer(data).view.getInt32(DATA.termId.offset, true)
}

function termOffsetOf(data: Uint8Array): number {
  return new DirectBuffer(data).view.getInt32(DATA.termOffset.offset, true)
}

function isData(bytes: Uint8Array): boolean {
  const { view } = new DirectBuffer(bytes)
  if (bytes.length <= DataHeaderDecoder.BLOCK_LENGTH) return false
  return view.getUint16(HEADER.frameType.offset, true) === FrameType.DATA
}

function with32(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = bytes.slice()
  if (copy.length >= offset + 4) new DirectBuffer(copy).view.setInt32(offset, value, true)
  return copy
}
