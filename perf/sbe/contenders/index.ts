/** Who takes part, in the order of the report. */
import { fileURLToPath } from 'node:url'
import { MESSAGES } from '../contender.ts'
import type { Message } from '../contender.ts'

export interface ContenderEntry {
  readonly name: string
  /** What the figures are of. */
  readonly note: string
  /** Module that has it among its `contenders`. */
  readonly module: string
  readonly isPeer: boolean
  readonly messages: readonly Message[]
}

const OWN_FOLDER = fileURLToPath(new URL('./', import.meta.url))
/** Peers are built beside their sources: they have packages of their own there. */
export const PEERS_FOLDER: string = fileURLToPath(new URL('../../../../perf/peers/', import.meta.url))

function own(
  name: string, file: string, note: string, messages: readonly Message[] = MESSAGES,
): ContenderEntry {
  return { name, note, module: `${OWN_FOLDER}${file}.js`, isPeer: false, messages }
}

function peer(name: string, file: string, note: string): ContenderEntry {
  return { name, note, module: `${PEERS_FOLDER}dist/peers/${file}.js`, isPeer: true, messages: MESSAGES }
}

export const CONTENDERS: readonly ContenderEntry[] = [
  own('godwit', 'godwit', 'codecs, 64-bit integers as Numbers, text as strings'),
  own('godwit-bigint', 'godwit', 'codecs, 64-bit integers as bigints, text as strings'),
  own('godwit-text-bytes', 'godwit', 'codecs, 64-bit integers as Numbers, text as bytes', ['car']),
  own('godwit-objects', 'objects', 'objects, 64-bit integers as numbers, checked against the schema'),
  peer('protobufjs', 'protobufjs', 'objects, 64-bit integers as numbers (without the package long)'),
  peer('protobufjs-long', 'protobufjs', 'objects, 64-bit integers as objects of the package long'),
  peer('protobuf-es', 'protobuf-es', 'objects, 64-bit integers as bigints'),
  peer('flatbuffers', 'flatbuffers', 'accessors over the bytes, 64-bit integers as bigints'),
  peer('msgpackr', 'msgpackr', 'objects, shared structures'),
  peer('avsc', 'avsc', 'objects, 64-bit integers as numbers'),
  peer('json', 'json', 'objects, to and from UTF-8 bytes'),
]
