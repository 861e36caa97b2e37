/** From the bytes of a file to its tokens; what the tokens say is not looked at. */
import type { PrimitiveValue } from '../ir/primitive-type.ts'
import type { ByteOrder, Token } from '../ir/token.ts'
import { MAX_DOCUMENT_BYTES } from '../limits.ts'
import { IrFileError } from './ir-file-error.ts'
import {
  FRAME, FRAME_BLOCK_LENGTH, FRAME_STRINGS, IR_VERSION, LENGTH_BYTES, PRESENCES, PRIMITIVES, SIGNALS,
  STRINGS_OF_LAYOUT, TOKEN, TOKEN_BLOCK_LENGTH,
} from './layout.ts'
import type { IrLayout } from './layout.ts'
import { valueOfBytes } from './primitive-bytes.ts'

export type MutableToken = { -readonly [Key in keyof Token]: Token[Key] }

export interface FileToken {
  readonly token: MutableToken
  readonly byteOrder: ByteOrder
  /** Which of the tokens of the file it is, from 0. */
  readonly index: number
  /** Where it begins in the file, in bytes. */
  readonly at: number
}

export interface FileContent {
  readonly schemaId: number
  readonly schemaVersion: number
  readonly packageName: string
  readonly namespaceName: string | undefined
  readonly semanticVersion: string
  readonly tokens: readonly FileToken[]
}

interface FoundLayout {
  readonly layout: IrLayout
  /** Strings of each token. */
  readonly strings: number
  readonly places: readonly number[]
}

/** What XML can have in an attribute; more is in no schema. */
const TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u

export function readTokens(bytes: Uint8Array): FileContent {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new IrFileError('ERR_GODWIT_SBE_IR_LIMIT', `the file is larger than ${MAX_DOCUMENT_BYTES} bytes`)
  }
  return new IrReader(bytes).read()
}

class IrReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  read(): FileContent {
    if (this.#bytes.length < FRAME_BLOCK_LENGTH) throw formatError('the file ends in the frame', this.#bytes.length)
    const irVersion = this.#view.getInt32(FRAME.irVersion, true)
    if (irVersion !== IR_VERSION) {
      throw formatError(`the version of the format is ${irVersion}, and only ${IR_VERSION} is known`, FRAME.irVersion)
    }
    const frameEnd = this.#endOfStrings(FRAME_BLOCK_LENGTH, FRAME_STRINGS)
    if (typeof frameEnd !== 'number') throw frameEnd
    const [packageName = '', namespaceName, semanticVersion = ''] = this.#texts(FRAME_BLOCK_LENGTH, FRAME_STRINGS)
    const { layout, strings, places } = this.#findLayout(frameEnd)
    const tokens = places.map((at, index) => this.#token(at, index, strings))
    if (layout === '1.6') this.#forgetLeftovers(frameEnd, tokens)
    return {
      schemaId: this.#view.getInt32(FRAME.schemaId, true),
      schemaVersion: this.#view.getInt32(FRAME.schemaVersion, true),
      packageName,
      namespaceName,
      semanticVersion,
      tokens,
    }
  }

  /** The layout in which tokens with known codes fill the file to its last byte, and where they begin. */
  #findLayout(start: number): FoundLayout {
    let furthest: IrFileError | undefined
    for (const [layout, strings] of STRINGS_OF_LAYOUT) {
      const places = this.#placesOfTokens(start, strings)
      if (!(places instanceof IrFileError)) return { layout, strings, places }
      if (furthest === undefined || (places.offset ?? 0) > (furthest.offset ?? 0)) furthest = places
    }
    throw furthest ?? formatError('there are no tokens', start)
  }

  #placesOfTokens(start: number, strings: number): number[] | IrFileError {
    const places: number[] = []
    for (let at = start; at < this.#bytes.length;) {
      if (at + TOKEN_BLOCK_LENGTH > this.#bytes.length) {
        return formatError(`the file ends in token ${places.length}`, this.#bytes.length)
      }
      const unknown = this.#unknownCode(at, places.length)
      if (unknown !== undefined) return unknown
      const end = this.#endOfStrings(at + TOKEN_BLOCK_LENGTH, strings)
      if (typeof end !== 'number') return end
      places.push(at)
      at = end
    }
    return places
  }

