/**
 * Child process of the comparison: measures one contender with one message and prints the result as a line of JSON.
 *
 *     node worker.js MODULE NAME MESSAGE ROUNDS
 */
import { pathToFileURL } from 'node:url'
import { measureTurns } from '../bench/turns.ts'
import { MESSAGES, MESSAGES_PER_RUN } from './contender.ts'
import type { Contenders } from './contender.ts'
import type { Measurement } from './measurement.ts'

const [module = '', contender = '', name = '', rounds = '1'] = process.argv.slice(2)
const message = MESSAGES.find((one) => one === name)
if (message === undefined) throw new Error(`no message ${name}`)

const exported = (await import(pathToFileURL(module).href)) as { readonly contenders: Contenders }
const contest = exported.contenders[contender]?.[message]?.()
if (contest === undefined) throw new Error(`${module} has no ${contender} for ${message}`)

const { encode, decode } = contest
const bytes = encode()
const checksum = decode()
const [encodeNs = [], decodeNs = []] = measureTurns([encode, decode], Number(rounds))
  .map((times) => times.map((ns) => ns / MESSAGES_PER_RUN))
const measurement: Measurement = { messageBytes: bytes / MESSAGES_PER_RUN, checksum, encodeNs, decodeNs }
process.stdout.write(`${JSON.stringify(measurement)}\n`)
