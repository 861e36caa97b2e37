/** Programs that use stages, and what compilers say of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileTypeScript } from '../../support/codecs.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { partsBelow } from './access-order-model.ts'
import type { Part } from './access-order-model.ts'
import { legalMembers, membersOf, setterOf, stagesOf, upperFirst } from './stage-model.ts'
import type { Stage, StageCall } from './stage-model.ts'

/** What a compiler has to say of a line. */
export interface ExpectedError {
  readonly line: number
  readonly code: string
}

export interface StageProgram {
  readonly text: string
  readonly errors: readonly ExpectedError[]
  readonly stages: number
  /** Uses of members that must compile. */
  readonly legal: number
}

export interface Message {
  readonly name: string
  readonly root: Part
  readonly version: number
}

const NO_SUCH_MEMBER = 'TS2339'
/** The same where another member has a name much like it. */
const DID_YOU_MEAN = 'TS2551'

/** Members of encoders that leave the order to the caller, or begin anew. */
const NEVER = ['staged', 'wrap', 'wrapAndApplyHeader', 'setLimit']

const CHECKS = `
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Method = (...args: never[]) => unknown
/** Whether all methods of a stage are the encoder's: true, false, or either when it depends on the method. */
type SameParameters<S, E> = {
  [K in keyof S]: K extends '_stage' ? true
    : K extends keyof E ? S[K] extends Method ? E[K] extends Method ? Same<Parameters<S[K]>, Parameters<E[K]>>
    : false : false : false
}[keyof S]
export function describes<S, E>(_is: SameParameters<S, E> extends true ? true : false): void {}
/** Whether a method for a field stays at the stage, where it gives the encoder itself. */
type Stays<S, E, K extends keyof S & keyof E> = S[K] extends Method ? E[K] extends Method
  ? ReturnType<E[K]> extends E ? Same<ReturnType<S[K]>, S> : Same<ReturnType<S[K]>, ReturnType<E[K]>> : false : false
export function stays<S, E, K extends keyof S & keyof E>(_is: Stays<S, E, K>): void {}
`

export interface FoundError extends ExpectedError {
  readonly text: string
}

/** A program that was compiled: its file, and where the compiler found errors. */
export interface CompiledProgram {
  readonly file: string
  readonly errors: readonly FoundError[]
}

/** Compiles a program that uses built codecs. */
export async function compileProgram(text: string): Promise<CompiledProgram> {
  const folder = scratchFolder('stages')
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src', 'program.ts'), text)
  const output = await compileTypeScript(folder).then(() => '', String)
  const errors = [...output.matchAll(/program\.ts\((\d+),\d+\): error (TS\d+): (.*)$/gm)]
    .map(([, line, code = '', says = '']) => {
      return { line: Number(line), code: code === DID_YOU_MEAN ? NO_SUCH_MEMBER : code, text: says }
    })
  return { file: join(folder, 'out', 'program.js'), errors }
}

/**
 * A program that takes every stage of messages through every member that any stage has, right and wrong.
 * @param codecs the module with the staged encoders
 */
export function stageProgram(codecs: string, messages: readonly Message[]): StageProgram {
  const lines = [`import type * as c from '${codecs}'`, ...CHECKS.split('\n')]
  const errors: ExpectedError[] = []
  let stages = 0
  let legal = 0
  for (const { name, root, version } of messages) {
    const data = partsBelow(root).filter(({ kind }) => kind === 'data')
    const reserves = new Set(data.map((part) => `reserve${upperFirst(part.name)}`))
    const members = [...membersOf(root), ...NEVER, ...reserves]
    for (const stage of stagesOf(root, version)) {
      const encoder = `c.${encoderOf(name, stage.at)}`
      lines.push(`export function ${name}${stages++}(e: c.${name}Encoder, bytes: Uint8Array): void {`)
      lines.push(`const s = ${['e.staged()', ...stage.calls.map(textOf)].join('.')}`)
      lines.push(`describes<typeof s, ${encoder}>(true)`, 'void bytes')
      const right = legalMembers(stage)
      for (const member of members) {
        if (right.has(member)) legal++
        else errors.push({ line: lines.length + 1, code: NO_SUCH_MEMBER })
        lines.push(`void s.${member}`)
      }
      for (const member of fieldsOf(stage)) lines.push(`stays<typeof s, ${encoder}, '${member}'>(true)`)
      lines.push('}')
    }
  }
  return { text: `${lines.join('\n')}\n`, errors, stages, legal }
}

/** Class of the flyweight of the root or of a group. */
export function encoderOf(message: string, { path }: Part): string {
  return `${message}${path.split('.').map(upperFirst).join('')}Encoder`
}

function textOf({ operation, part }: StageCall): string {
  if (operation === 'begin') return `${part.name}Count(2)`
  return operation === 'data' ? `put${upperFirst(part.name)}(bytes)` : `${operation}()`
}

function fieldsOf({ fields, at }: Stage): string[] {
  return fields ? [...at.fields.map(setterOf), 'nullifyOptionalFields'] : []
}
