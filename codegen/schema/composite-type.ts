import { MAX_COMPOSITE_DEPTH } from '../limits.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { COUNTING, integer, requiredText } from './attributes.ts'
import type { SchemaContext } from './context.ts'
import { parseEnumType } from './enum-type.ts'
import type { CompositeType, SchemaType } from './model.ts'
import { referencePlace } from './reporter.ts'
import { parseSetType } from './set-type.ts'
import { parseSimpleType } from './simple-type.ts'
import { readTypeBase } from './type-base.ts'
import { encodedLengthOf, lengthOfMembers } from './type-length.ts'

/** Parses the declaration of a type of any kind; `path` names the composites it is inside of. */
export function parseType(
  context: SchemaContext,
  element: XmlElement,
  path: readonly string[] = [],
): SchemaType | undefined {
  if (!context.expandType(element)) return undefined
  if (element.localName === 'composite') return parseComposite(context, element, path)
  return context.once(element, () => parseValueType(context, element))
}

function parseValueType(context: SchemaContext, element: XmlElement): SchemaType | undefined {
  switch (element.localName) {
    case 'enum':
      return parseEnumType(context, element)
    case 'set':
      return parseSetType(context, element)
    default:
      return parseSimpleType(context, element)
  }
}

function parseComposite(
  context: SchemaContext,
  element: XmlElement,
  path: readonly string[],
): CompositeType | undefined {
  const base = readTypeBase(context, element)
  if (path.length >= MAX_COMPOSITE_DEPTH) {
    const message = `composites are nested more than ${MAX_COMPOSITE_DEPTH} levels deep`
    context.reporter.error({ code: 'composite-depth', at: element, message })
    return undefined
  }
  if (base === undefined) return undefined
  const { members, broken } = parseMembers(context, element, [...path, base.name])
  checkOffsets(context, element, members.values())
  return { ...base, kind: 'composite', members, broken, encodedLength: lengthOfMembers(members.values()) }
}

function parseMembers(
  context: SchemaContext,
  element: XmlElement,
  path: readonly string[],
): Pick<CompositeType, 'members' | 'broken'> {
  let broken = false
  const members = new Map<string, SchemaType>()
  const checkUnique = (child: XmlElement, name: string, declaration: XmlElement): void => {
    if (!members.has(name)) return
    const message = `the composite has another member named '${name}'`
    const reference = `${referencePlace(declaration)}composite already contains a type named: ${name}`
    context.reporter.error({ code: 'duplicate-member', at: child, attribute: 'name', message, reference })
  }
  for (const child of element.childrenNamed('type', 'enum', 'set', 'composite', 'ref', 'data', 'group')) {
    const name = requiredText(context.reporter, child, 'name')
    if (name === undefined) {
      broken = true
      continue
    }
    if (child.localName === 'data' || child.localName === 'group') {
      context.reporter.error({
        code: 'not-in-composite',
        at: child,
        message: `'${name}' is a ${child.localName}, which a composite cannot hold`,
        expected: 'type, enum, set, composite or ref',
        reference: `${referencePlace(child)}${child.name} not valid within composite`,
      })
    } else if (child.localName === 'ref') {
      const target = parseRefTarget(context, child, path)
      if (target === undefined) {
        broken = true
        continue
      }
      checkUnique(child, name, target.element)
      checkNotConstant(context, child, name, target)
      const referencedName = child.attributes.get('type')
      members.set(name, { ...target, element: child, name, referencedName, ...refOverrides(context, child, target) })
    } else {
      const member = parseType(context, child, path)
      if (member === undefined) {
        broken = true
        continue
      }
      checkUnique(child, name, child)
      checkNotConstant(context, child, name, member)
      // A copy: what happens to one use of a type must not happen to the others.
      members.set(name, { ...member })
    }
  }
  return { members, broken }
}

/** The reference gives such a member bytes of its own, but leaves them out of the length of the composite. */
function checkNotConstant({ reporter }: SchemaContext, child: XmlElement, name: string, type: SchemaType): void {
  if ((type.kind !== 'set' && type.kind !== 'enum') || type.presence !== 'constant') return
  const what = type.kind === 'set' ? 'a set cannot be' : 'an enum has no value there'
  const message = `member '${name}' is constant, but ${what}: the composite would be too short for it`
  reporter.error({ code: 'constant-field', at: child, message, expected: `${type.kind} with presence="required"` })
}

function parseRefTarget(context: SchemaContext, ref: XmlElement, path: readonly string[]): SchemaType | undefined {
  const { reporter } = context
  const referencedName = requiredText(reporter, ref, 'type')
  if (referencedName === undefined) return undefined
  const declaration = context.declarationNamed(referencedName)
  if (declaration === undefined) {
    if (context.isExcused(referencedName)) return undefined
    reporter.error({
      code: 'ref-not-found',
      at: ref,
      attribute: 'type',
      message: `there is no type '${referencedName}'`,
      expected: 'the name of a declared type; primitive types need a <type> of their own',
      reference: `${referencePlace(ref)}ref type not found: ${referencedName}`,
    })
    return undefined
  }
  if (path.includes(referencedName)) {
    reporter.error({
      code: 'circular-ref',
      at: ref,
      attribute: 'type',
      message: `'${referencedName}' contains itself: ${[...path, referencedName].join(' > ')}`,
      reference: `${referencePlace(declaration)}ref types cannot create circular dependencies.`,
      referenceStops: true,
    })
    return undefined
  }
  return parseType(context, declaration, path)
}

function refOverrides(
  { reporter }: SchemaContext,
  ref: XmlElement,
  target: SchemaType,
): Pick<SchemaType, 'offset' | 'sinceVersion'> {
  const notANumber = (raw: string): string => `${referencePlace(ref)}invalid number type: ${raw}`
  return {
    offset: integer(reporter, ref, 'offset', target.offset, { notANumber }),
    sinceVersion: integer(reporter, ref, 'sinceVersion', target.sinceVersion, { ...COUNTING, notANumber }),
  }
}

function checkOffsets({ reporter }: SchemaContext, element: XmlElement, members: Iterable<SchemaType>): void {
  let end = 0
  for (const member of members) {
    if (member.offset !== -1) {
      if (member.offset < end) {
        reporter.error({
          code: 'member-offset',
          at: member.element,
          attribute: 'offset',
          message: `member '${member.name}' has offset ${member.offset}, but the members before it end at ${end}`,
          expected: `an offset of at least ${end}`,
          reference: `${referencePlace(element)}composite element "${member.name}" has incorrect offset specified`,
        })
      }
      end = member.offset
    }
    end += encodedLengthOf(member)
  }
}
