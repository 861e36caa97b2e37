import { runChild } from './child.ts'
import type { Summary } from './summary.ts'

const JOB_TIME_BOX_MS = 30_000

/** Runs the program of `npm start`, built in `folder`, under a Node: one test, which passes when the program does. */
export async function runMainJob(node: string, folder: string): Promise<Summary> {
  const { code } = await runChild(node, ['dist/perf/start.js'], {
    cwd: folder,
    timeoutMs: JOB_TIME_BOX_MS,
    echo: 'indented',
  })
  process.stdout.write(`main job: ended with ${code}\n`)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}
