import type { Command } from '../../codegen/cli/command.ts'
import { EXIT_OK, wantsHelp } from '../../codegen/cli/command.ts'
import { measureThroughput } from '../streams/measure.ts'
import type { MeasuredThroughput } from '../streams/measure.ts'
import { WHOLE_INTERVAL } from '../streams/payload.ts'
import { COMMON_HELP, JSON_HELP, throughputOptions } from './options.ts'
import type { Measurement } from './run-command.ts'
import { runMeasurement } from './run-command.ts'

const HELP = `Usage: godwit perf throughput [options]

Publishes one stream as fast as it goes from one thread and receives it in another. Counts the messages
that reach the subscriber's handler in the measured time, after the warm-up. Each carries a sequence
number that the handler checks; each ${WHOLE_INTERVAL.toLocaleString('en')}th is compared whole.

Options:
${COMMON_HELP}  --claim                write messages in place, by tryClaim, instead of copying them by offer
${JSON_HELP}`

const MEASUREMENT: Measurement<MeasuredThroughput> = {
  name: 'throughput',
  measure: measureThroughput,
  figures: ({ messages, seconds, comparedWhole, published, backPressured }, { length }) => ({
    messagesPerSecond: messages / seconds,
    bytesPerSecond: (messages * length) / seconds,
    messages,
    bytes: messages * length,
    seconds,
    published,
    backPressured,
    comparedWhole,
  }),
  text: ({ messages, seconds, comparedWhole, published, backPressured }, { length }) => [
    `${count(messages / seconds)} messages per second, ${megabytes((messages * length) / seconds)} MB per second`,
    `${count(messages)} messages of ${length} bytes in ${seconds.toFixed(3)} s`,
    `${count(published)} with the warm-up, all came once and in order, ${count(comparedWhole)} compared whole`,
    `no room ${count(backPressured)} times`,
  ],
}

/** The command `godwit perf throughput`. */
export const throughput: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  await runMeasurement(MEASUREMENT, throughputOptions(args), output)
  return EXIT_OK
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })
}
