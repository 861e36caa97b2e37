/** The project of a user: sources that use every entry of the package, and compiler options. */

/** As strict as the three compilers know how to be. */
const STRICTEST = {
  target: 'ES2022',
  lib: ['ES2022'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUncheckedSideEffectImports: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  isolatedDeclarations: true,
  declaration: true,
  skipLibCheck: false,
}

export interface Consumer {
  readonly options: object
  readonly files: readonly string[]
}

const NODE_NEXT = { ...STRICTEST, module: 'NodeNext', moduleResolution: 'NodeNext' }
const BUNDLER = { ...STRICTEST, module: 'ESNext', moduleResolution: 'bundler', noEmit: true }

/** Every way to resolve modules, with each import extension that works there. */
export const CONSUMERS: Readonly<Record<string, Consumer>> = {
  'node-next': { options: { ...NODE_NEXT, outDir: 'out' }, files: ['main-js.ts', 'readme.ts', 'streams.ts'] },
  'node-types': { options: { ...NODE_NEXT, types: ['node'], outDir: 'out' }, files: ['disposal.ts'] },
  'dom-types': { options: { ...BUNDLER, lib: ['ES2022', 'DOM'] }, files: ['disposal.ts'] },
  // CommonJS takes `import x = require()`, which is not erasable.
  'commonjs': {
    options: { ...NODE_NEXT, outDir: 'out', erasableSyntaxOnly: false, verbatimModuleSyntax: false },
    files: ['commonjs.cts'],
  },
  'node-next-ts': {
    options: { ...NODE_NEXT, allowImportingTsExtensions: true, noEmit: true },
    files: ['main-ts.ts'],
  },
  'bundler': { options: BUNDLER, files: ['main-js.ts', 'main-none.ts', 'streams.ts'] },
  'bundler-ts': { options: { ...BUNDLER, allowImportingTsExtensions: true }, files: ['main-ts.ts'] },
}

/** A program that compiles a schema, and passes a message through codecs generated with this import extension. */
export function mainSource(extension: 'js' | 'ts' | 'none'): string {
  const ending = extension === 'none' ? '' : `.${extension}`
  const index = extension === 'none' ? '' : `/index${ending}`
  return `import { GodwitError } from 'godwit'
import { compileSchemaText, formatDiagnostic, generateTypeScript } from 'godwit/codegen'
import type { CompileResult, GeneratedFile } from 'godwit/codegen'
import { DirectBuffer, SbeError } from 'godwit/sbe'
import {
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  TradeDecoder,
  TradeEncoder,
} from './generated-${extension}${index}'

const buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(256))
const encoder: TradeEncoder = new TradeEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
const decoder: TradeDecoder = new TradeDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder())
if (decoder.sbeTemplateId() !== TradeEncoder.TEMPLATE_ID) throw new Error('template id')
if (decoder.encodedLength() !== encoder.encodedLength()) throw new Error('encoded length')

const result: CompileResult = compileSchemaText('<messageSchema/>', 'broken.xml')
const lines: readonly string[] = result.diagnostics.map(formatDiagnostic)
if (result.ir !== undefined || lines.length === 0) throw new Error('a broken schema was taken')
export const files: readonly GeneratedFile[] = result.ir === undefined ? [] : generateTypeScript(result.ir)

try {
  new TradeDecoder().wrap(buffer, 250, TradeDecoder.BLOCK_LENGTH, TradeDecoder.SCHEMA_VERSION)
  throw new Error('a message outside the buffer was taken')
} catch (error) {
  if (!(error instanceof SbeError) || !(error instanceof GodwitError)) throw error
}
`
}

/** The example of the README, over the codecs that `mainSource` uses. */
export function readmeSource(readme: string): string {
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1]
  if (example === undefined) throw new Error('the README has no example')
  const declaration = 'declare const console: { log(...values: readonly unknown[]): void }\n'
  return declaration + example.replaceAll("'./generated/", "'./generated-js/")
}

/** A message through a driver, over UDP and IPC, by a program that has no types but those of the language. */
export const STREAMS_SOURCE = `import { Client, GodwitError, MediaDriver } from 'godwit'
import type { AbortSignalLike, ClientOptions, MediaDriverOptions, Message, Publication, Subscription } from 'godwit'

const driverOptions: MediaDriverOptions = { threadingMode: 'SHARED', termBufferLength: 65536 }
const options: ClientOptions = { clientName: 'consumer', idle: 'backoff' }
export const never: AbortSignalLike | undefined = undefined

const driver: MediaDriver = await MediaDriver.launch(driverOptions)
const client: Client = await Client.connect(driver, options)
for (const channel of ['aeron:udp?endpoint=127.0.0.1:0', 'aeron:ipc']) {
  const subscription: Subscription = await client.addSubscription(channel, 7)
  const target = subscription.tryResolveChannelEndpointPort() ?? channel
  const publication: Publication = await client.addPublication(target, 7)
  await publication.publish(new Uint8Array([1, 2, 3]), { timeoutMs: 5000 })
  const next = await subscription.messages().next()
  const message: Message | undefined = next.value
  if (message?.data.length !== 3) throw new GodwitError('ERR_GODWIT_CONSUMER', channel)
}
await client.close()
await driver.close()
`

/** What closes by itself, and signals: by the types of Node, or of the DOM. */
export const DISPOSAL_SOURCE = `import { Client, MediaDriver } from 'godwit'

export async function receive(signal: AbortSignal): Promise<number> {
  await using driver = await MediaDriver.launch()
  await using client = await Client.connect(driver, { signal })
  using subscription = await client.addSubscription('aeron:ipc', 7, { signal })
  using publication = await client.addPublication('aeron:ipc', 7, { signal })
  await publication.publish(new Uint8Array(3), { signal, timeoutMs: 5000 })
  await using messages = subscription.messages({ signal })
  for await (const { data } of messages) return data.length
  return 0
}

if ((await receive(new AbortController().signal)) !== 3) throw new Error('not as sent')
const reason = await receive(AbortSignal.abort()).catch((error: unknown) => (error as Error).name)
if (reason !== 'AbortError') throw new Error(\`aborted by \${reason}\`)
`

export const COMMONJS_SOURCE = `import godwit = require('godwit')
import sbe = require('godwit/sbe')
import codegen = require('godwit/codegen')

export const launch: (options: godwit.MediaDriverOptions) => Promise<godwit.MediaDriver> = godwit.MediaDriver.launch

export const buffer: sbe.DirectBuffer = new sbe.DirectBuffer(new Uint8Array(8))
export const result: codegen.CompileResult = codegen.compileSchemaText('', 'empty.xml')
if (buffer.byteLength !== 8 || result.diagnostics.length === 0) throw new Error('not as expected')
`
