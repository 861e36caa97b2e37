/** Generated codecs of car.xml. */
import {
  CarDecoder,
  CarEncoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
} from '../generated/car/index.ts'
import type { CarFuelFiguresDecoder, CarFuelFiguresEncoder } from '../generated/car/index.ts'
import type { Contest } from '../contender.ts'
import { carBigints, carNumbers, carTextBytes, SERIAL_MIDDLE, textSum } from '../records/car.ts'
import type { CarRecord } from '../records/car.ts'
import { roomFor } from './room.ts'

/** How an application has its 64-bit integers and its text. */
interface Values<Long, Text> {
  readonly putSerial: (encoder: CarEncoder, value: Long) => void
  readonly isLate: (decoder: CarDecoder) => boolean
  readonly putCodes: (encoder: CarEncoder, record: CarRecord<Long, Text>) => void
  readonly putUsage: (figure: CarFuelFiguresEncoder, text: Text) => void
  readonly putTexts: (encoder: CarEncoder, record: CarRecord<Long, Text>) => void
  readonly sumOfCodes: (decoder: CarDecoder) => number
  readonly sumOfUsage: (figure: CarFuelFiguresDecoder) => number
  readonly sumOfTexts: (decoder: CarDecoder) => number
}

function contestOf<Long, Text>(records: readonly CarRecord<Long, Text>[], values: Values<Long, Text>): Contest {
  const { putSerial, isLate, putCodes, putUsage, putTexts, sumOfCodes, sumOfUsage, sumOfTexts } = values
  const { buffer, stride } = roomFor(records.length)
  const encoder = new CarEncoder()
  const decoder = new CarDecoder()
  const headerEncoder = new MessageHeaderEncoder()
  const headerDecoder = new MessageHeaderDecoder()

  const encode = (): number => {
    let length = 0
    let offset = 0
    for (const record of records) {
      encoder.wrapAndApplyHeader(buffer, offset, headerEncoder, stride)
      putSerial(encoder, record.serialNumber)
      encoder.modelYear(record.modelYear).availableRaw(record.available).codeRaw(record.code).extrasRaw(record.extras)
      const numbers = record.someNumbers
      for (let i = 0; i < numbers.length; i++) encoder.someNumbersAt(i, numbers[i] as number)
      const { engine } = record
      encoder.engineCapacity(engine.capacity).engineNumCylinders(engine.numCylinders)
        .engineEfficiency(engine.efficiency).engineBoosterEnabledRaw(engine.boosterEnabled)
        .engineBoosterBoostTypeRaw(engine.booster.boostType).engineBoosterHorsePower(engine.booster.horsePower)
      putCodes(encoder, record)
      const fuelFigures = encoder.fuelFiguresCount(record.fuelFigures.length)
      for (const figure of record.fuelFigures) {
        putUsage(fuelFigures.next().speed(figure.speed).mpg(figure.mpg), figure.usageDescription)
      }
      const performanceFigures = encoder.performanceFiguresCount(record.performanceFigures.length)
      for (const figure of record.performanceFigures) {
        const acceleration = performanceFigures.next().octaneRating(figure.octaneRating)
          .accelerationCount(figure.acceleration.length)
        for (const { mph, seconds } of figure.acceleration) acceleration.next().mph(mph).seconds(seconds)
      }
      putTexts(encoder, record)
      length += encoder.limit() - offset
      offset += stride
    }
    return length
  }

  const decode = (): number => {
    let sum = 0
    for (let offset = 0; offset < buffer.byteLength; offset += stride) {
      decoder.wrapAndApplyHeader(buffer, offset, headerDecoder, stride)
      sum += (isLate(decoder) ? 1 : 0) + decoder.modelYear() + decoder.availableRaw() + decoder.codeRaw()
      for (let i = 0; i < decoder.someNumbersLength(); i++) sum += decoder.someNumbersAt(i)
      sum += decoder.extrasRaw() + decoder.engineCapacity() + decoder.engineNumCylinders() + decoder.engineEfficiency()
      sum += decoder.engineBoosterEnabledRaw() + decoder.engineBoosterBoostTypeRaw() + decoder.engineBoosterHorsePower()
      sum += sumOfCodes(decoder)
      const fuelFigures = decoder.fuelFigures()
      while (fuelFigures.hasNext()) {
        fuelFigures.next()
        sum += fuelFigures.speed() + fuelFigures.mpg() + sumOfUsage(fuelFigures)
      }
      const performanceFigures = decoder.performanceFigures()
      while (performanceFigures.hasNext()) {
        sum += performanceFigures.next().octaneRating()
        const acceleration = performanceFigures.acceleration()
        while (acceleration.hasNext()) {
          acceleration.next()
          sum += acceleration.mph() + acceleration.seconds()
        }
      }
      sum += sumOfTexts(decoder)
    }
    return sum
  }
  return { encode, decode }
}

