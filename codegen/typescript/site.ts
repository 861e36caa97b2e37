import type { DataModel } from '../model/schema-model.ts'
import type { Module } from './module.ts'
import type { NameScope, SchemaNames } from './names.ts'
import { plus } from './literals.ts'

export type Side = 'decoder' | 'encoder'

/** A method as its class has it. */
export interface Declaration {
  readonly signature: string
  readonly doc: string | undefined
}

/** Where members are emitted: one class of one side, and how its code reaches bytes, versions and order checks. */
export interface Site {
  readonly side: Side
  readonly module: Module
  readonly names: SchemaNames
  readonly littleEndian: boolean
  /** Names derived from members (`xIsNull`, `getX`) are taken from here. */
  readonly scope: NameScope
  /** Expressions of the buffer and its bytes: groups have them from their message. */
  readonly buffer: string
  readonly bytes: string
  /** What errors call the owner: `Car`, `Car.fuelFigures`. */
  readonly label: string
  /** Expression of the version that the members' own versions are compared with; undefined when there is none. */
  readonly version: string | undefined
  /** Statement that checks the access order of a field; undefined in codecs without checks. */
  readonly fieldCheck: ((property: string) => string) | undefined
  /** Statements of the class's constructor, for flyweights that members hold. */
  readonly holders: string[]
  /**
   * Methods that the stages of an encoder declare again: those of all fields, and those of each piece of data.
   * Undefined where there are no stages.
   */
  readonly declarations: Map<'fields' | DataModel, Declaration[]> | undefined
}

/** Notes a method for the stages. */
export function addDeclaration(site: Site, of: 'fields' | DataModel, declaration: Declaration): void {
  const others = site.declarations?.get(of)
  if (others === undefined) site.declarations?.set(of, [declaration])
  else others.push(declaration)
}

export function at(offset: number): string {
  return plus('this._offset', offset)
}

/** Emits one accessor: documentation, version guard, order check, body. */
export function accessor(
  site: Site,
  options: {
    readonly signature: string
    readonly doc?: string | undefined
    readonly sinceVersion: number
    /** What the accessor gives when its field is absent by version. */
    readonly absent?: string | undefined
    /** Name for order checks; undefined when the access is no access to the bytes. */
    readonly check?: string | undefined
    readonly body: readonly string[]
  },
): void {
  const { code } = site.module
  addDeclaration(site, 'fields', { signature: options.signature, doc: options.doc })
  code.line().doc(options.doc)
  code.block(`${options.signature} {`, () => {
    if (site.side === 'decoder' && site.version !== undefined && options.sinceVersion > 0) {
      if (options.absent !== undefined) code.line(`if (${site.version} < ${options.sinceVersion}) ${options.absent}`)
    }
    if (options.check !== undefined && site.fieldCheck !== undefined) code.line(site.fieldCheck(options.check))
    for (const line of options.body) code.line(line)
  })
}
