/** Drives checked codecs through steps in any order and compares each outcome with the model's. */
import * as assert from 'uvu/assert'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../../codegen/runtime/index.ts'
import { call, make } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import type { Random } from '../../support/random.ts'
import { OrderModel, partsBelow, shapeOf } from './access-order-model.ts'
import type { Field, Operation, Part, Step } from './access-order-model.ts'

/** Size of the dimensions and of the length of data in the schemas walked: two bytes, and one. */
const GROUP_HEADER_LENGTH = 2
const BUFFER_LENGTH = 512
/** With more groups than this, what was begun before a second wrap is not looked at: the states are too many. */
const GROUPS_IN_FULL_MAX = 3
const DATA = 'abc'
const RESTARTS: ReadonlySet<Operation> = new Set<Operation>(['wrap', 'rewind'])

export type Side = 'encoder' | 'decoder'

export interface Subject {
  readonly module: CodecModule
  readonly name: string
  readonly root: Part
  readonly side: Side
  readonly version: number
  /** Entries of each group that a decoder reads; an encoder announces any of these. */
  readonly counts: readonly number[]
}

/** A message, encoded with groups of 0 to 2 entries, and decoded in each version of it with as many. */
export function subjectsOf(module: CodecModule, name: string): Subject[] {
  const meta = module[`${name}Meta`] as MessageMeta
  const root = shapeOf(meta)
  const below = partsBelow(root)
  const groups = below.filter(({ kind }) => kind === 'group')
  const counts = groups.length === 0 ? [0] : [0, 1, 2]
  const subjects: Subject[] = [{ module, name, root, side: 'encoder', version: meta.schemaVersion, counts }]
  const fields = [root, ...below].flatMap((part) => part.fields.map((field) => field.meta.sinceVersion))
  const versions = new Set([0, ...below.map(({ sinceVersion }) => sinceVersion), ...fields, meta.schemaVersion + 1])
  for (const version of versions) {
    for (const count of counts) subjects.push({ module, name, root, side: 'decoder', version, counts: [count] })
  }
  return subjects
}

/** Messages of a module. */
export function messagesOf(module: CodecModule): string[] {
  return Object.keys(module).filter((key) => {
    return key.endsWith('Meta') && 'templateId' in (module[key] as object)
  }).map((key) => key.slice(0, -'Meta'.length))
}

function stepsOf({ root, side, counts }: Subject): readonly Step[] {
  const steps: Step[] = []
  const add = (operation: Operation, part: Part, rest: { field?: Field; number?: number } = {}): void => {
    steps.push({ operation, part, ...rest })
  }
  const isDecoder = side === 'decoder'
  for (const part of [root, ...partsBelow(root)]) {
    for (const field of part.fields) add('field', part, { field })
    if (part.kind === 'data') {
      add('data', part)
      if (isDecoder) add('length', part)
    } else if (part.kind === 'group') {
      for (const number of isDecoder ? [0] : counts) add('begin', part, { number })
      add('next', part)
      if (isDecoder) add('count', part)
      else {
        add('reset', part)
        add('end', part)
      }
      if (isDecoder && part.parts.length === 0) for (const number of [0, 1]) add('at', part, { number })
    }
  }
  for (const operation of isDecoder ? ['rewind', 'skip', 'measure', 'print'] as const : ['complete'] as const) {
    add(operation, root)
  }
  add('wrap', root)
  return steps
}

/** A codec and the model beside it. */
class Session {
  readonly model: OrderModel
  readonly buffer: DirectBuffer
  private readonly subject: Subject
  private readonly codec: unknown
  private readonly groups = new Map<Part, unknown>()
  private readonly taken: string[] = []

  constructor(subject: Subject) {
    this.subject = subject
    this.model = new OrderModel(subject.root, subject.version, subject.side)
    this.buffer = new DirectBuffer(new Uint8Array(BUFFER_LENGTH))
    if (subject.side === 'decoder') writeMessage(subject, this.buffer)
    this.codec = make(subject.module, `${subject.name}${subject.side === 'decoder' ? 'Decoder' : 'Encoder'}`)
  }