const NUMBERS = {
  putSerial: (encoder: CarEncoder, value: number): void => void encoder.serialNumberAsNumber(value),
  isLate: (decoder: CarDecoder): boolean => decoder.serialNumberAsNumber() > SERIAL_MIDDLE,
}

const STRINGS = {
  putCodes: (encoder: CarEncoder, { vehicleCode, engine }: CarRecord<unknown>): void => {
    encoder.vehicleCode(vehicleCode).engine().manufacturerCode(engine.manufacturerCode)
  },
  putUsage: (figure: CarFuelFiguresEncoder, text: string): void => void figure.usageDescription(text),
  putTexts: (encoder: CarEncoder, { manufacturer, model, activationCode }: CarRecord<unknown>): void => {
    encoder.manufacturer(manufacturer).model(model).activationCode(activationCode)
  },
  sumOfCodes: (decoder: CarDecoder): number =>
    textSum(decoder.vehicleCode()) + textSum(decoder.engine().manufacturerCode()),
  sumOfUsage: (figure: CarFuelFiguresDecoder): number => textSum(figure.usageDescription()),
  sumOfTexts: (decoder: CarDecoder): number =>
    textSum(decoder.manufacturer()) + textSum(decoder.model()) + textSum(decoder.activationCode()),
}

export function carWithNumbers(): Contest {
  return contestOf(carNumbers(), { ...NUMBERS, ...STRINGS })
}

export function carWithBigints(): Contest {
  const serialMiddle = BigInt(SERIAL_MIDDLE)
  return contestOf(carBigints(), {
    putSerial: (encoder, value) => encoder.serialNumber(value),
    isLate: (decoder) => decoder.serialNumber() > serialMiddle,
    ...STRINGS,
  })
}

/** Text is copied as bytes, as where it is only passed on or compared. */
export function carWithTextBytes(): Contest {
  const target = new Uint8Array(64)
  const sumOf = (length: number): number => length + (target[length - 1] as number)
  return contestOf(carTextBytes(), {
    ...NUMBERS,
    putCodes: (encoder, { vehicleCode, engine }) => {
      encoder.putVehicleCode(vehicleCode).engine().putManufacturerCode(engine.manufacturerCode)
    },
    putUsage: (figure, text) => figure.putUsageDescription(text),
    putTexts: (encoder, { manufacturer, model, activationCode }) => {
      encoder.putManufacturer(manufacturer).putModel(model).putActivationCode(activationCode)
    },
    sumOfCodes: (decoder) =>
      sumOf(decoder.getVehicleCode(target)) + sumOf(decoder.engine().getManufacturerCode(target)),
    sumOfUsage: (figure) => sumOf(figure.getUsageDescription(target)),
    sumOfTexts: (decoder) => {
      const sum = sumOf(decoder.getManufacturer(target)) + sumOf(decoder.getModel(target))
      return sum + sumOf(decoder.getActivationCode(target))
    },
  })
}
