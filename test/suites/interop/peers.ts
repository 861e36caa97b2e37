/** Peers of both kinds: the reference implementation in two versions, and ours. */
import { createSocket } from 'node:dgram'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileJava, fetchJar, javaArguments } from '../../support/java-program.ts'
import { LineProcess } from '../../support/line-process.ts'
import { repositoryRoot } from '../../support/root.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { Peer } from './peer.ts'

const SOURCES = join(repositoryRoot, 'test', 'suites', 'interop')
const OUR_PEER = fileURLToPath(new URL('./godwit-peer.js', import.meta.url))

/** The programs live for minutes: a compiler that takes long for fast code does not pay. */
const JVM_FLAGS = ['-Xmx512m', '-XX:TieredStopAtLevel=1']

/** Where directories of drivers are: they are to lie in memory. */
const SHARED_MEMORY_FOLDER = '/dev/shm'

/** Versions of the reference implementation, by what the names of tests call them. */
export const REFERENCE_VERSIONS = { newest: 'RELEASE', old: '1.44.1' } as const

export type ReferenceName = keyof typeof REFERENCE_VERSIONS

/** The reference implementation, fetched and compiled against. */
export class Reference {
  readonly name: ReferenceName
  readonly version: string
  readonly #classPath: string

  private constructor(name: ReferenceName, version: string, classPath: string) {
    this.name = name
    this.version = version
    this.#classPath = classPath
  }

  static async fetch(name: ReferenceName): Promise<Reference> {
    const folder = scratchFolder('interop-java')
    const version = REFERENCE_VERSIONS[name]
    const jar = await fetchJar({ group: 'io.aeron', name: 'aeron-all', version }, join(folder, 'jar'))
    return new Reference(name, jar.version, await compileJava(SOURCES, jar, join(folder, 'classes')))
  }

  /** Starts a process. */
  start(): Peer {
    const program = javaArguments(this.#classPath, 'Peer', JVM_FLAGS)
    return new Peer('Java', new LineProcess(`Java's peer, ${this.version}`, 'java', program))
  }
}

export function startOurPeer(): Peer {
  return new Peer('ours', new LineProcess('our peer', process.execPath, [OUR_PEER]))
}

const FOLDER = /^godwit-interop-(\d+)-/

/** Removes directories of runs that were killed before they could. */
export function removeLeftovers(): void {
  for (const name of readdirSync(SHARED_MEMORY_FOLDER)) {
    const pid = FOLDER.exec(name)?.[1]
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    rmSync(join(SHARED_MEMORY_FOLDER, name), { recursive: true, force: true })
  }
}

let folder: string | undefined
let directories = 0

/** Path of a directory that is not there yet, for a driver; removed when the process ends. */
export function driverDirectory(): string {
  folder ??= scratchFolder(`interop-${process.pid}`, SHARED_MEMORY_FOLDER)
  return join(folder, String(++directories))
}

/** A port that nobody uses at the moment. */
export function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })
}
