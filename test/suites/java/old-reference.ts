import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileJava, fetchJar, javaArguments } from '../../support/java-program.ts'
import { LineProcess } from '../../support/line-process.ts'
import { repositoryRoot } from '../../support/root.ts'

/** The last release on Maven Central whose files have the layout that came before the present one. */
const ARTIFACT = { group: 'uk.co.real-logic', name: 'sbe-all', version: '1.34.0' }
const SOURCES = join(repositoryRoot, 'test', 'suites', 'java', 'old-releases')

type Answer = { readonly ok: true } | { readonly ok: false; readonly error: string }

/** An old release of the reference implementation in a Java process of its own. */
export class OldReference {
  readonly #folder: string
  readonly #process: LineProcess
  #files = 0

  private constructor(folder: string, process: LineProcess) {
    this.#folder = folder
    this.#process = process
  }

  static async start(folder: string): Promise<OldReference> {
    const jar = await fetchJar(ARTIFACT, join(folder, 'old-jar'))
    const classPath = await compileJava(SOURCES, jar, join(folder, 'old-classes'))
    const program = javaArguments(classPath, 'OldReference', [])
    return new OldReference(folder, new LineProcess("the old reference's process", 'java', program))
  }

  /** The file of a schema; undefined when this release does not take the schema. */
  async write(schema: string): Promise<Buffer | undefined> {
    const out = this.#newFile()
    const answer = await this.#process.ask<Answer>({ schema, out })
    return answer.ok ? readFileSync(out) : undefined
  }

  /** The file of what this release understands of a file; or what goes wrong. */
  async rewrite(bytes: Uint8Array): Promise<Buffer | string> {
    const [file, out] = [this.#newFile(), this.#newFile()]
    writeFileSync(file, bytes)
    const answer = await this.#process.ask<Answer>({ file, out })
    return answer.ok ? readFileSync(out) : answer.error
  }

  async close(): Promise<void> {
    await this.#process.kill()
  }

  #newFile(): string {
    return join(this.#folder, `old-${this.#files++}.sbeir`)
  }
}
