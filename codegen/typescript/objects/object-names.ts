/** Names in the modules of plain objects: taken after those of the codecs, which they leave as they are. */
import type { CompositeModel, GroupModel, MessageModel, SchemaModel, SetModel } from '../../model/schema-model.ts'
import { NameScope, kebabCase, lowerFirst } from '../names.ts'
import type { SchemaNames } from '../names.ts'

/** What no local constant can be called: reserved words, and what the code around it declares. */
const RESERVED_LOCALS = [
  'arguments', 'async', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default',
  'delete', 'do', 'else', 'enum', 'eval', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if',
  'implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new', 'null', 'package', 'private', 'protected',
  'public', 'return', 'static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof', 'var', 'void', 'while',
  'with', 'yield',
  'at', 'blockLength', 'buffer', 'bytes', 'count', 'decoder', 'element', 'encoder', 'end', 'entries', 'entry',
  'first', 'header', 'i', 'k', 'length', 'limit', 'message', 'name', 'object', 'offset', 'start', 'version', 'view',
]

export class ObjectNames {
  /** The union of all messages' objects and the functions that go with it. */
  readonly union: string
  readonly unionFile: string
  private readonly bases = new Map<object, string>()
  private readonly files = new Map<object, string>()
  private readonly exported: NameScope

  constructor(model: SchemaModel, names: SchemaNames) {
    this.exported = names.exportedScope
    this.union = this.exported.takeAll('Message', unionNames)
    this.unionFile = names.fileScope.take('objects')
    const addFile = (key: object, name: string): void => {
      this.files.set(key, names.fileScope.take(`${kebabCase(name)}-object`))
    }
    for (const message of model.messages) {
      this.bases.set(message, this.exported.takeAll(names.base(message), messageNames))
      addFile(message, message.name)
      this.addGroups(message, names)
    }
    for (const type of objectTypes(model)) {
      this.bases.set(type, this.exported.takeAll(names.base(type), typeNames))
      addFile(type, type.name)
    }
  }

  private addGroups(parent: MessageModel | GroupModel, names: SchemaNames): void {
    for (const group of parent.groups) {
      this.bases.set(group, this.exported.takeAll(names.base(group), groupNames))
      this.addGroups(group, names)
    }
  }

  /** Base of the names of a message, group, composite or set: `Trade` of `TradeObject`. */
  base(key: object): string {
    const base = this.bases.get(key)
    if (base === undefined) throw new RangeError('the element has no object')
    return base
  }

  type(key: object): string {
    return `${this.base(key)}Object`
  }

  file(key: object): string {
    const file = this.files.get(key)
    if (file === undefined) throw new RangeError('the element has no module of its own')
    return file
  }

  /** A scope for what one module declares beside its exports. */
  moduleScope(): NameScope {
    const scope = this.exported.fork()
    for (const name of RESERVED_LOCALS) scope.take(name)
    return scope
  }
}

/** Composites and sets: an enum is its value. */
export function objectTypes(model: SchemaModel): readonly (CompositeModel | SetModel)[] {
  return model.types.filter((type) => type.kind !== 'enum')
}

function unionNames(base: string): string[] {
  return [`${base}Object`, fromBufferOf(base), toBufferOf(base), fromBytesOf(base), toBytesOf(base)]
}

function messageNames(base: string): string[] {
  return [
    `${base}Object`, toObjectOf(base), fromObjectOf(base), objectLengthOf(base), toBufferOf(base), fromBytesOf(base),
    toBytesOf(base), bodyFromObjectOf(base),
  ]
}

function groupNames(base: string): string[] {
  return [`${base}Object`, toObjectsOf(base), fromObjectsOf(base)]
}

function typeNames(base: string): string[] {
  return [`${base}Object`, toObjectOf(base), fromObjectOf(base)]
}

export function toObjectOf(base: string): string {
  return `${lowerFirst(base)}ToObject`
}

export function fromObjectOf(base: string): string {
  return `${lowerFirst(base)}FromObject`
}

export function objectLengthOf(base: string): string {
  return `${lowerFirst(base)}ObjectLength`
}

export function toBytesOf(base: string): string {
  return `${lowerFirst(base)}ToBytes`
}

export function fromBytesOf(base: string): string {
  return `${lowerFirst(base)}FromBytes`
}

export function toBufferOf(base: string): string {
  return `${lowerFirst(base)}ToBuffer`
}

export function fromBufferOf(base: string): string {
  return `${lowerFirst(base)}FromBuffer`
}

/** Functions of a module for its own use: the message after its header, and the entries of groups. */
export function bodyFromObjectOf(base: string): string {
  return `${lowerFirst(base)}BodyFromObject`
}

export function toObjectsOf(base: string): string {
  return `${lowerFirst(base)}ToObjects`
}

export function fromObjectsOf(base: string): string {
  return `${lowerFirst(base)}FromObjects`
}
