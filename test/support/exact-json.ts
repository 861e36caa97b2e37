/** JSON with numbers of any length, compared between decoding on the fly and generated codecs. */

export interface ExactJson {
  readonly [name: string]: unknown
}

/** In front of the digits of a number; from a private range, so that no text begins with it by chance. */
export const NUMBER_MARK = '\ue000'

/** A JSON object with its numbers as strings: as they are written, behind a mark. */
export function parseExactly(text: string): ExactJson {
  const marked = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (part) =>
    part.startsWith('"') ? part : JSON.stringify(NUMBER_MARK + part))
  return JSON.parse(marked) as ExactJson
}

/**
 * How JSON that was decoded on the fly differs from what `toJSON` of a generated decoder gave for the same message.
 * Names are left aside, because accessors have other ones. 64-bit integers are strings there, and text that the
 * message lacks is empty.
 */
export function differenceFromGenerated(onTheFly: unknown, generated: unknown, path = 'message'): string | undefined {
  if (typeof generated === 'object' && generated !== null) {
    if (onTheFly === null) return `${path} is null`
    const there = Object.values(generated)
    const here = Object.entries(onTheFly as object)
    if (here.length !== there.length) return `${path}: ${here.length} members and ${there.length}`
    for (const [index, [name, value]] of here.entries()) {
      const difference = differenceFromGenerated(value, there[index], `${path}.${name}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  const isSame = typeof onTheFly === 'string' && onTheFly.startsWith(NUMBER_MARK)
    ? isSameNumber(onTheFly.slice(NUMBER_MARK.length), generated)
    : onTheFly === generated || (onTheFly === null && generated === '')
  return isSame ? undefined : `${path}: ${String(onTheFly)} and ${String(generated)}`
}

function isSameNumber(digits: string, generated: unknown): boolean {
  return typeof generated === 'string' ? generated === digits : Object.is(Number(digits), generated)
}
