import { html } from './markup.ts'
import type { Markup, Part } from './markup.ts'

interface Versioned {
  readonly sinceVersion: number
  readonly deprecated: number
}

/** In which version something came, and in which it was given up; each leads to that version. */
export function badges({ sinceVersion, deprecated }: Versioned): Part {
  return [
    sinceVersion > 0 ? badge('since', 'since', sinceVersion) : undefined,
    deprecated > 0 ? badge('deprecated', 'deprecated in', deprecated) : undefined,
  ]
}

function badge(kind: string, text: string, version: number): Markup {
  return html` <a class="badge ${kind}" href="#version-${version}">${text} ${version}</a>`
}

/** What the author of the schema says. */
export function description(text: string | undefined): Markup | undefined {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? undefined : html`<p class="description">${trimmed}</p>
`
}
