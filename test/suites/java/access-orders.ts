import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import type { Role } from './access-alphabet.ts'
import { accessorNames } from './accessor-names.ts'
import type { Codecs } from './codec-driver.ts'
import type { Flyweight } from './flyweight.ts'
import { call, flyweightOf, upperFirst } from './flyweight.ts'
import type { Group, Layout, Member } from './ir-layout.ts'
import { primitiveOf } from './ir-layout.ts'
import type { OrdersRequest } from './reference-process.ts'

const ENCODER_CAPACITY = 1 << 16
const DATA_CAPACITY = 1 << 10

/** Performs an access; false when the group it is about was not entered yet. */
type Step = (session: Session) => boolean

interface Session {
  readonly message: Flyweight
  readonly groups: Map<string, Flyweight>
}

/**
 * Tries sequences of accesses on our codecs, with the verdicts of the reference's bridge: `.` allowed, `x` refused by
 * the order checks, `e` any other SbeError, `u` a group not entered yet, `w` a codec that could not be wrapped.
 */
export class AccessOrders {
  readonly #codecs: Codecs
  readonly #request: OrdersRequest
  readonly #role: Role
  readonly #buffer: DirectBuffer
  readonly #layout: Layout
  readonly #steps: readonly Step[]

  constructor(codecs: Codecs, request: OrdersRequest) {
    this.#codecs = codecs
    this.#request = request
    this.#role = request.bytes === null ? 'encoder' : 'decoder'
    const bytes = request.bytes === null ? new Uint8Array(ENCODER_CAPACITY) : Buffer.from(request.bytes, 'hex')
    this.#buffer = new DirectBuffer(new Uint8Array(bytes))
    this.#layout = codecs.layout(request.message)
    this.#steps = request.accesses.map((access) => this.#step(access))
  }

  /** Verdict on each access after each legal prefix, shorter prefixes first. */
  explore(depth: number, budget: number): string {
    const prefixes: number[][] = [[]]
    let verdicts = ''
    for (const prefix of prefixes) {
      for (let next = 0; next < this.#steps.length; next++) {
        const verdict = this.after(prefix, next)
        verdicts += verdict
        if (verdict === '.' && prefix.length + 1 < depth && prefixes.length < budget) prefixes.push([...prefix, next])
      }
    }
    return verdicts
  }

  /** Verdict on each access before each step of a walk and after the last. */
  alongside(walk: readonly number[]): string {
    let verdicts = ''
    for (let length = 0; length <= walk.length; length++) {
      for (let next = 0; next < this.#steps.length; next++) verdicts += this.after(walk.slice(0, length), next)
    }
    return verdicts
  }

  /** Verdict on one access after a sequence of others. */
  after(walk: readonly number[], next: number): string {
    const session = { message: this.#codecs.create(this.#request.message, upperRole(this.#role)), groups: new Map() }
    if (this.#request.wrapped && verdictOf(this.#whole('wrap'), session) !== '.') return 'w'
    for (const step of walk) verdictOf(this.#steps[step], session)
    return verdictOf(this.#steps[next], session)
  }

  #step(access: string): Step {
    const [kind = '', path = '', count = ''] = access.split(':')
    if (path === '') return this.#whole(kind)
    const names = path.split('.')
    const last = names.pop() ?? ''
    const level = find(this.#layout, names)
    const nameOf = accessorNames([...level.fields, ...level.groups, ...level.data])
    const on = (session: Session): Flyweight | undefined => session.groups.get(names.join('.')) ??
      (names.length === 0 ? session.message : undefined)
    const inGroup = (method: string): Step =>
      doing((session) => session.groups.get(path), (group) => call(group, method))
    if (kind === 'next') return inGroup('next')
    if (kind === 'reset') return inGroup('resetCountToIndex')
    const member = [...level.fields, ...level.groups, ...level.data].find(({ name }) => name === last)
    if (member === undefined) throw new Error(`no ${path}`)
    const name = nameOf(member)
    switch (kind) {
      case 'count':
        return doing(on, (target, { groups }) => groups.set(path, flyweightOf(target, `${name}Count`, Number(count))))
      case 'group':
        return doing(on, (target, { groups }) => groups.set(path, flyweightOf(target, name)))
      case 'length':
        return doing(on, (target) => call(target, `${name}Length`))
      case 'skip':
        return doing(on, (target) => call(target, `skip${upperFirst(name)}`))
      case 'data':
        return doing(on, this.#role === 'encoder'
          ? (target) => call(target, `put${upperFirst(name)}`, new Uint8Array(1), 0, 1)
          : (target) => call(target, `get${upperFirst(name)}`, new Uint8Array(DATA_CAPACITY), 0, DATA_CAPACITY))
      default:
        return doing(on, (target) => this.#field(target, name, member as Member))
    }
  }

  #field(target: Flyweight, name: string, { type, arrayLength }: Member): void {
    const nested = type.signal === 'BEGIN_COMPOSITE' || type.signal === 'BEGIN_SET'
    const suffix = arrayLength > 1 ? 'At' : ''
    const index = arrayLength > 1 ? [0] : []
    if (nested || this.#role === 'decoder') {
      call(target, name + suffix, ...index)
      return
    }
    const { kind, size } = PRIMITIVE_TYPES[primitiveOf(type)]
    call(target, name + suffix, ...index, kind === 'integer' && size === 8 ? 0n : 0)
  }

  #whole(access: string): Step {
    const { blockLength, version } = this.#request
    const methods: Readonly<Record<string, string>> = {
      complete: 'checkEncodingIsComplete',
      rewind: 'sbeRewind',
      skipAll: 'sbeSkip',
      decodedLength: 'sbeDecodedLength',
      toString: 'toString',
    }
    return ({ message }) => {
      if (access !== 'wrap') call(message, methods[access] ?? access)
      else if (this.#role === 'encoder') call(message, 'wrap', this.#buffer, 0)
      else call(message, 'wrap', this.#buffer, 0, blockLength, version)
      return true
    }
  }
}

type Target = (session: Session) => Flyweight | undefined

/** An access to what `target` finds. */
function doing(target: Target, action: (found: Flyweight, session: Session) => void): Step {
  return (session) => {
    const found = target(session)
    if (found === undefined) return false
    action(found, session)
    return true
  }
}

function upperRole(role: Role): 'Encoder' | 'Decoder' {
  return role === 'encoder' ? 'Encoder' : 'Decoder'
}

function verdictOf(step: Step | undefined, session: Session): string {
  try {
    return step?.(session) === true ? '.' : 'u'
  } catch (error) {
    if (!(error instanceof SbeError)) throw error
    return error.code === 'ERR_GODWIT_SBE_ORDER' ? 'x' : 'e'
  }
}

function find(layout: Layout, path: readonly string[]): Layout {
  return path.reduce<Layout>((level, name) => {
    const group: Group | undefined = level.groups.find((candidate) => candidate.name === name)
    if (group === undefined) throw new Error(`no group ${name}`)
    return group.entry
  }, layout)
}
