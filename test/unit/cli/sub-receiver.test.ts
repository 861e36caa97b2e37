import * as assert from 'uvu/assert'
import { ControlledAction } from '../../../client/memory/controlled-action.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FileReceiver } from '../../../driver/cli/sub-receiver.ts'
import {
  FileChunkEncoder,
  FileEndEncoder,
  FileStartEncoder,
  MessageHeaderEncoder,
} from '../../../schemas/generated/file.transfer/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: receiving a file')

const ID = 7n
const CHUNK_LENGTH = 1000
const CHUNK_LENGTH_MAX = 1 << 20
const foreign = new DirectBuffer(new Uint8Array(14).fill(0x61))
const header = new MessageHeaderEncoder()
const scratch = new DirectBuffer(new ArrayBuffer(CHUNK_LENGTH_MAX + 1000))

interface StartValues {
  readonly id?: bigint
  readonly length?: bigint
  readonly chunk?: number
  readonly name?: string
}

function start({ id = ID, length = 10n, chunk = CHUNK_LENGTH, name = 'a' }: StartValues = {}): DirectBuffer {
  const message = new FileStartEncoder().wrapAndApplyHeader(scratch, 0, header)
  message.transferId(id).fileLength(length).chunkLength(chunk).name(name)
  return copy(message.limit())
}

function chunk(offset: bigint, length: number, id = ID): DirectBuffer {
  const message = new FileChunkEncoder().wrapAndApplyHeader(scratch, 0, header)
  message.transferId(id).fileOffset(offset).reserveContent(length)
  return copy(message.limit())
}

function end(length: bigint, id = ID): DirectBuffer {
  const message = new FileEndEncoder().wrapAndApplyHeader(scratch, 0, header)
  message.transferId(id).fileLength(length).putSha256(new Uint8Array(32).fill(3))
  return copy(message.limit())
}

function copy(length: number): DirectBuffer {
  return new DirectBuffer(scratch.bytes.slice(0, length))
}

function deliver(receiver: FileReceiver, message: DirectBuffer): ControlledAction {
  const action = receiver.onMessage(message, 0, message.byteLength)
  if (receiver.state === 'ANNOUNCED') receiver.begin(() => true)
  return action
}

function receive(...messages: readonly DirectBuffer[]): FileReceiver {
  const receiver = new FileReceiver(Infinity)
  for (const message of messages) deliver(receiver, message)
  return receiver
}

function expectFailure(pattern: string | RegExp, ...messages: readonly DirectBuffer[]): void {
  const receiver = receive(...messages)
  assert.is(receiver.state, 'FAILED')
  assert.is(receiver.failure?.code, 'ERR_GODWIT_CLI_TRANSFER')
  assert.match(receiver.failure?.message ?? '', pattern)
}

test('a whole transfer is followed to its end', () => {
  const received: number[] = []
  const receiver = new FileReceiver(Infinity)
  assert.is(receiver.state, 'WAITING')
  const first = start({ length: 1500n, name: '../../etc/passwd' })
  assert.is(receiver.onMessage(first, 0, first.byteLength), ControlledAction.BREAK)
  assert.is(receiver.state, 'ANNOUNCED')
  assert.equal(receiver.announcement, {
    transferId: ID, fileLength: 1500, chunkLength: CHUNK_LENGTH, name: '../../etc/passwd',
  })
  assert.is(receiver.onMessage(chunk(0n, 1000), 0, 1028), ControlledAction.ABORT, 'nothing is taken before it begins')
  receiver.begin((_bytes, offset, length) => received.push(offset, length) > 0)
  assert.is(deliver(receiver, chunk(0n, 1000)), ControlledAction.CONTINUE)
  assert.is(deliver(receiver, chunk(1000n, 500)), ControlledAction.CONTINUE)
  assert.is(deliver(receiver, end(1500n)), ControlledAction.BREAK)
  assert.is(receiver.state, 'ENDED')
  assert.equal(received, [28, 1000, 28, 500])
  assert.equal(receiver.sha256, new Uint8Array(32).fill(3))
})

test('a file without bytes has no chunks', () => {
  assert.is(receive(start({ length: 0n }), end(0n)).state, 'ENDED')
})

