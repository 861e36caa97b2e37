import { SbeError } from './sbe-error.ts'

/**
 * The one buffer type of the house: a region of memory with the two views that codecs and logs need, made once per
 * mapping or user buffer because making a view costs more than decoding a message.
 */
export class DirectBuffer {
  // Declared only, so that the constructor's stores are the first: engines then take the fields for constants.
  declare readonly view: DataView
  declare readonly bytes: Uint8Array
  declare readonly byteLength: number

  /**
   * @param source memory, or a view of it (a Buffer, a typed array)
   * @param byteOffset first byte, relative to the source, in 0..source.byteLength; default 0
   * @param byteLength number of bytes; default the rest of the source
   * @throws SbeError ERR_GODWIT_SBE_BUFFER when the range is outside the source, or the source can be resized
   */
  constructor(source: ArrayBufferLike | ArrayBufferView, byteOffset: number = 0, byteLength?: number) {
    const isView = ArrayBuffer.isView(source)
    const memory: ArrayBufferLike = isView ? source.buffer : source
    const length = byteLength ?? source.byteLength - byteOffset
    if (!isSafeRange(byteOffset, length, source.byteLength)) {
      throw new SbeError(
        'ERR_GODWIT_SBE_BUFFER',
        `DirectBuffer: offset ${byteOffset} and length ${length} do not lie within ${source.byteLength} bytes`,
      )
    }
    // One view of resizable memory makes every accessor that meets it several times slower, for good.
    if (isResizable(memory)) {
      throw new SbeError('ERR_GODWIT_SBE_BUFFER', 'DirectBuffer: resizable memory is not supported, use a fixed size')
    }
    const start = (isView ? source.byteOffset : 0) + byteOffset
    this.view = new DataView(memory, start, length)
    this.bytes = new Uint8Array(memory, start, length)
    this.byteLength = length
  }
}

function isSafeRange(offset: number, length: number, capacity: number): boolean {
  return (
    Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 &&
    offset + length <= capacity
  )
}

function isResizable(memory: ArrayBufferLike): boolean {
  const flags = memory as { readonly resizable?: boolean; readonly growable?: boolean }
  return flags.resizable === true || flags.growable === true
}

/** What a flyweight refers to before it is wrapped: every access is out of bounds. */
export const EMPTY_BUFFER: DirectBuffer = /* @__PURE__ */ new DirectBuffer(new ArrayBuffer(0))
