import type { XmlElement } from '../xml/xml-element.ts'
import { COUNTING, integer, presenceAttribute, requiredText } from './attributes.ts'
import type { SchemaContext } from './context.ts'
import type { TypeBase } from './model.ts'

/** Reads what all kinds of types have; undefined when the type has no name. */
export function readTypeBase({ reporter }: SchemaContext, element: XmlElement): TypeBase | undefined {
  const name = requiredText(reporter, element, 'name')
  const presence = presenceAttribute(reporter, element) ?? 'required'
  const sinceVersion = integer(reporter, element, 'sinceVersion', 0, COUNTING)
  const deprecated = integer(reporter, element, 'deprecated', 0, COUNTING)
  const offset = integer(reporter, element, 'offset', -1)
  if (name === undefined) return undefined
  return {
    element,
    name,
    referencedName: undefined,
    packageName: packageOf(element),
    presence,
    description: element.attributes.get('description'),
    sinceVersion,
    deprecated,
    semanticType: element.attributes.get('semanticType'),
    offset,
  }
}

function packageOf(element: XmlElement): string | undefined {
  let parent = element.parent
  while (parent !== undefined && parent.localName !== 'types') parent = parent.parent
  return parent?.attributes.get('package')
}
