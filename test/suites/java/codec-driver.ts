import type { Ir, IrMessage } from '../../../codegen/ir/ir.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { Random } from '../../support/random.ts'
import { BlockDecoder } from './block-decoder.ts'
import { BlockEncoder } from './block-encoder.ts'
import type { Flyweight } from './flyweight.ts'
import { call, construct, exported, numberOf, upperFirst } from './flyweight.ts'
import type { Layout } from './ir-layout.ts'
import { messageLayout, propertyName } from './ir-layout.ts'
import { lengthsOf } from './message-lengths.ts'
import type { PlainObject } from './object-values.ts'
import type { Block, DecodedBlock } from './value-tree.ts'

export interface Encoded {
  /** Header and message in hexadecimal. */
  readonly bytes: string
  /** What stood in front of the message and right behind it afterwards. */
  readonly surroundings: string
}

export interface DecodedMessage {
  readonly decodedLength: number
  readonly encodedLength: number
  readonly skippedLength: number
  readonly value: DecodedBlock
  readonly text: string
  readonly json: unknown
}

const BYTES_SHOWN_BEHIND = 8

/** The codecs that we generate for one schema, driven by its representation. */
export class Codecs {
  readonly ir: Ir
  readonly #exports: Readonly<Record<string, unknown>>

  constructor(ir: Ir, exports: Readonly<Record<string, unknown>>) {
    this.ir = ir
    this.#exports = exports
  }

  message(name: string): IrMessage {
    const found = this.ir.messages.find((message) => message.name === name)
    if (found === undefined) throw new Error(`no message ${name}`)
    return found
  }

  layout(name: string): Layout {
    return messageLayout(this.message(name).tokens)
  }

  /** A new flyweight: `Car` and `Decoder` give a CarDecoder. */
  create(name: string, suffix: 'Decoder' | 'Encoder'): Flyweight {
    return construct(this.#class(name, suffix))
  }

  header(suffix: 'Decoder' | 'Encoder'): Flyweight {
    return this.create(this.ir.headerTokens[0]?.name ?? '', suffix)
  }

  /** Length of the message header. */
  get headerLength(): number {
    return this.ir.headerTokens[0]?.encodedLength ?? 0
  }

  encode(message: string, value: Block, buffer: Uint8Array, offset: number, random: Random): Encoded {
    const encoder = this.create(message, 'Encoder')
    call(encoder, 'wrapAndApplyHeader', new DirectBuffer(buffer), offset, this.header('Encoder'))
    new BlockEncoder(random).encode(encoder, this.layout(message), value)
    const end = numberOf(encoder, 'limit')
    const bytes = Buffer.from(buffer)
    return {
      bytes: bytes.toString('hex', offset, end),
      surroundings: bytes.toString('hex', 0, offset) + bytes.toString('hex', end, end + BYTES_SHOWN_BEHIND),
    }
  }

  decode(message: string, bytes: Uint8Array, offset: number): DecodedMessage {
    const decoder = this.create(message, 'Decoder')
    call(decoder, 'wrapAndApplyHeader', new DirectBuffer(bytes), offset, this.header('Decoder'))
    const decodedLength = numberOf(decoder, 'sbeDecodedLength')
    const value = new BlockDecoder(this.#exports).decode(decoder, decoder, this.layout(message))
    const encodedLength = numberOf(decoder, 'encodedLength')
    call(decoder, 'sbeSkip')
    const skippedLength = numberOf(decoder, 'encodedLength')
    const text = String(call(decoder, 'toString'))
    return { decodedLength, encodedLength, skippedLength, value, text, json: call(decoder, 'toJSON') }
  }

  /** What the encoder says beforehand of the length of a message with these values, without its header. */
  computeLength(message: string, value: DecodedBlock): number {
    const encoder = this.#class(message, 'Encoder') as Flyweight
    return Number(call(encoder, 'computeLength', lengthsOf(this.layout(message), value)))
  }

  /** Header and message of a plain object, in hexadecimal. */
  objectToBytes(message: string, object: PlainObject): string {
    return Buffer.from(this.#object(message, 'ToBytes', object) as Uint8Array).toString('hex')
  }

  objectFromBytes(message: string, hex: string): PlainObject {
    return this.#object(message, 'FromBytes', new Uint8Array(Buffer.from(hex, 'hex'))) as PlainObject
  }

  objectLength(message: string, object: PlainObject): number {
    return this.#object(message, 'ObjectLength', object) as number
  }

  /** Calls a function for the plain objects of a message. */
  #object(message: string, suffix: string, value: unknown): unknown {
    const found = exported(this.#exports, propertyName(message), suffix)
    return Reflect.apply(found as (value: unknown) => unknown, undefined, [value])
  }

  #class(name: string, suffix: string): unknown {
    return exported(this.#exports, upperFirst(name), suffix)
  }
}
