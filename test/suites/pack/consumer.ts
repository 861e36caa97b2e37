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
  'node-next': { options: { ...NODE_NEXT, outDir: 'out' }, files: ['main-js.ts', 'readme.ts'] },
  // CommonJS takes `import x = require()`, which is not erasable.
  'commonjs': {
    options: { ...NODE_NEXT, outDir: 'out', erasableSyntaxOnly: false, verbatimModuleSyntax: false },
    files: ['commonjs.cts'],
  },
  'node-next-ts': {
    options: { ...NODE_NEXT, allowImportingTsExtensions: true, noEmit: true },
    files: ['main-ts.ts'],
  },
  'bundler': { options: BUNDLER, files: ['main-js.ts', 'main-none.ts'] },
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

export const COMMONJS_SOURCE = `import sbe = require('godwit/sbe')
import codegen = require('godwit/codegen')

export const buffer: sbe.DirectBuffer = new sbe.DirectBuffer(new Uint8Array(8))
export const result: codegen.CompileResult = codegen.compileSchemaText('', 'empty.xml')
if (buffer.byteLength !== 8 || result.diagnostics.length === 0) throw new Error('not as expected')
`
