/**
 * Calls what an encoder has in any order, with values good and bad: nothing may be written outside of the range that
 * the encoder was given, and what fails must leave the bytes and the cursor alone.
 */
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import type { Random } from '../random.ts'
import type { CodecClass, Method } from './codec-classes.ts'
import type { CodecSet } from './decode-check.ts'
import { construct, constructHeader } from './decode-check.ts'
import type { Flyweight } from './walker.ts'
import { HostileFinding } from './walker.ts'
import type { MessageShape } from './wire-shape.ts'

const BEFORE = 41
const AFTER = 64
const LENGTH_SLACK = [0, 1, 3, 10, 40, 200, 1000]
const NUMBERS = [
  0, 1, 2, 3, 5, 100, 254, 255, 256, 65_534, 65_535, 65_536, -1, -0, -128, 0.5, 1.5, NaN, Infinity, -Infinity, 2 ** 31,
  2 ** 32, 2 ** 53, -(2 ** 53), 1e300,
]
const BIGINTS = [0n, 1n, -1n, 1n << 31n, 1n << 53n, (1n << 63n) - 1n, -(1n << 63n), 1n << 64n, 1n << 90n]
const CHARACTERS = ['a', 'Z', ' ', '\0', 'é', 'ÿ', 'Ω', '€', '😀', '\ud800', '\udc00', '漢']
const TEXT_LENGTHS = [0, 1, 3, 6, 15, 16, 17, 24, 40, 100]
const LONG_TEXT_LENGTH = 70_000

interface Target {
  readonly flyweight: Flyweight
  readonly codec: CodecClass
  readonly isGroup: boolean
}

export class EncodeCheck {
  private readonly set: CodecSet
  private readonly poison: Uint8Array
  executions = 0

  constructor(set: CodecSet, random: Random) {
    this.set = set
    this.poison = random.bytes(1 << 16)
  }

  /** Encodes one message badly; returns the bytes of the message, which may be anything. */
  run(random: Random, message: MessageShape): Uint8Array {
    this.executions++
    const { set, poison } = this
    const encoder = construct(set, `${message.className}Encoder`)
    const header = constructHeader(set, `${message.className}Encoder`)
    const headerLength = set.shape.header.length
    const blockLength = message.block.blockLengths.at(-1) ?? 0
    const length = Math.max(0, headerLength + blockLength + random.pick(LENGTH_SLACK) - (random.bool(0.1) ? 5 : 0))
    const memory = new Uint8Array(BEFORE + length + AFTER)
    for (let at = 0; at < memory.length; at += poison.length) {
      memory.set(poison.subarray(0, Math.min(poison.length, memory.length - at)), at)
    }
    const original = memory.slice()
    const range = { begin: BEFORE, end: BEFORE + length }
    const buffer = new DirectBuffer(memory)
    const attack = new Attack(set, memory, range, encoder, random)
    const wrapped = attack.step('wrap', () => encoder['wrapAndApplyHeader']?.(buffer, BEFORE, header, length))
    if (wrapped) for (let left = random.int(30); left > 0; left--) attack.random()
    for (const [begin, end] of [[0, range.begin], [range.end, memory.length]] as const) {
      const index = memory.subarray(begin, end).findIndex((byte, i) => byte !== original[begin + i])
      if (index >= 0) {
        const where = `byte ${begin + index}, outside ${range.begin} to ${range.end}`
        throw new HostileFinding(`${message.className}: wrote ${where}`)
      }
    }
    return memory.slice(range.begin, range.end)
  }
}

class Attack {
  private readonly set: CodecSet
  private readonly memory: Uint8Array
  private readonly range: { readonly begin: number; readonly end: number }
  private readonly message: Flyweight
  private readonly source: Random
  private readonly targets: Target[] = []
  /** Groups that are at an entry; the fields of others have no place. */
  private readonly atEntry = new Set<Flyweight>()
  private readonly history: string[] = []

  constructor(
    set: CodecSet, memory: Uint8Array, range: { begin: number; end: number }, message: Flyweight, random: Random,
  ) {
    this.set = set
    this.memory = memory
    this.range = range
    this.message = message
    this.source = random
    this.add(message, false)
  }

