import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const STDERR_LENGTH_MAX = 10_000

/** A program that answers each line of JSON with one of its own; requests are answered in the order they were made. */
export class LineProcess {
  readonly #what: string
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  readonly #onExit: () => void
  readonly #closed: Promise<void>
  #stderr: string = ''
  #ended: Error | undefined

  /** @param what the program is, for errors */
  constructor(what: string, command: string, args: readonly string[]) {
    this.#what = what
    const child = spawn(command, args)
    this.#child = child
    this.#onExit = () => void child.kill('SIGKILL')
    process.once('exit', this.#onExit)
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LENGTH_MAX)
    })
    child.stdin.on('error', (error) => this.#fail(error))
    createInterface({ input: child.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(line))
    child.on('error', (error) => this.#fail(error))
    this.#closed = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        process.removeListener('exit', this.#onExit)
        this.#fail(new Error(`${what} ended with ${code ?? signal}: ${this.#stderr}`))
        resolve()
      })
    })
  }

  async ask<T>(request: object): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    })
    try {
      return JSON.parse(line) as T
    } catch (error) {
      throw new Error(`${this.#what} answered what is no JSON: ${line}`, { cause: error })
    }
  }

  /** Ends the process at once, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }

  #fail(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
