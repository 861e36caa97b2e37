import { MAX_ELEMENT_DEPTH } from '../limits.ts'
import type { SourceText } from './source-text.ts'
import { XmlLoadError } from './xml-error.ts'

/**
 * Walks the tags of a document ahead of the parser, which recurses per element, and refuses what it must not see:
 * document types, too deep a nesting, too many nodes. Agrees with the parser on where each tag ends up to the first
 * place that is not well-formed, and there the parser stops.
 *
 * Returns the number of nodes.
 */
export function scanMarkup(source: SourceText, maxNodes: number, maxDepth: number): number {
  const { text } = source
  let depth = 0
  let nodes = 0
  let at = text.indexOf('<')
  while (at !== -1) {
    let end: number
    if (text.startsWith('<!--', at)) {
      end = endOf(text, '-->', at + 4)
    } else if (text.startsWith('<![CDATA[', at)) {
      end = endOf(text, ']]>', at + 9)
    } else if (text.startsWith('<?', at)) {
      end = endOf(text, '?>', at + 2)
    } else if (text.startsWith('<!', at)) {
      throw refusal(source, at, 'xml-doctype', 'document type declarations and entities are not accepted in a schema')
    } else if (text.startsWith('</', at)) {
      end = endOf(text, '>', at + 2)
      depth--
    } else {
      end = endOfStartTag(text, at + 1)
      if (text.charCodeAt(end - 2) !== 0x2f) depth++
      if (depth > maxDepth) {
        throw refusal(source, at, 'xml-depth', `elements are nested more than ${MAX_ELEMENT_DEPTH} levels deep`)
      }
    }
    nodes++
    if (nodes > maxNodes) {
      throw refusal(source, at, 'xml-nodes', `the schema has more than ${maxNodes} elements and other nodes`)
    }
    at = text.indexOf('<', end)
  }
  return nodes
}

function endOf(text: string, terminator: string, from: number): number {
  const at = text.indexOf(terminator, from)
  return at === -1 ? text.length : at + terminator.length
}

function endOfStartTag(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 0x3e) return i + 1
    if (char === 0x22 || char === 0x27) {
      i = text.indexOf(text.charAt(i), i + 1)
      if (i === -1) return text.length
    }
  }
  return text.length
}

function refusal(source: SourceText, offset: number, code: string, message: string): XmlLoadError {
  return new XmlLoadError(code, source.file, source.positionAt(offset), message)
}
