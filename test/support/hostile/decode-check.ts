/**
 * Decodes the same bytes twice, among different neighbours: whatever depends on the neighbours was read outside of the
 * message.
 */
import { DirectBuffer, EMPTY_ENTRIES_MAX } from '../../../codegen/runtime/index.ts'
import type { Random } from '../random.ts'
import type { CodecClasses } from './codec-classes.ts'
import type { Flyweight, WalkOptions, WalkResult } from './walker.ts'
import { attempt, HostileFinding, walkMessage } from './walker.ts'
import type { MessageShape, SchemaShape } from './wire-shape.ts'

/** Generated codecs with what is known of them; the module's exports are looked up by name. */
export interface CodecSet {
  readonly name: string
  readonly module: Readonly<Record<string, unknown>>
  readonly classes: CodecClasses
  readonly shape: SchemaShape
}

/** How the decoder is pointed at the bytes: at their header, or at the block with length and version from elsewhere. */
export type Approach =
  | { readonly header: true }
  | { readonly actingBlockLength: number; readonly actingVersion: number }

/** Bytes before a message; odd, so that nothing is aligned. */
const BEFORE = 37
const AFTER = 300

export class DecodeCheck {
  private readonly set: CodecSet
  private readonly decoders: ReadonlyMap<string, Flyweight>
  private readonly headers = new Map<string, Flyweight>()
  private readonly dispatcher: Flyweight
  /** What the dispatcher called. */
  private dispatched = ''
  private readonly arenas: readonly Arena[]
  executions = 0

  constructor(set: CodecSet, random: Random) {
    this.set = set
    const names = set.shape.messages.map(({ className }) => className)
    this.decoders = new Map(names.map((name) => [name, construct(set, `${name}Decoder`)]))
    for (const name of names) this.headers.set(name, constructHeader(set, `${name}Decoder`))
    this.dispatcher = this.makeDispatcher()
    const noise = random.bytes(1 << 16)
    this.arenas = [noise, noise.map((byte) => ~byte)].map((poison) => new Arena(poison))
  }

  /**
   * Runs both decodings; throws a HostileFinding when they differ or do what no bytes may make them do.
   * @param length what the decoder is told that the message has of bytes
   */
  run(
    message: MessageShape, bytes: Uint8Array, approach: Approach, misuse: boolean, length: number = bytes.length,
  ): WalkResult {
    this.executions++
    const decoder = this.decoders.get(message.className)
    const header = this.headers.get(message.className)
    if (decoder === undefined || header === undefined) throw new Error(`no decoder for ${message.className}`)
    const options = { maxEntries: bytes.length + EMPTY_ENTRIES_MAX, misuse }
    const results = this.arenas.map((arena) => {
      const buffer = arena.put(bytes)
      try {
        return this.decode(decoder, header, buffer, length, approach, options)
      } finally {
        arena.restore(bytes.length)
      }
    })
    const [first, second] = results as [WalkResult, WalkResult]
    const index = first.transcript.findIndex((line, i) => line !== second.transcript[i])
    if (index >= 0 || first.transcript.length !== second.transcript.length) {
      const lines = [first, second].map(({ transcript }) => transcript[index] ?? 'nothing').join(' | ')
      throw new HostileFinding(`${message.className} depends on what lies around it: ${lines}`)
    }
    return first
  }

  private decode(
    decoder: Flyweight, header: Flyweight, buffer: DirectBuffer, length: number, approach: Approach,
    options: WalkOptions,
  ): WalkResult {
    const before = stateOf(decoder)
    const { set } = this
    const dispatched = this.dispatch(buffer, length)
    const wrapped = attempt('wrap', () => {
      if ('header' in approach) decoder['wrapAndApplyHeader']?.(buffer, BEFORE, header, length)
      else decoder['wrap']?.(buffer, BEFORE, approach.actingBlockLength, approach.actingVersion, length)
      return 'wrapped'
    })
    if (!wrapped.startsWith('wrap=')) {
      if (stateOf(decoder) !== before) throw new HostileFinding(`a failed wrap changed the decoder: ${wrapped}`)
      return { transcript: [dispatched, wrapped], entries: 0 }
    }
    const { transcript, entries } = walkMessage(set.classes, decoder, options)
    return { transcript: [dispatched, ...transcript], entries }
  }

  private dispatch(buffer: DirectBuffer, length: number): string {
    this.dispatched = 'nothing'
    return attempt('dispatch', () => {
      const isKnown = String(this.dispatcher['dispatch']?.(buffer, BEFORE, length))
      return `${isKnown} ${this.dispatched}`
    })
  }

  /** A dispatcher that has a handler for whatever it looks for. */
  private makeDispatcher(): Flyweight {
    const Dispatcher = this.set.module['MessageDispatcher'] as new (handlers: object) => Flyweight
    const handlers = new Proxy({}, {
      get: (_target, name) => (flyweight: Flyweight): void => {
        this.dispatched = `${String(name)} ${flyweight.constructor.name} at ${String(flyweight['offset']?.())}`
      },
    })
    return new Dispatcher(handlers)
  }
}

/** Memory with noise all around the place of a message. */
class Arena {
  private readonly poison: Uint8Array
  private buffer: DirectBuffer
  private bytes: Uint8Array

  constructor(poison: Uint8Array) {
    this.poison = poison
    this.bytes = poison.slice()
    this.buffer = new DirectBuffer(this.bytes)
  }

  put(message: Uint8Array): DirectBuffer {
    const needed = BEFORE + message.length + AFTER
    if (needed > this.bytes.length) {
      this.bytes = new Uint8Array(needed)
      for (let at = 0; at < needed; at += this.poison.length) {
        this.bytes.set(this.poison.subarray(0, Math.min(this.poison.length, needed - at)), at)
      }
      this.buffer = new DirectBuffer(this.bytes)
    }
    this.bytes.set(message, BEFORE)
    return this.buffer
  }

  restore(length: number): void {
    const { poison } = this
    for (let i = BEFORE; i < BEFORE + length; i++) this.bytes[i] = poison[i % poison.length] as number
  }
}

function stateOf(decoder: Flyweight): string {
  return ['offset', 'limit', 'actingBlockLength', 'actingVersion'].map((name) => String(decoder[name]?.())).join()
}

/** An object of a class that the codecs export. */
export function construct({ module, name }: CodecSet, className: string): Flyweight {
  const found = module[className]
  if (typeof found !== 'function') throw new Error(`the codecs of ${name} have no class ${className}`)
  return Reflect.construct(found, []) as Flyweight
}

/** The flyweight of the header that a message's decoder or encoder takes. */
export function constructHeader(set: CodecSet, className: string): Flyweight {
  const header = set.classes[className]?.header
  if (header === undefined) throw new Error(`${className} takes no header`)
  return construct(set, header)
}
