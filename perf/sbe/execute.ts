import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024
const OUTPUT_SHOWN_LENGTH = 2000

/** What a program prints; throws with what it says when it fails or takes too long. */
export async function execute(
  program: string,
  args: readonly string[],
  { timeoutMs, cwd }: { readonly timeoutMs: number; readonly cwd?: string },
): Promise<string> {
  try {
    const { stdout } = await run(program, [...args], { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, cwd })
    return stdout
  } catch (cause) {
    const { killed, stderr, message } = cause as { killed?: boolean; stderr?: string; message: string }
    const said = stderr === undefined || stderr === '' ? message : stderr
    const why = killed === true ? `not done within ${timeoutMs} ms` : said
    throw new Error(`${program} failed: ${why.slice(0, OUTPUT_SHOWN_LENGTH)}`, { cause })
  }
}
