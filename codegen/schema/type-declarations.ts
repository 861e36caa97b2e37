import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import { parseType } from './composite-type.ts'
import type { SchemaContext } from './context.ts'
import type { SchemaType, SimpleType } from './model.ts'
import { checkName } from './names.ts'
import { referencePlace } from './reporter.ts'

/** The order in which the reference reads declarations, which its findings follow. */
const KINDS: readonly string[] = ['type', 'composite', 'enum', 'set']

/** All declared types and the eleven primitive ones, by name. */
export function parseTypeDeclarations(context: SchemaContext): Map<string, SchemaType> {
  const types = new Map<string, SchemaType>()
  for (const { name } of Object.values(PRIMITIVE_TYPES)) types.set(name, primitiveType(context, name))
  for (const kind of KINDS) {
    for (const element of context.declarations.filter(({ localName }) => localName === kind)) {
      const type = parseType(context, element)
      if (type === undefined) {
        context.markBroken(element.attributes.get('name') ?? '')
        continue
      }
      if (types.has(type.name)) {
        context.reporter.warning({
          code: 'duplicate-type',
          at: element,
          attribute: 'name',
          message: `there is another type named '${type.name}'; fields use the last one`,
          reference: `${referencePlace(element)}type already exists for name: ${type.name}`,
        })
      }
      checkName(context.reporter, element, type.name)
      types.set(type.name, type)
    }
  }
  return types
}

function primitiveType(context: SchemaContext, name: SimpleType['primitiveType']): SimpleType {
  return {
    kind: 'type',
    element: context.root,
    name,
    referencedName: undefined,
    packageName: undefined,
    presence: 'required',
    description: undefined,
    semanticType: undefined,
    sinceVersion: 0,
    deprecated: 0,
    offset: -1,
    primitiveType: name,
    length: 1,
    variableLength: false,
    valueRef: undefined,
    characterEncoding: undefined,
    constValue: undefined,
    minValue: undefined,
    maxValue: undefined,
    nullValue: undefined,
  }
}
