/**
 * Reads a message through every accessor that its decoder has, in every way that a user could, and writes down what
 * came out: equal transcripts mean that nothing but the message was read.
 *
 * Uses nothing but the language and the runtime, so that it also works in a realm without Node.
 */
import { SbeError, Slice } from '../../../codegen/runtime/index.ts'
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { CodecClass, CodecClasses, DataMethods, Method } from './codec-classes.ts'

/** A flyweight, known by the names of its methods only. */
export type Flyweight = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

/** Entries of one group whose fields are read; the others are only walked over. */
const DETAILED_ENTRIES = 12
const MAX_DEPTH = 8
const NO_INDICES = [-1, 0.5, NaN, Infinity, 2 ** 32]

/** Thrown when decoding does something that it must never do, whatever the bytes. */
export class HostileFinding extends Error {}

export interface WalkResult {
  /** Lines `path=value`, errors as `path!code: message`. */
  readonly transcript: readonly string[]
  /** Group entries taken. */
  readonly entries: number
}

export interface WalkOptions {
  /** More entries than this are a finding. */
  readonly maxEntries: number
  /** Also call with indices, offsets and lengths that are wrong, which takes most of the time. */
  readonly misuse: boolean
}

/** Reads all of a wrapped message. Anything that is thrown and no SbeError is passed on as a finding. */
export function walkMessage(classes: CodecClasses, decoder: Flyweight, options: WalkOptions): WalkResult {
  const walker = new Walker(classes, decoder, options)
  walker.walk()
  return { transcript: walker.lines, entries: walker.entries }
}

/** Runs one call: its value as text, or the code of the error it throws. */
export function attempt(path: string, run: () => unknown): string {
  try {
    return `${path}=${textOf(run())}`
  } catch (error) {
    if (error instanceof SbeError) return `${path}!${error.code}: ${error.message}`
    if (error instanceof HostileFinding) throw error
    throw new HostileFinding(`${path} threw ${String(error)}`, { cause: error })
  }
}

class Walker {
  readonly lines: string[] = []
  entries = 0
  private readonly classes: CodecClasses
  private readonly message: Flyweight
  private readonly options: WalkOptions
  private readonly start: number
  private readonly end: number

  constructor(classes: CodecClasses, message: Flyweight, options: WalkOptions) {
    this.classes = classes
    this.message = message
    this.options = options
    const { _offset, _end } = message as unknown as { readonly _offset: number; readonly _end: number }
    this.start = _offset
    this.end = _end
  }

  walk(): void {
    const { message } = this
    const codec = this.classOf(message)
    this.call('acting', () => `${textOf(message['actingBlockLength']?.())} ${textOf(message['actingVersion']?.())}`)
    // First, because it finds out whether the rest takes endless time.
    this.level(codec, message, codec.name, 0)
    for (const name of ['sbeDecodedLength', 'sbeSkip', 'encodedLength', 'sbeRewind', 'encodedLength']) {
      this.call(name, () => {
        const value = message[name]?.()
        this.checkCursor(name)
        return value === message ? 'this' : value
      })
    }
    this.call('toJSON', () => JSON.stringify(message['toJSON']?.()))
    this.call('toString', () => message['toString']?.())
    this.call('limit', () => this.limit() - this.start)
  }

  private level(codec: CodecClass, flyweight: Flyweight, path: string, depth: number): void {
    for (const field of codec.fields) this.field(flyweight, field, path, 0)
    for (const group of codec.groups) this.group(flyweight, group, `${path}.${group.name}`, depth)
    for (const data of codec.data) this.data(flyweight, data, path)
  }

  private field(owner: Flyweight, method: Method, path: string, depth: number): void {
    const { name, parameters } = method
    const run = (...args: readonly unknown[]): unknown => owner[name]?.(...args)
    const at = `${path}.${name}`
    switch (parameters.map(({ type }) => type).join()) {
      case '': {
        let value: unknown
        this.call(at, () => (value = run()))
        const isPart = typeof value === 'object' && value !== null
        if (isPart && depth < MAX_DEPTH) this.part(value as Flyweight, at, depth + 1)
        break
      }
      case 'number':
        for (const index of this.options.misuse ? [0, 1, ...NO_INDICES] : [0, 1]) {
          this.call(`${at}(${index})`, () => run(index))
        }
        break
      case 'string':
        for (const text of ['', 'A', 'AAAAAAAAAAAAAAAAAAAAAAAA']) this.call(`${at}(${text})`, () => run(text))
        break
      case 'Uint8Array,number,number':
        this.copies(at, run)
        break
      default:
        throw new HostileFinding(`${at}: the walker cannot call it`)
    }
  }

  /** A composite or set. */
  private part(flyweight: Flyweight, path: string, depth: number): void {
    const codec = this.classes[flyweight.constructor.name]
    if (codec === undefined) throw new HostileFinding(`${path}: what is ${flyweight.constructor.name}?`)
    for (const field of codec.fields) this.field(flyweight, field, path, depth)
    this.call(`${path}.toJSON`, () => JSON.stringify(flyweight['toJSON']?.()))
  }

