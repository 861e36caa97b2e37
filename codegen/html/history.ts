/** What came in each version, and what was given up. */
import type { BlockModel, FieldModel, SchemaModel } from '../model/schema-model.ts'
import { html } from './markup.ts'
import type { Markup, Part } from './markup.ts'
import type { PageContext } from './page-context.ts'
import { partsOf } from './page-context.ts'
import { bytesText } from './value-text.ts'

/** Paths through nested groups are cut off there. */
const PATH_LENGTH_MAX = 200

interface Versioned {
  readonly name: string
  readonly sinceVersion: number
  readonly deprecated: number
}

/** A part of the schema that has a version of its own. */
interface Change {
  readonly noun: string
  readonly path: string
  readonly target: Versioned
  readonly detail: string | undefined
}

interface Version {
  readonly added: Change[]
  readonly deprecated: Change[]
}

const NO_CONTAINER: Versioned = { name: '', sinceVersion: 0, deprecated: 0 }

/** A section for each version that something came or was given up in, the last one first. */
export function history(context: PageContext): Markup {
  const versions = [...versionsOf(context)].sort(([a], [b]) => b - a)
  if (versions.length === 0) {
    return html`<p>All of it has been there since version 0.</p>
`
  }
  return html`<p>Everything else has been there since version 0.</p>
${versions.map(([version, changes]) => versionSection(context, version, changes))}`
}

function versionSection(context: PageContext, version: number, { added, deprecated }: Version): Markup {
  return html`<section class="version" id="version-${version}">
<h3><a class="self" href="#version-${version}">Version ${version}</a></h3>
${changeList(context, 'Added', added)}
${changeList(context, 'Deprecated', deprecated)}
</section>
`
}

function changeList(context: PageContext, title: string, changes: readonly Change[]): Part {
  if (changes.length === 0) return undefined
  return html`<h4>${title}</h4>
<ul>
${changes.map((change) => changeItem(context, change))}</ul>
`
}

function changeItem(context: PageContext, { noun, path, target, detail }: Change): Markup {
  const note = detail === undefined ? '' : html` <small>${detail}</small>`
  return html`<li>${noun} <a href="#${context.anchors.of(target)}">${path}</a>${note}</li>
`
}

function versionsOf(context: PageContext): ReadonlyMap<number, Version> {
  const versions = new Map<number, Version>()
  const versionAt = (number: number): Version => {
    const version = versions.get(number) ?? { added: [], deprecated: [] }
    versions.set(number, version)
    return version
  }
  const note = (container: Versioned, change: Change): void => {
    const { sinceVersion, deprecated } = change.target
    // What came with all that it is a part of need not be said again.
    if (sinceVersion > 0 && sinceVersion !== container.sinceVersion) versionAt(sinceVersion).added.push(change)
    if (deprecated > 0 && deprecated !== container.deprecated) versionAt(deprecated).deprecated.push(change)
  }
  noteMessages(context.model, note)
  noteTypes(context, note)
  return versions
}

type Note = (container: Versioned, change: Change) => void

function noteMessages(model: SchemaModel, note: Note): void {
  const noteBlock = (container: BlockModel & Versioned, path: string): void => {
    for (const field of container.fields) {
      note(container, { noun: 'field', path: pathOf(path, field), target: field, detail: placeOf(field) })
    }
    for (const group of container.groups) {
      const inside = pathOf(path, group)
      note(container, { noun: 'group', path: inside, target: group, detail: undefined })
      noteBlock(group, inside)
    }
    for (const data of container.data) {
      note(container, { noun: 'data', path: pathOf(path, data), target: data, detail: undefined })
    }
  }
  for (const message of model.messages) {
    note(NO_CONTAINER, { noun: 'message', path: message.name, target: message, detail: `template id ${message.id}` })
    noteBlock(message, message.name)
  }
}

function noteTypes({ model, types }: PageContext, note: Note): void {
  const nouns = { enum: 'value', set: 'flag', composite: 'member' } as const
  for (const type of [model.header, ...types]) {
    note(NO_CONTAINER, { noun: type.kind, path: type.name, target: type, detail: undefined })
    for (const part of partsOf(type)) {
      const detail = 'type' in part ? placeOf(part) : undefined
      note(type, { noun: nouns[type.kind], path: pathOf(type.name, part), target: part, detail })
    }
  }
}

function pathOf(container: string, { name }: { readonly name: string }): string {
  return `${container}.${name}`.slice(0, PATH_LENGTH_MAX)
}

function placeOf({ offset, type }: FieldModel): string | undefined {
  return type.encodedLength > 0 ? `${bytesText(type.encodedLength)} at ${offset}` : undefined
}
