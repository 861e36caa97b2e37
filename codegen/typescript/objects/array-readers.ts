import { PRIMITIVE_TYPES } from '../../ir/primitive-type.ts'
import type { PrimitiveName } from '../../ir/primitive-type.ts'
import type { ScalarModel } from '../../model/schema-model.ts'
import { isWide, literal } from '../literals.ts'
import type { Module } from '../module.ts'
import type { NameScope } from '../names.ts'
import { Memory } from './memory.ts'

interface ArrayReader {
  readonly name: string
  readonly type: ScalarModel
  readonly hasNulls: boolean
}

/** The functions of a module that read arrays of numbers: one for each type, made when one asks for it. */
export class ArrayReaders {
  private readonly module: Module
  private readonly scope: NameScope
  private readonly littleEndian: boolean
  private readonly asNumbers: boolean
  private readonly readers = new Map<string, ArrayReader>()

  constructor(module: Module, scope: NameScope, littleEndian: boolean, asNumbers: boolean) {
    this.module = module
    this.scope = scope
    this.littleEndian = littleEndian
    this.asNumbers = asNumbers
  }

  /** Expression of an array's elements. */
  call(type: ScalarModel, hasNulls: boolean, args: readonly string[], path: string): string {
    const { primitive, nullValue } = type
    const key = hasNulls ? `${primitive} ${literal(primitive, nullValue)}` : primitive
    let reader = this.readers.get(key)
    if (reader === undefined) {
      const name = this.scope.take(`read${primitive.charAt(0).toUpperCase()}${primitive.slice(1)}s`)
      reader = { name, type, hasNulls }
      this.readers.set(key, reader)
    }
    return `${reader.name}(${[...args, ...(this.isExact(primitive) ? [path] : [])].join(', ')})`
  }

  private isExact(primitive: PrimitiveName): boolean {
    return isWide(primitive) && this.asNumbers
  }

  emit(): void {
    for (const { name, type, hasNulls } of this.readers.values()) this.emitReader(name, type, hasNulls)
  }

  private emitReader(name: string, type: ScalarModel, hasNulls: boolean): void {
    const { code } = this.module
    const { primitive } = type
    const isExact = this.isExact(primitive)
    const element = isWide(primitive) && !isExact ? 'bigint' : 'number'
    const array = hasNulls ? `(${element} | null)[]` : `${element}[]`
    const path = isExact ? ', path: string' : ''
    const memory = new Memory(this.littleEndian)
    code.line().block(`function ${name}(view: DataView, start: number, length: number${path}): ${array} {`, () => {
      code.line(`const elements = new Array<${hasNulls ? `${element} | null` : element}>(length)`)
      code.block('for (let i = 0; i < length; i++) {', () => {
        code.line(`const offset = start + i * ${PRIMITIVE_TYPES[primitive].size}`)
        const value = isExact ? exactNumberCall(this.module, memory, primitive, 0, 'path') : memory.read(primitive, 0)
        code.line(`elements[i] = ${hasNulls ? `${memory.isNull(type, 0)} ? null : ` : ''}${value}`)
      })
      code.line('return elements')
    })
  }
}

/** Expression of a 64-bit integer as a Number; throws when it is not exact. */
export function exactNumberCall(
  module: Module, memory: Memory, primitive: PrimitiveName, offset: number, path: string,
): string {
  const words = memory.words(offset)
  const hi = memory.read(primitive === 'int64' ? 'int32' : 'uint32', words.hi)
  return `${module.runtime('exactNumber')}(${hi}, ${memory.read('uint32', words.lo)}, ${path})`
}
