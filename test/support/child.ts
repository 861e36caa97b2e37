import { spawn } from 'node:child_process'

export interface ChildOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The child and what it started are killed after this time. */
  readonly timeoutMs: number
  /** Given to the child on its standard input. */
  readonly input?: string | Uint8Array
  /** Output beyond this many characters per stream is dropped. */
  readonly maxOutput?: number
  /** Also copy output to standard output while it appears, each line set in by two columns. */
  readonly echo?: 'indented'
}

export interface ChildResult {
  /** Exit code; null when a signal ended the child. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  readonly elapsedMs: number
}

const DEFAULT_MAX_OUTPUT = 64 * 1024 * 1024

/** Runs a command in a child process, in a process group of its own, within a time box. */
export function runChild(command: string, args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  const maxOutput = options.maxOutput ?? DEFAULT_MAX_OUTPUT
  return new Promise((resolve, reject) => {
    const startMs = performance.now()
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let timedOut = false
    let atLineStart = true
    const echo = (text: string): void => {
      if (options.echo === undefined || text === '') return
      process.stdout.write((atLineStart ? '  ' : '') + text.replaceAll(/\n(?=[^])/g, '\n  '))
      atLineStart = text.endsWith('\n')
    }
    let stdout = ''
    let stderr = ''
    const timer = setTimeout(() => {
      timedOut = true
      killGroup(child.pid)
    }, options.timeoutMs)
    const forwardInterrupt = (): void => killGroup(child.pid)
    process.once('exit', forwardInterrupt)
    const finish = (): void => {
      clearTimeout(timer)
      process.removeListener('exit', forwardInterrupt)
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      echo(text)
      if (stdout.length < maxOutput) stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      echo(text)
      if (stderr.length < maxOutput) stderr += text
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.on('error', (error) => {
      finish()
      reject(error)
    })
    child.on('close', (code, signal) => {
      finish()
      resolve({ code, signal, stdout, stderr, timedOut, elapsedMs: performance.now() - startMs })
    })
  })
}

/** As `runChild`, but anything but exit code 0 rejects with the child's output in the message. */
export async function runChildOk(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult> {
  const result = await runChild(command, args, options)
  if (result.code === 0) return result
  const how = result.timedOut ? `exceeded its time box of ${options.timeoutMs} ms` : `ended with ${result.code}`
  throw new Error(`${command} ${args.join(' ')} ${how}\n${result.stdout}\n${result.stderr}`)
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}
