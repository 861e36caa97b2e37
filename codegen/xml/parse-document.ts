import { parseXml, XmlElement as ParsedElement, XmlError, XmlText } from '@rgrove/parse-xml'
import { MAX_NAME_LENGTH } from '../limits.ts'
import { scanMarkup } from './scan-markup.ts'
import type { SourceText } from './source-text.ts'
import { XmlElement } from './xml-element.ts'
import { XmlLoadError } from './xml-error.ts'

/** Characters that are looked at to tell text from binary content. */
const BEGINNING_LENGTH = 1024

/** Characters that a message cites of a document. */
const SAMPLE_LENGTH = 20

export interface ParsedDocument {
  readonly root: XmlElement
  readonly nodes: number
}

/** Parses one document; the limits are what including documents leave of them. */
export function parseDocument(source: SourceText, maxNodes: number, maxDepth: number): ParsedDocument {
  refuseOtherContent(source)
  const nodes = scanMarkup(source, maxNodes, maxDepth)
  return { root: convert(parse(source), source), nodes }
}

/** What is no XML at all deserves better words than those of a parser. */
function refuseOtherContent(source: SourceText): void {
  const start = source.text.search(/\S/)
  if (source.text.charAt(start) === '<') return
  const message = start === -1
    ? 'the document is empty'
    : /[\0\uFFFD]/.test(source.text.slice(0, BEGINNING_LENGTH))
    ? 'the document is not XML: it has binary content'
    : `the document is not XML: it begins with '${source.text.slice(start, start + SAMPLE_LENGTH).trimEnd()}'`
  const expected = 'an XML document with <messageSchema>'
  throw new XmlLoadError('xml-syntax', source.file, source.positionAt(Math.max(start, 0)), message, expected)
}

function parse(source: SourceText): ParsedElement {
  try {
    const { root } = parseXml(source.text, { includeOffsets: true })
    if (root !== null) return root
    throw new XmlLoadError('xml-syntax', source.file, { line: 1, column: 1 }, 'the document has no root element')
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    // The parser counts code points, positions here count UTF-16 code units.
    let offset = error.pos
    for (let i = 0; i < offset && i < source.text.length; i++) {
      if ((source.text.codePointAt(i) ?? 0) > 0xffff) {
        i++
        offset++
      }
    }
    const reason = error.message.split('\n', 1)[0]?.replace(/ \(line \d+, column \d+\)$/, '') ?? ''
    throw new XmlLoadError('xml-syntax', source.file, source.positionAt(offset), `not well-formed XML: ${reason}`)
  }
}

function convert(parsed: ParsedElement, source: SourceText): XmlElement {
  const children: XmlElement[] = []
  let text = ''
  for (const node of parsed.children) {
    if (node instanceof ParsedElement) children.push(convert(node, source))
    else if (node instanceof XmlText) text += node.text
  }
  const attributes = new Map(Object.entries(parsed.attributes))
  const name = attributes.get('name') ?? ''
  if (name.length > MAX_NAME_LENGTH || parsed.name.length > MAX_NAME_LENGTH) {
    const message = `a name is longer than ${MAX_NAME_LENGTH} characters`
    throw new XmlLoadError('xml-name', source.file, source.positionAt(parsed.start), message)
  }
  return new XmlElement(parsed.name, attributes, text, children, source, parsed.start)
}