  private copies(at: string, run: (...args: readonly unknown[]) => unknown): void {
    const copy = (label: string, length: number, ...args: readonly unknown[]): void => {
      const dst = new Uint8Array(length).fill(0xee)
      this.call(`${at}(${label})`, () => `${textOf(run(dst, ...args))} ${hex(dst)}`)
    }
    copy('ample', 80)
    copy('short', 1, 0, 1)
    copy('inside', 20, 5, 3)
    if (!this.options.misuse) return
    for (const offset of [-1, NaN, 0.5, Infinity, 100]) copy(`offset ${offset}`, 20, offset, 1)
    for (const length of [-1, NaN, 0.5, Infinity, 100]) copy(`length ${length}`, 20, 0, length)
  }

  private group(owner: Flyweight, method: Method, path: string, depth: number): void {
    const { message } = this
    const codec = this.classes[method.returns]
    if (codec === undefined) throw new HostileFinding(`${path}: what is ${method.returns}?`)
    const start = this.limit()
    const open = (): Flyweight | undefined => {
      let group: Flyweight | undefined
      this.call(path, () => {
        group = owner[method.name]?.() as Flyweight
        this.checkCursor(path)
        return `${textOf(group['count']?.())} of ${textOf(group['actingBlockLength']?.())}`
      })
      return group
    }
    const group = open()
    if (group === undefined) return
    for (let index = 0; group['hasNext']?.() === true; index++) {
      let taken = false
      this.call(`${path}[${index}]`, () => {
        group['next']?.()
        this.entry(path)
        taken = true
        return 'taken'
      })
      if (!taken) break
      const entryPath = `${path}[${index}]`
      if (index < DETAILED_ENTRIES) this.level(codec, group, entryPath, depth + 1)
      else for (const { name } of codec.groups) this.call(`${entryPath}.${name}`, () => group[name]?.())
    }
    const end = this.limit()
    if (this.options.misuse && group['hasNext']?.() === false) this.call(`${path}.next`, () => group['next']?.())
    this.others(codec, open, start, path)
    message['setLimit']?.(end)
  }

  /** The other ways through a group: an iterator, indices. */
  private others(codec: CodecClass, open: () => Flyweight | undefined, start: number, path: string): void {
    this.message['setLimit']?.(start)
    const iterable = open() as Iterable<Flyweight> | undefined
    if (iterable !== undefined) {
      this.call(`${path}.iterator`, () => {
        let count = 0
        for (const _entry of iterable) {
          this.checkCursor(path)
          count++
        }
        return count
      })
    }
    if (!codec.hasAt) return
    this.message['setLimit']?.(start)
    const indexed = open()
    if (indexed === undefined) return
    const count = Number(indexed['count']?.())
    const [first] = codec.fields.filter(({ parameters }) => parameters.length === 0)
    for (const index of this.options.misuse ? [count - 1, 0, count, ...NO_INDICES] : [count - 1, 0]) {
      this.call(`${path}.at(${index})`, () => {
        const entry = indexed['at']?.(index) as Flyweight
        return first === undefined ? 'entry' : entry[first.name]?.()
      })
    }
  }

  private data(owner: Flyweight, data: DataMethods, path: string): void {
    const start = this.limit()
    let end = start
    const again = (name: string, run: () => unknown): void => {
      this.message['setLimit']?.(start)
      this.call(`${path}.${name}`, () => {
        const value = run()
        this.checkCursor(name)
        return value
      })
      end = Math.max(end, this.limit())
    }
    again(data.length, () => owner[data.length]?.())
    again(data.wrap, () => {
      const slice = new Slice()
      owner[data.wrap]?.(slice)
      this.checkRange(data.wrap, slice.buffer, slice.offset, slice.length)
      return hex(slice.toUint8Array())
    })
    again(data.bytes, () => {
      const bytes = owner[data.bytes]?.() as Uint8Array
      return hex(bytes)
    })
    const { text } = data
    if (text !== undefined) again(text, () => owner[text]?.())
    this.message['setLimit']?.(start)
    this.copies(`${path}.${data.get}`, (...args) => {
      this.message['setLimit']?.(start)
      return owner[data.get]?.(...args)
    })
    again(data.skip, () => owner[data.skip]?.())
    this.message['setLimit']?.(end)
  }

  private entry(path: string): void {
    this.checkCursor(path)
    if (++this.entries > this.options.maxEntries) {
      const many = `more than ${this.options.maxEntries} entries`
      throw new HostileFinding(`${path}: ${many} in ${this.end - this.start} bytes`)
    }
  }

  private limit(): number {
    return Number(this.message['limit']?.())
  }

  private checkCursor(path: string): void {
    const limit = this.limit()
    if (!(limit >= this.start && limit <= this.end)) {
      throw new HostileFinding(`${path}: the cursor is at ${limit}, outside ${this.start} to ${this.end}`)
    }
  }

  private checkRange(path: string, buffer: DirectBuffer, offset: number, length: number): void {
    const inside = offset >= this.start && length >= 0 && offset + length <= this.end
    if (!inside || buffer !== (this.message['buffer']?.() as DirectBuffer)) {
      throw new HostileFinding(`${path}: gave ${length} bytes at ${offset}, outside ${this.start} to ${this.end}`)
    }
  }

  private call(path: string, run: () => unknown): void {
    this.lines.push(attempt(path, run))
  }

  private classOf(flyweight: Flyweight): CodecClass {
    const codec = this.classes[flyweight.constructor.name]
    if (codec === undefined) throw new HostileFinding(`what is ${flyweight.constructor.name}?`)
    return codec
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'object' && value !== null) return value.constructor.name
  return String(value)
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16)
  return text
}
