import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runChild, runChildOk } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import type { IrDump } from './ir-dump.ts'
import type { DecodedBlock, Block } from './value-tree.ts'

const ARTIFACT = 'uk.co.real-logic:sbe-all:RELEASE:jar'
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'
const MAVEN_TIMEOUT_MS = 120_000
const JAVAC_TIMEOUT_MS = 60_000
const SOURCES = join(repositoryRoot, 'test', 'suites', 'java')
const JVM_FLAGS = [
  '--add-opens',
  'java.base/jdk.internal.misc=ALL-UNNAMED',
  '--add-opens',
  'java.base/sun.nio.ch=ALL-UNNAMED',
  // Names that are keywords of Java get an underscore.
  '-Dsbe.keyword.append.token=_',
  '-Xss4m',
  '-XX:+UseSerialGC',
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

export type VerdictsAnswer = { readonly ok: true; readonly verdicts: string } | Failed

/** The reference implementation in a Java process of its own; requests are answered in the order they were made. */
export class ReferenceProcess {
  readonly version: string
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  #stderr = ''
  #ended: Error | undefined

  private constructor(version: string, child: ChildProcessWithoutNullStreams) {
    this.version = version
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-10_000)
    })
    child.stdin.on('error', (error) => this.#fail(error))
    createInterface({ input: child.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(line))
    child.on('error', (error) => this.#fail(error))
    child.on('close', (code) => this.#fail(new Error(`the reference's process ended with ${code}: ${this.#stderr}`)))
  }

  /** Fetches the newest release, compiles the bridge against it and starts it. */
  static async start(folder: string): Promise<ReferenceProcess> {
    const jarFolder = join(folder, 'jar')
    const classes = join(folder, 'classes')
    mkdirSync(classes, { recursive: true })
    const copied = await runChild(
      'mvn',
      ['-B', '-q', '-U', COPY_GOAL, `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${jarFolder}`],
      { cwd: folder, timeoutMs: MAVEN_TIMEOUT_MS },
    )
    if (copied.code !== 0) {
      const why = copied.timedOut ? `no answer within ${MAVEN_TIMEOUT_MS} ms` : copied.stdout + copied.stderr
      throw new Error(`cannot take ${ARTIFACT} from Maven Central, which this suite needs: ${why}`)
    }
    const jar = readdirSync(jarFolder).find((name) => name.endsWith('.jar'))
    const version = /^sbe-all-(.+)\.jar$/.exec(jar ?? '')?.[1]
    if (jar === undefined || version === undefined) throw new Error(`no sbe-all-<version>.jar in ${jarFolder}`)
    const classPath = join(jarFolder, jar)
    const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.java'))
    await runChildOk('javac', ['-Xlint:all', '-Werror', '-d', classes, '-cp', classPath, ...sources], {
      cwd: SOURCES,
      timeoutMs: JAVAC_TIMEOUT_MS,
    })
    const child = spawn('java', [...JVM_FLAGS, '-cp', `${classes}:${classPath}`, 'Reference'])
    return new ReferenceProcess(version, child)
  }

  parse(source: SchemaSource): Promise<ParseAnswer> {
    return this.#ask({ command: 'parse', ...source })
  }

  /** Makes codecs for a schema, to be named by `handle` afterwards. */
  load(handle: string, source: SchemaSource, precedenceChecks = false): Promise<LoadAnswer> {
    return this.#ask({ command: 'load', handle, precedenceChecks, ...source })
  }

  unload(handle: string): Promise<unknown> {
    return this.#ask({ command: 'unload', handle })
  }

  encode(request: EncodeRequest): Promise<EncodeAnswer> {
    return this.#ask({ command: 'encode', ...request })
  }

  decode(request: DecodeRequest): Promise<DecodeAnswer> {
    return this.#ask({ command: 'decode', ...request })
  }

  /** Verdict on each access after each legal sequence of accesses shorter than `depth`. */
  explore(request: OrdersRequest, depth: number, budget: number): Promise<VerdictsAnswer> {
    return this.#ask({ command: 'explore', ...request, depth, budget })
  }

  /** Verdict on each access before each step of a walk and after the last. */
  alongside(request: OrdersRequest, walk: readonly number[]): Promise<VerdictsAnswer> {
    return this.#ask({ command: 'alongside', ...request, walk })
  }

  /** Verdict on the last step of a walk, and what the refusal says. */
  explain(request: OrdersRequest, walk: readonly number[]): Promise<unknown> {
    return this.#ask({ command: 'explain', ...request, walk })
  }

  close(): void {
    this.#child.removeAllListeners('close')
    this.#child.kill('SIGKILL')
  }

  async #ask<T>(request: object): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    })
    return JSON.parse(line) as T
  }

  #fail(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
