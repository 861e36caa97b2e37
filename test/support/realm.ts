/**
 * Runs compiled ES modules in a realm of their own, which has nothing but what the language defines: no Buffer, no
 * process, no require, no text coding unless asked for, and no code from strings.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import type { Context } from 'node:vm'

export type Namespace = Readonly<Record<string, unknown>>

export interface RealmOptions {
  /** Gives the realm TextDecoder and TextEncoder as browsers have them: they refuse shared memory. */
  readonly textCoding?: boolean
}

/** What V8 adds to a realm that is not part of the language. */
const NOT_OF_THE_LANGUAGE = ['console', 'WebAssembly']

const TEXT_CODING = `({ Decoder, Encoder }) => {
  const own = (view) => {
    if (!(view.buffer instanceof ArrayBuffer)) throw new TypeError('the view must not be shared')
    return view
  }
  globalThis.TextDecoder = class TextDecoder {
    #inner
    constructor(label, options) { this.#inner = new Decoder(label, options) }
    decode(bytes) { return this.#inner.decode(own(bytes)) }
  }
  globalThis.TextEncoder = class TextEncoder {
    #inner = new Encoder()
    encode(text) { return new Uint8Array(this.#inner.encode(text)) }
    encodeInto(text, bytes) { return this.#inner.encodeInto(text, own(bytes)) }
  }
}`

const IMPORT = /^import\s*\{([^}]*)\}\s*from\s*(['"])([^'"]+)\2;?/gm
const EXPORT_FROM = /^export\s*(\*|\{[^}]*\})\s*from\s*(['"])([^'"]+)\2;?/gm
const EXPORT_LIST = /^export\s*\{([^}]*)\};?/gm
const EXPORT_DECLARATION = /^export\s+((?:async\s+)?function\*?|class|const|let)\s+([\p{ID_Continue}$]+)/gmu

export class Realm {
  private readonly context: Context
  private readonly modules = new Map<string, Namespace>()
  private readonly loading = new Set<string>()

  constructor({ textCoding = false }: RealmOptions = {}) {
    this.context = createContext({}, { codeGeneration: { strings: false, wasm: false } })
    for (const name of NOT_OF_THE_LANGUAGE) this.evaluate(`delete globalThis.${name}`)
    if (textCoding) {
      const install = this.evaluate(TEXT_CODING) as (host: unknown) => void
      install({ Decoder: TextDecoder, Encoder: TextEncoder })
    }
  }

  /** Names of the realm's global object. */
  globals(): readonly string[] {
    return [...(this.evaluate('Object.getOwnPropertyNames(globalThis)') as readonly string[])]
  }

  evaluate(source: string, file = 'realm'): unknown {
    return runInContext(source, this.context, { filename: file }) as unknown
  }

  /** The exports of a compiled module and of what it imports, all of the realm; each is evaluated once. */
  load(file: string): Namespace {
    const known = this.modules.get(file)
    if (known !== undefined) return known
    if (this.loading.has(file)) throw new Error(`modules import one another: ${[...this.loading, file].join(' -> ')}`)
    this.loading.add(file)
    const exports: Record<string, unknown> = {}
    const evaluate = this.evaluate(functionOf(readFileSync(file, 'utf8'), file), file) as ModuleFunction
    evaluate((specifier) => this.load(fileOf(specifier, file)), exports)
    this.loading.delete(file)
    this.modules.set(file, exports)
    return exports
  }
}

type ModuleFunction = (load: (specifier: string) => Namespace, exports: Record<string, unknown>) => void

function fileOf(specifier: string, from: string): string {
  if (!/^\.{0,2}\//.test(specifier)) throw new Error(`${from} imports ${specifier}, which is no file`)
  return resolve(dirname(from), specifier)
}

/** An ES module, in the shape in which the TypeScript compiler leaves it, as an expression of a function. */
function functionOf(source: string, file: string): string {
  const exported: string[] = []
  const body = source
    .replace(IMPORT, (_all, names: string, _quote, specifier: string) => {
      return `const {${names.replaceAll(' as ', ': ')}} = load('${specifier}');`
    })
    .replace(EXPORT_FROM, (_all, names: string, _quote, specifier: string) => {
      if (names === '*') return `Object.assign(exports, load('${specifier}'));`
      const pairs = pairsOf(names.slice(1, -1))
      return pairs.map(([own, other]) => `exports.${other} = load('${specifier}').${own};`).join(' ')
    })
    .replace(EXPORT_LIST, (_all, names: string) => {
      exported.push(...pairsOf(names).map(([own, other]) => `exports.${other} = ${own};`))
      return ''
    })
    .replace(EXPORT_DECLARATION, (_all, kind: string, name: string) => {
      exported.push(`exports.${name} = ${name};`)
      return `${kind} ${name}`
    })
  const left = /^(?:import|export)\b.*/m.exec(body)
  if (left !== null) throw new Error(`${file}: not understood: ${left[0]}`)
  return `((load, exports) => { 'use strict'; ${body}\n${exported.join('\n')}\n})`
}

function pairsOf(names: string): [string, string][] {
  return names.split(',').map((name) => name.trim()).filter((name) => name !== '').map((name) => {
    const [own = '', other = own] = name.split(/\s+as\s+/)
    return [own, other]
  })
}