test('a file of more than 4 GiB is followed', () => {
  const length = 2n ** 32n + 5n
  const receiver = receive(start({ length, chunk: CHUNK_LENGTH_MAX }))
  const message = chunk(0n, CHUNK_LENGTH_MAX)
  const offsetAt = header.encodedLength() + 8
  for (let offset = 0n; offset < 2n ** 32n; offset += BigInt(CHUNK_LENGTH_MAX)) {
    message.view.setBigUint64(offsetAt, offset, true)
    assert.is(deliver(receiver, message), ControlledAction.CONTINUE)
  }
  deliver(receiver, chunk(2n ** 32n, 5))
  assert.is(receiver.received, Number(length))
  deliver(receiver, end(length))
  assert.is(receiver.state, 'ENDED')
})

test('a chunk for which there is no room comes again', () => {
  let hasRoom = false
  const receiver = new FileReceiver(Infinity)
  receiver.onMessage(start(), 0, start().byteLength)
  receiver.begin(() => hasRoom)
  assert.is(deliver(receiver, chunk(0n, 10)), ControlledAction.ABORT)
  assert.is(receiver.received, 0)
  hasRoom = true
  assert.is(deliver(receiver, chunk(0n, 10)), ControlledAction.CONTINUE)
  assert.is(receiver.received, 10)
})

test('what is not the beginning of a file fails at once', () => {
  expectFailure('its first message is not the beginning of a file', foreign)
  expectFailure('its first message is not the beginning of a file', new DirectBuffer(new Uint8Array(0)))
  expectFailure('its first message is not the beginning of a file', chunk(0n, 10))
  expectFailure('its first message is not the beginning of a file', end(0n))
})

test('what cannot be announced fails', () => {
  expectFailure('a length of 9007199254740992 bytes is announced', start({ length: 2n ** 53n }))
  expectFailure('a length of 18446744073709551615 bytes is announced', start({ length: 2n ** 64n - 1n }))
  expectFailure('chunks of 0 bytes are announced', start({ chunk: 0 }))
  expectFailure('chunks of 1048577 bytes are announced', start({ chunk: CHUNK_LENGTH_MAX + 1 }))
  const receiver = new FileReceiver(9)
  deliver(receiver, start())
  assert.match(receiver.failure?.message ?? '', '10 bytes are announced, --max-length allows 9')
})

test('what does not continue the file fails', () => {
  expectFailure('bytes of offset 5 come where those of 0 belong', start(), chunk(5n, 5))
  expectFailure('bytes of offset 0 come where those of 5 belong', start(), chunk(0n, 5), chunk(0n, 5))
  expectFailure('a chunk has 0 bytes', start(), chunk(0n, 0))
  expectFailure('a chunk has 11 bytes, up to 10 were announced', start({ chunk: 10 }), chunk(0n, 11))
  expectFailure('more comes than the 10 bytes', start(), chunk(0n, 11))
  expectFailure('bytes of another file are mixed in', start(), chunk(0n, 5, 8n))
  expectFailure('another file begins', start(), start({ id: 8n }))
  expectFailure('another file ends here', start(), chunk(0n, 10), end(10n, 8n))
  expectFailure('a message that is not of the transfer', start(), foreign)
  expectFailure('its end comes after 5 bytes', start(), chunk(0n, 5), end(10n))
  expectFailure('speaks of 11, 10 were announced', start(), chunk(0n, 10), end(11n))
})

test('messages that are cut off or changed somewhere never throw, and never exceed what was announced', () =>
  withSeed('sub-receiver/hostile', (random) => {
    const messages = [start(), chunk(0n, 5), chunk(5n, 5), end(10n)]
    for (let round = 0; round < 5000; round++) {
      const receiver = new FileReceiver(1000)
      const victim = random.int(messages.length)
      messages.forEach((message, index) => {
        const bytes = message.bytes.slice()
        if (index === victim) bytes[random.int(bytes.length)] = random.int(256)
        const length = index === victim && random.bool() ? random.int(bytes.length + 1) : bytes.length
        deliver(receiver, new DirectBuffer(bytes.slice(0, length)))
      })
      assert.ok(receiver.received <= 1000)
      if (receiver.state === 'ENDED') assert.is(receiver.received, receiver.announcement?.fileLength)
      if (receiver.state === 'FAILED') assert.is(receiver.failure?.code, 'ERR_GODWIT_CLI_TRANSFER')
    }
  }))

test.run()