  /** Whether the user can take a step: there must be a message to walk, and a group's flyweight to begin with. */
  canTake({ operation, part }: Step): boolean {
    // Before it is wrapped, a decoder takes what came after version 0 to be absent.
    const needsMessage = ['skip', 'measure', 'print'].includes(operation) || part.sinceVersion > 0
    if (needsMessage && !this.model.isWrapped()) return false
    if (part.kind === 'root') return true
    const owner = ['begin', 'data', 'length'].includes(operation) ? part.owner ?? part : part
    return owner.kind === 'root' || this.model.has(owner)
  }

  /** Takes a step and requires that the codec allows it exactly when the model does. */
  take(step: Step): boolean {
    const text = describe(step)
    this.taken.push(text)
    const count = step.operation === 'begin' ? this.countOf(step) : 0
    const expected = this.model.take(step, count)
    const actual = this.outcomeOf(step)
    if (actual !== expected) assert.unreachable(`${this.history()}: expected ${expected}, got ${actual}`)
    return expected === 'ok'
  }

  private outcomeOf(step: Step): string {
    // Most of the time would go into the stacks of the many errors.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    try {
      this.perform(step)
      return 'ok'
    } catch (error) {
      if (!(error instanceof SbeError)) throw new Error(`${this.history()}: ${String(error)}`, { cause: error })
      return error.code
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }

  limit(): unknown {
    return call(this.codec, 'limit')
  }

  private history(): string {
    const { name, side, version } = this.subject
    return `${name} ${side} version ${version}: ${this.taken.join(', ')}`
  }

  private countOf({ number = 0 }: Step): number {
    const { side, counts } = this.subject
    return side === 'encoder' ? number : (counts[0] ?? 0)
  }

  private perform(step: Step): void {
    const { operation, part } = step
    const isDecoder = this.subject.side === 'decoder'
    switch (operation) {
      case 'wrap':
        if (isDecoder) call(this.codec, 'wrap', this.buffer, 0, this.subject.root.blockLength, this.subject.version)
        else call(this.codec, 'wrap', this.buffer, 0)
        return
      case 'rewind':
        call(this.codec, 'sbeRewind')
        return
      case 'skip':
        call(this.codec, 'sbeSkip')
        return
      case 'measure':
        call(this.codec, 'sbeDecodedLength')
        return
      case 'print':
        String(this.codec)
        return
      case 'complete':
        call(this.codec, 'checkEncodingIsComplete')
        return
      case 'field':
        this.touch(this.flyweightOf(part), step.field)
        return
      case 'begin':
        this.begin(part, step.number ?? 0)
        return
      case 'count':
        call(this.flyweightOf(part), 'count')
        return
      case 'next':
        call(this.flyweightOf(part), 'next')
        return
      case 'at':
        call(this.flyweightOf(part), 'at', step.number)
        return
      case 'reset':
        call(this.flyweightOf(part), 'resetCountToIndex')
        return
      case 'end':
        assert.is(call(this.flyweightOf(part), 'end'), this.ownerFlyweight(part))
        return
      case 'length':
        call(this.ownerFlyweight(part), `${part.name}Length`)
        return
      case 'data':
        if (isDecoder) assert.ok([DATA, ''].includes(call(this.ownerFlyweight(part), part.name) as string))
        else call(this.ownerFlyweight(part), part.name, DATA)
    }
  }

  private begin(part: Part, count: number): void {
    const owner = this.ownerFlyweight(part)
    const isDecoder = this.subject.side === 'decoder'
    this.groups.set(part, isDecoder ? call(owner, part.name) : call(owner, `${part.name}Count`, count))
  }

  private touch(flyweight: unknown, field: Field | undefined): void {
    if (field === undefined) throw new TypeError('a field must be named')
    const { name, meta } = field
    const isDecoder = this.subject.side === 'decoder'
    if (meta.length !== undefined && meta.type !== 'char') call(flyweight, `${name}At`, 0, 1)
    else if (meta.length !== undefined) call(flyweight, name, ...(isDecoder ? [] : ['A']))
    else call(flyweight, name, ...(isDecoder ? [] : [1]))
  }

