import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import type { LossObservation } from '../../../client/memory/loss-report.ts'
import { LossReport, readLossReport } from '../../../client/memory/loss-report.ts'
import { TEXT_LENGTH_LENGTH, secondTextOffset } from '../../../schemas/descriptors.ts'
import { LossReportEntryDecoder, LossReportEntryMeta } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'

const test = suite('memory/loss-report')

const ENTRY = LossReportEntryMeta.fields
const CHANNEL = 'aeron:udp?endpoint=localhost:20121'
const SOURCE = '127.0.0.1:40123'

function read(buffer: AtomicBuffer): readonly LossObservation[] {
  const observations: LossObservation[] = []
  assert.is(readLossReport(buffer, (observation) => void observations.push(observation)), observations.length)
  return observations
}

test('losses of an image add up', () => {
  const buffer = AtomicBuffer.allocate(1024)
  const report = new LossReport(buffer)
  const entry = report.createEntry(1376, 5000, -7, 1001, CHANNEL, SOURCE)
  report.createEntry(32, 5001, 8, 1002, 'aeron:udp?endpoint=x', 'y')
  entry?.recordObservation(2 ** 33, 6000)
  assert.equal(read(buffer), [
    {
      observationCount: 2,
      totalBytesLost: 1376 + 2 ** 33,
      firstObservationMs: 5000,
      lastObservationMs: 6000,
      sessionId: -7,
      streamId: 1001,
      channel: CHANNEL,
      source: SOURCE,
    },
    {
      observationCount: 1,
      totalBytesLost: 32,
      firstObservationMs: 5001,
      lastObservationMs: 5001,
      sessionId: 8,
      streamId: 1002,
      channel: 'aeron:udp?endpoint=x',
      source: 'y',
    },
  ])
})

test('entries lie at multiples of 64 and the source at one of 4', () => {
  const buffer = AtomicBuffer.allocate(1024)
  const report = new LossReport(buffer)
  report.createEntry(1, 1, 1, 1, 'abc', 'source')
  report.createEntry(1, 1, 2, 1, CHANNEL, SOURCE)
  report.createEntry(1, 1, 3, 1, '', '')
  assert.is(buffer.view.getInt32(48, true), 6)
  assert.is(String.fromCharCode(buffer.bytes[52] ?? 0), 's')
  assert.equal([0, 64, 192].map((offset) => buffer.view.getInt32(offset + ENTRY.sessionId.offset, true)), [1, 2, 3])
  assert.is(read(buffer).length, 3)
})

test('there is no entry without room for it', () => {
  const buffer = AtomicBuffer.allocate(192)
  const report = new LossReport(buffer)
  assert.ok(report.createEntry(1, 1, 1, 1, 'a'.repeat(40), 'b'.repeat(40)))
  assert.is(report.createEntry(1, 1, 1, 1, CHANNEL, SOURCE), undefined)
  assert.ok(report.createEntry(1, 1, 1, 1, 'abcd', 'b'.repeat(12)))
  assert.is(report.createEntry(1, 1, 1, 1, '', ''), undefined)
  assert.is(read(buffer).length, 2)
})

test('reading stops at an entry that cannot be', () => {
  const third = 256
  const sourceLengthOffset = secondTextOffset(LossReportEntryDecoder.BLOCK_LENGTH, 'three'.length) - TEXT_LENGTH_LENGTH
  const cases: readonly (readonly [offset: number, value: number])[] = [
    [ENTRY.channelLength.offset, -1],
    [ENTRY.channelLength.offset, 0x7fff_ffff],
    [ENTRY.channelLength.offset, 1024 - third - LossReportEntryDecoder.BLOCK_LENGTH + 1],
    [ENTRY.channelLength.offset, 1024 - third - LossReportEntryDecoder.BLOCK_LENGTH],
    [sourceLengthOffset, -1],
    [sourceLengthOffset, 0x7fff_ffff],
    [ENTRY.observationCount.offset + 4, -1],
  ]
  for (const [offset, value] of cases) {
    const buffer = AtomicBuffer.allocate(1024)
    const report = new LossReport(buffer)
    for (const channel of ['one', 'two', 'three']) report.createEntry(1, 1, 1, 1, channel, SOURCE)
    assert.is(read(buffer).length, 3)
    buffer.view.setInt32(third + offset, value, true)
    assert.equal(read(buffer).map(({ channel }) => channel), ['one', 'two'], `${offset}: ${value}`)
  }
})

test.run()
