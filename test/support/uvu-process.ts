/**
 * Process of the runner: runs the test files named on the command line through uvu.
 *
 * Must not import uvu itself: uvu decides when it is first loaded whether a runner is in charge.
 */
import { basename } from 'node:path'
import { run } from 'uvu/run'

await run(process.argv.slice(2).map((file) => ({ name: basename(file), file })))
