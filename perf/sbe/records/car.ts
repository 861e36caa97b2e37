/** Car of car.xml as plain values: what every contender encodes, and what it must give back. */
import { MESSAGES_PER_RUN } from '../contender.ts'

export interface CarRecord<Long, Text = string> {
  readonly serialNumber: Long
  readonly modelYear: number
  readonly available: number
  readonly code: number
  readonly someNumbers: readonly number[]
  readonly vehicleCode: Text
  /** The bits of the set. */
  readonly extras: number
  readonly engine: EngineRecord<Text>
  readonly fuelFigures: readonly FuelFigureRecord<Text>[]
  readonly performanceFigures: readonly PerformanceFigureRecord[]
  readonly manufacturer: Text
  readonly model: Text
  readonly activationCode: Text
}

export interface EngineRecord<Text = string> {
  readonly capacity: number
  readonly numCylinders: number
  readonly manufacturerCode: Text
  readonly efficiency: number
  readonly boosterEnabled: number
  readonly booster: BoosterRecord
}

export interface BoosterRecord {
  readonly boostType: number
  readonly horsePower: number
}

export interface FuelFigureRecord<Text = string> {
  readonly speed: number
  readonly mpg: number
  readonly usageDescription: Text
}

export interface PerformanceFigureRecord {
  readonly octaneRating: number
  readonly acceleration: readonly AccelerationRecord[]
}

export interface AccelerationRecord {
  readonly mph: number
  readonly seconds: number
}

const MODEL_A = 0x41
const NITROUS = 0x4e
const CRUISE_CONTROL_AND_SPORTS_PACK = 0x06
const SERIAL_NUMBER = 1_234_000_000
export const SERIAL_MIDDLE: number = SERIAL_NUMBER + MESSAGES_PER_RUN / 2
const SERIAL_MIDDLE_BIGINT = BigInt(SERIAL_MIDDLE)

function recordsOf<Long, Text>(
  long: (value: number) => Long,
  text: (value: string) => Text,
): readonly CarRecord<Long, Text>[] {
  return Array.from({ length: MESSAGES_PER_RUN }, (_, i) => ({
    serialNumber: long(SERIAL_NUMBER + i),
    modelYear: 2013,
    available: 1,
    code: MODEL_A,
    someNumbers: [i, i + 1, i + 2, i + 3],
    vehicleCode: text('abcdef'),
    extras: CRUISE_CONTROL_AND_SPORTS_PACK,
    engine: {
      capacity: 2000,
      numCylinders: 4,
      manufacturerCode: text('123'),
      efficiency: 35,
      boosterEnabled: 1,
      booster: { boostType: NITROUS, horsePower: 200 },
    },
    // Values that a float holds exactly, so that all sums agree.
    fuelFigures: [
      { speed: 30, mpg: 35.75, usageDescription: text('Urban Cycle') },
      { speed: 55, mpg: 49, usageDescription: text('Combined Cycle') },
      { speed: 75, mpg: 40, usageDescription: text('Highway Cycle') },
    ],
    performanceFigures: [95, 99].map((octaneRating) => ({
      octaneRating,
      acceleration: [{ mph: 30, seconds: 4 }, { mph: 60, seconds: 7.5 }, { mph: 100, seconds: 12.25 }],
    })),
    manufacturer: text('Honda'),
    model: text('Civic VTi'),
    activationCode: text('abcdef'),
  }))
}

const asIs = <Value>(value: Value): Value => value

export const carNumbers = (): readonly CarRecord<number>[] => recordsOf(asIs, asIs)
export const carBigints = (): readonly CarRecord<bigint>[] => recordsOf(BigInt, asIs)
/** For applications that pass text on without making strings of it. */
export const carTextBytes = (): readonly CarRecord<number, Uint8Array>[] =>
  recordsOf(asIs, (text) => new TextEncoder().encode(text))

export function carChecksum(records: readonly CarRecord<number>[]): number {
  let sum = 0
  for (const record of records) sum += checksumOfNumbers(record)
  return sum
}

export function checksumOfNumbers(car: CarRecord<number>): number {
  return (car.serialNumber > SERIAL_MIDDLE ? 1 : 0) + checksumOfRest(car)
}

export function checksumOfBigints(car: CarRecord<bigint>): number {
  return (car.serialNumber > SERIAL_MIDDLE_BIGINT ? 1 : 0) + checksumOfRest(car)
}

/** What a text adds to a checksum; the last character is only known when the text is there as a whole. */
export function textSum(text: string): number {
  return text.length + text.charCodeAt(text.length - 1)
}

function checksumOfRest(car: CarRecord<unknown>): number {
  let sum = car.modelYear + car.available + car.code + textSum(car.vehicleCode) + car.extras
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
