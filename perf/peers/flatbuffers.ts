/**
 * FlatBuffers through the calls that the accessors made by its compiler consist of. Fields are read in place, 64-bit
 * integers are bigints. The tables have one slot per field, in the order of the records.
 */
import { Builder, ByteBuffer } from 'flatbuffers'
import type { Contenders, Contest } from '../sbe/contender.ts'
import * as book from '../sbe/records/book-update.ts'
import * as car from '../sbe/records/car.ts'

const BUILDER_BYTES = 1024

/** Slots begin behind the two lengths of a vtable. */
const slot = (field: number): number => 4 + 2 * field

class Table {
  buffer: ByteBuffer
  position: number

  constructor(buffer: ByteBuffer) {
    this.buffer = buffer
    this.position = 0
  }

  at(position: number): this {
    this.position = position
    return this
  }

  root(buffer: ByteBuffer): this {
    this.buffer = buffer
    return this.at(buffer.readInt32(buffer.position()) + buffer.position())
  }

  offset(field: number): number {
    return this.buffer.__offset(this.position, slot(field))
  }

  uint8(field: number): number {
    const offset = this.offset(field)
    return offset === 0 ? 0 : this.buffer.readUint8(this.position + offset)
  }

  int8(field: number): number {
    const offset = this.offset(field)
    return offset === 0 ? 0 : this.buffer.readInt8(this.position + offset)
  }

  uint16(field: number): number {
    const offset = this.offset(field)
    return offset === 0 ? 0 : this.buffer.readUint16(this.position + offset)
  }

  uint32(field: number): number {
    const offset = this.offset(field)
    return offset === 0 ? 0 : this.buffer.readUint32(this.position + offset)
  }

  int64(field: number): bigint {
    const offset = this.offset(field)
    return offset === 0 ? 0n : this.buffer.readInt64(this.position + offset)
  }

  uint64(field: number): bigint {
    const offset = this.offset(field)
    return offset === 0 ? 0n : this.buffer.readUint64(this.position + offset)
  }

  float(field: number): number {
    const offset = this.offset(field)
    return offset === 0 ? 0 : this.buffer.readFloat32(this.position + offset)
  }

  string(field: number): string {
    const offset = this.offset(field)
    return offset === 0 ? '' : this.buffer.__string(this.position + offset) as string
  }

  length(field: number): number {
    const offset = this.offset(field)
    return offset === 0 ? 0 : this.buffer.__vector_len(this.position + offset)
  }

  /** Position of an element of a vector. */
  element(field: number, index: number, size: number): number {
    return this.buffer.__vector(this.position + this.offset(field)) + index * size
  }

  /** Position of a table in a vector. */
  tableOf(field: number, index: number): number {
    return this.buffer.__indirect(this.element(field, index, 4))
  }

  table(field: number): number {
    return this.buffer.__indirect(this.position + this.offset(field))
  }
}

/** Messages are made in one builder that is used again, and copied out for what decodes them. */
function contestOf<Value>(
  records: readonly Value[],
  write: (builder: Builder, record: Value) => number,
  sum: (buffer: ByteBuffer) => number,
): Contest {
  const builder = new Builder(BUILDER_BYTES)
  const encode = (record: Value): Uint8Array => {
    builder.clear()
    builder.finish(write(builder, record))
    return builder.asUint8Array()
  }
  const messages = records.map((record) => Uint8Array.from(encode(record)))
  return {
    encode: () => {
      let length = 0
      for (const record of records) length += encode(record).length
      return length
    },
    decode: () => {
      let total = 0
      for (const message of messages) total += sum(new ByteBuffer(message))
      return total
    },
  }
}

function vectorOfTables(builder: Builder, tables: readonly number[]): number {
  builder.startVector(4, tables.length, 4)
  for (let i = tables.length - 1; i >= 0; i--) builder.addOffset(tables[i] as number)
  return builder.endVector()
}

function writeBookUpdate(builder: Builder, record: book.BookUpdateRecord<bigint>): number {
  const { transactTime, matchEvent, entries } = record
  const tables = entries.map((entry) => {
    builder.startObject(8)
    builder.addFieldInt64(0, entry.priceMantissa, 0n)
    builder.addFieldInt32(1, entry.quantity, 0)
    builder.addFieldInt32(2, entry.instrumentId, 0)
    builder.addFieldInt32(3, entry.sequence, 0)
    builder.addFieldInt16(4, entry.orderCount, 0)
    builder.addFieldInt8(5, entry.level, 0)
    builder.addFieldInt8(6, entry.action, 0)
    builder.addFieldInt8(7, entry.entryType, 0)
    return builder.endObject()
  })
  const vector = vectorOfTables(builder, tables)
  builder.startObject(3)
  builder.addFieldInt64(0, transactTime, 0n)
  builder.addFieldInt8(1, matchEvent, 0)
  builder.addFieldOffset(2, vector, 0)
  return builder.endObject()
}

const root = new Table(new ByteBuffer(new Uint8Array(0)))
const inner = new Table(root.buffer)
const innermost = new Table(root.buffer)
const TIME_MIDDLE = BigInt(book.TIME_MIDDLE)
const PRICE_MIDDLE = BigInt(book.PRICE_MIDDLE)

