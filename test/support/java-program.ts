import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runChild, runChildOk } from './child.ts'
import { repositoryRoot } from './root.ts'

const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'
const MAVEN_TIMEOUT_MS = 120_000
const JAVAC_TIMEOUT_MS = 60_000

/** Sources that every program is compiled with. */
const SHARED_SOURCES = join(repositoryRoot, 'test', 'support', 'java')

/** What the libraries of the reference implementations reach into. */
const OPENED = ['java.base/jdk.internal.misc=ALL-UNNAMED', 'java.base/sun.nio.ch=ALL-UNNAMED']

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
  const copied = await runChild(
    'mvn', ['-B', '-q', '-U', COPY_GOAL, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`],
    { cwd: folder, timeoutMs: MAVEN_TIMEOUT_MS },
  )
  if (copied.code !== 0) {
    const why = copied.timedOut ? `no answer within ${MAVEN_TIMEOUT_MS} ms` : copied.stdout + copied.stderr
    throw new Error(`cannot take ${artifact} from Maven Central, which this suite needs: ${why}`)
  }
  const file = readdirSync(folder).find((path) => path.startsWith(`${name}-`) && path.endsWith('.jar'))
  if (file === undefined) throw new Error(`no ${name}-<version>.jar in ${folder}`)
  return { path: join(folder, file), version: file.slice(name.length + 1, -'.jar'.length) }
}

/** Compiles the sources in a folder against a library. Returns the class path of the program. */
export async function compileJava(sources: string, jar: Jar, classes: string): Promise<string> {
  mkdirSync(classes, { recursive: true })
  const files = [sources, SHARED_SOURCES].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.endsWith('.java')).map((name) => join(folder, name)))
  await runChildOk('javac', ['-Xlint:all', '-Werror', '-d', classes, '-cp', jar.path, ...files], {
    timeoutMs: JAVAC_TIMEOUT_MS,
  })
  return `${classes}:${jar.path}`
}

/** Arguments of `java` for a program. */
export function javaArguments(classPath: string, mainClass: string, flags: readonly string[]): readonly string[] {
  const opened = OPENED.flatMap((name) => ['--add-opens', name])
  return [...opened, '-XX:+UseSerialGC', ...flags, '-cp', classPath, mainClass]
}
