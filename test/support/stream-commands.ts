/** Runs `godwit pub` and `godwit sub` in processes of their own. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { repositoryRoot } from './root.ts'

export const BINARY: string = join(repositoryRoot, 'dist', 'driver', 'cli.js')
const LOOK_INTERVAL_MS = 10
const LISTENING = /listening at \S+:(\d+)\n/

export interface CommandEnd {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  /** All of its standard input; without it the standard input stays open, for `write`. */
  readonly input?: string | Uint8Array
  /** It is killed after that time. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 20_000

/** A command that runs. */
export class StreamCommand {
  readonly ended: Promise<CommandEnd>
  readonly #child: ReturnType<typeof spawnCommand>
  readonly #stdout: Buffer[] = []
  #stderr: string = ''
  #hasEnded: boolean = false

  constructor(args: readonly string[], { env = {}, input, timeoutMs = TIMEOUT_MS }: CommandOptions = {}) {
    const child = spawnCommand(args, env)
    this.#child = child
    const kill = (): void => void child.kill('SIGKILL')
    const timer = globalThis.setTimeout(kill, timeoutMs)
    process.once('exit', kill)
    child.stdout.on('data', (chunk: Buffer) => this.#stdout.push(chunk))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    child.stdin.on('error', () => undefined)
    if (input !== undefined) child.stdin.end(input)
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        process.removeListener('exit', kill)
        this.#hasEnded = true
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr })
      })
    })
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#stdout)
  }

  get stderr(): string {
    return this.#stderr
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  write(text: string | Uint8Array): void {
    this.#child.stdin.write(text)
  }

  endInput(): void {
    this.#child.stdin.end()
  }

  /** What reads its standard output goes. */
  closeOutput(): void {
    this.#child.stdout.destroy()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Waits for a condition; rejects when the command ends before. */
  async until(what: string, isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      if (this.#hasEnded) throw new Error(`the command ended before ${what}\n${this.stdout.toString()}\n${this.stderr}`)
      await setTimeout(LOOK_INTERVAL_MS)
    }
  }
}

/** A subscriber at a port that the system chose, once it listens. */
export async function startSub(
  args: readonly string[], options: CommandOptions = {},
): Promise<{ readonly sub: StreamCommand; readonly channel: string }> {
  const sub = new StreamCommand(['sub', '--channel', 'aeron:udp?endpoint=127.0.0.1:0', ...args], options)
  await sub.until('it listened', () => LISTENING.test(sub.stderr))
  const port = LISTENING.exec(sub.stderr)?.[1] ?? ''
  return { sub, channel: `aeron:udp?endpoint=127.0.0.1:${port}` }
}

export function startPub(channel: string, args: readonly string[], options: CommandOptions = {}): StreamCommand {
  return new StreamCommand(['pub', '--channel', channel, ...args], options)
}

function spawnCommand(args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn(process.execPath, [BINARY, ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}
