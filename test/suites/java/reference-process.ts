import { join } from 'node:path'
import { compileJava, fetchJar, javaArguments } from '../../support/java-program.ts'
import { LineProcess } from '../../support/line-process.ts'
import { repositoryRoot } from '../../support/root.ts'
import type { IrDump } from './ir-dump.ts'
import type { DecodedBlock, Block } from './value-tree.ts'

const ARTIFACT = { group: 'uk.co.real-logic', name: 'sbe-all', version: 'RELEASE' }
const SOURCES = join(repositoryRoot, 'test', 'suites', 'java')
const JVM_FLAGS = [
  // Names that are keywords of Java get an underscore.
  '-Dsbe.keyword.append.token=_',
  '-Xss4m',
  '-XX:-OmitStackTraceInFastThrow',
]

/** A schema by the path of its file or by its text. */
export type SchemaSource = { readonly path: string } | { readonly text: string }

export interface Failed {
  readonly ok: false
  readonly error: string
  readonly at: string
}

export type ParseAnswer =
  | { readonly ok: true; readonly findings: readonly string[]; readonly ir: IrDump }
  | (Failed & { readonly findings: readonly string[] })

export type WriteIrAnswer = { readonly ok: true; readonly bytes: string } | Failed

export type ReadIrAnswer = { readonly ok: true; readonly ir: IrDump } | Failed

export type LoadAnswer = { readonly ok: true } | (Failed & { readonly stage: 'parse' | 'generate' })

export interface EncodeRequest {
  readonly handle: string
  readonly message: string
  readonly value: Block
  readonly offset: number
  readonly capacity: number
  /** Every byte of the buffer before anything is encoded. */
  readonly fill: number
}

/** `surroundings`: what stood in front of the message and right behind it afterwards. */
export type EncodeAnswer = { readonly ok: true; readonly bytes: string; readonly surroundings: string } | Failed

export interface DecodeRequest {
  readonly handle: string
  readonly message: string
  readonly offset: number
  readonly bytes: string
  /** Whether to decode it also from the representation alone. */
  readonly onTheFly: boolean
}

/** What the reference says of a message from its representation alone; it cannot always. */
export type DecodedOnTheFly = { readonly otfJson: string; readonly otfLength: number } | { readonly otfError: string }

export interface Decoded {
  readonly decodedLength: number
  readonly encodedLength: number
  readonly skippedLength: number
  readonly value: DecodedBlock
  readonly text: string
}

export type DecodeAnswer = ({ readonly ok: true } & Decoded & DecodedOnTheFly) | Failed

export interface OrdersRequest {
  readonly handle: string
  readonly message: string
  readonly accesses: readonly string[]
  /** The block and what follows it; null for the encoder. */
  readonly bytes: string | null
  readonly blockLength: number
  readonly version: number
  /** Whether every sequence starts with a wrapped codec. */
  readonly wrapped: boolean
}

/** What the reference's object for a message encodes to, and what it said before of the length without the header. */
export type ObjectAnswer = { readonly ok: true; readonly bytes: string; readonly computedLength: number } | Failed

export interface LoadOptions {
  readonly precedenceChecks?: boolean
  /** Whether to generate data transfer objects as well. */
  readonly dataObjects?: boolean
}

export type VerdictsAnswer = { readonly ok: true; readonly verdicts: string } | Failed

/** The reference implementation in a Java process of its own; requests are answered in the order they were made. */
export class ReferenceProcess {
  readonly version: string
  readonly #process: LineProcess

  private constructor(version: string, process: LineProcess) {
    this.version = version
    this.#process = process
  }

  /** Fetches the newest release, compiles the bridge against it and starts it. */
  static async start(folder: string): Promise<ReferenceProcess> {
    const jar = await fetchJar(ARTIFACT, join(folder, 'jar'))
    const classPath = await compileJava(SOURCES, jar, join(folder, 'classes'))
    const program = javaArguments(classPath, 'Reference', JVM_FLAGS)
    return new ReferenceProcess(jar.version, new LineProcess("the reference's process", 'java', program))
  }

  parse(source: SchemaSource): Promise<ParseAnswer> {
    return this.#process.ask({ command: 'parse', ...source })
  }

  /** The bytes of an `.sbeir` file for a schema, in hexadecimal. */
  writeIr(source: SchemaSource, namespace: string | null = null): Promise<WriteIrAnswer> {
    return this.#process.ask({ command: 'writeIr', namespace, ...source })
  }

  readIr(bytes: Uint8Array): Promise<ReadIrAnswer> {
    return this.#process.ask({ command: 'readIr', bytes: Buffer.from(bytes).toString('hex') })
  }

  /** Makes codecs for a schema, to be named by `handle` afterwards. */
  load(
    handle: string, source: SchemaSource, { precedenceChecks = false, dataObjects = false }: LoadOptions = {},
  ): Promise<LoadAnswer> {
    return this.#process.ask({ command: 'load', handle, precedenceChecks, dataObjects, ...source })
  }

  unload(handle: string): Promise<unknown> {
    return this.#process.ask({ command: 'unload', handle })
  }

  encode(request: EncodeRequest): Promise<EncodeAnswer> {
    return this.#process.ask({ command: 'encode', ...request })
  }

  decode(request: DecodeRequest): Promise<DecodeAnswer> {
    return this.#process.ask({ command: 'decode', ...request })
  }

  /** Gives an object the values and encodes it. */
  encodeObject(handle: string, message: string, value: Block): Promise<ObjectAnswer> {
    return this.#process.ask({ command: 'encodeObject', handle, message, value })
  }

  /** Decodes a message to an object and encodes that. */
  recodeObject(handle: string, message: string, bytes: string): Promise<ObjectAnswer> {
    return this.#process.ask({ command: 'recodeObject', handle, message, bytes })
  }

  /** Verdict on each access after each legal sequence of accesses shorter than `depth`. */
  explore(request: OrdersRequest, depth: number, budget: number): Promise<VerdictsAnswer> {
    return this.#process.ask({ command: 'explore', ...request, depth, budget })
  }

  /** Verdict on each access before each step of a walk and after the last. */
  alongside(request: OrdersRequest, walk: readonly number[]): Promise<VerdictsAnswer> {
    return this.#process.ask({ command: 'alongside', ...request, walk })
  }

  /** Verdict on the last step of a walk, and what the refusal says. */
  explain(request: OrdersRequest, walk: readonly number[]): Promise<unknown> {
    return this.#process.ask({ command: 'explain', ...request, walk })
  }

  async close(): Promise<void> {
    await this.#process.kill()
  }
}
