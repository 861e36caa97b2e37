import type { CompositeType, Field, Group, Member, Schema, SchemaType } from './model.ts'
import type { Reporter } from './reporter.ts'
import { VARIABLE_LENGTH } from './type-length.ts'

/** Checks that fields, headers and dimensions use types in a way that has a meaning on the wire. */
export function checkTypeUses(reporter: Reporter, schema: Schema): void {
  const checks = new TypeUseChecks(reporter)
  checks.checkFixed(schema.header, schema.header)
  for (const message of schema.messages) checks.checkMembers(message.members)
}

class TypeUseChecks {
  private readonly reporter: Reporter
  private readonly checked = new Set<CompositeType>()

  constructor(reporter: Reporter) {
    this.reporter = reporter
  }

  checkMembers(members: readonly Member[]): void {
    for (const member of members) {
      if (member.kind === 'group') this.checkGroup(member)
      else if (member.kind === 'field' && member.type !== undefined) this.checkField(member, member.type)
    }
  }

  private checkGroup(group: Group): void {
    if (group.dimensionType !== undefined) this.checkFixed(group, group.dimensionType)
    this.checkMembers(group.members)
  }

  private checkField(field: Field, type: SchemaType): void {
    if (type.kind === 'composite') this.checkFixed(field, type)
    if (type.kind === 'type' && type.variableLength) this.variableLength(field, type)
    if (field.presence === 'constant') this.checkConstant(field, type)
    else this.checkPresence(field, type)
    this.checkZeroLength(field, type)
  }

  /** A composite that data uses has no fixed length, and nothing else can use it. */
  checkFixed(user: Member | CompositeType, type: CompositeType): void {
    if (type.encodedLength === VARIABLE_LENGTH) this.variableLength(user, type)
  }

  private variableLength(user: Member | CompositeType, type: SchemaType): void {
    this.reporter.error({
      code: 'variable-length-field',
      at: user.element,
      attribute: user.kind === 'group' ? 'dimensionType' : 'type',
      message: `'${user.name}' is of type '${type.name}', which has a variable length`,
      expected: `a type of fixed length, or <data> for '${user.name}'`,
    })
  }

  private checkConstant(field: Field, type: SchemaType): void {
    const at = { at: field.element, attribute: 'presence' }
    if (type.kind === 'type') {
      if (field.valueRef !== undefined || type.presence === 'constant') return
      this.reporter.error({
        code: 'constant-field',
        ...at,
        message: `field '${field.name}' is constant, but its type '${type.name}' has no constant value`,
        expected: 'a constant type or a valueRef',
        reference: 'IllegalStateException: type is not of constant presence',
        referenceStops: true,
      })
    } else if (type.kind !== 'enum') {
      // The reference lays out no bytes for it, and its codecs read and write those of the next field.
      const message = `field '${field.name}' is constant, but a ${type.kind} cannot be: it would share the bytes of ` +
        'what comes next'
      this.reporter.error({ code: 'constant-field', ...at, message, expected: 'presence="required"' })
    }
  }

  private checkPresence(field: Field, type: SchemaType): void {
    if (type.kind === 'enum' && type.presence === 'constant') {
      // As with sets: the reference lays out no bytes for it.
      const message = `field '${field.name}' is ${field.presence}, but its enum '${type.name}' is constant: it would ` +
        'share the bytes of what comes next'
      const expected = 'presence="constant" and a valueRef, or another enum'
      this.reporter.error({ code: 'constant-field', at: field.element, attribute: 'presence', message, expected })
    }
    if (type.kind !== 'type' || !field.element.attributes.has('presence')) return
    const finding = { code: 'presence-contradiction', at: field.element, attribute: 'presence' }
    if (type.presence === 'constant') {
      const message = `field '${field.name}' is ${field.presence}, but its type '${type.name}' is constant`
      this.reporter.warning({ ...finding, message, expected: 'presence="constant"' })
    } else if (field.presence === 'required' && type.presence === 'optional' && type.nullValue !== undefined) {
      const message = `field '${field.name}' is required, which drops the nullValue of its type '${type.name}'`
      this.reporter.warning({ ...finding, message, expected: 'presence="optional"' })
    }
  }

  private checkZeroLength(field: Field, type: SchemaType): void {
    if (type.kind === 'type' && type.length === 0 && type.presence !== 'constant') {
      const message = `field '${field.name}' takes no bytes, its type '${type.name}' has length 0`
      this.reporter.warning({ code: 'zero-length', at: field.element, attribute: 'type', message })
    }
    if (type.kind !== 'composite' || type.encodedLength === VARIABLE_LENGTH || this.checked.has(type)) return
    this.checked.add(type)
    for (const member of type.members.values()) {
      if (member.kind !== 'type' || member.length !== 0 || member.presence === 'constant') continue
      const message = `member '${member.name}' of composite '${type.name}' takes no bytes, it has length 0`
      this.reporter.warning({ code: 'zero-length', at: member.element, attribute: 'length', message })
    }
  }
}
