import type { Media } from '../core/media.ts'
import { DgramMedia } from './dgram-media.ts'
import type { DgramListeners } from './dgram-media.ts'
import { loadNativeLibrary } from './native/native-library.ts'
import type { Platform } from '../../client/native/ffi.ts'
import { thisPlatform } from '../../client/native/ffi.ts'
import type { LibraryResult } from './native/native-library.ts'
import { NativeMedia } from './native/native-media.ts'
import { trackSockets } from './native/socket-table.ts'

export interface MediaOptions extends DgramListeners {
  /** Where native sockets are remembered that must be closed when the thread is killed. */
  readonly sockets?: SharedArrayBuffer | undefined
  /** Default: what this process runs on. */
  readonly platform?: Platform
  readonly load?: (platform: Platform) => LibraryResult
}

/** The media that a setting asks for, or the next best: what is missing is warned of. */
export function mediaFor(wanted: 'auto' | 'native' | 'dgram', options: MediaOptions): Media {
  const { warn, countLost, sockets } = options
  if (wanted === 'dgram') return new DgramMedia(options)
  const platform = options.platform ?? thisPlatform()
  const result = (options.load ?? ((on) => loadNativeLibrary(on)))(platform)
  const { library } = result
  if (library !== undefined) {
    return new NativeMedia(sockets === undefined ? library : trackSockets(library, sockets), warn, countLost)
  }
  warn(`native sockets are not available, sockets of Node are used instead, which are slower: ${result.reason}`)
  return new DgramMedia(options)
}