  #unknownCode(at: number, index: number): IrFileError | undefined {
    const check = (what: string, offset: number, known: boolean): IrFileError | undefined => {
      if (known) return undefined
      return formatError(`token ${index} has ${what} ${this.#bytes[at + offset]}, which is not known`, at + offset)
    }
    const code = (offset: number): number => this.#bytes[at + offset] ?? 0
    return check('signal', TOKEN.signal, SIGNALS[code(TOKEN.signal)] !== undefined) ??
      check('primitive type', TOKEN.primitiveType, code(TOKEN.primitiveType) < PRIMITIVES.length) ??
      check('byte order', TOKEN.byteOrder, code(TOKEN.byteOrder) <= 1) ??
      check('presence', TOKEN.presence, PRESENCES[code(TOKEN.presence)] !== undefined)
  }

  #endOfStrings(start: number, count: number): number | IrFileError {
    let at = start
    for (let left = count; left > 0; left--) {
      if (at + LENGTH_BYTES > this.#bytes.length) return formatError('the file ends in a string', this.#bytes.length)
      const end = at + LENGTH_BYTES + this.#view.getUint16(at, true)
      if (end > this.#bytes.length) return formatError(`a string would end at byte ${end}, behind the file`, at)
      at = end
    }
    return at
  }

  #token(at: number, index: number, strings: number): FileToken {
    const int32 = (offset: number): number => this.#view.getInt32(at + offset, true)
    const code = (offset: number): number => this.#view.getUint8(at + offset)
    const primitiveType = PRIMITIVES[code(TOKEN.primitiveType)]
    const [name, constant, minimum, maximum, nothing, ...texts] = this.#strings(at + TOKEN_BLOCK_LENGTH, strings)
    const [characterEncoding, epoch, timeUnit, semanticType, description, referencedName, packageName] =
      texts.map((bytes) => this.#textOf(bytes))
    const value = (bytes: Uint8Array | undefined): PrimitiveValue | undefined => {
      if (bytes === undefined || bytes.length === 0) return undefined
      const found = primitiveType === undefined ? undefined : valueOfBytes(bytes, primitiveType)
      if (found !== undefined) return found
      throw formatError(`a value has ${bytes.length} bytes, and its type is ${primitiveType ?? 'none'}`, at)
    }
    const token: MutableToken = {
      signal: SIGNALS[code(TOKEN.signal)] ?? 'ENCODING',
      name: this.#textOf(name) ?? '',
      referencedName,
      description,
      packageName,
      id: int32(TOKEN.id),
      version: int32(TOKEN.version),
      sinceVersion: int32(TOKEN.version),
      deprecated: int32(TOKEN.deprecated),
      encodedLength: int32(TOKEN.encodedLength),
      offset: int32(TOKEN.offset),
      componentTokenCount: int32(TOKEN.componentTokenCount),
      encoding: {
        presence: PRESENCES[code(TOKEN.presence)] ?? 'required',
        primitiveType,
        minValue: value(minimum),
        maxValue: value(maximum),
        nullValue: value(nothing),
        constValue: value(constant),
        characterEncoding,
        epoch,
        timeUnit,
        semanticType,
      },
    }
    return { token, byteOrder: code(TOKEN.byteOrder) === 1 ? 'bigEndian' : 'littleEndian', index, at }
  }

  #texts(at: number, count: number): (string | undefined)[] {
    return this.#strings(at, count).map((bytes) => this.#textOf(bytes))
  }

  #strings(start: number, count: number): Uint8Array[] {
    const strings: Uint8Array[] = []
    for (let at = start; strings.length < count;) {
      const end = at + LENGTH_BYTES + this.#view.getUint16(at, true)
      strings.push(this.#bytes.subarray(at + LENGTH_BYTES, end))
      at = end
    }
    return strings
  }

  #textOf(bytes: Uint8Array | undefined): string | undefined {
    if (bytes === undefined || bytes.length === 0) return undefined
    const at = bytes.byteOffset - this.#bytes.byteOffset
    let text: string
    try {
      text = this.#text.decode(bytes)
    } catch {
      throw formatError('a text is not UTF-8', at)
    }
    if (!TEXT.test(text)) throw formatError('a text has characters that no schema can have', at)
    return text
  }

  /**
   * Releases before 1.35 reserve room for the version of a deprecation and do not write it: all tokens then have there
   * what the frame, which was in the same memory before, left behind.
   */
  #forgetLeftovers(frameEnd: number, tokens: readonly FileToken[]): void {
    const frame = new DataView(new ArrayBuffer(TOKEN.deprecated + 4))
    new Uint8Array(frame.buffer).set(this.#bytes.subarray(0, Math.min(frameEnd, frame.byteLength)))
    const left = frame.getInt32(TOKEN.deprecated, true)
    if (left === 0 || tokens.some(({ token }) => token.deprecated !== left)) return
    for (const { token } of tokens) token.deprecated = 0
  }
}

function formatError(what: string, offset: number): IrFileError {
  return new IrFileError('ERR_GODWIT_SBE_IR_FORMAT', `not an .sbeir file that can be read: ${what}`, offset)
}
