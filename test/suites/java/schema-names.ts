import type { Random } from '../../support/random.ts'

const WORDS = [
  'price', 'qty', 'side', 'symbol', 'orderId', 'account', 'venue', 'flags', 'ts', 'px', 'Leg', 'Entry', 'trade', 'Book',
  'level', 'mantissa', 'security', 'ref', 'party', 'fee', 'rate', 'x', 'Y', 'seq_no', 'URL', 'ISIN', 'unit', 'kind',
]

/** Names that mean something in TypeScript or to generated code, but nothing in Java. */
const TRICKY = [
  'arguments', 'eval', 'await', 'async', 'of', 'let', 'function', 'delete', 'typeof', 'undefined', 'in', 'export',
  'debugger', 'with', 'toJSON', 'view', 'bytes', 'source', 'self', 'constructor', 'prototype', 'name', 'value',
  'length',
  'hasOwnProperty', 'symbol', 'number', 'string', 'object', 'type', 'as', 'any', 'never', 'declare', 'module', 'keyof',
  'decoder', 'encoder', 'littleEndian', 'get', 'set', 'raw', 'at', 'computeLength',
]

const KEYWORDS = [
  'class', 'new', 'this', 'null', 'true', 'false', 'default', 'import', 'yield', 'enum', 'super', 'void',
]

/** Members of generated codecs that a field may be named like. */
const MEMBERS = [
  'wrap', 'limit', 'offset', 'buffer', 'encodedLength', 'toString', 'next', 'count', 'hasNext', 'actingVersion',
  'sbeSkip', 'sbeRewind', 'BLOCK_LENGTH', 'setLimit', 'nullifyOptionalFields', 'resetCountToIndex', 'isEmpty', 'clear',
]

/** Names of types that are also names of what generated code may use. */
const GLOBALS = ['Object', 'Array', 'Map', 'String', 'DataView', 'Error', 'Slice', 'DirectBuffer', 'SbeError', 'Symbol']

/** Hands out names that differ in more than the case of a letter. */
export class NamePool {
  readonly #random: Random
  readonly #used = new Set<string>()
  /** Whether names may be ones that the reference cannot generate code for. */
  readonly #hostile: boolean

  constructor(random: Random, hostile: boolean) {
    this.#random = random
    this.#hostile = hostile
  }

  /** A pool for another scope; its member names never meet a class name. */
  inner(): NamePool {
    return new NamePool(this.#random, this.#hostile)
  }

  /** A name for a type, message or group: it becomes a class. */
  className(): string {
    return this.#take(() => {
      if (this.#hostile && this.#random.bool(0.1)) return this.#random.pick(GLOBALS)
      const word = this.#random.pick(WORDS) + this.#random.between(100, 9999)
      return this.#random.bool() ? word : word.charAt(0).toUpperCase() + word.slice(1)
    })
  }

  /** A name for a field, member, data, value or choice. */
  memberName(): string {
    return this.#take(() => {
      const random = this.#random
      if (random.bool(0.12)) return random.pick(TRICKY)
      if (this.#hostile && random.bool(0.2)) return random.pick(random.bool() ? KEYWORDS : MEMBERS)
      const word = random.pick(WORDS)
      return random.bool(0.4) ? word : word + random.between(1, 99)
    })
  }

  /** A name for a field; the reference's generator gets keywords right here, and nowhere else. */
  fieldName(): string {
    return this.#random.bool(0.05) ? this.#take(() => this.#random.pick([...KEYWORDS, ...WORDS])) : this.memberName()
  }

  /** Takes a name from elsewhere into this scope; false when it is in use here. */
  claim(name: string): boolean {
    const folded = name.toLowerCase()
    if (this.#used.has(folded)) return false
    this.#used.add(folded)
    return true
  }

  #take(make: () => string): string {
    for (;;) {
      const name = make()
      if (this.claim(name)) return name
    }
  }
}
