/** Who takes part, in the order of the report. */
import { fileURLToPath } from 'node:url'
import { MESSAGES } from '../contender.ts'
import type { Message } from '../contender.ts'

export interface ContenderEntry {
  readonly name: string
  /** What the figures are of. */
  readonly note: string
  /** Module that exports the contender, by its name in `exportName`. */
  readonly module: string
  readonly exportName: string
  readonly isPeer: boolean
  readonly messages: readonly Message[]
}

const OWN = fileURLToPath(new URL('./godwit.js', import.meta.url))
/** Peers are built beside their sources: they have packages of their own there. */
export const PEERS_FOLDER: string = fileURLToPath(new URL('../../../../perf/peers/', import.meta.url))

function own(
  name: string, exportName: string, note: string, messages: readonly Message[] = MESSAGES,
): ContenderEntry {
  return { name, note, module: OWN, exportName, isPeer: false, messages }
}

function peer(name: string, file: string, exportName: string, note: string): ContenderEntry {
  return { name, note, module: `${PEERS_FOLDER}dist/peers/${file}.js`, exportName, isPeer: true, messages: MESSAGES }
}

export const CONTENDERS: readonly ContenderEntry[] = [
  own('godwit', 'numbers', 'codecs, 64-bit integers as Numbers, text as strings'),
  own('godwit-bigint', 'bigints', 'codecs, 64-bit integers as bigints, text as strings'),
  own('godwit-text-bytes', 'textBytes', 'codecs, 64-bit integers as Numbers, text as bytes', ['car']),
  peer('protobufjs', 'protobufjs', 'numbers', 'objects, 64-bit integers as numbers (without the package long)'),
  peer('protobufjs-long', 'protobufjs', 'longs', 'objects, 64-bit integers as objects of the package long'),
  peer('protobuf-es', 'protobuf-es', 'protobufEs', 'objects, 64-bit integers as bigints'),
  peer('flatbuffers', 'flatbuffers', 'flatbuffers', 'accessors over the bytes, 64-bit integers as bigints'),
  peer('msgpackr', 'msgpackr', 'msgpackr', 'objects, shared structures'),
  peer('avsc', 'avsc', 'avsc', 'objects, 64-bit integers as numbers'),
  peer('json', 'json', 'json', 'objects, to and from UTF-8 bytes'),
]
