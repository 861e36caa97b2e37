import {
  MAX_DOCUMENT_BYTES,
  MAX_ELEMENT_DEPTH,
  MAX_INCLUDE_DEPTH,
  MAX_INCLUDES,
  MAX_MARKUP_NODES,
  MAX_TOTAL_BYTES,
} from '../limits.ts'
import type { Reporter } from '../schema/reporter.ts'
import { decodeText } from './decode-text.ts'
import type { DocumentLocation, DocumentSource } from './document-source.ts'
import { parseDocument } from './parse-document.ts'
import { SourceText } from './source-text.ts'
import { XmlElement } from './xml-element.ts'
import { XmlLoadError } from './xml-error.ts'

const XINCLUDE_NAMESPACE = 'http://www.w3.org/2001/XInclude'

/** Where an element stands: in which documents, the including ones first, and how deep in elements. */
interface Place {
  readonly path: readonly DocumentLocation[]
  readonly depth: number
}

/** Loads a document and replaces its include instructions by what they include. */
export class DocumentLoader {
  private readonly documents: DocumentSource
  private readonly reporter: Reporter
  /** Paths of the documents that were read, and those at which one was looked for in vain. */
  readonly files: Set<string> = new Set()
  readonly absentFiles: Set<string> = new Set()
  /** Whether all that the schema includes has been read. */
  complete = true
  private includes = 0
  private nodesLeft = MAX_MARKUP_NODES
  private bytesLeft = MAX_TOTAL_BYTES

  constructor(documents: DocumentSource, reporter: Reporter) {
    this.documents = documents
    this.reporter = reporter
  }

  /** The root element, or undefined after reporting why there is none. */
  load(location: DocumentLocation, content: Uint8Array | string): XmlElement | undefined {
    try {
      const root = this.parse(location, content, 0)
      const [resolved] = this.resolve(root, { path: [location], depth: 0 })
      if (resolved === undefined && !this.reporter.hasErrors) {
        const message = 'the include leaves the document without an element'
        this.reporter.error({ code: 'include', at: root, message })
      }
      return resolved
    } catch (error) {
      this.reportLoadError(error)
      return undefined
    }
  }

  private reportLoadError(error: unknown): void {
    if (!(error instanceof XmlLoadError)) throw error
    const { code, file, position, message, expected } = error
    this.reporter.placed('error', { code, file, position, message, expected, referenceStops: true })
  }

  private parse(location: DocumentLocation, content: Uint8Array | string, depth: number): XmlElement {
    this.files.add(location.file)
    this.spend(location, content.length)
    const source = new SourceText(location.file, this.decode(location, content))
    const { root, nodes } = parseDocument(source, this.nodesLeft, MAX_ELEMENT_DEPTH - depth)
    this.nodesLeft -= nodes
    return root
  }

  private spend(location: DocumentLocation, length: number): void {
    this.bytesLeft -= length
    if (length <= MAX_DOCUMENT_BYTES && this.bytesLeft >= 0) return
    const limit = length > MAX_DOCUMENT_BYTES
      ? `the document is longer than ${MAX_DOCUMENT_BYTES} bytes`
      : `the schema and what it includes are longer than ${MAX_TOTAL_BYTES} bytes`
    throw new XmlLoadError('xml-size', location.file, { line: 1, column: 1 }, limit)
  }

  private decode(location: DocumentLocation, content: Uint8Array | string): string {
    if (typeof content === 'string') return content
    const { text, problem } = decodeText(content)
    if (problem !== undefined) {
      const severity = problem.harmless || this.reporter.lenient ? 'warning' : 'error'
      this.reporter.placed(severity, { ...problem, file: location.file })
    }
    return text
  }

  /** The element itself with includes inside resolved, or what an include instruction stands for. */
  private resolve(element: XmlElement, place: Place): readonly XmlElement[] {
    if (isInclude(element)) return this.include(element, place)
    if (element.children.length > 0) {
      const inside = { ...place, depth: place.depth + 1 }
      element.children = element.children.flatMap((child) => this.resolve(child, inside))
      for (const child of element.children) child.parent = element
    }
    return [element]
  }

  private include(element: XmlElement, place: Place): readonly XmlElement[] {
    const { path, depth } = place
    const href = element.attributes.get('href') ?? ''
    const refuse = (message: string, expected?: string): readonly XmlElement[] => {
      this.reporter.error({ code: 'include', at: element, attribute: 'href', message, expected, referenceStops: true })
      this.complete = false
      return []
    }
    const parse = element.attributes.get('parse') ?? 'xml'
    if (parse !== 'xml') return refuse(`parse="${parse}" is not supported`, 'parse="xml"')
    if (element.attributes.has('xpointer')) return refuse('xpointer is not supported', 'an include of a whole document')
    if (href === '') return refuse('the include names no document', 'href="..."')
    if (++this.includes > MAX_INCLUDES) return refuse(`there are more than ${MAX_INCLUDES} includes`)
    if (path.length > MAX_INCLUDE_DEPTH) return refuse(`includes are nested more than ${MAX_INCLUDE_DEPTH} deep`)

    const from = path.at(-1)
    if (from === undefined) return []
    const opened = this.documents.open(href, from, MAX_DOCUMENT_BYTES)
    for (const file of opened.absent ?? []) this.absentFiles.add(file)
    if (opened.problem !== undefined) {
      const fallback = element.children.find((child) => child.localName === 'fallback')
      if (opened.problem === 'refused' || fallback === undefined) return refuse(opened.message, opened.expected)
      return fallback.children.flatMap((child) => this.resolve(child, place))
    }
    const { location, content } = opened
    if (path.some(({ id }) => id === location.id)) {
      const cycle = [...path, location].map(({ file }) => file).join(' > ')
      return refuse(`'${href}' includes itself: ${cycle}`)
    }
    const root = this.tryParse(location, content, depth)
    return root === undefined ? [] : this.resolve(root, { path: [...path, location], depth })
  }

  /** As `parse`, but an included document that cannot be read does not hide errors of the others. */
  private tryParse(location: DocumentLocation, content: Uint8Array, depth: number): XmlElement | undefined {
    try {
      return this.parse(location, content, depth)
    } catch (error) {
      // There is nothing left to read more with.
      if (this.bytesLeft < 0) throw error
      this.reportLoadError(error)
      this.complete = false
      return undefined
    }
  }
}

function isInclude(element: XmlElement): boolean {
  if (element.localName !== 'include') return false
  const colon = element.name.indexOf(':')
  const prefix = colon === -1 ? '' : element.name.slice(0, colon)
  const namespace = namespaceOf(element, colon === -1 ? 'xmlns' : `xmlns:${prefix}`)
  return namespace === XINCLUDE_NAMESPACE || (namespace === undefined && prefix === 'xi')
}

function namespaceOf(element: XmlElement, declaration: string): string | undefined {
  for (let scope: XmlElement | undefined = element; scope !== undefined; scope = scope.parent) {
    const namespace = scope.attributes.get(declaration)
    if (namespace !== undefined) return namespace
  }
  return undefined
}
