import { html } from './markup.ts'
import type { Markup, Part } from './markup.ts'

export type Fact = readonly [term: string, value: Part]

/** What is known of something, without that of which nothing is. */
export function factList(facts: readonly Fact[]): Markup {
  const given = facts.filter(([, value]) => value !== undefined)
  return html`<dl class="facts">${given.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
`
}
