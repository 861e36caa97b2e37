import { MAX_EXPANDED_TYPES } from '../limits.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { SchemaType } from './model.ts'
import type { Reporter } from './reporter.ts'

const DEFINITIONS: readonly string[] = ['type', 'composite', 'enum', 'set']

/** What the parsers of one schema share: where findings go and where declarations are found. */
export class SchemaContext {
  readonly reporter: Reporter
  readonly root: XmlElement
  /** All type declarations, in the order of the document. */
  readonly declarations: readonly XmlElement[]
  private readonly parsed = new Map<XmlElement, SchemaType | undefined>()
  private readonly byName = new Map<string, XmlElement>()
  private readonly byKindAndName = new Map<string, XmlElement>()
  /** Whether all that the schema includes is there. */
  readonly complete: boolean
  private readonly broken = new Set<string>()
  private expandedTypes = 0

  constructor(reporter: Reporter, root: XmlElement, complete: boolean) {
    this.reporter = reporter
    this.root = root
    this.complete = complete
    this.declarations = root.localName === 'messageSchema'
      ? root.childrenNamed('types').flatMap((types) => types.childrenNamed(...DEFINITIONS))
      : []
    for (const declaration of this.declarations) {
      const name = declaration.attributes.get('name')
      if (name === undefined) continue
      // References go to the first declaration of a name, as in the reference.
      if (!this.byName.has(name)) this.byName.set(name, declaration)
      const key = `${declaration.localName}:${name}`
      if (!this.byKindAndName.has(key)) this.byKindAndName.set(key, declaration)
    }
  }

  declarationNamed(name: string): XmlElement | undefined {
    return this.byName.get(name)
  }

  typeNamed(name: string): XmlElement | undefined {
    return this.byKindAndName.get(`type:${name}`)
  }

  enumNamed(name: string): XmlElement | undefined {
    return this.byKindAndName.get(`enum:${name}`)
  }

  /** Notes that a declaration of that name has an error, so that its uses are not errors too. */
  markBroken(name: string): void {
    this.broken.add(name)
  }

  /** Whether a type that is not there was left out because of an error that has been reported. */
  isExcused(name: string): boolean {
    return !this.complete || this.broken.has(name)
  }

  /** Parses a declaration the first time it is needed; refs and constants may need it many times. */
  once(element: XmlElement, parse: () => SchemaType | undefined): SchemaType | undefined {
    if (!this.parsed.has(element)) this.parsed.set(element, parse())
    return this.parsed.get(element)
  }

  /** Counts one more type made from a declaration; false, after reporting it, when there are too many. */
  expandType(element: XmlElement): boolean {
    this.expandedTypes++
    if (this.expandedTypes <= MAX_EXPANDED_TYPES) return true
    if (this.expandedTypes === MAX_EXPANDED_TYPES + 1) {
      const message = `references expand to more than ${MAX_EXPANDED_TYPES} types`
      this.reporter.error({ code: 'too-many-types', at: element, message })
    }
    return false
  }
}
