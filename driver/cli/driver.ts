import type { Command, Output } from '../../codegen/cli/command.ts'
import { EXIT_FAILED, EXIT_OK, parseOptions, UsageError, wantsHelp } from '../../codegen/cli/command.ts'
import { packageVersion } from '../../client/version.ts'
import type { GodwitError } from '../../codegen/runtime/index.ts'
import type { DriverSettings } from '../core/driver-settings.ts'
import { MediaDriver } from '../launcher/media-driver.ts'
import type { FaultOptions } from '../media/faulty-media.ts'
import { loadNativeLibrary } from '../media/native/native-library.ts'
import { DIRECTORY_HELP, DIRECTORY_OPTION, directoryOf } from './directory.ts'
import { FAULT_HELP, FAULT_OPTIONS, faultOptionsOf, faultsText } from './fault-options.ts'
import { metricsText } from './metrics/driver-metrics.ts'
import { MetricsServer } from './metrics/metrics-server.ts'
import { commandSettings, SETTINGS_OPTIONS, settingsDocument, settingsText } from './settings-options.ts'
import { linesText, printable } from './text.ts'

const HELP = `Usage: godwit driver [options]

Runs a media driver until SIGINT or SIGTERM. Clients of this machine, those of godwit and those of Aeron, find it by
its directory.

Options:
${DIRECTORY_HELP}  --delete-on-start     delete what is in the directory, even of a driver that lives
  --delete-on-shutdown  delete the directory at the end
  --threading <mode>    DEDICATED (default): a thread for each of conductor, sender and receiver;
                        SHARED_NETWORK: one for sender and receiver; SHARED: one for all
  --media <name>        auto (default), native, dgram
  --set <name>=<value>  any setting of docs/settings.md, by its name or property: values as in the
                        environment, such as --set mtuLength=8k; can be repeated
  --print-settings      print all settings, with what the command line and the environment say, and end
  --metrics <port>      serve metrics for Prometheus on 127.0.0.1; port 0: any that is free
  --json                print one line of JSON when the driver is ready, instead of text
  --quiet               print nothing but warnings and errors
  -h, --help            print this

Faults, for tests and demonstrations, befall datagrams of all sockets of the driver:
${FAULT_HELP}
A second signal ends it at once. Exit codes: 0 ended by a signal, 1 the driver did not start or died, 2 wrong usage.
`

const PORT_MAX = 65_535

/** Longest time of a timer; it only keeps the process alive. */
const FOREVER_MS = 2 ** 31 - 1

interface DriverPlan {
  readonly directory: string
  readonly settings: DriverSettings
  readonly faults: FaultOptions | undefined
  readonly metricsPort: number | undefined
  readonly style: 'text' | 'json' | 'quiet'
}

/** The command `godwit driver`. */
export const driver: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values } = parseOptions({
    args: [...args],
    options: {
      ...DIRECTORY_OPTION,
      ...SETTINGS_OPTIONS,
      ...FAULT_OPTIONS,
      'print-settings': { type: 'boolean', default: false },
      'metrics': { type: 'string' },
      'json': { type: 'boolean', default: false },
      'quiet': { type: 'boolean', default: false },
    },
  })
  if (values.json && values.quiet) throw new UsageError('--json and --quiet exclude each other.')
  const concluded = commandSettings(values, process.env)
  const plan: DriverPlan = {
    directory: directoryOf(values.dir),
    settings: concluded.settings,
    faults: faultOptionsOf(values),
    metricsPort: values.metrics === undefined ? undefined : portOf(values.metrics),
    style: values.json ? 'json' : values.quiet ? 'quiet' : 'text',
  }
  if (values['print-settings']) {
    const document = (): string => `${JSON.stringify(settingsDocument(concluded), null, 2)}\n`
    output.out(values.json ? document() : linesText(settingsText(concluded)))
    return EXIT_OK
  }
  await run(plan, output)
  return EXIT_OK
}

