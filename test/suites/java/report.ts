import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../support/random.ts'
import { seed, seededRandom, SEED_VARIABLE } from '../../support/seed.ts'
import type { Summary } from '../../support/summary.ts'

/** Multiplies the number of cases. */
export const SCALE_VARIABLE = 'GODWIT_JAVA_SCALE'
/** Runs one part only, such as `representation`, or one case of it, such as `representation:17`. */
export const CASE_VARIABLE = 'GODWIT_JAVA_CASE'

const MAX_FAILURES_SHOWN = 20
const MAX_COMPLAINT_LENGTH = 600

/** One random case: the numbers it is made from and a name to repeat it by. */
export interface Case {
  readonly part: string
  readonly index: number
  readonly random: Random
}

function makeCase(part: string, index: number): Case {
  return { part, index, random: seededRandom(`java/${part}/${index}`) }
}

/** Counts comparisons, and says of each that fails how to repeat it. */
export class Report {
  readonly #folder: string
  readonly #scale: number
  readonly #only: string | undefined
  #passed = 0
  #failed = 0
  readonly #skipped = new Map<string, number>()
  readonly #differences = new Map<string, number>()

  /** Files that explain failures are put in `folder`. */
  constructor(folder: string) {
    this.#folder = folder
    const scale = Number(process.env[SCALE_VARIABLE] ?? 1)
    if (!(scale > 0)) throw new Error(`${SCALE_VARIABLE} must be a positive number: ${process.env[SCALE_VARIABLE]}`)
    this.#scale = scale
    this.#only = process.env[CASE_VARIABLE]
  }

  /** Whether the part is to run at all. */
  wants(part: string): boolean {
    return this.#only === undefined || this.#only.replace(/:.*/, '') === part
  }

  /** The cases of a part, `count` of them at the usual scale. */
  cases(part: string, count: number): Case[] {
    const indices = Array.from({ length: Math.ceil(count * this.#scale) }, (_, index) => index)
    const one = /:(\d+)$/.exec(this.#only ?? '')?.[1]
    const wanted = one === undefined ? indices : [Number(one)]
    return wanted.map((index) => makeCase(part, index))
  }

  /** The case of a part that has no more than one. */
  one(part: string): Case {
    return makeCase(part, 0)
  }

  pass(count = 1): void {
    this.#passed += count
  }

  /** Passes when there is nothing to complain about. */
  check(of: Case, complaint: string | undefined, schema?: string): void {
    if (complaint === undefined) this.pass()
    else this.fail(of, complaint, schema)
  }

  fail(of: Case, complaint: string, schema?: string): void {
    this.#failed++
    if (this.#failed > MAX_FAILURES_SHOWN) return
    const name = `${of.part}:${of.index}`
    const file = join(this.#folder, `${of.part}-${of.index}.xml`)
    if (schema !== undefined) {
      mkdirSync(this.#folder, { recursive: true })
      writeFileSync(file, schema)
    }
    const repeat = `${SEED_VARIABLE}=${seed} ${CASE_VARIABLE}=${name} node dist/test/suites/java/main.js`
    const where = schema === undefined ? '' : `\n  schema: ${file}`
    process.stdout.write(`FAILED ${name}: ${complaint.slice(0, MAX_COMPLAINT_LENGTH)}\n  repeat: ${repeat}${where}\n`)
  }

  /** A part that could not be carried through. */
  crash(part: string, error: unknown): void {
    this.#failed++
    process.stdout.write(`FAILED ${part} broke off: ${error instanceof Error ? error.stack : String(error)}\n`)
  }

  /** What could not be compared. */
  skip(reason: string): void {
    this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1)
  }

  /** A known difference from the reference, which is meant. */
  difference(reason: string): void {
    this.#differences.set(reason, (this.#differences.get(reason) ?? 0) + 1)
  }

  summary(): Summary {
    for (const [reason, count] of this.#differences) {
      process.stdout.write(`meant difference, ${count} times: ${reason}\n`)
    }
    for (const [reason, count] of this.#skipped) process.stdout.write(`skipped ${count}: ${reason}\n`)
    const skipped = [...this.#skipped.values()].reduce((sum, count) => sum + count, 0)
    return { passed: this.#passed, failed: this.#failed, skipped }
  }
}
