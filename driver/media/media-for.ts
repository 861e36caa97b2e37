import type { Media } from '../core/media.ts'
import { DgramMedia } from './dgram-media.ts'
import type { DgramListeners } from './dgram-media.ts'
import { loadNativeLibrary } from './native/native-library.ts'
import type { LibraryResult, Platform } from './native/native-library.ts'
import { NativeMedia } from './native/native-media.ts'

export interface MediaOptions extends DgramListeners {
  /** Default: what this process runs on. */
  readonly platform?: Platform
  readonly load?: (platform: Platform) => LibraryResult
}

/** The media that a setting asks for, or the next best: what is missing is warned of. */
export function mediaFor(wanted: 'auto' | 'native' | 'dgram', options: MediaOptions): Media {
  const { warn, countLost } = options
  if (wanted === 'dgram') return new DgramMedia(options)
  const platform = options.platform ?? { os: process.platform, arch: process.arch }
  const result = (options.load ?? loadNativeLibrary)(platform)
  if (result.library !== undefined) return new NativeMedia(result.library, warn, countLost)
  warn(`native sockets are not available, sockets of Node are used instead, which are slower: ${result.reason}`)
  return new DgramMedia(options)
}
