/** What the cases use of the codecs of flight.xml, which are generated when the benchmark starts. */
import { pathToFileURL } from 'node:url'
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'

export interface FlightCodecs {
  readonly MessageHeaderDecoder: new () => object
  readonly MessageHeaderEncoder: new () => object
  readonly FlightDecoder: new () => FlightDecoder
  readonly FlightEncoder: new () => FlightEncoder
  readonly Status: { readonly AIRBORNE: number }
  readonly YesNo: { readonly YES: number }
}

interface EntriesDecoder {
  hasNext(): boolean
  next(): this
}

export interface FlightDecoder {
  wrapAndApplyHeader(buffer: DirectBuffer, offset: number, header: object, length: number): this
  encodedLength(): number
  serialAsNumber(): number
  year(): number
  codeShare(): number
  status(): number
  waypointsAt(index: number): number
  callSign(): string
  getCallSign(target: Uint8Array): number
  servicesRaw(): number
  aircraftSeats(): number
  aircraftEngines(): number
  delay(): number
  legs(): LegsDecoder
  cabins(): CabinsDecoder
  carrier(): string
  getCarrier(target: Uint8Array): number
  agency(): string
  getAgency(target: Uint8Array): number
  bookingCode(): string
  getBookingCode(target: Uint8Array): number
}

interface LegsDecoder extends EntriesDecoder {
  distance(): number
  speed(): number
  route(): string
  getRoute(target: Uint8Array): number
}

interface CabinsDecoder extends EntriesDecoder {
  cabin(): number
  fares(): FaresDecoder
}

interface FaresDecoder extends EntriesDecoder {
  seats(): number
  price(): number
}

export interface FlightEncoder {
  wrapAndApplyHeader(buffer: DirectBuffer, offset: number, header: object, length: number): this
  encodedLength(): number
  serialAsNumber(value: number): this
  year(value: number): this
  codeShare(value: number): this
  status(value: number): this
  putWaypoints(value0: number, value1: number, value2: number, value3: number): this
  callSign(value: string): this
  servicesRaw(value: number): this
  aircraft(): { maker(value: string): object }
  aircraftSeats(value: number): this
  aircraftEngines(value: number): this
  delay(value: number): this
  legsCount(count: number): LegsEncoder
  cabinsCount(count: number): CabinsEncoder
  carrier(value: string): this
  agency(value: string): this
  bookingCode(value: string): this
}

interface LegsEncoder {
  next(): this
  distance(value: number): this
  speed(value: number): this
  route(value: string): this
}

interface CabinsEncoder {
  next(): this
  cabin(value: number): this
  faresCount(count: number): FaresEncoder
}

interface FaresEncoder {
  next(): this
  seats(value: number): this
  price(value: number): this
}

export async function loadFlightCodecs(indexFile: string): Promise<FlightCodecs> {
  return (await import(pathToFileURL(indexFile).href)) as FlightCodecs
}
