/** Names in generated code: from the schema's, made valid and unique. */
import type { GroupModel, MessageModel, NamedTypeModel, SchemaModel } from '../model/schema-model.ts'

/** What a schema's name must not shadow in a generated module: globals that its code uses. */
const GLOBAL_NAMES = [
  'Array', 'ArrayBuffer', 'BigInt', 'Boolean', 'DataView', 'Error', 'Function', 'Infinity', 'Int8Array', 'Iterable',
  'IterableIterator', 'JSON', 'Map', 'Math', 'NaN', 'Number', 'Object', 'Partial', 'Promise', 'RangeError',
  'Readonly', 'Record', 'Set', 'String', 'Symbol', 'Uint8Array', 'globalThis', 'undefined',
]

/** What modules declare for themselves, beside the functions that skip. */
const LOCAL_NAMES = ['ACCESS_ORDER', 'TEXT_SHAPE', 'MessageHandlers', 'MessageDispatcher']

/** Members that flyweights have of their own, in any of their kinds. */
const RESERVED_MEMBERS = [
  'prototype', 'toJSON',
  'wrap', 'wrapAndApplyHeader', 'buffer', 'offset', 'limit', 'setLimit', 'encodedLength', 'actingBlockLength',
  'actingVersion', 'sbeRewind', 'sbeSkip', 'sbeDecodedLength', 'sbeBlockLength', 'sbeTemplateId', 'sbeSchemaId',
  'sbeSchemaVersion', 'sbeSemanticVersion', 'sbeSemanticType', 'nullifyOptionalFields', 'checkEncodingIsComplete',
  'count', 'hasNext', 'next', 'at', 'index', 'resetCountToIndex', 'clear', 'isEmpty', 'raw', 'rawHi', 'rawLo',
  'rawWords',
  '_buffer', '_view', '_bytes', '_offset', '_limit', '_end', '_blockLength', '_actingVersion', '_version', '_message',
  '_following', '_count', '_index', '_header', '_order', '_iterator', '_wrap', '_absent', '_json', '_refuse',
  '_refuseNext', '_emptyEntries', '_emptyEnd',
  // An object with this method is taken for a promise.
  'then',
  ...Object.getOwnPropertyNames(Object.prototype),
]

/** Members that stages need besides, of messages and of groups. */
const STAGED_MEMBERS = { message: ['staged', '_stage'], group: ['end', '_parent'] } as const

/** Our own modules, and what Windows takes for devices. */
const RESERVED_FILES = [
  'index', 'dispatcher', 'con', 'prn', 'aux', 'nul',
  ...Array.from({ length: 10 }, (_, port) => [`com${port}`, `lpt${port}`]).flat(),
]

/** An identifier as near to the name as possible. */
export function identifierOf(name: string): string {
  const valid = name.replace(/[^\p{ID_Continue}$]/gu, '_')
  return /^[\p{ID_Start}$_]/u.test(valid) ? valid : `_${valid}`
}

export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** A name that is taken gets at most this many underscores, then a number. */
const UNDERSCORES_MAX = 4

function distinct(base: string, attempt: number): string {
  return attempt <= UNDERSCORES_MAX ? base + '_'.repeat(attempt) : `${base}_${attempt}`
}

/** Hands out names, each once; a name that is taken gets underscores. */
export class NameScope {
  private readonly taken: Set<string>
  private readonly derived = new Map<string, string>()
  private readonly attempts = new Map<string, number>()

  constructor(reserved: Iterable<string> = []) {
    this.taken = new Set(reserved)
  }

  take(name: string): string {
    return this.takeAll(name, (unique) => [unique])
  }

  /** As `take`, for a name made from a member's accessor name; `derivedName` finds it again. */
  derive(property: string, suffix: string): string {
    const name = this.take(property + suffix)
    this.derived.set(`${property} ${suffix}`, name)
    return name
  }

  derivedName(property: string, suffix: string): string {
    const name = this.derived.get(`${property} ${suffix}`)
    if (name === undefined) throw new RangeError(`no name was derived from ${property} with ${suffix}`)
    return name
  }

  /** A base name of which all derived names are free. */
  takeAll(base: string, derive: (unique: string) => readonly string[]): string {
    let attempt = this.attempts.get(base) ?? 0
    let unique = distinct(base, attempt)
    while (derive(unique).some((name) => this.taken.has(name))) unique = distinct(base, ++attempt)
    for (const name of derive(unique)) this.taken.add(name)
    // A schema may have thousands of names that differ in invalid characters only.
    if (attempt > UNDERSCORES_MAX) this.attempts.set(base, attempt)
    return unique
  }

  fork(): NameScope {
    return new NameScope(this.taken)
  }
}

