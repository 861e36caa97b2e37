/** The codecs of the reference implementation in Java, where Java and Maven are there. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Message } from './contender.ts'
import { execute } from './execute.ts'
import { fetchJar } from './maven.ts'
import type { Measurement } from './measurement.ts'

const ARTIFACT = { group: 'uk.co.real-logic', name: 'sbe-all', version: 'RELEASE' }
const OPENED = ['--add-opens', 'java.base/jdk.internal.misc=ALL-UNNAMED']
/** What the reference recommends for production, and what its own figures are taken with. */
const FLAGS = [...OPENED, '-XX:+UseSerialGC', '-Dagrona.disable.bounds.checks=true']
const STEP_TIME_BOX_MS = 120_000
const TIME_BOX = { timeoutMs: STEP_TIME_BOX_MS }

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))
const SOURCES = join(REPOSITORY, 'perf', 'sbe', 'java')
const SCHEMAS = [join(REPOSITORY, 'schemas', 'market-data.xml'), join(REPOSITORY, 'perf', 'sbe', 'car.xml')]

/** Why the reference cannot be measured here; undefined when it can. */
export async function missingForReference(): Promise<string | undefined> {
  for (const [program, option] of [['java', '-version'], ['javac', '-version'], ['mvn', '--version']] as const) {
    try {
      await execute(program, [option], TIME_BOX)
    } catch {
      return `there is no ${program}`
    }
  }
  return undefined
}

/** The benchmark of the reference, built for this run. */
export class Reference {
  readonly version: string
  private readonly folder: string
  private readonly classPath: string

  private constructor(folder: string, version: string, classPath: string) {
    this.folder = folder
    this.version = version
    this.classPath = classPath
  }

  static async build(report: (text: string) => void): Promise<Reference> {
    const folder = mkdtempSync(join(tmpdir(), 'godwit-bench-sbe-'))
    try {
      report('building the reference implementation')
      const jar = await fetchJar(ARTIFACT, join(folder, 'jar'))
      const generated = join(folder, 'generated')
      const classes = join(folder, 'classes')
      mkdirSync(classes)
      const tool = [...OPENED, `-Dsbe.output.dir=${generated}`, '-cp', jar.path, 'uk.co.real_logic.sbe.SbeTool']
      await execute('java', [...tool, ...SCHEMAS], TIME_BOX)
      const sources = [SOURCES, ...readdirSync(generated).map((name) => join(generated, name))]
        .flatMap((path) => readdirSync(path).filter((name) => name.endsWith('.java')).map((name) => join(path, name)))
      await execute('javac', ['-nowarn', '-d', classes, '-cp', jar.path, ...sources], TIME_BOX)
      return new Reference(folder, jar.version, `${classes}:${jar.path}`)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  async measure(message: Message, text: 'strings' | 'bytes', rounds: number): Promise<Measurement> {
    const args = ['-cp', this.classPath, 'CodecBench', message, text, String(rounds)]
    return JSON.parse(await execute('java', [...FLAGS, ...args], TIME_BOX)) as Measurement
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
