import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

export interface Ending {
  /** Exit code; null when a signal ended the child. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program that runs beside a test until it ends or is told to. It does not outlive the process of the test. */
export class RunningChild {
  stdout: string = ''
  stderr: string = ''
  readonly ended: Promise<Ending>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: Set<() => void> = new Set()

  /** @param hasInput whether something is going to be written to its standard input, which is empty otherwise */
  constructor(
    command: string, args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}, hasInput = false,
  ) {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    // What the child does not read is no failure of the test.
    child.stdin.on('error', () => undefined)
    if (!hasInput) child.stdin.end()
    const kill = (): void => void child.kill('SIGKILL')
    process.once('exit', kill)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      this.#look()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#look()
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        process.removeListener('exit', kill)
        resolve({ code, signal })
        this.#look()
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  write(data: string | Uint8Array): void {
    this.#child.stdin.write(data)
  }

  endInput(): void {
    this.#child.stdin.end()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Waits until something is so, which is looked at whenever the child has printed something. */
  async until(what: string, isSo: () => boolean, timeoutMs: number = 10_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    let look: () => void = () => undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (why: string): void => reject(new Error(`${what}: ${why}\n${this.stdout}\n${this.stderr}`))
        look = () => {
          if (isSo()) resolve()
          else if (this.#child.exitCode !== null) fail(`the child ended with ${this.#child.exitCode}`)
        }
        timer = setTimeout(() => fail(`not within ${timeoutMs} ms`), timeoutMs)
        this.#waiting.add(look)
        look()
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(look)
    }
  }

  #look(): void {
    for (const look of this.#waiting) look()
  }
}
