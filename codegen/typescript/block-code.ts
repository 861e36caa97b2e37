/** Parts that messages and group entries have in common. */
import type { BlockModel, DataModel, FieldModel, GroupModel } from '../model/schema-model.ts'
import { blockEnd, blockVersions } from '../model/schema-model.ts'
import { emitDataDecoder, emitDataEncoder } from './data-code.ts'
import { emitField } from './field-code.ts'
import { orderCheck, pathOf } from './level.ts'
import type { Level } from './level.ts'
import { literal, write, stringLiteral } from './literals.ts'
import { docOf } from './doc.ts'
import { at } from './site.ts'

/** Longer arrays are written in a loop. */
const UNROLLED_ELEMENTS_MAX = 4

export function emitFields(level: Level): void {
  for (const field of level.block.fields) emitField(level.site, field, level.members.of(field))
}

export function emitData(level: Level): void {
  for (const data of level.block.data) {
    if (level.site.side === 'decoder') emitDataDecoder(level, data)
    else emitDataEncoder(level, data)
  }
}

/**
 * Statements that lower `version` to the one up to which a block's fields are there. A sender may announce a version
 * and send a shorter block: what does not fit is absent.
 */
export function versionLimits(block: BlockModel, blockLength: string): string[] {
  return blockVersions(block).toReversed().map((version) => {
    const end = blockEnd(block, version)
    // Also for a version that is no number, which a header with floats may hold.
    return `if (${blockLength} < ${end} && !(version < ${version})) version = ${version - 1}`
  })
}

export function emitGroupAccessors(level: Level): void {
  const { context, site, message, members } = level
  const { code } = context.module
  for (const group of level.block.groups) {
    const property = members.of(group)
    const base = context.names.base(group)
    const flyweight = `this.${site.scope.derivedName(`_${property}`, '')}`
    if (site.side === 'decoder') {
      code.line().doc(docOf(group))
      code.block(`${property}(): ${base}Decoder {`, () => {
        if (group.sinceVersion > 0) {
          code.line(`if (${message}._actingVersion < ${group.sinceVersion}) return ${flyweight}._absent()`)
        }
        for (const line of orderCheck(level, group, 'checkItem')) code.line(line)
        code.line(`return ${flyweight}._wrap()`)
      })
    } else {
      code.line().doc(docOf(group))
      code.block(`${site.scope.derive(property, 'Count')}(count: number): ${base}Encoder {`, () => {
        for (const line of orderCheck(level, group, 'checkItem')) code.line(line)
        code.line(`return ${flyweight}._wrap(count)`)
      })
    }
  }
}

/** Declarations of the flyweights of nested groups; a group is made with its message. */
export function groupHolders(level: Level, side: 'Decoder' | 'Encoder'): { name: string; type: string }[] {
  return level.block.groups.map((group) => {
    const name = level.site.scope.derive(`_${level.members.of(group)}`, '')
    return { name, type: `${level.context.names.base(group)}${side}` }
  })
}

export function emitNullify(level: Level): void {
  const { code } = level.context.module
  code.line().doc('Sets every optional field of the block to its null value.')
  const { fieldCheck } = level.site
  code.block('nullifyOptionalFields(): this {', () => {
    if (fieldCheck !== undefined) code.line(fieldCheck('nullifyOptionalFields()'))
    for (const field of level.block.fields) {
      if (field.presence === 'optional') nullify(level, field, field.offset)
      else if (field.type.kind === 'composite') {
        for (const member of field.type.members) nullifyMember(level, member, field.offset + member.offset)
      }
    }
    code.line('return this')
  })
}

function nullifyMember(level: Level, member: FieldModel, offset: number): void {
  if (member.presence === 'optional') nullify(level, member, offset)
  else if (member.type.kind === 'composite') {
    for (const inner of member.type.members) nullifyMember(level, inner, offset + inner.offset)
  }
}

function nullify(level: Level, field: FieldModel, offset: number): void {
  const { type } = field
  const { code } = level.context.module
  const { littleEndian } = level.context
  if (type.kind === 'composite') {
    for (const member of type.members) nullifyMember(level, member, offset + member.offset)
  } else if (type.kind === 'enum') {
    code.line(write('this._view', type.primitive, at(offset), literal(type.primitive, type.nullValue), littleEndian))
  } else if (type.kind === 'scalar' && type.constValue === undefined) {
    const count = type.arrayLength ?? 1
    const size = type.encodedLength / Math.max(count, 1)
    const value = literal(type.primitive, type.nullValue)
    if (size === 1 && count > 1) {
      code.line(`${level.site.bytes}.fill(${value} & 0xff, ${at(offset)}, ${at(offset + count)})`)
      return
    }
    if (count > UNROLLED_ELEMENTS_MAX) {
      const element = `${at(offset)} + i * ${size}`
      code.block(`for (let i = 0; i < ${count}; i++) {`, () => {
        code.line(write('this._view', type.primitive, element, value, littleEndian))
      })
      return
    }
    for (let i = 0; i < count; i++) {
      code.line(write('this._view', type.primitive, at(offset + i * size), value, littleEndian))
    }
  }
}

/** The path of an element for messages: `Car.fuelFigures`. */
export function labelOf(level: Level, item: GroupModel | DataModel): string {
  return stringLiteral(`${level.context.message.name}.${pathOf(level, level.members.of(item))}`)
}