  random(): void {
    const { source } = this
    const { flyweight, codec, isGroup } = source.pick(source.bool(0.4) ? this.targets.slice(-2) : this.targets)
    const way = source.int(10)
    if (isGroup && (way < 4 || !this.atEntry.has(flyweight))) {
      if (source.bool(0.9)) {
        if (this.step('next()', () => flyweight['next']?.())) this.atEntry.add(flyweight)
      } else this.step('resetCountToIndex()', () => flyweight['resetCountToIndex']?.())
      return
    }
    if (way === 9 && flyweight === this.message) {
      const limit = source.bool() ? this.limit() : this.number()
      this.step(`setLimit(${limit})`, () => flyweight['setLimit']?.(limit), true)
      return
    }
    const methods = way < 5 ? codec.fields : [...codec.groups, ...codec.writers]
    if (methods.length === 0) return
    const method = source.pick(methods)
    const args = this.argumentsFor(method)
    const name = `${codec.name}.${method.name}(${args.map(describe).join(', ')})`
    let result: unknown
    const moves = codec.groups.includes(method) || codec.writers.includes(method)
    const done = this.step(name, () => (result = flyweight[method.name]?.(...args)), moves)
    if (!done || typeof result !== 'object' || result === null || result === flyweight) return
    const group = codec.groups.includes(method)
    if (group) this.atEntry.delete(result as Flyweight)
    this.add(result as Flyweight, group)
  }

  /** Runs one call; tells whether it went well, and checks that nothing has changed when it did not. */
  step(name: string, run: () => unknown, moves = true): boolean {
    this.history.push(name)
    const bytes = this.memory.slice()
    const limit = this.limit()
    try {
      run()
    } catch (error) {
      if (!(error instanceof SbeError)) throw this.finding(`threw ${String(error)}`, error)
      const index = this.memory.findIndex((byte, i) => byte !== bytes[i])
      if (index >= 0) throw this.finding(`failed with ${error.code} and wrote byte ${index}`, error)
      if (this.limit() !== limit) throw this.finding(`failed with ${error.code} and moved the cursor`, error)
      return false
    }
    const after = this.limit()
    if (!moves && name !== 'next()' && after !== limit) throw this.finding('moved the cursor')
    if (!(after >= this.range.begin && after <= this.range.end)) throw this.finding(`left the cursor at ${after}`)
    return true
  }

  private add(flyweight: Flyweight, isGroup: boolean): void {
    const codec = this.set.classes[flyweight.constructor.name]
    if (codec === undefined) throw new HostileFinding(`what is ${flyweight.constructor.name}?`)
    if (!this.targets.some((target) => target.flyweight === flyweight)) this.targets.push({ flyweight, codec, isGroup })
  }

  private limit(): number {
    return Number(this.message['limit']?.())
  }

  private finding(what: string, cause?: unknown): HostileFinding {
    return new HostileFinding(`${this.history.slice(-6).join('; ')}: ${what}`, { cause })
  }

  private argumentsFor({ parameters }: Method): unknown[] {
    const args: unknown[] = []
    for (const { type, optional } of parameters) {
      if (optional && this.source.bool()) break
      args.push(this.value(type))
    }
    return args
  }

  private value(type: string): unknown {
    const { source } = this
    switch (type) {
      case 'number':
        return this.number()
      case 'bigint':
        return source.bool() ? source.pick(BIGINTS) : source.bigint(64)
      case 'boolean':
        return source.bool()
      case 'string':
        return this.text()
      case 'Uint8Array':
        return source.bytes(source.pick([0, 1, 3, 16, 20, 60, 300]))
      default: {
        const values = Object.values(this.set.module[type] as object) as readonly (number | bigint)[]
        if (source.bool()) return source.pick(values)
        return typeof values[0] === 'bigint' ? source.bigint(64) : this.number()
      }
    }
  }

  private number(): number {
    const { source } = this
    return source.bool(0.3) ? source.int(20) : source.bool() ? source.pick(NUMBERS) : source.u32()
  }

  private text(): string {
    const { source } = this
    if (source.bool(0.01)) return 'x'.repeat(LONG_TEXT_LENGTH)
    const plain = source.bool()
    const length = source.pick(TEXT_LENGTHS)
    return Array.from({ length }, () => (plain ? 'q' : source.pick(CHARACTERS))).join('')
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 20))
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return String(value)
}