/**
 * The accessor names of one block or composite, the same in encoder and decoder: members first, so that a derived name
 * never takes one of theirs.
 */
export class MemberNames {
  private readonly scope: NameScope
  private readonly properties = new Map<object, string>()

  constructor(members: readonly { readonly name: string }[], reserved: readonly string[] = []) {
    this.scope = new NameScope([...RESERVED_MEMBERS, ...reserved])
    for (const member of members) {
      this.properties.set(member, this.scope.take(lowerFirst(identifierOf(member.name))))
    }
  }

  /** The accessor name of a member. */
  of(member: object): string {
    const name = this.properties.get(member)
    if (name === undefined) throw new RangeError('the member belongs to another block')
    return name
  }

  /** A scope for the names derived from the members, one for each generated class. */
  derivedScope(): NameScope {
    return this.scope.fork()
  }
}

/** File and export names of a whole schema. */
export class SchemaNames {
  /** The names exported by any module, and those of the modules: what else is generated takes its own from here. */
  readonly exportedScope: NameScope
  readonly fileScope: NameScope
  private readonly bases = new Map<object, string>()
  private readonly files = new Map<object, string>()
  private readonly members = new Map<object, MemberNames>()
  private readonly staged: boolean

  constructor(model: SchemaModel, runtimeNames: Iterable<string>, staged: boolean) {
    const exported = new NameScope([...GLOBAL_NAMES, ...LOCAL_NAMES, ...runtimeNames])
    this.staged = staged
    const files = new NameScope(RESERVED_FILES)
    this.exportedScope = exported
    this.fileScope = files
    const add = (key: NamedTypeModel | MessageModel, name: string, derive: (base: string) => string[]): void => {
      this.bases.set(key, exported.takeAll(upperFirst(identifierOf(name)), derive))
      this.files.set(key, files.take(kebabCase(name)))
    }
    // The declared type keeps its name when inline types of composites share it, in the order of their first use.
    add(model.header, model.header.name, codecNames)
    for (const message of model.messages) add(message, message.name, messageNames)
    for (const message of model.messages) this.addGroups(message, this.base(message), exported)
    for (const type of model.types) if (type !== model.header) add(type, type.name, typeNames(type))
  }

  private addGroups(parent: MessageModel | GroupModel, prefix: string, exported: NameScope): void {
    for (const group of parent.groups) {
      const base = exported.takeAll(prefix + upperFirst(identifierOf(group.name)), groupNames)
      this.bases.set(group, base)
      this.addGroups(group, base, exported)
    }
  }

  /** Base of the exported names: `Car` of CarDecoder and CarEncoder. */
  base(key: object): string {
    const base = this.bases.get(key)
    if (base === undefined) throw new RangeError('the element belongs to another schema')
    return base
  }

  /** Module name without extension. */
  file(key: object): string {
    const file = this.files.get(key)
    if (file === undefined) throw new RangeError('the element has no module of its own')
    return file
  }

  /** Accessor names of a message's or group's fields, groups and data. */
  blockMembers(owner: MessageModel | GroupModel): MemberNames {
    const reserved = this.staged ? STAGED_MEMBERS[owner.kind] : []
    return this.membersOf(owner, () => new MemberNames([...owner.fields, ...owner.groups, ...owner.data], reserved))
  }

  membersOf(key: object, make: () => MemberNames): MemberNames {
    let names = this.members.get(key)
    if (names === undefined) {
      names = make()
      this.members.set(key, names)
    }
    return names
  }
}

function codecNames(base: string): string[] {
  return [`${base}Decoder`, `${base}Encoder`, `${base}Meta`]
}

function groupNames(base: string): string[] {
  return [`${base}Decoder`, `${base}Encoder`, `${base}Lengths`, skipFunctionOf(base)]
}

function messageNames(base: string): string[] {
  return [...codecNames(base), `${base}Lengths`, skipFunctionOf(base)]
}

/** The function of a module that walks a message, or a group of it. */
export function skipFunctionOf(base: string): string {
  return `skip${base}`
}

function typeNames(type: NamedTypeModel): (base: string) => string[] {
  switch (type.kind) {
    case 'enum':
      return (base) => [base, `${lowerFirst(base)}Name`, `${lowerFirst(base)}ToJson`]
    case 'set':
      return (base) => [base, `${base}Decoder`, `${base}Encoder`]
    case 'composite':
      return codecNames
  }
}

/** File systems take names of 255 bytes, and writing in one step needs some of them. */
const FILE_NAME_LENGTH_MAX = 160

export function kebabCase(name: string): string {
  const kebab = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
  return kebab === '' ? 'type' : kebab.slice(0, FILE_NAME_LENGTH_MAX)
}
