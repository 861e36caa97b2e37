/** The comparison as text. */
import { MESSAGES } from './contender.ts'
import type { Message } from './contender.ts'

/** Nanoseconds per message over all rounds of all passes. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Result {
  readonly message: Message
  readonly contender: string
  readonly note: string
  readonly messageBytes: number
  readonly encodeNs: Spread
  readonly decodeNs: Spread
}

export interface Machine {
  readonly node: string
  readonly v8: string
  readonly cpu: string
  readonly cores: number
  /** Of the last minute, when the measurement begins. */
  readonly load: number
}

export interface Comparison {
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly passes: number
  readonly rounds: number
  /** Why the reference implementation was not measured. */
  readonly missing: string | undefined
  readonly results: readonly Result[]
}

/** Other contenders are given in multiples of this one. */
const BASE = 'godwit'

export function formatTable({ machine, versions, passes, rounds, missing, results }: Comparison): string {
  const { node, v8, cpu, cores, load } = machine
  const lines = [
    `Node ${node}, V8 ${v8}, ${cpu}, ${cores} cores, load ${load} at the start`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '),
    `${passes} passes, ${rounds} rounds each; nanoseconds per message: median (fastest to slowest round)`,
    `x: median in multiples of that of ${BASE}`,
    ...(missing === undefined ? [] : [`The reference implementation was not measured: ${missing}.`]),
  ]
  for (const message of MESSAGES) {
    const rows = results.filter((result) => result.message === message)
    if (rows.length > 0) lines.push('', ...tableOf(message, rows))
  }
  const notes = new Map(results.map(({ contender, note }) => [contender, note]))
  lines.push('', ...[...notes].map(([name, note]) => `${name.padEnd(20)} ${note}`))
  return lines.filter((line, i) => line !== '' || i > 1).join('\n')
}

function tableOf(message: Message, rows: readonly Result[]): readonly string[] {
  const base = rows.find(({ contender }) => contender === BASE)
  const cell = (own: Spread, of: Spread | undefined): string => {
    const time = `${digits(own.median)} (${digits(own.min)} to ${digits(own.max)})`
    const multiple = of === undefined ? '' : `${(own.median / of.median).toFixed(1)}x`
    return `${time.padStart(26)}${multiple.padStart(8)}`
  }
  return [
    `${message.padEnd(20)}${'bytes'.padStart(6)}${'encode'.padStart(26)}${''.padStart(8)}${'decode'.padStart(26)}`,
    ...rows.map(({ contender, messageBytes, encodeNs, decodeNs }) =>
      `${contender.padEnd(20)}${messageBytes.toFixed(0).padStart(6)}` +
      `${cell(encodeNs, base?.encodeNs)}${cell(decodeNs, base?.decodeNs)}`),
  ]
}

function digits(ns: number): string {
  return ns < 100 ? ns.toFixed(1) : ns.toFixed(0)
}
