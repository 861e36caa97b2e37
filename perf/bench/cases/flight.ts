/** A message with some of everything: arrays, a set, a composite, groups with text and with groups, var data. */
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { BenchCase } from '../bench-case.ts'
import { FlightReader } from '../hand-written/flight-reader.ts'
import { FlightWriter } from '../hand-written/flight-writer.ts'
import type { FlightCodecs } from './flight-codecs.ts'

/** Few enough to stay in the nearest cache. */
const MESSAGES_PER_RUN = 64
const STRIDE = 301
const LEGS = 3
const CABINS = 2
const FARES = 3
const SERIAL = 7_000_000_000_000
const SERVICES = 5
const CALL_SIGN = 'GWT714'
const MAKER = 'FKR'
const ROUTES = ['LAMSO', 'BUKUT-DOGGA', 'ABBOT']
const CARRIER = 'Bar-tailed Airways'
const AGENCY = 'Limosa'
const BOOKING_CODE = 'XK7P2Q'

export function flightCases(codecs: FlightCodecs): readonly BenchCase[] {
  const memory = (): DirectBuffer => new DirectBuffer(new ArrayBuffer(MESSAGES_PER_RUN * STRIDE))
  const bufferOf = ({ bytes }: DirectBuffer): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const generatedBuffer = memory()
  const handWrittenMemory = memory()
  const handWrittenView = handWrittenMemory.view
  const handWrittenBytes = bufferOf(handWrittenMemory)
  const header = new codecs.MessageHeaderEncoder()
  const encoder = new codecs.FlightEncoder()
  const writer = new FlightWriter()
  const yes = codecs.YesNo.YES
  const airborne = codecs.Status.AIRBORNE

  function encodeGenerated(): number {
    let length = 0
    for (let i = 0; i < MESSAGES_PER_RUN; i++) {
      encoder.wrapAndApplyHeader(generatedBuffer, i * STRIDE, header, STRIDE)
      encoder.serialAsNumber(SERIAL + i).year(2026).codeShare(yes).status(airborne).putWaypoints(i, 1, 2, 3)
      encoder.callSign(CALL_SIGN).servicesRaw(SERVICES).aircraftSeats(180).aircraftEngines(2).delay(i)
      encoder.aircraft().maker(MAKER)
      const legs = encoder.legsCount(LEGS)
      for (let leg = 0; leg < LEGS; leg++) {
        legs.next().distance(400 + leg).speed(230.5).route(ROUTES[leg] as string)
      }
      const cabins = encoder.cabinsCount(CABINS)
      for (let cabin = 0; cabin < CABINS; cabin++) {
        const fares = cabins.next().cabin(cabin).faresCount(FARES)
        for (let fare = 0; fare < FARES; fare++) fares.next().seats(i + fare).price(99.5)
      }
      encoder.carrier(CARRIER).agency(AGENCY).bookingCode(BOOKING_CODE)
      length += encoder.encodedLength()
    }
    return length
  }

  function encodeHandWritten(): number {
    let length = 0
    for (let i = 0; i < MESSAGES_PER_RUN; i++) {
      writer.wrap(handWrittenView, handWrittenBytes, i * STRIDE, STRIDE)
      writer.serialAsNumber(SERIAL + i).year(2026).codeShare(yes).status(airborne).waypoints(i, 1, 2, 3)
      writer.callSign(CALL_SIGN).services(SERVICES).seats(180).engines(2).delay(i)
      writer.maker(MAKER)
      const legs = writer.legs(LEGS)
      for (let leg = 0; leg < LEGS; leg++) {
        legs.next().distance(400 + leg).speed(230.5).route(ROUTES[leg] as string)
      }
      const cabins = writer.cabins(CABINS)
      for (let cabin = 0; cabin < CABINS; cabin++) {
        const fares = cabins.next().cabin(cabin).fares(FARES)
        for (let fare = 0; fare < FARES; fare++) fares.next().seats(i + fare).price(99.5)
      }
      writer.text(CARRIER).text(AGENCY).text(BOOKING_CODE)
      length += writer.encodedLength()
    }
    return length
  }

  encodeGenerated()
  const input = memory()
  input.bytes.set(generatedBuffer.bytes)
  const inputView = input.view
  const inputBytes = bufferOf(input)
  const text = new Uint8Array(64)
  const headerDecoder = new codecs.MessageHeaderDecoder()
  const decoder = new codecs.FlightDecoder()
  const reader = new FlightReader()

  function decodeGenerated(): number {
    let sum = 0
    for (let i = 0; i < MESSAGES_PER_RUN; i++) {
      decoder.wrapAndApplyHeader(input, i * STRIDE, headerDecoder, STRIDE)
      sum += decoder.serialAsNumber() - SERIAL + decoder.year() + decoder.codeShare() + decoder.status()
      for (let k = 0; k < 4; k++) sum += decoder.waypointsAt(k)
      sum += decoder.getCallSign(text) + decoder.servicesRaw() + decoder.aircraftSeats() + decoder.aircraftEngines()
      sum += decoder.delay()
      const legs = decoder.legs()
      while (legs.hasNext()) {
        legs.next()
        sum += legs.distance() + legs.speed() + legs.getRoute(text)
      }
      const cabins = decoder.cabins()
      while (cabins.hasNext()) {
        sum += cabins.next().cabin()
        const fares = cabins.fares()
        while (fares.hasNext()) {
          fares.next()
          sum += fares.seats() + fares.price()
        }
      }
      sum += decoder.getCarrier(text) + decoder.getAgency(text) + decoder.getBookingCode(text)
      sum += decoder.encodedLength()
    }
    return sum | 0
  }

  function decodeHandWritten(): number {
    let sum = 0
    for (let i = 0; i < MESSAGES_PER_RUN; i++) {
      reader.wrap(inputView, inputBytes, i * STRIDE, STRIDE)
      sum += reader.serialAsNumber() - SERIAL + reader.year() + reader.codeShare() + reader.status()
      for (let k = 0; k < 4; k++) sum += reader.waypoint(k)
      sum += reader.getCallSign(text) + reader.services() + reader.seats() + reader.engines()
      sum += reader.delay()
      const legs = reader.legs()
      while (legs.hasNext()) {
        legs.next()
        sum += legs.distance() + legs.speed() + legs.getRoute(text)
      }
      const cabins = reader.cabins()
      while (cabins.hasNext()) {
        sum += cabins.next().cabin()
        const fares = cabins.fares()
        while (fares.hasNext()) {
          fares.next()
          sum += fares.seats() + fares.price()
        }
      }
      sum += reader.getText(text) + reader.getText(text) + reader.getText(text)
      sum += reader.encodedLength()
    }
    return sum | 0
  }

  function decodeTextsGenerated(): number {
    let sum = 0
    for (let i = 0; i < MESSAGES_PER_RUN; i++) {
      decoder.wrapAndApplyHeader(input, i * STRIDE, headerDecoder, STRIDE)
      sum += decoder.serialAsNumber() - SERIAL + (decoder.callSign() === CALL_SIGN ? 1 : 0)
      const legs = decoder.legs()
      for (let leg = 0; legs.hasNext(); leg++) {
        legs.next()
        sum += legs.distance() + (legs.route() === ROUTES[leg] ? 1 : 0)
      }
      const cabins = decoder.cabins()
      while (cabins.hasNext()) cabins.next().fares()
      sum += (decoder.carrier() === CARRIER ? 1 : 0) + (decoder.agency() === AGENCY ? 1 : 0)
      sum += decoder.bookingCode() === BOOKING_CODE ? 1 : 0
    }
    return sum | 0
  }

  function decodeTextsHandWritten(): number {
    let sum = 0
    for (let i = 0; i < MESSAGES_PER_RUN; i++) {
      reader.wrap(inputView, inputBytes, i * STRIDE, STRIDE)
      sum += reader.serialAsNumber() - SERIAL + (reader.callSign() === CALL_SIGN ? 1 : 0)
      const legs = reader.legs()
      for (let leg = 0; legs.hasNext(); leg++) {
        legs.next()
        sum += legs.distance() + (legs.route() === ROUTES[leg] ? 1 : 0)
      }
      const cabins = reader.cabins()
      while (cabins.hasNext()) cabins.next().fares()
      sum += (reader.text() === CARRIER ? 1 : 0) + (reader.text() === AGENCY ? 1 : 0)
      sum += reader.text() === BOOKING_CODE ? 1 : 0
    }
    return sum | 0
  }

  const length = encodeGenerated() / MESSAGES_PER_RUN + 8
  const common = { messagesPerRun: MESSAGES_PER_RUN, messageBytes: length }
  return [
    {
      ...common,
      name: 'flight encode number',
      allocationFree: true,
      generated: encodeGenerated,
      handWritten: encodeHandWritten,
      written: { generated: generatedBuffer.bytes, handWritten: handWrittenMemory.bytes },
    },
    {
      ...common,
      name: 'flight decode number',
      allocationFree: true,
      generated: decodeGenerated,
      handWritten: decodeHandWritten,
    },
    {
      ...common,
      name: 'flight decode strings',
      allocationFree: false,
      generated: decodeTextsGenerated,
      handWritten: decodeTextsHandWritten,
    },
  ]
}
