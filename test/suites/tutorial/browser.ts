/** A page in a real browser. */
import { existsSync } from 'node:fs'
import { runChildOk } from '../../support/child.ts'
import { scratchFolder } from '../../support/scratch.ts'

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** Nothing of it goes beyond this machine. */
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--virtual-time-budget=10000',
]
const TIME_BOX_MS = 60_000

/** The text within the `pre` of a page, once its scripts have run. */
export async function textInBrowser(url: string): Promise<string> {
  const program = PROGRAMS.find((path) => existsSync(path))
  if (program === undefined) throw new Error(`this suite needs a browser, one of ${PROGRAMS.join(', ')}`)
  const args = [...FLAGS, `--user-data-dir=${scratchFolder('browser')}`, '--dump-dom', url]
  const { stdout } = await runChildOk(program, args, { timeoutMs: TIME_BOX_MS })
  return /<pre>([^]*?)<\/pre>/.exec(stdout)?.[1] ?? `no pre in ${stdout}`
}
