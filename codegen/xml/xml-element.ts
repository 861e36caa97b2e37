import type { Position, SourceText } from './source-text.ts'

const ATTRIBUTE = /\s+([^\s=/>]+)\s*=\s*(?:"[^"]*"|'[^']*')/y

/** An element of a document, or of one it includes. Comments and processing instructions are gone. */
export class XmlElement {
  /** As written, with prefix. */
  readonly name: string
  readonly localName: string
  /** By name as written; unknown and prefixed ones are kept. */
  readonly attributes: ReadonlyMap<string, string>
  /** Character data and CDATA sections directly inside this element, joined. */
  readonly text: string
  readonly source: SourceText
  /** Where the start tag begins in the source. */
  readonly start: number
  parent: XmlElement | undefined
  children: readonly XmlElement[]

  constructor(
    name: string,
    attributes: ReadonlyMap<string, string>,
    text: string,
    children: readonly XmlElement[],
    source: SourceText,
    start: number,
  ) {
    this.name = name
    this.localName = name.slice(name.indexOf(':') + 1)
    this.attributes = attributes
    this.text = text
    this.children = children
    this.source = source
    this.start = start
    this.parent = undefined
    for (const child of children) child.parent = this
  }

  /** Where the start tag begins, or the attribute of that name when there is one. */
  position(attribute?: string): Position {
    const offset = attribute === undefined ? this.start : this.attributeOffset(attribute)
    return this.source.positionAt(offset)
  }

  childrenNamed(...localNames: readonly string[]): XmlElement[] {
    return this.children.filter((child) => localNames.includes(child.localName))
  }

  private attributeOffset(attribute: string): number {
    ATTRIBUTE.lastIndex = this.start + 1 + this.name.length
    for (;;) {
      const match = ATTRIBUTE.exec(this.source.text)
      if (match === null) return this.start
      if (match[1] === attribute) return match.index + match[0].search(/\S/)
    }
  }
}
