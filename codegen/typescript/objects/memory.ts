import type { PrimitiveName } from '../../ir/primitive-type.ts'
import type { ScalarModel } from '../../model/schema-model.ts'
import { plus, read, write } from '../literals.ts'
import { nullCondition, wordOffsets } from '../scalar-code.ts'

type Local = 'view' | 'bytes' | 'offset' | 'version'

/** How code reaches the memory of a block: by constants, of which only those that are used are to be declared. */
export class Memory {
  readonly littleEndian: boolean
  private readonly used = new Set<Local>()

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian
  }

  /** Whether the code uses a constant so far. */
  uses(local: Local): boolean {
    return this.used.has(local)
  }

  readonly place = (offset: number): string => plus(this.local('offset'), offset)

  view(): string {
    return this.local('view')
  }

  bytes(): string {
    return this.local('bytes')
  }

  version(): string {
    return this.local('version')
  }

  read(primitive: PrimitiveName, offset: number): string {
    return read(this.view(), primitive, this.place(offset), this.littleEndian)
  }

  write(primitive: PrimitiveName, offset: number, value: string): string {
    return write(this.view(), primitive, this.place(offset), value, this.littleEndian)
  }

  isNull(type: Pick<ScalarModel, 'primitive' | 'nullValue'>, offset: number): string {
    return nullCondition(this.view(), type, offset, this.place, this.littleEndian)
  }

  /** Offsets of the words of a 64-bit integer. */
  words(offset: number): { readonly hi: number; readonly lo: number } {
    return wordOffsets(offset, this.littleEndian)
  }

  private local(name: Local): string {
    this.used.add(name)
    return name
  }
}