function sumBookUpdate(buffer: ByteBuffer): number {
  root.root(buffer)
  inner.buffer = buffer
  let sum = (root.uint64(0) > TIME_MIDDLE ? 1 : 0) + root.uint8(1)
  const count = root.length(2)
  for (let i = 0; i < count; i++) {
    const entry = inner.at(root.tableOf(2, i))
    if (entry.int64(0) > PRICE_MIDDLE) sum++
    sum += entry.uint32(1) + entry.uint32(2) + entry.uint32(3) + entry.uint16(4)
    sum += entry.uint8(5) + entry.uint8(6) + entry.uint8(7)
  }
  return sum
}

function writeCar(builder: Builder, record: car.CarRecord<bigint>): number {
  const vehicleCode = builder.createString(record.vehicleCode)
  const manufacturer = builder.createString(record.manufacturer)
  const model = builder.createString(record.model)
  const activationCode = builder.createString(record.activationCode)
  builder.startVector(4, record.someNumbers.length, 4)
  for (let i = record.someNumbers.length - 1; i >= 0; i--) builder.addInt32(record.someNumbers[i] as number)
  const someNumbers = builder.endVector()
  const engine = writeEngine(builder, record.engine)
  const fuelFigures = vectorOfTables(builder, record.fuelFigures.map(({ speed, mpg, usageDescription }) => {
    const usage = builder.createString(usageDescription)
    builder.startObject(3)
    builder.addFieldInt16(0, speed, 0)
    builder.addFieldFloat32(1, mpg, 0)
    builder.addFieldOffset(2, usage, 0)
    return builder.endObject()
  }))
  const performanceFigures = vectorOfTables(builder, record.performanceFigures.map((figure) => {
    const acceleration = vectorOfTables(builder, figure.acceleration.map(({ mph, seconds }) => {
      builder.startObject(2)
      builder.addFieldInt16(0, mph, 0)
      builder.addFieldFloat32(1, seconds, 0)
      return builder.endObject()
    }))
    builder.startObject(2)
    builder.addFieldInt8(0, figure.octaneRating, 0)
    builder.addFieldOffset(1, acceleration, 0)
    return builder.endObject()
  }))
  builder.startObject(13)
  builder.addFieldInt64(0, record.serialNumber, 0n)
  builder.addFieldInt16(1, record.modelYear, 0)
  builder.addFieldInt8(2, record.available, 0)
  builder.addFieldInt8(3, record.code, 0)
  builder.addFieldOffset(4, someNumbers, 0)
  builder.addFieldOffset(5, vehicleCode, 0)
  builder.addFieldInt8(6, record.extras, 0)
  builder.addFieldOffset(7, engine, 0)
  builder.addFieldOffset(8, fuelFigures, 0)
  builder.addFieldOffset(9, performanceFigures, 0)
  builder.addFieldOffset(10, manufacturer, 0)
  builder.addFieldOffset(11, model, 0)
  builder.addFieldOffset(12, activationCode, 0)
  return builder.endObject()
}

function writeEngine(builder: Builder, engine: car.EngineRecord): number {
  const manufacturerCode = builder.createString(engine.manufacturerCode)
  builder.startObject(2)
  builder.addFieldInt8(0, engine.booster.boostType, 0)
  builder.addFieldInt8(1, engine.booster.horsePower, 0)
  const booster = builder.endObject()
  builder.startObject(6)
  builder.addFieldInt16(0, engine.capacity, 0)
  builder.addFieldInt8(1, engine.numCylinders, 0)
  builder.addFieldOffset(2, manufacturerCode, 0)
  builder.addFieldInt8(3, engine.efficiency, 0)
  builder.addFieldInt8(4, engine.boosterEnabled, 0)
  builder.addFieldOffset(5, booster, 0)
  return builder.endObject()
}

const SERIAL_MIDDLE = BigInt(car.SERIAL_MIDDLE)

function sumCar(buffer: ByteBuffer): number {
  root.root(buffer)
  inner.buffer = buffer
  innermost.buffer = buffer
  let sum = (root.uint64(0) > SERIAL_MIDDLE ? 1 : 0) + root.uint16(1) + root.uint8(2) + root.uint8(3)
  const numbers = root.length(4)
  for (let i = 0; i < numbers; i++) sum += buffer.readUint32(root.element(4, i, 4))
  sum += car.textSum(root.string(5)) + root.uint8(6)
  const engine = inner.at(root.table(7))
  sum += engine.uint16(0) + engine.uint8(1) + car.textSum(engine.string(2)) + engine.int8(3) + engine.uint8(4)
  const booster = innermost.at(engine.table(5))
  sum += booster.uint8(0) + booster.uint8(1)
  const fuelFigures = root.length(8)
  for (let i = 0; i < fuelFigures; i++) {
    const figure = inner.at(root.tableOf(8, i))
    sum += figure.uint16(0) + figure.float(1) + car.textSum(figure.string(2))
  }
  const performanceFigures = root.length(9)
  for (let i = 0; i < performanceFigures; i++) {
    const figure = inner.at(root.tableOf(9, i))
    sum += figure.uint8(0)
    const accelerations = figure.length(1)
    for (let k = 0; k < accelerations; k++) {
      const acceleration = innermost.at(figure.tableOf(1, k))
      sum += acceleration.uint16(0) + acceleration.float(1)
    }
  }
  return sum + car.textSum(root.string(10)) + car.textSum(root.string(11)) + car.textSum(root.string(12))
}

export const contenders: Contenders = {
  flatbuffers: {
    'book-update': () => contestOf(book.bookUpdateBigints(), writeBookUpdate, sumBookUpdate),
    'car': () => contestOf(car.carBigints(), writeCar, sumCar),
  },
}
