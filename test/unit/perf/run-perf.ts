import type { Output } from '../../../codegen/cli/command.ts'
import { perf } from '../../../perf/cli/perf.ts'
import type { CommandResult } from '../cli/run-godwit.ts'

/** Collects what a command prints. */
export class Printed implements Output {
  text: string = ''
  errors: string = ''

  out(text: string): void {
    this.text += text
  }

  err(text: string): void {
    this.errors += text
  }
}

/** Runs `godwit perf` with the arguments in this process. */
export async function runPerf(...args: readonly string[]): Promise<CommandResult> {
  const printed = new Printed()
  const code = await perf(args, printed)
  return { code, out: printed.text, err: printed.errors }
}
