/** Libraries of the reference implementations, from Maven Central. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { execute } from './execute.ts'

const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'
const MAVEN_TIMEOUT_MS = 120_000

export interface Jar {
  readonly path: string
  readonly version: string
}

/** An artifact of Maven Central. */
export interface Artifact {
  readonly group: string
  readonly name: string
  /** `RELEASE` is the newest one. */
  readonly version: string
}

/** Takes an artifact from Maven Central. */
export async function fetchJar({ group, name, version }: Artifact, folder: string): Promise<Jar> {
  const artifact = `${group}:${name}:${version}:jar`
  mkdirSync(folder, { recursive: true })
  const args = ['-B', '-q', '-U', COPY_GOAL, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]
  try {
    await execute('mvn', args, { cwd: folder, timeoutMs: MAVEN_TIMEOUT_MS })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`cannot take ${artifact} from Maven Central: ${why}`, { cause })
  }
  const file = readdirSync(folder).find((path) => path.startsWith(`${name}-`) && path.endsWith('.jar'))
  if (file === undefined) throw new Error(`no ${name}-<version>.jar in ${folder}`)
  return { path: join(folder, file), version: file.slice(name.length + 1, -'.jar'.length) }
}
