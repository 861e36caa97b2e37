/**
 * Random messages that are well formed, of any version, written from the shape of the schema: blocks and data hold
 * arbitrary bytes. Remembers where the numbers lie that say how long something is.
 */
import type { PrimitiveName } from '../../../codegen/index.ts'
import type { Random } from '../random.ts'
import type { BlockShape, GroupShape, MessageShape, SchemaShape, WireNumber } from './wire-shape.ts'

/** A length, count, version or id in the message. */
export interface Mark {
  readonly offset: number
  readonly primitive: PrimitiveName
}

export interface WrittenMessage {
  /** Header and message. */
  readonly bytes: Uint8Array
  readonly marks: readonly Mark[]
}

const COUNTS = [[0, 1, 2, 3, 5], [0, 1, 2], [0, 1, 2], [0, 1]]
const DATA_LENGTHS = [0, 1, 3, 8, 15, 16, 17, 30, 100]
const CAPACITY = 1 << 20

export class MessageWriter {
  private readonly schema: SchemaShape
  private readonly bytes: Uint8Array = new Uint8Array(CAPACITY)
  private readonly view: DataView = new DataView(this.bytes.buffer)
  private readonly marks: Mark[] = []
  private length = 0

  constructor(schema: SchemaShape) {
    this.schema = schema
  }

  /** A message of a random version, a newer one included. */
  write(random: Random, message: MessageShape): WrittenMessage {
    const { header, schemaId, schemaVersion } = this.schema
    this.length = 0
    this.marks.length = 0
    const version = random.bool(0.7) ? schemaVersion : random.int(schemaVersion + 2)
    const blockLength = this.blockLength(random, message.block, version)
    this.reserve(header.length)
    const values = { blockLength, templateId: message.templateId, schemaId, version }
    for (const name of ['blockLength', 'templateId', 'schemaId', 'version'] as const) {
      const at = header[name]
      if (at !== undefined) this.number(at, 0, values[name])
    }
    this.fill(random, blockLength)
    this.rest(random, message.block, version, 0)
    return { bytes: this.bytes.slice(0, this.length), marks: [...this.marks] }
  }

  private rest(random: Random, block: BlockShape, version: number, depth: number): void {
    for (const group of block.groups) if (version >= group.sinceVersion) this.group(random, group, version, depth)
    for (const data of block.data) {
      if (version < data.sinceVersion) continue
      const length = random.pick(DATA_LENGTHS)
      const start = this.reserve(data.headerLength)
      this.number(data.length, start, length)
      this.fill(random, length)
    }
  }

  private group(random: Random, group: GroupShape, version: number, depth: number): void {
    const count = random.pick(COUNTS[depth] ?? [0])
    const blockLength = this.blockLength(random, group.entry, version)
    const start = this.reserve(group.headerLength)
    this.number(group.blockLength, start, blockLength)
    this.number(group.numInGroup, start, count)
    for (let i = 0; i < count; i++) {
      this.fill(random, blockLength)
      this.rest(random, group.entry, version, depth + 1)
    }
  }

  private blockLength(random: Random, block: BlockShape, version: number): number {
    const known = block.blockLengths[Math.min(version, block.blockLengths.length - 1)] ?? 0
    return version > this.schema.schemaVersion ? known + random.int(9) : known
  }

  private reserve(length: number): number {
    const start = this.length
    if (start + length > CAPACITY) throw new RangeError('the message is too long for the writer')
    this.bytes.fill(0, start, start + length)
    this.length += length
    return start
  }

  /** Bytes of values: text here and there, which is read in more ways than numbers are. */
  private fill(random: Random, length: number): void {
    const start = this.reserve(length)
    const text = random.bool(0.3)
    for (let i = start; i < this.length; i++) this.bytes[i] = text ? random.between(0x20, 0x7e) : random.u32()
    if (text && length > 0 && random.bool()) this.bytes[start + random.int(length)] = 0
  }

  private number({ offset, primitive }: WireNumber, start: number, value: number): void {
    this.marks.push({ offset: start + offset, primitive })
    writeNumber(this.view, start + offset, primitive, value, this.schema.littleEndian)
  }
}

export function sizeOf(primitive: PrimitiveName): number {
  switch (primitive) {
    case 'char':
    case 'int8':
    case 'uint8':
      return 1
    case 'int16':
    case 'uint16':
      return 2
    case 'int32':
    case 'uint32':
    case 'float':
      return 4
    default:
      return 8
  }
}

/** Writes a number as a primitive type; one that it cannot hold is cut to its width. */
export function writeNumber(
  view: DataView, offset: number, primitive: PrimitiveName, value: number | bigint, littleEndian: boolean,
): void {
  if (primitive === 'float') view.setFloat32(offset, Number(value), littleEndian)
  else if (primitive === 'double') view.setFloat64(offset, Number(value), littleEndian)
  else {
    const whole = typeof value === 'bigint' ? value : BigInt(Number.isFinite(value) ? Math.trunc(value) : 0)
    const size = sizeOf(primitive)
    for (let i = 0; i < size; i++) {
      const byte = Number((whole >> BigInt(8 * i)) & 0xffn)
      view.setUint8(offset + (littleEndian ? i : size - 1 - i), byte)
    }
  }
}
