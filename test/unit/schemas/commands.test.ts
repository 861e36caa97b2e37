import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileSchemaFile } from '../../../codegen/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import * as commands from '../../../schemas/generated/aeron.commands/index.ts'
import { CommandType, ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import * as descriptors from '../../../schemas/descriptors.ts'
import { checkLayout, layout } from '../../support/layout.ts'
import type { Layout } from '../../support/layout.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'

const test = suite('control protocol')

const COMMAND = '0 i64 clientId · 8 i64 correlationId'

const ADD_PUBLICATION = layout(
  commands.AddPublicationDecoder, commands.AddPublicationEncoder, commands.AddPublicationMeta, 24,
  `${COMMAND} · 16 i32 streamId · 20 i32 channelLength`,
)
const REMOVE_PUBLICATION = layout(
  commands.RemovePublicationDecoder, commands.RemovePublicationEncoder, commands.RemovePublicationMeta, 32,
  `${COMMAND} · 16 i64 registrationId · 24 u64 flagsRaw`,
)
const ADD_SUBSCRIPTION = layout(
  commands.AddSubscriptionDecoder, commands.AddSubscriptionEncoder, commands.AddSubscriptionMeta, 32,
  `${COMMAND} · 16 i64 registrationCorrelationId · 24 i32 streamId · 28 i32 channelLength`,
)
const REMOVE_RESOURCE = layout(
  commands.RemoveResourceDecoder, commands.RemoveResourceEncoder, commands.RemoveResourceMeta, 24,
  `${COMMAND} · 16 i64 registrationId`,
)
const CLIENT_COMMAND = layout(
  commands.ClientCommandDecoder, commands.ClientCommandEncoder, commands.ClientCommandMeta, 16, COMMAND,
)
const DESTINATION = layout(
  commands.DestinationDecoder, commands.DestinationEncoder, commands.DestinationMeta, 28,
  `${COMMAND} · 16 i64 registrationId · 24 i32 channelLength`,
)
const ADD_COUNTER = layout(
  commands.AddCounterDecoder, commands.AddCounterEncoder, commands.AddCounterMeta, 24,
  `${COMMAND} · 16 i32 typeId · 20 i32 keyLength`,
)
const TERMINATE_DRIVER = layout(
  commands.TerminateDriverDecoder, commands.TerminateDriverEncoder, commands.TerminateDriverMeta, 20,
  `${COMMAND} · 16 i32 tokenLength`,
)
const ADD_STATIC_COUNTER = layout(
  commands.AddStaticCounterDecoder, commands.AddStaticCounterEncoder, commands.AddStaticCounterMeta, 32,
  `${COMMAND} · 16 i64 registrationId · 24 i32 typeId · 28 i32 keyLength`,
)
const REJECT_IMAGE = layout(
  commands.RejectImageDecoder, commands.RejectImageEncoder, commands.RejectImageMeta, 36,
  `${COMMAND} · 16 i64 imageCorrelationId · 24 i64 position · 32 i32 reasonLength`,
)
const REMOVE_DESTINATION_BY_ID = layout(
  commands.RemoveDestinationByIdDecoder, commands.RemoveDestinationByIdEncoder, commands.RemoveDestinationByIdMeta, 32,
  `${COMMAND} · 16 i64 resourceRegistrationId · 24 i64 destinationRegistrationId`,
)
const GET_NEXT_AVAILABLE_SESSION_ID = layout(
  commands.GetNextAvailableSessionIdDecoder, commands.GetNextAvailableSessionIdEncoder,
  commands.GetNextAvailableSessionIdMeta, 20,
  `${COMMAND} · 16 i32 streamId`,
)
const ERROR_RESPONSE = layout(
  commands.ErrorResponseDecoder, commands.ErrorResponseEncoder, commands.ErrorResponseMeta, 16,
  '0 i64 offendingCommandCorrelationId · 8 i32 errorCode · 12 i32 textLength',
)
const AVAILABLE_IMAGE = layout(
  commands.AvailableImageDecoder, commands.AvailableImageEncoder, commands.AvailableImageMeta, 32,
  `0 i64 correlationId · 8 i32 sessionId · 12 i32 streamId · 16 i64 subscriptionRegistrationId ·
  24 i32 subscriberPositionId · 28 i32 logFileNameLength`,
)
const PUBLICATION_READY = layout(
  commands.PublicationReadyDecoder, commands.PublicationReadyEncoder, commands.PublicationReadyMeta, 36,
  `0 i64 correlationId · 8 i64 registrationId · 16 i32 sessionId · 20 i32 streamId · 24 i32 positionLimitCounterId ·
  28 i32 channelStatusCounterId · 32 i32 logFileNameLength`,
)
const OPERATION_SUCCEEDED = layout(
  commands.OperationSucceededDecoder, commands.OperationSucceededEncoder, commands.OperationSucceededMeta, 8,
  '0 i64 correlationId',
)
const UNAVAILABLE_IMAGE = layout(
  commands.UnavailableImageDecoder, commands.UnavailableImageEncoder, commands.UnavailableImageMeta, 24,
  '0 i64 correlationId · 8 i64 subscriptionRegistrationId · 16 i32 streamId · 20 i32 channelLength',
)
const SUBSCRIPTION_READY = layout(
  commands.SubscriptionReadyDecoder, commands.SubscriptionReadyEncoder, commands.SubscriptionReadyMeta, 12,
  '0 i64 correlationId · 8 i32 channelStatusCounterId',
)
const COUNTER_UPDATE = layout(
  commands.CounterUpdateDecoder, commands.CounterUpdateEncoder, commands.CounterUpdateMeta, 12,
  '0 i64 correlationId · 8 i32 counterId',
)
const CLIENT_TIMEOUT = layout(
  commands.ClientTimeoutDecoder, commands.ClientTimeoutEncoder, commands.ClientTimeoutMeta, 8, '0 i64 clientId',
)
const PUBLICATION_ERROR = layout(
  commands.PublicationErrorDecoder, commands.PublicationErrorEncoder, commands.PublicationErrorMeta, 68,
  `0 i64 registrationId · 8 i64 destinationRegistrationId · 16 i32 sessionId · 20 i32 streamId · 24 i64 receiverId ·
  32 i64 groupTag · 40 i16 addressType · 42 u16 sourcePort · 44 u8[16] sourceAddress · 60 i32 errorCode ·
  64 i32 textLength`,
)
const NEXT_AVAILABLE_SESSION_ID = layout(
  commands.NextAvailableSessionIdDecoder, commands.NextAvailableSessionIdEncoder, commands.NextAvailableSessionIdMeta,
  12, '0 i64 correlationId · 8 i32 nextSessionId',
)
const RECORD_HEADER = layout(
  commands.RecordHeaderDecoder, commands.RecordHeaderEncoder, commands.RecordHeaderMeta, 8,
  '0 i32 length · 4 i32 messageType',
)

/** Every command and response of protocol 1.0.0 with its number and its layout. */
const LAYOUTS: Readonly<Record<string, readonly [number, Layout]>> = {
  ADD_PUBLICATION: [0x01, ADD_PUBLICATION],
  REMOVE_PUBLICATION: [0x02, REMOVE_PUBLICATION],
  ADD_EXCLUSIVE_PUBLICATION: [0x03, ADD_PUBLICATION],
  ADD_SUBSCRIPTION: [0x04, ADD_SUBSCRIPTION],
  REMOVE_SUBSCRIPTION: [0x05, REMOVE_RESOURCE],
  CLIENT_KEEPALIVE: [0x06, CLIENT_COMMAND],
  ADD_DESTINATION: [0x07, DESTINATION],
  REMOVE_DESTINATION: [0x08, DESTINATION],
  ADD_COUNTER: [0x09, ADD_COUNTER],
  REMOVE_COUNTER: [0x0a, REMOVE_RESOURCE],
  CLIENT_CLOSE: [0x0b, CLIENT_COMMAND],
  ADD_RCV_DESTINATION: [0x0c, DESTINATION],
  REMOVE_RCV_DESTINATION: [0x0d, DESTINATION],
  TERMINATE_DRIVER: [0x0e, TERMINATE_DRIVER],
  ADD_STATIC_COUNTER: [0x0f, ADD_STATIC_COUNTER],
  REJECT_IMAGE: [0x10, REJECT_IMAGE],
  REMOVE_DESTINATION_BY_ID: [0x11, REMOVE_DESTINATION_BY_ID],
  GET_NEXT_AVAILABLE_SESSION_ID: [0x12, GET_NEXT_AVAILABLE_SESSION_ID],
  ON_ERROR: [0x0f01, ERROR_RESPONSE],
  ON_AVAILABLE_IMAGE: [0x0f02, AVAILABLE_IMAGE],
  ON_PUBLICATION_READY: [0x0f03, PUBLICATION_READY],
  ON_OPERATION_SUCCESS: [0x0f04, OPERATION_SUCCEEDED],
  ON_UNAVAILABLE_IMAGE: [0x0f05, UNAVAILABLE_IMAGE],
  ON_EXCLUSIVE_PUBLICATION_READY: [0x0f06, PUBLICATION_READY],
  ON_SUBSCRIPTION_READY: [0x0f07, SUBSCRIPTION_READY],
  ON_COUNTER_READY: [0x0f08, COUNTER_UPDATE],
  ON_UNAVAILABLE_COUNTER: [0x0f09, COUNTER_UPDATE],
  ON_CLIENT_TIMEOUT: [0x0f0a, CLIENT_TIMEOUT],
  ON_STATIC_COUNTER: [0x0f0b, COUNTER_UPDATE],
  ON_PUBLICATION_ERROR: [0x0f0c, PUBLICATION_ERROR],
  ON_NEXT_AVAILABLE_SESSION_ID: [0x0f0d, NEXT_AVAILABLE_SESSION_ID],
}

const layouts = new Set([RECORD_HEADER, ...Object.values(LAYOUTS).map(([, codec]) => codec)])
for (const codec of layouts) {
  test(`${codec.meta.name} has the offsets of the protocol`, () => checkLayout(codec))
}

test('the enum of commands has the numbers of the protocol and no other', () => {
  const { NULL_VAL, PADDING, ...types } = CommandType
  const expected = Object.fromEntries(Object.entries(LAYOUTS).map(([name, [number]]) => [name, number]))
  assert.equal(types, expected)
  assert.is(PADDING, -1)
  assert.is(NULL_VAL, -0x8000_0000)
})

test('a layout has the lowest number of the commands that share it and its description names them all', () => {
  const { ir } = compileSchemaFile(join(repositoryRoot, 'schemas', 'aeron-commands.xml'))
  for (const codec of layouts) {
    if (codec === RECORD_HEADER) continue
    const description = ir?.messages.find(({ name }) => name === codec.meta.name)?.tokens[0]?.description
    const users = Object.entries(LAYOUTS).filter(([, [, used]]) => used === codec)
    assert.is(codec.meta.templateId, Math.min(...users.map(([, [number]]) => number)), codec.meta.name)
    for (const [name] of users) {
      const words = name.replace(/^(ADD|REMOVE)_((RCV_)?DESTINATION)$/, '$2')
      assert.is(description?.includes(words), true, `${codec.meta.name} describes ${name}`)
    }
  }
})

test('the enum of errors has the numbers of the protocol', () => {
  assert.equal(ErrorCode, {
    UNKNOWN: -1,
    UNUSED: 0,
    INVALID_CHANNEL: 1,
    UNKNOWN_SUBSCRIPTION: 2,
    UNKNOWN_PUBLICATION: 3,
    CHANNEL_ENDPOINT_ERROR: 4,
    UNKNOWN_COUNTER: 5,
    UNKNOWN_COMMAND_TYPE_ID: 6,
    MALFORMED_COMMAND: 7,
    NOT_SUPPORTED: 8,
    UNKNOWN_HOST: 9,
    RESOURCE_TEMPORARILY_UNAVAILABLE: 10,
    GENERIC_ERROR: 11,
    STORAGE_SPACE: 12,
    IMAGE_REJECTED: 13,
    PUBLICATION_REVOKED: 14,
    NULL_VAL: -0x8000_0000,
  })
})

test('a publication is revoked by bit 0, and not by a command that is too short for flags', () => {
  const buffer = new DirectBuffer(new Uint8Array(32))
  const encoder = new commands.RemovePublicationEncoder()
  encoder.wrap(buffer, 0)
  encoder.flags().clear().revoke(true)
  assert.is(buffer.view.getBigUint64(24, true), 1n)
  const decoder = new commands.RemovePublicationDecoder()
  decoder.wrap(buffer, 0, 32, 1)
  assert.is(decoder.flags()?.revoke(), true)
  assert.is(descriptors.REMOVE_PUBLICATION_LENGTH_V0, 24)
  decoder.wrap(buffer, 0, descriptors.REMOVE_PUBLICATION_LENGTH_V0, 0, descriptors.REMOVE_PUBLICATION_LENGTH_V0)
  assert.is(decoder.flagsRaw(), 0n)
})

test('ADD_COUNTER with a key and a label encodes to the bytes of the protocol', () => {
  const key = Uint8Array.of(1, 2, 3, 4, 5)
  const label = new TextEncoder().encode('my counter')
  const blockLength = commands.AddCounterEncoder.BLOCK_LENGTH
  const length = descriptors.lengthWithTexts(blockLength, key.length, label.length)
  const buffer = new DirectBuffer(new Uint8Array(length + 4).fill(0xa5))
  const encoder = new commands.AddCounterEncoder()
  encoder.wrap(buffer, 4)
  encoder.clientId(7n).correlationId(8n).typeId(1001).keyLength(key.length)
  buffer.bytes.set(key, 4 + blockLength)
  const labelOffset = descriptors.putSecondTextLength(buffer, 4, blockLength, key.length, label.length)
  buffer.bytes.set(label, labelOffset)
  const expected = [
    0xa5, 0xa5, 0xa5, 0xa5, 7, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0xe9, 3, 0, 0, 5, 0, 0, 0,
    1, 2, 3, 4, 5, 0, 0, 0, 10, 0, 0, 0, ...label,
  ]
  assert.equal([...buffer.bytes], expected)
  assert.is(descriptors.secondTextLength(buffer, 4, length, blockLength, key.length), label.length)
})

test.run()
