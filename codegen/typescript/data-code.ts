/** Accessors of variable-length data. */
import { docOf } from './doc.ts'
import type { DataModel } from './codec-model.ts'
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import { orderCheck, pathOf } from './level.ts'
import type { Level } from './level.ts'
import { plus, readNumber, stringLiteral, writeNumber } from './literals.ts'
import { upperFirst } from './names.ts'
import { readTextCall, textSuffixOf } from './text-code.ts'

/** Lengths above this are no exact Number, and no buffer is as long. */
const LENGTH_MAX = BigInt(Number.MAX_SAFE_INTEGER)

export function maxLengthOf(data: DataModel): bigint {
  const max = BigInt(data.lengthMember.type.maxValue)
  return max < LENGTH_MAX ? max : LENGTH_MAX
}

export function emitDataDecoder(level: Level, data: DataModel): void {
  const { site, message } = level
  const { module, scope, littleEndian } = site
  const { code } = module
  const property = level.members.of(data)
  const label = stringLiteral(`${level.context.message.name}.${pathOf(level, property)}`)
  const { headerLength, lengthMember, characterEncoding, sinceVersion } = data
  const absent = (value: string): string[] =>
    sinceVersion > 0 ? [`if (${message}._actingVersion < ${sinceVersion}) return ${value}`] : []
  const prologue = message === 'this' ? [] : [`const message = ${message}`]
  const m = message === 'this' ? 'this' : 'message'
  const checkHeader = [
    `const start = ${m}._limit`,
    module.throwIf(`start + ${headerLength} > ${m}._end`, 'throwBounds', label, headerLength, 'start', `${m}._end`),
  ]
  const length = readNumber(`${m}._view`, lengthMember.type.primitive, plus('start', lengthMember.offset), littleEndian)
  const checkContent = [
    `const length = ${length}`,
    `const end = start + ${headerLength} + length`,
    module.throwIf(`end > ${m}._end`, 'throwBounds', label, 'length', `start + ${headerLength}`, `${m}._end`),
  ]
  const emit = (signature: string, doc: string | undefined, lines: readonly string[]): void => {
    code.line().doc(doc).block(`${signature} {`, () => lines.forEach((line) => code.line(line)))
  }

  const lengthDoc = `${docOf(data)}\nLength in bytes, of which the message has as many; does not move on.`.trim()
  emit(`${scope.derive(property, 'Length')}(): number`, lengthDoc, [
    ...absent('0'),
    ...orderCheck(level, data, 'checkItem'),
    ...prologue,
    ...checkHeader,
    ...checkContent,
    'return length',
  ])
  const skip = scope.take(`skip${upperFirst(property)}`)
  emit(`${skip}(): number`, 'Moves past the data; returns its length in bytes.', [
    ...absent('0'),
    ...orderCheck(level, data, 'checkItem'),
    ...prologue,
    ...checkHeader,
    ...checkContent,
    ...orderCheck(level, data, 'takeData'),
    `${m}._limit = end`,
    'return length',
  ])
  if (characterEncoding !== undefined) {
    const text = readTextCall(module, characterEncoding, `${m}._bytes`, `${m}._limit - length`, 'length')
    emit(`${property}(): string`, docOf(data), [`const length = this.${skip}()`, ...prologue, `return ${text}`])
  }
  emit(
    `${scope.take(`get${upperFirst(property)}`)}` +
      '(dst: Uint8Array, dstOffset: number = 0, length: number = dst.length - dstOffset): number',
    'Copies at most `length` bytes, returns how many, and moves past all of the data.',
    [
      `${module.runtime('checkRange')}(${label}, length, dstOffset, dst.length)`,
      `const available = this.${skip}()`,
      'const n = Math.min(length, available)',
      ...prologue,
      `${module.runtime('copyBytes')}(dst, dstOffset, ${m}._bytes, ${m}._limit - available, n)`,
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
  const { site, message } = level
  const { module, scope, littleEndian } = site
  const { code } = module
  const property = level.members.of(data)
  const label = stringLiteral(`${level.context.message.name}.${pathOf(level, property)}`)
  const { headerLength, lengthMember, characterEncoding } = data
  const max = maxLengthOf(data)
  const prologue = message === 'this' ? [] : [`const message = ${message}`]
  const m = message === 'this' ? 'this' : 'message'
  const emit = (signature: string, doc: string | undefined, lines: readonly string[]): void => {
    code.line().doc(doc).block(`${signature} {`, () => lines.forEach((line) => code.line(line)))
  }

  const lengthOffset = plus('start', lengthMember.offset)
  const reserve = scope.take(`reserve${upperFirst(property)}`)
  emit(
    `${reserve}(length: number): number`,
    'Writes the length and leaves room for the data; returns the offset in the buffer where the caller writes it.',
    [
      ...orderCheck(level, data, 'checkItem'),
      module.throwIf(
        `!(Number.isInteger(length) && length >= 0 && length <= ${max})`, 'throwLength', label, 'length', max,
      ),
      ...prologue,
      `const start = ${m}._limit`,
      `const end = start + ${headerLength} + length`,
      module.throwIf(`end > ${m}._end`, 'throwBounds', label, `${headerLength} + length`, 'start', `${m}._end`),
      writeNumber(`${m}._view`, lengthMember.type.primitive, lengthOffset, 'length', littleEndian),
      ...orderCheck(level, data, 'takeData'),
      `${m}._limit = end`,
      `return start + ${headerLength}`,
    ],
  )
  emit(
    `${scope.take(`put${upperFirst(property)}`)}` +
      '(src: Uint8Array, srcOffset: number = 0, length: number = src.length - srcOffset): this',
    docOf(data),
    [
      `${module.runtime('checkRange')}(${label}, length, srcOffset, src.length)`,
      `const offset = this.${reserve}(length)`,
      `${module.runtime('copyBytes')}(${message}._bytes, offset, src, srcOffset, length)`,
      'return this',
    ],
  )
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
  emit(`${property}(value: string): this`, docOf(data), [...lines, 'return this'])
}

/** Bytes of a length field that bound the count of entries holding the data. */
export function dataHeaderMin(data: DataModel): number {
  return data.lengthMember.offset + PRIMITIVE_TYPES[data.lengthMember.type.primitive].size
}
