import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, realpathSync, statSync, watch } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { MAX_DOCUMENT_BYTES } from '../limits.ts'

/** How often files are looked at without a hint of the system that something happened; not all changes have one. */
const POLL_MS = 1000
/** The same where there are no hints. */
const POLL_BLIND_MS = 200
/** Hints come in bunches, and files are written in several steps: two looks this far apart must show the same. */
const SETTLE_MS = 40
/** How long a file may be away, or empty, before it counts as gone: programs replace files in steps, some slowly. */
const ABSENCE_MS = 500
/** A file that changes all the time is taken as it is after that. */
const UNREST_MS = 3000

const ABSENT = 'absent'
const EMPTY = 'empty'
const CHUNK_BYTES = 64 * 1024

/** Calls when something happens in a folder. */
export type WatchFolder = (folder: string, onEvent: () => void) => Closable

interface Closable {
  close(): void
}

interface WatchedFolder extends Closable {
  /** Tells one folder from another that takes its place. */
  readonly identity: string | undefined
}

/** What a file was at a time. */
interface Print {
  readonly stat: string
  readonly content: string
}

/** Sees when the content of files changes, whatever happens to the files meanwhile. Absent files may come. */
export class FileWatcher {
  readonly #watchFolder: WatchFolder
  readonly #folders: Map<string, WatchedFolder> = new Map()
  #prints: ReadonlyMap<string, Print> = new Map()
  #hasHint: boolean = false
  #isBlind: boolean = false
  #wake: () => void = () => undefined

  constructor(watchFolder: WatchFolder = watchByNode) {
    this.#watchFolder = watchFolder
  }

  /** Takes the files as they are now for what they are to differ from; others are not looked at any more. */
  remember(paths: Iterable<string>): void {
    const files = [...new Set([...paths].map((path) => resolve(path)))]
    // First the hints: what happens behind them is seen twice rather than not at all.
    this.#watchFolders(files)
    this.#prints = new Map(files.map((path) => [path, printOf(path)]))
  }

  /** Waits until files differ from what they were, and are at rest; none when the signal came first. */
  async changes(signal: AbortSignal): Promise<readonly string[]> {
    while (!signal.aborted) {
      const hasHint = await this.#hintOrPoll(signal)
      if (hasHint) await pause(SETTLE_MS, signal)
      this.#hasHint = false
      this.#watchFolders([...this.#prints.keys()])
      if (this.#differing(hasHint).length > 0) {
        await this.#rest(signal)
        const changed = this.#differing(true)
        if (changed.length > 0 && !signal.aborted) return changed
      }
    }
    return []
  }

  close(): void {
    for (const folder of this.#folders.values()) folder.close()
    this.#folders.clear()
  }

  /** Whether there is a hint, after waiting for one for as long as files are not looked at without. */
  async #hintOrPoll(signal: AbortSignal): Promise<boolean> {
    if (!this.#hasHint) {
      const hint = new Promise<void>((wake) => (this.#wake = wake))
      await pause(this.#isBlind ? POLL_BLIND_MS : POLL_MS, signal, hint)
    }
    return this.#hasHint
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const start = performance.now()
    for (let before = this.#states(); !signal.aborted;) {
      await pause(SETTLE_MS, signal)
      const now = this.#states()
      const elapsed = performance.now() - start
      const isGone = [...this.#prints].some(([path, { content }]) => hasContent(content) && !hasContent(now.get(path)))
      const isSame = [...now].every(([path, state]) => before.get(path) === state)
      if ((isSame && (!isGone || elapsed >= ABSENCE_MS)) || elapsed >= UNREST_MS) return
      before = now
    }
  }

  #states(): ReadonlyMap<string, string> {
    return new Map([...this.#prints.keys()].map((path) => [path, printOf(path).content]))
  }

  /** @param isThorough whether content is compared where nothing else has changed: clocks of files can be coarse */
  #differing(isThorough: boolean): readonly string[] {
    return [...this.#prints].flatMap(([path, { stat, content }]) => {
      if (!isThorough && statOf(path) === stat) return []
      return printOf(path).content === content ? [] : [path]
    })
  }

  #watchFolders(files: readonly string[]): void {
    const wanted = new Set(files.flatMap(foldersOf))
    for (const [path, folder] of this.#folders) {
      if (wanted.has(path) && folder.identity === identityOf(path)) continue
      folder.close()
      this.#folders.delete(path)
    }
    this.#isBlind = false
    for (const path of wanted) {
      if (!this.#folders.has(path) && !this.#watch(path)) this.#isBlind = true
    }
  }

  #watch(path: string): boolean {
    try {
      const identity = identityOf(path)
      const watcher = this.#watchFolder(path, () => {
        this.#hasHint = true
        this.#wake()
      })
      this.#folders.set(path, { identity, close: () => watcher.close() })
      return true
    } catch {
      return false
    }
  }
}

function watchByNode(folder: string, onEvent: () => void): Closable {
  const watcher = watch(folder, onEvent)
  // Such as a folder that is gone, where some systems say so: looking finds it out.
  watcher.on('error', onEvent)
  return watcher
}

/** The folder that a file is in, and that it is really in when its name is a link. */
function foldersOf(file: string): readonly string[] {
  const folder = existingFolder(dirname(file))
  try {
    return [folder, dirname(realpathSync(file))]
  } catch {
    return [folder]
  }
}

function existingFolder(path: string): string {
  const parent = dirname(path)
  return parent === path || identityOf(path) !== undefined ? path : existingFolder(parent)
}

function identityOf(folder: string): string | undefined {
  const found = statOrNot(folder)
  return found?.isDirectory() === true ? `${found.dev}:${found.ino}` : undefined
}

/** What tells one state of a file from another without reading it. */
function statOf(path: string): string {
  const found = statOrNot(path)
  if (found === undefined) return ABSENT
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':')
}

function statOrNot(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

function printOf(path: string): Print {
  // Taken first: a change between the two is seen by the next look.
  const stat = statOf(path)
  return { stat, content: contentOf(path) }
}

function hasContent(content: string | undefined): boolean {
  return content !== ABSENT && content !== EMPTY
}

/** A digest of what the compiler would read, or why it could not. */
function contentOf(path: string): string {
  try {
    // Pipes and devices would block, or give something else each time.
    if (statOrNot(path)?.isFile() === false) return 'no file'
    return digestOf(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? ABSENT : code
  }
}

function digestOf(path: string): string {
  const hash = createHash('sha256')
  const descriptor = openSync(path, 'r')
  try {
    const chunk = new Uint8Array(CHUNK_BYTES)
    const limit = MAX_DOCUMENT_BYTES + 1
    for (let left = limit; left > 0;) {
      const read = readSync(descriptor, chunk, 0, Math.min(CHUNK_BYTES, left), null)
      if (read === 0 && left === limit) return EMPTY
      if (read === 0) break
      hash.update(chunk.subarray(0, read))
      left -= read
    }
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}

/** Ends after a time, with the signal, or with what may come earlier. */
async function pause(ms: number, signal: AbortSignal, earlier?: Promise<void>): Promise<void> {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const timer = setTimeout(end, ms)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  await Promise.race([ended, ...(earlier === undefined ? [] : [earlier])])
  clearTimeout(timer)
  signal.removeEventListener('abort', end)
}
