/** Whether decoders of one schema really read what encoders of another write. */
import type { Ir } from '../../codegen/index.ts'
import { decodeToJson } from '../../codegen/index.ts'
import type { SchemaChange, SchemaComparison } from '../../codegen/index.ts'
import { buildSchemaModel } from '../../codegen/model/build-schema-model.ts'
import { isConstant } from '../../codegen/model/schema-model.ts'
import type {
  BlockModel, CompositeModel, MessageModel, SchemaModel, TypeModel,
} from '../../codegen/model/schema-model.ts'
import { NUMBER_MARK, parseExactly } from './exact-json.ts'
import type { Random } from './random.ts'
import { randomMessage } from './random-message.ts'

export type Direction = 'forward' | 'backward'

/**
 * Encodes random messages of the writer's schema and has the reader's decode them. What both have must come through,
 * and what the writer lacks must be absent. Returns what is wrong; undefined when nothing is.
 *
 * @param isLeftOut paths in the writer's schema, such as `Trade.legs.price`, that may differ
 */
export function findMisreading(
  reader: Ir, writer: Ir, messageName: string, random: Random, count: number,
  isLeftOut: (path: string) => boolean = () => false,
): string | undefined {
  const written = modelOf(writer)
  const message = written.messages.find(({ name }) => name === messageName)
  if (message === undefined) throw new Error(`there is no message ${messageName}`)
  const known = modelOf(reader).messages
  for (let left = count; left > 0; left--) {
    const bytes = randomMessage(written, message, random)
    const wanted = parseExactly(decodeToJson(writer, bytes).json)
    let read: { readonly message: string; readonly json: string }
    try {
      read = decodeToJson(reader, bytes)
    } catch (error) {
      return `${messageName} is refused: ${String(error)}`
    }
    const as = known.find(({ name }) => name === read.message)
    if (as === undefined) throw new Error(`decoded as ${read.message}`)
    // A message that was renamed is on neither side under the other name.
    const isOther = hasNamed(known, message.name) || hasNamed(written.messages, as.name)
    if (as.name !== message.name && isOther) return `${messageName} is read as ${as.name}`
    const difference = new Comparison(isLeftOut).block(message.name, message, as, wanted, parseExactly(read.json))
    if (difference !== undefined) return `${difference} in ${Buffer.from(bytes).toString('hex')}`
  }
  return undefined
}

const models = new WeakMap<Ir, SchemaModel>()

function modelOf(ir: Ir): SchemaModel {
  const known = models.get(ir)
  if (known !== undefined) return known
  const model = buildSchemaModel(ir)
  models.set(ir, model)
  return model
}

function hasNamed(messages: readonly MessageModel[], wanted: string): boolean {
  return messages.some(({ name }) => name === wanted)
}

interface Part {
  readonly name: string
  readonly id: number
  readonly offset?: number
  readonly type?: { readonly kind: string; readonly encodedLength: number }
}

/** What the writer has of a part that the reader knows: under its name, or renamed. */
function partnerOf<T extends Part>(part: T, written: readonly T[], known: readonly T[]): T | undefined {
  const sameName = written.find(({ name }) => name === part.name)
  if (sameName !== undefined) return sameName
  const others = written.filter(({ name }) => !known.some((other) => other.name === name))
  if (part.id >= 0) return others.find(({ id }) => id === part.id)
  return others.find(({ offset, type }) => {
    return offset === part.offset && type?.kind === part.type?.kind && type?.encodedLength === part.type?.encodedLength
  })
}

type Json = Readonly<Record<string, unknown>>

class Comparison {
  readonly #isLeftOut: (path: string) => boolean

  constructor(isLeftOut: (path: string) => boolean) {
    this.#isLeftOut = isLeftOut
  }

