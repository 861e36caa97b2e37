/**
 * What a generated module offers, read from its text: signatures say what may be called and with what, so that tests
 * reach every accessor there is. Plain data, which may go to another thread or realm.
 */
import type { GeneratedFile } from '../../../codegen/index.ts'

export interface Parameter {
  readonly name: string
  readonly type: string
  readonly optional: boolean
}

export interface Method {
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly returns: string
}

/** The accessors of one variable-length item. */
export interface DataMethods {
  readonly length: string
  readonly skip: string
  /** Undefined for bytes without a character encoding. */
  readonly text: string | undefined
  readonly get: string
  readonly wrap: string
  readonly bytes: string
}

export interface CodecClass {
  readonly name: string
  /** Values, subsets of the block; neither groups nor data nor what moves the flyweight. */
  readonly fields: readonly Method[]
  /** Methods that give the flyweight of a group, in order. */
  readonly groups: readonly Method[]
  readonly data: readonly DataMethods[]
  /** Encoders only: what writes the variable-length items. */
  readonly writers: readonly Method[]
  readonly hasAt: boolean
  /** Of messages: the class that reads or writes the header before them. */
  readonly header: string | undefined
}

export type CodecClasses = { readonly [name: string]: CodecClass }

const NAVIGATION = new Set([
  'constructor', 'wrap', 'wrapAndApplyHeader', 'actingVersion', 'actingBlockLength', 'sbeRewind', 'sbeSkip',
  'sbeDecodedLength', 'encodedLength', 'limit', 'setLimit', 'offset', 'buffer', 'toJSON', 'toString', 'count',
  'hasNext', 'next', 'at', 'resetCountToIndex', 'checkEncodingIsComplete', 'sbeBlockLength', 'sbeTemplateId',
  'sbeSchemaId', 'sbeSchemaVersion', 'sbeSemanticVersion', 'sbeSemanticType',
])

const METHOD = /^ {2}([\p{ID_Start}$_][\p{ID_Continue}$]*)\((.*)\): (.+) \{(?:\})?$/u
const METHOD_BEGIN = /^ {2}([\p{ID_Start}$_][\p{ID_Continue}$]*)\($/u
const METHOD_END = /^ {2}\): (.+) \{$/
const PARAMETER = /^([\p{ID_Start}$_][\p{ID_Continue}$]*)(\?)?: (.+?)( = .+)?$/u

/** The encoders and decoders of all modules of a schema, by name. */
export function codecClasses(files: readonly GeneratedFile[]): CodecClasses {
  const found = new Map<string, readonly Method[]>()
  for (const { text } of files) {
    for (const [, name = '', body = ''] of text.matchAll(/^export class (\S+coder) .*\{\n([^]*?)^\}/gm)) {
      found.set(name, methodsOf(body))
    }
  }
  const groups = new Set<string>()
  for (const { text } of files) {
    for (const [, name = ''] of text.matchAll(/^export class (\S+coder) .*\{\n {2}static readonly HEADER_LENGTH/gm)) {
      groups.add(name)
    }
  }
  return Object.fromEntries([...found].map(([name, methods]) => [name, classOf(name, methods, groups)]))
}

/** The public methods of a class. */
function methodsOf(body: string): Method[] {
  const methods: Method[] = []
  let open: { name: string; parameters: string[] } | undefined
  let isInternal = false
  for (const line of body.split('\n')) {
    const single = METHOD.exec(line)
    if (/^ {2}(?:\/\*\*| \*)/.test(line)) {
      isInternal ||= line.includes('@internal')
    } else if (isInternal) {
      isInternal = false
    } else if (open !== undefined) {
      const end = METHOD_END.exec(line)
      if (end === null) open.parameters.push(line.trim().replace(/,$/, ''))
      else {
        methods.push({ name: open.name, parameters: open.parameters.map(parameterOf), returns: end[1] ?? '' })
        open = undefined
      }
    } else if (single !== null) {
      const [, name = '', parameters = '', returns = ''] = single
      methods.push({ name, parameters: parameters === '' ? [] : parameters.split(', ').map(parameterOf), returns })
    } else {
      const begin = METHOD_BEGIN.exec(line)
      if (begin !== null) open = { name: begin[1] ?? '', parameters: [] }
    }
  }
  return methods
}

/** What the classes of each message begin with, by template id: a name may have been changed to keep it apart. */
export function messageClassNames(files: readonly GeneratedFile[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const { text } of files) {
    const [, name, id] = /^export const (\S+)Meta = \{\n {2}name: .*\n {2}templateId: (-?\d+),$/m.exec(text) ?? []
    if (name !== undefined) names.set(Number(id), name)
  }
  return names
}

function parameterOf(text: string): Parameter {
  const match = PARAMETER.exec(text)
  if (match === null) throw new Error(`not a parameter: ${text}`)
  return { name: match[1] ?? '', type: match[3] ?? '', optional: match[2] !== undefined || match[4] !== undefined }
}

function classOf(name: string, all: readonly Method[], groupNames: ReadonlySet<string>): CodecClass {
  const methods = all.filter((method) => !NAVIGATION.has(method.name))
  const groups = methods.filter(({ returns }) => groupNames.has(returns))
  const used = new Set<Method>(groups)
  const data: DataMethods[] = []
  const writers: Method[] = []
  methods.forEach((method, index) => {
    const type = method.parameters[0]?.type
    if (type === 'Slice') {
      const hasText = methods[index - 2]?.returns === 'string'
      const first = index - (hasText ? 4 : 3)
      const own = methods.slice(first, index + 2)
      own.forEach((accessor) => used.add(accessor))
      const [length, skip] = own
      const bytes = methods[index + 1]
      const get = methods[index - 1]
      if (length === undefined || skip === undefined || bytes === undefined || get === undefined) {
        throw new Error(`${name}.${method.name} has no siblings`)
      }
      data.push({
        length: length.name,
        skip: skip.name,
        text: hasText ? methods[index - 2]?.name : undefined,
        get: get.name,
        wrap: method.name,
        bytes: bytes.name,
      })
    } else if (method.parameters.length === 1 && method.returns === 'number' && /^reserve/.test(method.name)) {
      // Then one that puts bytes; of staged encoders one that leaves room; and one that writes text where there can be.
      const hasRoom = /^roomFor/.test(methods[index + 2]?.name ?? '')
      const next = index + (hasRoom ? 3 : 2)
      const hasText = methods[next]?.parameters[0]?.type === 'string'
      const own = methods.slice(index, next + (hasText ? 1 : 0))
      own.forEach((accessor) => used.add(accessor))
      writers.push(...own)
    }
  })
  const fields = methods.filter((method) => !used.has(method))
  const hasAt = all.some((method) => method.name === 'at')
  const header = all.find((method) => method.name === 'wrapAndApplyHeader')?.parameters[2]?.type
  return { name, fields, groups, data, writers, hasAt, header }
}
