/** Accessors of variable-length data. */
import { docOf, joinLines, lifetimeOf } from './doc.ts'
import type { BlockModel, DataModel } from '../model/schema-model.ts'
import { orderCheck, pathOf } from './level.ts'
import type { Level, MessageContext } from './level.ts'
import type { Module } from './module.ts'
import { plus, readNumber, stringLiteral, writeNumber } from './literals.ts'
import { upperFirst } from './names.ts'
import { addDeclaration } from './site.ts'
import { readTextCall, textSuffixOf } from './text-code.ts'

/** Lengths above this are no exact Number, and no buffer is as long. */
const LENGTH_MAX = BigInt(Number.MAX_SAFE_INTEGER)

export function maxLengthOf(data: DataModel): bigint {
  const max = BigInt(data.lengthMember.type.maxValue)
  return max < LENGTH_MAX ? max : LENGTH_MAX
}

/** Data items of a message that differ in name only share functions, which keeps the accessors small. */
export function shapesOf(block: BlockModel, shapes: DataModel[] = []): readonly DataModel[] {
  for (const data of block.data) if (!shapes.some((shape) => isSameShape(shape, data))) shapes.push(data)
  for (const group of block.groups) shapesOf(group, shapes)
  return shapes
}

function isSameShape(a: DataModel, b: DataModel): boolean {
  const isSameLength =
    a.lengthMember.type.primitive === b.lengthMember.type.primitive && a.lengthMember.offset === b.lengthMember.offset
  return isSameLength && a.headerLength === b.headerLength
}

type ShapeFunction = 'passData' | 'getData' | 'reserveData'

/** Name of a function for data of one shape. */
export function functionOf(context: Pick<MessageContext, 'message'>, name: ShapeFunction, data: DataModel): string {
  const index = shapesOf(context.message).findIndex((shape) => isSameShape(shape, data))
  return index === 0 ? name : `${name}${index + 1}`
}

/** Emits the functions that the accessors of a message's data share. */
export function emitDataFunctions(context: MessageContext): void {
  const { module, names, message, littleEndian } = context
  const { code } = module
  const base = names.base(message)
  for (const data of shapesOf(message)) {
    const { headerLength, lengthMember } = data
    const { primitive } = lengthMember.type
    const lengthOffset = plus('header', lengthMember.offset)
    const pass = functionOf(context, 'passData', data)
    emitPassData(module, pass, `${base}Decoder`, data, littleEndian)
    const parameters = [
      `message: ${base}Decoder`,
      'name: string',
      'dst: Uint8Array',
      'dstOffset: number = 0',
      'length: number = dst.length - dstOffset',
    ]
    code.line().doc('Copies at most `length` bytes of data and moves past all of it; returns how many.')
    code.list(`function ${functionOf(context, 'getData', data)}(`, parameters, '): number {').indented(() => {
      code.line(`${module.runtime('checkRange')}(name, length, dstOffset, dst.length)`)
      code.line(`const available = ${pass}(message, name)`)
      code.line('const n = length < available ? length : available')
      code.line(`${module.runtime('moveBytes')}(dst, dstOffset, message._bytes, message._limit - available, n)`)
      code.line('return n')
    }).line('}')
    const reserve = [`message: ${base}Encoder`, 'name: string', 'length: number', 'max: number']
    code.line().doc('Writes the length of data; returns the offset of the data.')
    code.list(`function ${functionOf(context, 'reserveData', data)}(`, reserve, '): number {').indented(() => {
      const inRange = 'Number.isInteger(length) && length >= 0 && length <= max'
      code.line(module.throwIf(`!(${inRange})`, 'lengthError', 'name', 'length', 'max'))
      code.line('const header = message._limit').line(`const start = header + ${headerLength}`)
      code.line('const end = start + length')
      const bounds = ['name', `${headerLength} + length`, 'header', 'message._end']
      code.line(module.throwIf('end > message._end', 'boundsError', ...bounds))
      code.line(writeNumber('message._view', primitive, lengthOffset, 'length', littleEndian))
      code.line('message._limit = end').line('return start')
    }).line('}')
  }
}

/** Emits the function that moves a decoder past data of one shape. */
export function emitPassData(
  module: Module, name: string, decoder: string, { headerLength, lengthMember }: DataModel, littleEndian: boolean,
): void {
  const { code } = module
  code.line().doc('Moves past data; returns its length.')
  code.block(`function ${name}(message: ${decoder}, name: string): number {`, () => {
    const end = 'message._end'
    code.line('const header = message._limit').line(`const start = header + ${headerLength}`)
    code.line(module.throwIf(`start > ${end}`, 'boundsError', 'name', headerLength, 'header', end))
    const lengthOffset = plus('header', lengthMember.offset)
    code.line(`const length = ${readNumber('message._view', lengthMember.type.primitive, lengthOffset, littleEndian)}`)
    code.line('const end = start + length')
    code.line(module.throwIf(`end > ${end}`, 'boundsError', 'name', 'length', 'start', end))
    code.line('message._limit = end').line('return length')
  })
}