  block(path: string, written: BlockModel, known: BlockModel, wanted: Json, read: Json): string | undefined {
    for (const field of known.fields) {
      const at = `${path}.${field.name}`
      const there = partnerOf(field, written.fields, known.fields)
      const value = read[field.name]
      if (there === undefined) {
        if (!isConstant(field) && value !== null) return `${at} is not written, but read: ${JSON.stringify(value)}`
        continue
      }
      const difference = this.#value(at, there.type, field.type, wanted[there.name], value)
      if (difference !== undefined) return difference
    }
    for (const data of known.data) {
      const at = `${path}.${data.name}`
      const there = partnerOf(data, written.data, known.data)
      const expected = there === undefined ? '' : wanted[there.name]
      if (!this.#isLeftOut(at) && read[data.name] !== expected) {
        return `${at}: ${JSON.stringify(expected)} is read as ${JSON.stringify(read[data.name])}`
      }
    }
    for (const group of known.groups) {
      const at = `${path}.${group.name}`
      const there = partnerOf(group, written.groups, known.groups)
      const entries = read[group.name] as readonly Json[]
      const expected = there === undefined ? [] : (wanted[there.name] as readonly Json[])
      if (entries.length !== expected.length) return `${at}: ${expected.length} entries are read as ${entries.length}`
      if (there === undefined) continue
      for (const [index, entry] of entries.entries()) {
        const difference = this.block(at, there, group, expected[index] ?? {}, entry)
        if (difference !== undefined) return difference
      }
    }
    return undefined
  }

  #value(
    path: string, written: TypeModel, known: TypeModel, wanted: unknown, read: unknown,
  ): string | undefined {
    if (this.#isLeftOut(path)) return undefined
    const isObject = typeof wanted === 'object' && wanted !== null && typeof read === 'object' && read !== null
    if (isObject && written.kind === 'composite' && known.kind === 'composite') {
      return this.#composite(path, written, known, wanted as Json, read as Json)
    }
    if (isObject && written.kind === 'set' && known.kind === 'set') {
      for (const { name } of known.choices) {
        const [a, b] = [(wanted as Json)[name], (read as Json)[name]]
        if (a !== undefined && a !== b) return `${path}.${name}: ${String(a)} is read as ${String(b)}`
      }
      return undefined
    }
    // A name and a number may be one value, where only one of the schemas has an enum.
    const isOneEnum = (written.kind === 'enum') !== (known.kind === 'enum')
    const [a, b] = isOneEnum ? [codeOf(written, wanted), codeOf(known, read)] : [wanted, read]
    const isSame = JSON.stringify(a) === JSON.stringify(b)
    return isSame ? undefined : `${path}: ${JSON.stringify(wanted)} is read as ${JSON.stringify(read)}`
  }

  #composite(
    path: string, written: CompositeModel, known: CompositeModel, wanted: Json, read: Json,
  ): string | undefined {
    for (const member of known.members) {
      const at = `${path}.${member.name}`
      const there = partnerOf(member, written.members, known.members)
      const value = read[member.name]
      if (there === undefined) {
        if (!isConstant(member) && value !== null) return `${at} is not written, but read: ${JSON.stringify(value)}`
        continue
      }
      const difference = this.#value(at, there.type, member.type, wanted[there.name], value)
      if (difference !== undefined) return difference
    }
    return undefined
  }
}

/** What stands for an enum's value in JSON of the plain type: its number, or its character. */
function codeOf(type: TypeModel, value: unknown): unknown {
  const code = type.kind === 'enum' ? type.values.find(({ name }) => name === value)?.value : undefined
  if (code === undefined || type.kind !== 'enum') return value
  return type.primitive === 'char' ? String.fromCharCode(Number(code)) : NUMBER_MARK + String(code)
}

/** Paths that readings with a caveat concern, in a direction. */
export function pathsWithCaveat({ changes }: SchemaComparison, direction: Direction): (path: string) => boolean {
  const paths = new Set(changes.flatMap((change) => (change[direction].verdict === 'caveat' ? pathsOf(change) : [])))
  for (const { change, path, to } of changes) {
    if (change !== 'renamed') continue
    const renamed = path.replace(/[^.]+$/, to ?? '')
    for (const other of [...paths]) if (other.startsWith(path)) paths.add(renamed + other.slice(path.length))
  }
  return (path) => paths.has(path)
}

function pathsOf({ path, owner, element, usedBy }: SchemaChange): readonly string[] {
  if (usedBy === undefined) return [path]
  // A value or choice is no path of its own in a message.
  return element === 'member' ? usedBy.map((use) => use + path.slice(owner.length)) : usedBy
}
