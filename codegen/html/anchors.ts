/** Longer beginnings of anchors are cut off: names can be long, and groups nested deeply. */
const ANCHOR_LENGTH_MAX = 120

/** Names of places in a page. Each object has one, unlike all others and made of nothing but letters of URLs. */
export class Anchors {
  private readonly names = new Map<object, string>()
  /** How often a beginning has been asked for. */
  private readonly uses = new Map<string, number>()
  private readonly taken = new Set<string>()

  /**
   * Gives an object its name, as near to what is wanted as can be, and returns it.
   *
   * @param inside the name of what it is a part of
   */
  add(target: object, name: string, inside?: string): string {
    const wanted = (inside === undefined ? slug(name) : `${inside}.${slug(name)}`).slice(0, ANCHOR_LENGTH_MAX)
    let uses = this.uses.get(wanted) ?? 0
    let unique = wanted
    while (this.taken.has(unique)) unique = `${wanted}~${++uses}`
    this.uses.set(wanted, uses)
    this.taken.add(unique)
    this.names.set(target, unique)
    return unique
  }

  of(target: object): string {
    const name = this.names.get(target)
    if (name === undefined) throw new RangeError('nothing in the page is named after that')
    return name
  }
}

function slug(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/gu, (character) => `~${character.codePointAt(0)?.toString(16) ?? ''}~`)
}
