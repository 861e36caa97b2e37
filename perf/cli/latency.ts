import type { Command } from '../../codegen/cli/command.ts'
import { EXIT_OK, wantsHelp } from '../../codegen/cli/command.ts'
import type { MeasuredLatency } from '../streams/measure.ts'
import { measureLatency } from '../streams/measure.ts'
import { COMMON_HELP, JSON_HELP, latencyOptions } from './options.ts'
import type { Measurement } from './run-command.ts'
import { runMeasurement } from './run-command.ts'

const HELP = `Usage: godwit perf latency [options]

Sends messages from one thread to another, which sends them back on the next stream, and measures the time
there and back.

Without --rate the next message goes when the last one is back (a closed loop): while one message is late
none is sent, so that what would have been late with it is not in the percentiles (coordinated omission).
With --rate messages go at that rate, and times count from when each was to be sent (an open loop).

Options:
${COMMON_HELP}  --rate <n>             messages per second, in an open loop
${JSON_HELP}`

const MEASUREMENT: Measurement<MeasuredLatency> = {
  name: 'latency',
  measure: measureLatency,
  figures: ({ facts: _facts, isInterrupted: _isInterrupted, ...times }, { rate }) => ({
    loop: rate === undefined ? 'closed' : 'open',
    ...times,
    messagesPerSecond: times.count / times.seconds,
  }),
  text: (times, { length, rate }) => [
    `there and back, microseconds, ${rate === undefined ? 'closed loop' : `open loop at ${rate} per second`}`,
    ...(['minUs', 'meanUs', 'p50Us', 'p90Us', 'p99Us', 'p999Us', 'maxUs'] as const)
      .map((name) => `  ${NAMES[name].padEnd(7)}${times[name].toFixed(2).padStart(12)}`),
    `${times.count.toLocaleString('en')} messages of ${length} bytes in ${times.seconds.toFixed(3)} s`,
  ],
}

const NAMES = {
  minUs: 'min',
  meanUs: 'mean',
  p50Us: '50 %',
  p90Us: '90 %',
  p99Us: '99 %',
  p999Us: '99.9 %',
  maxUs: 'max',
} as const

/** The command `godwit perf latency`. */
export const latency: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  await runMeasurement(MEASUREMENT, latencyOptions(args), output)
  return EXIT_OK
}
