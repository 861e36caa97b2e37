import type { Described, Member, NamedValue, Schema, SchemaType } from './model.ts'
import type { Reporter } from './reporter.ts'

/** Checks that nothing claims to be newer than the schema. */
export function checkVersions(reporter: Reporter, schema: Schema): void {
  const check = (path: readonly string[], part: Described): void => {
    if (part.sinceVersion <= schema.version) return
    const name = [...path, part.name].join('.')
    reporter.error({
      code: 'since-version',
      at: part.element,
      attribute: 'sinceVersion',
      message: `'${name}' is there since version ${part.sinceVersion}, but the schema has version ${schema.version}`,
      expected: `at most ${schema.version}`,
      reference: `${name}.sinceVersion=${part.sinceVersion} > messageSchema.version=${schema.version}`,
    })
  }

  const tooNew = new Map<unknown, readonly NamedValue[]>()
  const checkValues = (path: readonly string[], values: ReadonlyMap<string, NamedValue>): void => {
    const newer = tooNew.get(values) ?? [...values.values()].filter((value) => value.sinceVersion > schema.version)
    tooNew.set(values, newer)
    for (const value of newer) check(path, value)
  }

  const checkType = (path: readonly string[], type: SchemaType): void => {
    check(path, type)
    const inside = [...path, type.name]
    if (type.kind === 'enum') checkValues(inside, type.validValues)
    else if (type.kind === 'set') checkValues(inside, type.choices)
    else if (type.kind === 'composite') for (const member of type.members.values()) checkType(inside, member)
  }

  const checkMember = (path: readonly string[], member: Member): void => {
    check(path, member)
    if (member.kind !== 'group') return
    for (const child of member.members) checkMember([...path, member.name], child)
  }

  for (const type of schema.types.values()) checkType([], type)
  for (const message of schema.messages) {
    check([], message)
    for (const member of message.members) checkMember([message.name], member)
  }
}
