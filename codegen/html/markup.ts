import { MAX_PAGE_LENGTH } from '../limits.ts'
import { GodwitError } from '../runtime/errors.ts'

/** Markup that is well-formed by itself, both as HTML and as XML. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What can stand between tags or in an attribute: everything but `Markup` is escaped, undefined is nothing. */
export type Part = string | number | bigint | Markup | undefined | Iterable<Part>

/**
 * Markup of a template with everything in it escaped. Lists are taken one by one, so that one that would be too long is
 * never made as a whole.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = template[0] ?? ''
  for (const [index, part] of parts.entries()) {
    text = append(text, part)
    text += template[index + 1] ?? ''
  }
  return new Markup(text)
}

function append(text: string, part: Part): string {
  if (part === undefined) return text
  if (typeof part === 'object' && !(part instanceof Markup)) {
    let all = text
    for (const each of part) all = append(all, each)
    return all
  }
  const longer = text + (part instanceof Markup ? part.text : escapeText(String(part)))
  if (longer.length <= MAX_PAGE_LENGTH) return longer
  throw new GodwitError(
    'ERR_GODWIT_CODEGEN_PAGE',
    `the documentation of the schema is longer than ${MAX_PAGE_LENGTH} characters: shorten what is described at length`,
  )
}

/** Parts with something between them. */
export function joined(parts: Iterable<Part>, separator: Part): readonly Part[] {
  return [...parts].flatMap((part, index) => (index === 0 ? [part] : [separator, part]))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;',
}

/** What neither HTML nor XML may hold: control characters, halves of surrogate pairs, two that are no characters. */
const NOT_TEXT = /[^\P{Cc}\t\n]|\p{Cs}|[\uFFFE\uFFFF]/gu

/** Names in camel case and with underscores may be broken between their words where there is no room. */
const WORD_ENDS = /(?<=[a-z0-9])(?=[A-Z])|(?<=[_.])(?=\w)/

function escapeText(text: string): string {
  return text.replace(NOT_TEXT, '\uFFFD').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** A name that a browser may break between its words. */
export function breakable(name: string): Part {
  return joined(name.split(WORD_ENDS), new Markup('<wbr/>'))
}