export function emitDataDecoder(level: Level, data: DataModel): void {
  const { site, message, context } = level
  const { module, scope } = site
  const { code } = module
  const property = level.members.of(data)
  const label = stringLiteral(`${context.message.name}.${pathOf(level, property)}`)
  const { characterEncoding, sinceVersion } = data
  const description = docOf({ description: data.description })
  const lifetime = lifetimeOf(data)
  const absent = sinceVersion > 0 ? [`if (${message}._actingVersion < ${sinceVersion}) return 0`] : []
  const prologue = message === 'this' ? [] : [`const message = ${message}`]
  const m = message === 'this' ? 'this' : 'message'
  const pass = `const length = ${functionOf(context, 'passData', data)}(${m}, ${label})`
  const emit = (signature: string, doc: string, lines: readonly string[]): void => {
    code.line().doc(doc, lifetime).block(`${signature} {`, () => lines.forEach((line) => code.line(line)))
  }

  const lengthDoc = 'Length in bytes, of which the message has as many; does not move on.'
  emit(`${scope.derive(property, 'Length')}(): number`, joinLines([description, lengthDoc]), [
    ...absent,
    ...orderCheck(level, data, 'checkItem'),
    ...prologue,
    `const header = ${m}._limit`,
    pass,
    `${m}._limit = header`,
    'return length',
  ])
  const skip = scope.take(`skip${upperFirst(property)}`)
  emit(`${skip}(): number`, 'Moves past the data; returns its length in bytes.', [
    ...absent,
    ...orderCheck(level, data, 'checkItem'),
    ...prologue,
    pass,
    ...orderCheck(level, data, 'takeData'),
    'return length',
  ])
  if (characterEncoding !== undefined) {
    const text = readTextCall(module, characterEncoding, `${m}._bytes`, `${m}._limit - length`, 'length')
    emit(`${property}(): string`, description, [`const length = this.${skip}()`, ...prologue, `return ${text}`])
  }
  emit(
    `${scope.take(`get${upperFirst(property)}`)}` +
      '(dst: Uint8Array, dstOffset?: number, length?: number): number',
    'Copies at most `length` bytes, returns how many, and moves past all of the data; default as many as `dst` holds.',
    [
      ...absent,
      ...orderCheck(level, data, 'checkItem'),
      `const n = ${functionOf(context, 'getData', data)}(${message}, ${label}, dst, dstOffset, length)`,
      ...orderCheck(level, data, 'takeData'),
      'return n',
    ],
  )
  emit(
    `${scope.take(`wrap${upperFirst(property)}`)}(slice: ${module.runtimeType('Slice')}): this`,
    'Points the slice at the data, without a copy, and moves past it.',
    [
      `const length = this.${skip}()`,
      ...prologue,
      `slice.wrap(${m}._buffer, ${m}._limit - length, length)`,
      'return this',
    ],
  )
  emit(
    `${scope.derive(property, 'Bytes')}(): Uint8Array`,
    'The data as a view of the buffer, without a copy; moves past it.',
    [`const length = this.${skip}()`, ...prologue, `return ${m}._bytes.subarray(${m}._limit - length, ${m}._limit)`],
  )
}

export function emitDataEncoder(level: Level, data: DataModel): void {
  const { site, message, context } = level
  const { module, scope } = site
  const { code } = module
  const property = level.members.of(data)
  const label = stringLiteral(`${context.message.name}.${pathOf(level, property)}`)
  const { characterEncoding } = data
  const description = docOf({ description: data.description })
  const lifetime = lifetimeOf(data)
  const max = maxLengthOf(data)
  const emit = (signature: string, doc: string, lines: readonly string[]): void => {
    code.line().doc(doc, lifetime).block(`${signature} {`, () => lines.forEach((line) => code.line(line)))
  }

  /** A method after which the data is written, as it has to be for stages. */
  const emitWrite = (signature: string, doc: string, lines: readonly string[]): void => {
    addDeclaration(site, data, { signature, doc: joinLines([doc, lifetime]) })
    emit(signature, doc, [...lines, 'return this'])
  }

  const reserve = scope.take(`reserve${upperFirst(property)}`)
  emit(
    `${reserve}(length: number): number`,
    'Writes the length and leaves room for the data; returns the offset in the buffer where the caller writes it.',
    [
      ...orderCheck(level, data, 'checkItem'),
      `const offset = ${functionOf(context, 'reserveData', data)}(${message}, ${label}, length, ${max})`,
      ...orderCheck(level, data, 'takeData'),
      'return offset',
    ],
  )
  emitWrite(
    `${scope.take(`put${upperFirst(property)}`)}` +
      '(src: Uint8Array, srcOffset: number = 0, length: number = src.length - srcOffset): this',
    description,
    [
      `${module.runtime('checkRange')}(${label}, length, srcOffset, src.length)`,
      `const offset = this.${reserve}(length)`,
      `${module.runtime('copyBytes')}(${message}._bytes, offset, src, srcOffset, length)`,
    ],
  )
  if (context.stages !== undefined) {
    emitWrite(
      `${scope.take(`roomFor${upperFirst(property)}`)}(length: number): this`,
      'Writes the length and leaves room for the data, which the caller writes: it ends at the message\'s `limit()`.',
      [`this.${reserve}(length)`],
    )
  }
  if (characterEncoding === undefined) return
  const charset = textSuffixOf(characterEncoding)
  const lines =
    charset === 'other'
      ? [
          `const encoded = ${module.runtime('encodeText')}(value, ${stringLiteral(characterEncoding)})`,
          `const offset = this.${reserve}(encoded.length)`,
          `${module.runtime('copyBytes')}(${message}._bytes, offset, encoded, 0, encoded.length)`,
        ]
      : charset === 'Utf8'
        ? [
            `const length = ${module.runtime('utf8Length')}(value)`,
            `const offset = this.${reserve}(length)`,
            `${module.runtime('writeUtf8')}(${message}._bytes, offset, value, length)`,
          ]
        : [
            `const offset = this.${reserve}(value.length)`,
            `${module.runtime(`write${charset}`)}(${message}._bytes, offset, value)`,
          ]
  emitWrite(`${property}(value: string): this`, description, lines)
}
