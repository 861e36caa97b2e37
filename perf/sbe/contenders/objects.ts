/** Plain objects of generated codecs, 64-bit integers as numbers: what comes closest to how the peers are used. */
import { CarDecoder, carToBuffer, carToObject, MessageHeaderDecoder as CarHeader } from '../generated/car/index.ts'
import type { CarObject } from '../generated/car/index.ts'
import {
  BookUpdateDecoder,
  bookUpdateToBuffer,
  bookUpdateToObject,
  MessageHeaderDecoder as BookHeader,
} from '../../../schemas/generated/marketdata/index.ts'
import type { BookUpdateEntriesObject, BookUpdateObject } from '../../../schemas/generated/marketdata/index.ts'
import type { Contenders, Contest } from '../contender.ts'
import { bookUpdateNumbers, PRICE_MIDDLE, TIME_MIDDLE } from '../records/book-update.ts'
import { carNumbers, SERIAL_MIDDLE, textSum } from '../records/car.ts'
import { roomFor } from './room.ts'

function bookUpdateObjects(): readonly BookUpdateObject[] {
  return bookUpdateNumbers().map(({ transactTime, matchEvent, entries }): BookUpdateObject => ({
    transactTime,
    matchEvent: {
      lastTrade: (matchEvent & 0x01) !== 0,
      lastQuote: (matchEvent & 0x04) !== 0,
      recovery: (matchEvent & 0x20) !== 0,
      endOfEvent: (matchEvent & 0x80) !== 0,
    },
    entries: entries.map((entry): BookUpdateEntriesObject => ({
      price: { mantissa: entry.priceMantissa, exponent: -9 },
      quantity: entry.quantity,
      instrumentId: entry.instrumentId,
      sequence: entry.sequence,
      orderCount: entry.orderCount,
      level: entry.level,
      action: entry.action as BookUpdateEntriesObject['action'],
      entryType: entry.entryType as BookUpdateEntriesObject['entryType'],
    })),
  }))
}

function sumOfBookUpdate({ transactTime, matchEvent, entries }: BookUpdateObject): number {
  let sum = (transactTime > TIME_MIDDLE ? 1 : 0) + (matchEvent.lastTrade ? 0x01 : 0) + (matchEvent.lastQuote ? 0x04 : 0)
  sum += (matchEvent.recovery ? 0x20 : 0) + (matchEvent.endOfEvent ? 0x80 : 0)
  for (const entry of entries) {
    if ((entry.price.mantissa ?? 0) > PRICE_MIDDLE) sum++
    sum += (entry.quantity ?? 0) + entry.instrumentId + entry.sequence + (entry.orderCount ?? 0)
    sum += entry.level + entry.action + entry.entryType
  }
  return sum
}

function bookUpdate(): Contest {
  const objects = bookUpdateObjects()
  const { buffer, stride } = roomFor(objects.length)
  const header = new BookHeader()
  const decoder = new BookUpdateDecoder()
  return {
    encode: () => {
      let length = 0
      let offset = 0
      for (const object of objects) {
        length += bookUpdateToBuffer(buffer, offset, object, stride) - offset
        offset += stride
      }
      return length
    },
    decode: () => {
      let sum = 0
      for (let offset = 0; offset < buffer.byteLength; offset += stride) {
        sum += sumOfBookUpdate(bookUpdateToObject(decoder.wrapAndApplyHeader(buffer, offset, header, stride)))
      }
      return sum
    },
  }
}

function carObjects(): readonly CarObject[] {
  return carNumbers().map((record): CarObject => ({
    ...record,
    available: record.available as CarObject['available'],
    code: record.code as CarObject['code'],
    someNumbers: [...record.someNumbers],
    extras: {
      sunRoof: (record.extras & 1) !== 0,
      sportsPack: (record.extras & 2) !== 0,
      cruiseControl: (record.extras & 4) !== 0,
    },
    engine: {
      ...record.engine,
      boosterEnabled: record.engine.boosterEnabled as CarObject['engine']['boosterEnabled'],
      booster: {
        boostType: record.engine.booster.boostType as CarObject['engine']['booster']['boostType'],
        horsePower: record.engine.booster.horsePower,
      },
    },
    fuelFigures: [...record.fuelFigures],
    performanceFigures: record.performanceFigures.map(({ octaneRating, acceleration }) =>
      ({ octaneRating, acceleration: [...acceleration] })),
  }))
}

function sumOfCar(car: CarObject): number {
  let sum = (car.serialNumber > SERIAL_MIDDLE ? 1 : 0) + car.modelYear + car.available + car.code
  sum += textSum(car.vehicleCode)
  sum += (car.extras.sunRoof ? 1 : 0) + (car.extras.sportsPack ? 2 : 0) + (car.extras.cruiseControl ? 4 : 0)
  for (const number of car.someNumbers) sum += number
  const { engine } = car
  sum += engine.capacity + engine.numCylinders + textSum(engine.manufacturerCode) + engine.efficiency
  sum += engine.boosterEnabled + engine.booster.boostType + engine.booster.horsePower
  for (const figure of car.fuelFigures) sum += figure.speed + figure.mpg + textSum(figure.usageDescription)
  for (const figure of car.performanceFigures) {
    sum += figure.octaneRating
    for (const acceleration of figure.acceleration) sum += acceleration.mph + acceleration.seconds
  }
  return sum + textSum(car.manufacturer) + textSum(car.model) + textSum(car.activationCode)
}

function car(): Contest {
  const objects = carObjects()
  const { buffer, stride } = roomFor(objects.length)
  const header = new CarHeader()
  const decoder = new CarDecoder()
  return {
    encode: () => {
      let length = 0
      let offset = 0
      for (const object of objects) {
        length += carToBuffer(buffer, offset, object, stride) - offset
        offset += stride
      }
      return length
    },
    decode: () => {
      let sum = 0
      for (let offset = 0; offset < buffer.byteLength; offset += stride) {
        sum += sumOfCar(carToObject(decoder.wrapAndApplyHeader(buffer, offset, header, stride)))
      }
      return sum
    },
  }
}

export const contenders: Contenders = { 'godwit-objects': { 'book-update': bookUpdate, car } }
