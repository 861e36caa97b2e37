import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Jar } from '../../perf/sbe/maven.ts'
import { runChildOk } from './child.ts'
import { repositoryRoot } from './root.ts'

const JAVAC_TIMEOUT_MS = 60_000

export { fetchJar } from '../../perf/sbe/maven.ts'
export type { Artifact, Jar } from '../../perf/sbe/maven.ts'

/** Sources that every program is compiled with. */
const SHARED_SOURCES = join(repositoryRoot, 'test', 'support', 'java')

/** What the libraries of the reference implementations reach into. */
const OPENED = ['java.base/jdk.internal.misc=ALL-UNNAMED', 'java.base/sun.nio.ch=ALL-UNNAMED']

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