  private flyweightOf(part: Part): unknown {
    return part.kind === 'root' ? this.codec : this.groups.get(part)
  }

  private ownerFlyweight(part: Part): unknown {
    return this.flyweightOf(part.owner ?? part)
  }
}


function describe({ operation, part, field, number }: Step): string {
  const name = [part.path, field?.name].filter((text) => text !== undefined && text !== '').join('.')
  return `${operation}${number === undefined ? '' : `(${number})`} ${name}`.trim()
}

/** The message as a sender of the version writes it: later parts are not there. */
function writeMessage({ root, version, counts }: Subject, { view, bytes }: DirectBuffer): void {
  const count = counts[0] ?? 0
  let limit = root.blockLength
  const write = (level: Part): void => {
    for (const part of level.parts) {
      if (part.sinceVersion > version) continue
      if (part.kind === 'data') {
        view.setUint8(limit, DATA.length)
        bytes.set(Buffer.from(DATA), limit + 1)
        limit += 1 + DATA.length
        continue
      }
      view.setUint8(limit, part.blockLength)
      view.setUint8(limit + 1, count)
      limit += GROUP_HEADER_LENGTH
      for (let i = 0; i < count; i++) {
        limit += part.blockLength
        write(part)
      }
    }
  }
  write(root)
}

/**
 * Reaches every state of the model, over the steps that begin with wrap, and tries every step in each of them: first
 * all that are illegal, one after the other, then each that is legal. Returns the number of states.
 */
export function exploreStates(subject: Subject, maxStates: number): number {
  const steps = stepsOf(subject)
  const inFull = partsBelow(subject.root).filter(({ kind }) => kind === 'group').length <= GROUPS_IN_FULL_MAX
  const seen = new Set<string>()
  const queue: (readonly Step[])[] = [[]]
  for (const prefix of queue) {
    const session = replay(subject, prefix)
    if (seen.has(session.model.key())) continue
    seen.add(session.model.key())
    assert.ok(seen.size <= maxStates, `${subject.name}: more than ${maxStates} states`)
    const before = session.model.key()
    const bytes = Buffer.from(session.buffer.bytes).toString('hex')
    const limit = session.limit()
    const legal: Step[] = []
    for (const step of steps) {
      if (!session.canTake(step)) continue
      const trial = replay(subject, prefix)
      if (trial.take(step)) legal.push(step)
      else session.take(step)
    }
    assert.is(session.model.key(), before)
    assert.is(session.limit(), limit, `${subject.name}: illegal access moved the cursor`)
    assert.is(Buffer.from(session.buffer.bytes).toString('hex'), bytes, `${subject.name}: illegal access wrote`)
    const followed = legal.filter(({ operation }) => inFull || prefix.length === 0 || !RESTARTS.has(operation))
    for (const step of followed) queue.push([...prefix, step])
    const after = legal[seen.size % Math.max(legal.length, 1)]
    if (after !== undefined) session.take(after)
  }
  return seen.size
}

function replay(subject: Subject, prefix: readonly Step[]): Session {
  const session = new Session(subject)
  for (const step of prefix) session.take(step)
  return session
}

/** All sequences of so many steps, from a codec that is not wrapped. */
export function enumerateSequences(subject: Subject, depth: number): number {
  const steps = stepsOf(subject)
  let sequences = 0
  const extend = (prefix: readonly Step[]): void => {
    const session = replay(subject, prefix)
    sequences++
    if (prefix.length === depth) return
    for (const step of steps) if (session.canTake(step)) extend([...prefix, step])
  }
  extend([])
  return sequences
}

/** Steps at random, legal ones more often than not. */
export function walkAtRandom(subject: Subject, random: Random, length: number): void {
  const steps = stepsOf(subject)
  const session = new Session(subject)
  for (let i = 0; i < length; i++) {
    const possible = steps.filter((step) => session.canTake(step) && (step.operation !== 'wrap' || random.bool(0.1)))
    if (possible.length > 0) session.take(random.pick(possible))
  }
}