/** Runs the driver until a signal. @throws GodwitError when it does not start, or dies */
async function run(plan: DriverPlan, output: Output): Promise<void> {
  const { directory, settings, faults, metricsPort, style } = plan
  const warn = (message: string): void => output.err(`godwit driver: warning: ${printable(message)}\n`)
  const end = new End()
  try {
    if (faults !== undefined) warn(`faults are on: ${faultsText(faults)}`)
    const onError = (error: GodwitError): void => end.reach(error)
    const options = { ...settings, dir: directory, onWarning: warn, onError }
    const mediaDriver = await MediaDriver.launch(faults === undefined ? options : { ...options, faults })
    try {
      const facts = factsOf(plan)
      const metrics = metricsPort === undefined ? undefined : await serveMetrics(metricsPort, facts, mediaDriver)
      output.out(READY_TEXTS[style]({ ...facts, metrics: metrics?.url }))
      const failure = await end.reached
      await metrics?.close()
      if (failure !== undefined) throw failure
    } finally {
      await mediaDriver.close()
    }
    if (style === 'text') output.out('closed\n')
  } finally {
    end.forget()
  }
}

/** What ends the command: a signal, or the death of the driver. Keeps the process alive until then. */
class End {
  /** Resolves with what the driver died of; undefined after a signal. */
  readonly reached: Promise<GodwitError | undefined>
  readonly #timer: NodeJS.Timeout = setInterval(() => undefined, FOREVER_MS)
  #resolve: (failure: GodwitError | undefined) => void = () => undefined
  #isSignalled = false

  constructor() {
    this.reached = new Promise((resolve) => (this.#resolve = resolve))
    process.on('SIGINT', this.#onSignal)
    process.on('SIGTERM', this.#onSignal)
  }

  reach(failure: GodwitError): void {
    this.#resolve(failure)
  }

  forget(): void {
    clearInterval(this.#timer)
    process.off('SIGINT', this.#onSignal)
    process.off('SIGTERM', this.#onSignal)
  }

  readonly #onSignal = (): void => {
    // Who asks twice does not want to wait for sockets and threads to end in good order.
    if (this.#isSignalled) process.exit(EXIT_FAILED)
    this.#isSignalled = true
    this.#resolve(undefined)
  }
}

function serveMetrics(port: number, facts: Facts, mediaDriver: MediaDriver): Promise<MetricsServer> {
  const { version, directory, pid, threadingMode, sockets, faults } = facts
  const source = {
    info: { version, directory, pid, threading_mode: threadingMode, sockets },
    startTimestampMs: Date.now(),
    counters: () => mediaDriver.counters(),
    errors: () => mediaDriver.errors(),
    losses: () => mediaDriver.losses(),
    faultCounts: () => (faults === undefined ? undefined : mediaDriver.faultCounts()),
  }
  return MetricsServer.listen(port, () => metricsText(source))
}

/** What is told when the driver is ready. */
interface Facts {
  readonly state: 'ready'
  readonly version: string
  readonly directory: string
  readonly pid: number
  readonly threadingMode: string
  readonly sockets: string
  readonly faults: FaultOptions | undefined
  /** Where metrics are served. */
  readonly metrics?: string | undefined
}

function factsOf({ directory, settings, faults }: DriverPlan): Facts {
  const { threadingMode } = settings
  const sockets = socketsOf(settings)
  return { state: 'ready', version: packageVersion(), directory, pid: process.pid, threadingMode, sockets, faults }
}

const READY_TEXTS: Readonly<Record<DriverPlan['style'], (facts: Facts) => string>> = {
  json: (facts) => `${JSON.stringify(facts)}\n`,
  quiet: () => '',
  text: ({ version, directory, pid, threadingMode, sockets, metrics }) => linesText([
    `godwit driver ${version}`,
    `  directory  ${printable(directory)}`,
    `  pid        ${pid}`,
    `  threading  ${threadingMode}`,
    `  sockets    ${sockets}`,
    ...(metrics === undefined ? [] : [`  metrics    ${metrics}`]),
    'ready; SIGINT or SIGTERM ends it',
  ]),
}

/** What moves datagrams: native sockets where they are there. */
function socketsOf({ media }: DriverSettings): 'native' | 'dgram' {
  if (media === 'dgram') return 'dgram'
  const { library } = loadNativeLibrary({ os: process.platform, arch: process.arch })
  return library === undefined ? 'dgram' : 'native'
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN
  if (!(port <= PORT_MAX)) throw new UsageError(`--metrics: "${text}" is no port from 0 to ${PORT_MAX}.`)
  return port
}
