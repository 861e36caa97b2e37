import { execFileSync } from 'node:child_process'
import { Random } from './random.ts'
import { repositoryRoot } from './root.ts'

export const SEED_VARIABLE = 'GODWIT_SEED'
const SEED_OUTSIDE_GIT = 'limosa-lapponica'

function findSeed(): string {
  const given = process.env[SEED_VARIABLE]
  if (given !== undefined && given !== '') return given
  try {
    const hash = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim()
    return /^[0-9a-f]{40,64}$/.test(hash) ? hash : SEED_OUTSIDE_GIT
  } catch {
    return SEED_OUTSIDE_GIT
  }
}

/** Seed of all randomised tests: the commit hash, so that every commit tries other values and each can be repeated. */
export const seed: string = findSeed()

/** Random numbers for the test named by `label`. */
export function seededRandom(label: string): Random {
  return new Random(`${seed}/${label}`)
}

/** Runs `body`; an error tells how to repeat the run. */
export async function withSeed(label: string, body: (random: Random) => void | Promise<void>): Promise<void> {
  const random = seededRandom(label)
  try {
    await body(random)
  } catch (error) {
    if (error instanceof Error) error.message += ` (repeat with ${SEED_VARIABLE}=${seed})`
    throw error
  }
}
