/** Memory that tells of every access which byte it was. Uses nothing but the language and the runtime. */
import { DirectBuffer } from '../../../codegen/runtime/index.ts'

/** Called with the first byte and the number of bytes of each access. */
export type Watcher = (offset: number, length: number) => void

function watchView(view: DataView, watcher: Watcher): DataView {
  return new Proxy(view, {
    get(target, key): unknown {
      const bits = /^get[A-Z][A-Za-z]*?(\d+)$/.exec(String(key))?.[1]
      const found: unknown = Reflect.get(target, key)
      if (bits === undefined || typeof found !== 'function') throw new Error(`nobody watches ${String(key)}`)
      return (offset: number, littleEndian?: boolean): unknown => {
        watcher(offset, Number(bits) / 8)
        return Reflect.apply(found, target, [offset, littleEndian]) as unknown
      }
    },
  })
}

function watchBytes(bytes: Uint8Array, watcher: Watcher): Uint8Array {
  const part = (begin: number, end: number): void => {
    const from = Math.min(Math.max(begin < 0 ? begin + bytes.length : begin, 0), bytes.length)
    const to = Math.min(Math.max(end < 0 ? end + bytes.length : end, 0), bytes.length)
    if (to > from) watcher(from, to - from)
  }
  return new Proxy(bytes, {
    get(target, key): unknown {
      if (typeof key === 'string' && /^-?\d+(?:\.\d+)?$/.test(key)) {
        watcher(Number(key), 1)
        return Reflect.get(target, key)
      }
      if (key === 'subarray' || key === 'slice') {
        return (begin: number = 0, end: number = target.length): Uint8Array => {
          part(begin, end)
          return target[key](begin, end)
        }
      }
      if (key === 'length' || key === 'byteLength' || key === 'buffer' || key === 'byteOffset') return target[key]
      throw new Error(`nobody watches ${String(key)}`)
    },
  })
}

/** A buffer over the memory; it reads as any other does, if more slowly. */
export function watchedBuffer(memory: ArrayBuffer, watcher: Watcher): DirectBuffer {
  const buffer = new DirectBuffer(memory)
  return Object.assign(Object.create(DirectBuffer.prototype) as object, {
    view: watchView(buffer.view, watcher),
    bytes: watchBytes(buffer.bytes, watcher),
    byteLength: buffer.byteLength,
  }) as DirectBuffer
}
