import { importsOf } from './imports.ts'
import type { Finding, SourceFile } from './source-file.ts'

/** Who may import whom. The most specific room that a file lies in says what its imports may begin with. */
interface Room {
  readonly path: string
  /** Beginnings of paths in the repository. */
  readonly mayImport: readonly string[]
  readonly packages?: readonly string[]
  /** Whether modules of Node may be imported. */
  readonly node?: boolean
}

const LAYOUTS = ['schemas/', 'codegen/runtime/'] as const
const CLIENT_FOR_DRIVER = ['client/memory/', 'client/log/', 'client/protocol/'] as const
const FILES_FOR_DRIVER = ['client/files/', 'client/native/'] as const
const EVERYTHING = ['client/', 'codegen/', 'driver/', 'perf/', 'schemas/', 'test/'] as const

const ROOMS: readonly Room[] = [
  { path: 'codegen/', mayImport: ['codegen/'] },
  { path: 'codegen/cli/', mayImport: ['codegen/'], node: true },
  {
    path: 'codegen/ir-file/',
    mayImport: [
      'codegen/ir-file/', 'codegen/ir/', 'codegen/limits.ts', 'codegen/runtime/errors.ts',
      'codegen/schema/primitive-values.ts', 'codegen/schema/value-ref.ts',
    ],
  },
  { path: 'codegen/framing/', mayImport: ['codegen/framing/', 'codegen/otf/', 'codegen/ir/', 'codegen/runtime/'] },
  // The layout of Aeron's frames is in a schema, and nowhere else.
  {
    path: 'codegen/framing/aeron-framing.ts',
    mayImport: ['codegen/framing/', 'codegen/runtime/', 'schemas/generated/aeron.wire/'],
  },
  { path: 'codegen/capture/', mayImport: ['codegen/capture/', 'codegen/framing/', 'codegen/runtime/'] },
  {
    path: 'codegen/diff/',
    mayImport: ['codegen/diff/', 'codegen/model/', 'codegen/ir/', 'codegen/character-encodings.ts'],
  },
  {
    path: 'codegen/html/',
    mayImport: [
      'codegen/html/',
      'codegen/model/',
      'codegen/ir/',
      'codegen/runtime/errors.ts',
      'codegen/character-encodings.ts',
      'codegen/limits.ts',
    ],
  },
  { path: 'codegen/model/', mayImport: ['codegen/model/', 'codegen/ir/'] },
  {
    path: 'codegen/otf/',
    mayImport: ['codegen/otf/', 'codegen/model/', 'codegen/ir/', 'codegen/runtime/', 'codegen/character-encodings.ts'],
  },
  { path: 'codegen/runtime/', mayImport: ['codegen/runtime/'] },
  { path: 'codegen/xml/', mayImport: ['codegen/'], packages: ['@rgrove/parse-xml'] },
  // Reads schemas from the disk, unless its caller does.
  { path: 'codegen/compile.ts', mayImport: ['codegen/'], node: true },
  { path: 'codegen/output-folder.ts', mayImport: ['codegen/typescript/', 'codegen/runtime/errors.ts'], node: true },
  { path: 'schemas/', mayImport: LAYOUTS },
  { path: 'schemas/generate-options.ts', mayImport: ['codegen/index.ts'] },
  { path: 'client/', mayImport: ['client/', ...LAYOUTS], node: true },
  { path: 'client/native/', mayImport: ['client/native/'], packages: ['koffi'], node: true },
  { path: 'driver/', mayImport: ['driver/', ...CLIENT_FOR_DRIVER, ...FILES_FOR_DRIVER, ...LAYOUTS], node: true },
  { path: 'driver/core/', mayImport: ['driver/core/', ...CLIENT_FOR_DRIVER, ...LAYOUTS] },
  // Reads the files of a driver on every platform: nothing is mapped.
  {
    path: 'driver/tools/',
    mayImport: ['driver/tools/', ...CLIENT_FOR_DRIVER, 'client/files/directory-layout.ts', ...LAYOUTS],
    node: true,
  },
  { path: 'driver/index.ts', mayImport: ['driver/', 'client/', ...LAYOUTS], node: true },
  { path: 'driver/cli.ts', mayImport: ['driver/', 'codegen/cli/', 'client/', 'perf/cli/', ...LAYOUTS], node: true },
  { path: 'driver/cli/', mayImport: ['driver/', 'client/', 'codegen/', ...LAYOUTS], node: true },
  { path: 'driver/launcher/', mayImport: ['driver/', 'client/', ...LAYOUTS], node: true },
  { path: 'perf/', mayImport: EVERYTHING.filter((room) => room !== 'test/'), packages: ['benchmark'], node: true },
  // Has packages of its own, which godwit does not depend on.
  {
    path: 'perf/peers/',
    mayImport: ['perf/peers/', 'perf/sbe/'],
    packages: [
      '@bufbuild/protobuf', '@bufbuild/protobuf/wkt', 'avsc', 'flatbuffers', 'msgpackr', 'protobufjs',
      'protobufjs/ext/descriptor.js',
    ],
    node: true,
  },
  { path: 'test/', mayImport: EVERYTHING, packages: ['uvu', 'uvu/assert', 'uvu/run', 'benchmark'], node: true },
]

/** The package by its own name, as generated code imports the runtime. */
const OWN_ENTRIES: Readonly<Record<string, string>> = {
  'godwit': 'driver/index.ts',
  'godwit/sbe': 'codegen/runtime/index.ts',
  'godwit/codegen': 'codegen/index.ts',
}

/** Globals that exist in Node alone: what must run in a browser cannot use them either. */
const NODE_FREE = [
  'codegen/capture/', 'codegen/diff/', 'codegen/framing/', 'codegen/html/', 'codegen/ir-file/', 'codegen/model/',
  'codegen/otf/', 'codegen/runtime/', 'schemas/generated/', 'driver/core/',
]

export function checkWalls(file: SourceFile): readonly Finding[] {
  const room = roomOf(file.path)
  if (room === undefined) return []
  return importsOf(file).flatMap(({ line, specifier, target: relative }): readonly Finding[] => {
    const finding = (message: string): readonly Finding[] => [{ path: file.path, line, message }]
    if (specifier.startsWith('node:')) {
      return room.node === true ? [] : finding(`${room.path} must not import ${specifier}`)
    }
    const target = relative ?? OWN_ENTRIES[specifier]
    if (target === undefined) {
      return room.packages?.includes(specifier) === true ? [] : finding(`${room.path} must not import ${specifier}`)
    }
    if (relative !== undefined && !relative.endsWith('.ts')) return finding(`import of ${specifier} without .ts`)
    const allowed = room.mayImport.some((path) => target.startsWith(path))
    return allowed ? [] : finding(`${room.path} must not import ${target}`)
  })
}

/** Whether a file may run where there is no Node. */
export function mustBeNodeFree(path: string): boolean {
  return NODE_FREE.some((folder) => path.startsWith(folder))
}

function roomOf(path: string): Room | undefined {
  return ROOMS.filter((room) => path.startsWith(room.path)).sort((a, b) => b.path.length - a.path.length)[0]
}
