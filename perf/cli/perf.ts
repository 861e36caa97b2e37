import type { Command } from '../../codegen/cli/command.ts'
import { dispatch } from '../../codegen/cli/command.ts'

/** The command `godwit perf`. */
export const perf: Command = (args, output) =>
  dispatch(
    {
      name: 'godwit perf',
      title: 'Measures streams between two threads of one process, over IPC or UDP; the driver is there or in another.',
      commands: {
        throughput: {
          summary: 'messages and bytes per second of one stream',
          load: async () => (await import('./throughput.ts')).throughput,
        },
        latency: {
          summary: 'time of messages there and back, in a closed or an open loop',
          load: async () => (await import('./latency.ts')).latency,
        },
        idle: {
          summary: 'processor time of a driver without anything to do, and how fast those wake up who wait',
          load: async () => (await import('../idle/command.ts')).idle,
        },
      },
    },
    args,
    output,
  )
