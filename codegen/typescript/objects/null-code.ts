/** Statements that write the null value of a field. */
import { PRIMITIVE_TYPES } from '../../ir/primitive-type.ts'
import type { FieldModel, ScalarModel } from '../../model/schema-model.ts'
import { isConstant } from '../../model/schema-model.ts'
import { literal, write } from '../literals.ts'
import type { Writer } from '../writer.ts'
import type { Memory } from './memory.ts'

/** Longer arrays are written in a loop. */
const UNROLLED_ELEMENTS_MAX = 4

/** What the field has for no value: null values of all its members, no choices. */
export function emitNull(code: Writer, memory: Memory, field: FieldModel, offset: number): void {
  if (isConstant(field)) return
  const { type } = field
  switch (type.kind) {
    case 'composite':
      for (const member of type.members) emitNull(code, memory, member, offset + member.offset)
      break
    case 'set':
      code.line(memory.write(type.primitive, offset, literal(type.primitive, 0n)))
      break
    case 'enum':
      code.line(memory.write(type.primitive, offset, literal(type.primitive, type.nullValue)))
      break
    case 'scalar':
      emitNullElements(code, memory, type, offset)
  }
}

function emitNullElements(code: Writer, memory: Memory, type: ScalarModel, offset: number): void {
  const { primitive } = type
  const { size } = PRIMITIVE_TYPES[primitive]
  const length = type.arrayLength ?? 1
  const value = literal(primitive, type.nullValue)
  if (size === 1 && type.arrayLength !== undefined) {
    const range = `${memory.place(offset)}, ${memory.place(offset + length)}`
    code.line(`${memory.bytes()}.fill(${Number(type.nullValue) & 0xff}, ${range})`)
  } else if (length <= UNROLLED_ELEMENTS_MAX) {
    for (let i = 0; i < length; i++) code.line(memory.write(primitive, offset + i * size, value))
  } else {
    code.block(`for (let k = 0; k < ${length}; k++) {`, () => {
      const element = `${memory.place(offset)} + k * ${size}`
      code.line(write(memory.view(), primitive, element, value, memory.littleEndian))
    })
  }
}
