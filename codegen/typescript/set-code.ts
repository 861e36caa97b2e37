import { docOf } from './doc.ts'
import type { SchemaModel, SetModel } from '../model/schema-model.ts'
import { isWide, read, stringLiteral, valueType, write } from './literals.ts'
import { Module, STATE_COMMENT } from './module.ts'
import type { ModuleOptions } from './module.ts'
import { MemberNames } from './names.ts'
import type { SchemaNames } from './names.ts'
import { wordOffsets } from './scalar-code.ts'
import { at } from './site.ts'

const WORD_BITS = 32

export function emitSet(model: SchemaModel, names: SchemaNames, type: SetModel, options: ModuleOptions): Module {
  const module = new Module(names.file(type), options)
  const base = names.base(type)
  const members = names.membersOf(type, () => new MemberNames(type.choices))
  const littleEndian = model.byteOrder === 'littleEndian'
  const { code } = module
  code.line(`${module.runtime('requireRuntime')}(${options.runtimeInterface}, ${stringLiteral(module.file)})`)
  code.line().doc(docOf(type), 'Bit position of each choice, from the least significant bit.')
  code.block(`export const ${base} = {`, () => {
    for (const choice of type.choices) code.doc(docOf(choice)).line(`${members.of(choice)}: ${choice.bit},`)
  }, '} as const')

  /** Reads of and masks for the word that holds a choice. */
  const word = (bit: number): { primitive: 'uint8' | 'uint16' | 'uint32'; offset: string; mask: number } => {
    if (!isWide(type.primitive)) {
      return { primitive: type.primitive as 'uint8' | 'uint16' | 'uint32', offset: 'this._offset', mask: 1 << bit }
    }
    const words = wordOffsets(0, littleEndian)
    return {
      primitive: 'uint32',
      offset: at(bit < WORD_BITS ? words.lo : words.hi),
      mask: 1 << (bit % WORD_BITS),
    }
  }
  const raw = read('this._view', type.primitive, 'this._offset', littleEndian)
  const zero = isWide(type.primitive) ? '0n' : '0'

  code.line().doc(docOf(type))
  code.block(`export class ${base}Decoder {`, () => {
    emitState(module, base, 'Decoder', type.encodedLength)
    code.line().block(`raw(): ${valueType(type.primitive)} {`, () => code.line(`return ${raw}`))
    if (isWide(type.primitive)) {
      const words = wordOffsets(0, littleEndian)
      const half = (offset: number): string => read('this._view', 'uint32', at(offset), littleEndian)
      code.line().block('rawHi(): number {', () => code.line(`return ${half(words.hi)}`))
      code.line().block('rawLo(): number {', () => code.line(`return ${half(words.lo)}`))
    }
    code.line().block('isEmpty(): boolean {', () => code.line(`return ${raw} === ${zero}`))
    for (const choice of type.choices) {
      const { primitive, offset, mask } = word(choice.bit)
      code.line().doc(docOf(choice))
      code.block(`${members.of(choice)}(): boolean {`, () => {
        code.line(`return (${read('this._view', primitive, offset, littleEndian)} & ${mask}) !== 0`)
      })
    }
    code.line().doc('The choices that are set.').block('toString(): string {', () => {
      code.line(`return ${module.runtime('formatSet')}(this.toJSON())`)
    })
    code.line().block('toJSON(): { [choice: string]: boolean } {', () => {
      code.block('return {', () => {
        for (const choice of type.choices) code.line(`${members.of(choice)}: this.${members.of(choice)}(),`)
      })
    })
  })

  code.line().doc(docOf(type))
  code.block(`export class ${base}Encoder {`, () => {
    emitState(module, base, 'Encoder', type.encodedLength)
    const setRaw = (value: string): void => {
      code.line(write('this._view', type.primitive, 'this._offset', value, littleEndian)).line('return this')
    }
    code.line().block(`raw(value: ${valueType(type.primitive)}): this {`, () => setRaw('value'))
    if (isWide(type.primitive)) {
      const words = wordOffsets(0, littleEndian)
      code.line().block('rawWords(hi: number, lo: number): this {', () => {
        code.line(write('this._view', 'uint32', at(words.hi), 'hi', littleEndian))
        code.line(write('this._view', 'uint32', at(words.lo), 'lo', littleEndian)).line('return this')
      })
    }
    code.line().block('clear(): this {', () => setRaw(zero))
    for (const choice of type.choices) {
      const { primitive, offset, mask } = word(choice.bit)
      code.line().doc(docOf(choice))
      code.block(`${members.of(choice)}(value: boolean): this {`, () => {
        code.line(`const bits = ${read('this._view', primitive, offset, littleEndian)}`)
        const bits = `value ? bits | ${mask} : bits & ${~mask}`
        code.line(write('this._view', primitive, offset, bits, littleEndian)).line('return this')
      })
    }
  })
  return module
}

function emitState(module: Module, base: string, side: string, encodedLength: number): void {
  const { code } = module
  const buffer = module.runtimeType('DirectBuffer')
  code.line(`static readonly ENCODED_LENGTH = ${encodedLength}`).line().line(STATE_COMMENT)
  code.line(`_view: DataView = ${module.runtime('EMPTY_BUFFER')}.view`)
  code.line('_offset: number = 0')
  code.line()
  code.block(`wrap(buffer: ${buffer}, offset: number): this {`, () => {
    const inside = `Number.isInteger(offset) && offset >= 0 && offset + ${encodedLength} <= buffer.byteLength`
    const args = [`'${base}${side}'`, 'offset', encodedLength, encodedLength, 'buffer.byteLength']
    code.line(module.throwIf(`!(${inside})`, 'wrapError', ...args))
    code.line('return this._wrap(buffer.view, offset)')
  })
  code.line().doc('@internal')
  code.block('_wrap(view: DataView, offset: number): this {', () => {
    code.line('if (this._view !== view) this._view = view').line('this._offset = offset').line('return this')
  })
}
