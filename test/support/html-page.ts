import { parseDocument } from '../../codegen/xml/parse-document.ts'
import { SourceText } from '../../codegen/xml/source-text.ts'
import type { XmlElement } from '../../codegen/xml/xml-element.ts'

const DOCTYPE = '<!DOCTYPE html>\n'
const NODES_MAX = 1_000_000
const DEPTH_MAX = 200

/** A page whose markup a strict parser took; whatever is wrong with it throws. */
export class HtmlPage {
  readonly text: string
  readonly root: XmlElement
  readonly elements: readonly XmlElement[]
  private readonly byId: ReadonlyMap<string, XmlElement>

  constructor(text: string) {
    if (!text.startsWith(DOCTYPE)) throw new Error(`begins with ${text.slice(0, 40)}`)
    this.text = text
    this.root = parseDocument(new SourceText('page.html', text.slice(DOCTYPE.length)), NODES_MAX, DEPTH_MAX).root
    this.elements = [...descendants(this.root)]
    const byId = new Map<string, XmlElement>()
    for (const element of this.elements) {
      const id = element.attributes.get('id')
      if (id === undefined) continue
      if (byId.has(id)) throw new Error(`the id ${id} is there twice`)
      byId.set(id, element)
    }
    this.byId = byId
  }

  withId(id: string): XmlElement {
    const element = this.byId.get(id)
    if (element === undefined) throw new Error(`nothing has the id ${id}`)
    return element
  }

  hasId(id: string): boolean {
    return this.byId.has(id)
  }
}

export function* descendants(element: XmlElement): Iterable<XmlElement> {
  yield element
  for (const child of element.children) yield* descendants(child)
}

/** The text of an element and of all in it; the text of each element stands together. */
export function textOf(element: XmlElement): string {
  return [...descendants(element)].map(({ text }) => text.trim()).filter((text) => text !== '').join(' ')
}

/** The first element in another that has a class. */
export function withClass(element: XmlElement, name: string): XmlElement | undefined {
  return [...descendants(element)].find(({ attributes }) => attributes.get('class')?.split(' ').includes(name))
}

/** Texts of the cells of a row, by the first word of their class; `th` for the head of the row. */
export function cellsOf(row: XmlElement): Readonly<Record<string, string>> {
  const nameOf = ({ localName, attributes }: XmlElement): string => {
    if (localName === 'th') return 'th'
    return attributes.get('class')?.replace('number ', '') ?? localName
  }
  return Object.fromEntries(row.children.map((cell) => [nameOf(cell), textOf(cell)]))
}
