/**
 * The stages of encoding a message, for a compiler that is to check the order: interfaces over the encoders, each with
 * the calls that may come next, which give the next stage. They describe the encoders as they are and cost nothing.
 */
import type { DataModel, GroupModel, MessageModel } from '../model/schema-model.ts'
import { docOf } from './doc.ts'
import type { Level } from './level.ts'
import type { Module } from './module.ts'
import { identifierOf, upperFirst } from './names.ts'
import type { SchemaNames } from './names.ts'

type Owner = MessageModel | GroupModel
type Part = GroupModel | DataModel

/** Keeps encoders themselves from passing for one of their stages; the text is read in compilers' errors. */
const MARK_OF_ENCODERS = `'of an encoder, whose stage is not known: begin with staged()'`

export class Stages {
  private readonly names: SchemaNames
  private readonly message: MessageModel
  private readonly encoders = new Map<Owner, Level>()
  /** What the stages of a message have in common. */
  private readonly fields: string
  /** The stage in which a part comes next. */
  private readonly before = new Map<Part, string>()
  /** The stage in which an owner's parts are complete: of a whole message, or between two entries of a group. */
  private readonly complete = new Map<Owner, string>()
  /** The stage of a message, or of an entry, that has its fields only. */
  private readonly first = new Map<Owner, string>()
  /** The stage that a part leads to. */
  private readonly after = new Map<Part, string>()

  constructor(names: SchemaNames, message: MessageModel) {
    this.names = names
    this.message = message
    this.fields = names.exportedScope.take(`${names.base(message)}Fields`)
    this.name(message)
  }

  private name(owner: Owner): void {
    const { names } = this
    const base = names.base(owner)
    const stages = partsOf(owner).map((part) => {
      const stage = names.exportedScope.take(`${base}At${upperFirst(identifierOf(part.name))}`)
      this.before.set(part, stage)
      return stage
    })
    const complete = names.exportedScope.take(`${base}${owner.kind === 'message' ? 'Complete' : 'Entries'}`)
    this.complete.set(owner, complete)
    const whole = owner.kind === 'message' || stages.length > 0 ? complete : names.exportedScope.take(`${base}Entry`)
    this.first.set(owner, stages[0] ?? whole)
    partsOf(owner).forEach((part, index) => this.after.set(part, stages[index + 1] ?? complete))
    for (const group of owner.groups) this.name(group)
  }

  /** An encoder of the message or of one of its groups was emitted. */
  add(encoder: Level): void {
    this.encoders.set(encoder.owner, encoder)
  }

  /** A property of the message's encoder that tells it from its stages: for the compiler, it is never set. */
  emitMark(module: Module): void {
    module.code.line(`declare readonly _stage: ${MARK_OF_ENCODERS} | undefined`)
  }

  /** The method of the message's encoder that gives its first stage. */
  emitEntrance(module: Module): void {
    const first = get(this.first, this.message)
    module.code.line().doc(
      'This encoder, once it is wrapped, as the first of its stages: each has the calls that may come next, which give',
      'the next stage.',
    )
    module.code.block(`staged(): ${first} {`, () => module.code.line(`return this as unknown as ${first}`))
  }

  /** Emits the interfaces. */
  emit(module: Module): void {
    this.emitMessage(module)
    for (const group of this.message.groups) this.emitGroup(module, group)
  }

  private emitMessage(module: Module): void {
    const { names, message } = this
    const { code } = module
    code.line().doc(`Fields of ${names.base(message)}, which can be set at every stage.`, docOf(message))
    code.block(`export interface ${this.fields} {`, () => {
      code.doc('The cursor: offset in the buffer of the next group or data.').line('limit(): number')
      code.line('offset(): number').line(`buffer(): ${module.runtimeType('DirectBuffer')}`)
      this.emitFields(module, message)
    })
    const emitStage = (name: string, doc: string, body: () => void): void => {
      code.line().doc(doc).block(`export interface ${name} extends ${this.fields} {`, () => {
        body()
        // At the end, where compilers name it last of what a type lacks.
        code.line(`readonly _stage: '${name}' | undefined`)
      })
    }
    for (const part of partsOf(message)) {
      const doc = `${names.base(message)} before \`${names.blockMembers(message).of(part)}\`.`
      emitStage(get(this.before, part), doc, () => this.emitPart(module, message, part))
    }
    emitStage(get(this.complete, message), `${names.base(message)} with all its groups and data.`, () => {
      code.doc('Bytes of the message without its header.').line('encodedLength(): number')
      code.doc('As of the encoder: codecs with precedence checks throw when something is missing after all.')
      code.line('checkEncodingIsComplete(): void')
    })
  }

  private emitGroup(module: Module, group: GroupModel): void {
    const { code } = module
    const path = get(this.encoders, group).path
    const entries = get(this.complete, group)
    const entry = get(this.first, group)
    const parts = partsOf(group)
    code.line().doc(`At \`${path}\`, not within an entry.`, docOf(group))
    code.block(`export interface ${entries} {`, () => {
      code.doc('Begins the next entry; throws when all announced ones are taken.').line(`next(): ${entry}`)
      code.doc('Leaves the group; throws when entries that were announced are missing.')
      code.line(`end(): ${get(this.after, group)}`)
      code.doc('Makes the count on the wire that of the entries taken so far; returns it.')
      code.line('resetCountToIndex(): number')
    })
    if (parts.length === 0) {
      code.line().doc(`In an entry of \`${path}\`, which has fields only.`)
      code.block(`export interface ${entry} extends ${entries} {`, () => this.emitFields(module, group))
    }
    for (const part of parts) {
      const next = this.names.blockMembers(group).of(part)
      code.line().doc(`In an entry of \`${path}\`, before its \`${next}\`.`)
      code.block(`export interface ${get(this.before, part)} {`, () => {
        if (part === parts[0]) this.emitFields(module, group)
        this.emitPart(module, group, part)
      })
    }
    for (const nested of group.groups) this.emitGroup(module, nested)
  }

  private emitFields({ code }: Module, owner: Owner): void {
    const encoder = get(this.encoders, owner)
    for (const { signature, doc } of encoder.site.declarations?.get('fields') ?? []) {
      code.doc(doc).line(declared(signature))
    }
    code.doc('Sets every optional field of the block to its null value.').line('nullifyOptionalFields(): this')
  }

  /** The calls by which a group is begun, or data written. */
  private emitPart({ code }: Module, owner: Owner, part: Part): void {
    const encoder = get(this.encoders, owner)
    if (part.kind === 'group') {
      const begin = encoder.site.scope.derivedName(encoder.members.of(part), 'Count')
      code.doc(docOf(part)).line(`${begin}(count: number): ${get(this.complete, part)}`)
      return
    }
    const next = get(this.after, part)
    for (const { signature, doc } of encoder.site.declarations?.get(part) ?? []) {
      code.doc(doc).line(declared(signature).replace(/this$/, () => next))
    }
  }
}

function partsOf(owner: Owner): readonly Part[] {
  return [...owner.groups, ...owner.data]
}

/** A signature as an interface has it: parameters with a default value are optional. */
function declared(signature: string): string {
  return signature.replace(/(\w+): (\w+) = [^,)]+/g, '$1?: $2')
}

function get<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined) throw new RangeError('the element belongs to another message')
  return value
}
