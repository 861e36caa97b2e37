/** Checks of the composites that frame a message: header, group dimensions and variable-length data. */
import { PRIMITIVE_TYPES, type PrimitiveName } from '../ir/primitive-type.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { CompositeType, SimpleType } from './model.ts'
import { asLong } from './primitive-values.ts'
import { referencePlace, type Reporter } from './reporter.ts'

const MAX_INT32 = 2n ** 31n - 1n

/** Checks one composite on behalf of the element that uses it, which the reference's sentences name. */
class CompositeCheck {
  private readonly reporter: Reporter
  private readonly composite: CompositeType
  private readonly user: XmlElement
  private readonly code: string

  constructor(reporter: Reporter, composite: CompositeType, user: XmlElement, code: string) {
    this.reporter = reporter
    this.composite = composite
    this.user = user
    this.code = code
  }

  /** Reports members of these names that are no simple types; the reference looks at this first. */
  kinds(...names: readonly string[]): void {
    for (const name of names) {
      const member = this.composite.members.get(name)
      if (member === undefined || member.kind === 'type') continue
      this.reporter.error({
        code: this.code,
        at: this.user,
        message: `member '${member.name}' of '${this.composite.name}' is a ${member.kind}`,
        expected: 'a type',
        reference: 'ClassCastException',
        referenceStops: true,
      })
    }
  }

  /** The member of that name; undefined, after reporting it, when there is none or when it is of another kind. */
  member(name: string, role: string, ...sentences: readonly string[]): SimpleType | undefined {
    const member = this.composite.members.get(name)
    if (member === undefined && !this.composite.broken) {
      this.error(`${role} '${this.composite.name}' has no member '${name}'`, `a member named ${name}`, ...sentences)
    }
    return member?.kind === 'type' ? member : undefined
  }

  single(type: SimpleType): void {
    if (type.length === 1 && !type.variableLength) return
    const message = `member '${type.name}' of '${this.composite.name}' is not a single value`
    this.reporter.error({ code: this.code, at: this.user, message, expected: 'a type of length 1' })
  }

  onWire(type: SimpleType): void {
    if (type.presence !== 'constant') return
    const message = `member '${type.name}' of '${this.composite.name}' is constant`
    this.reporter.error({ code: this.code, at: this.user, message, expected: 'a value that messages carry' })
  }

  error(message: string, expected: string, ...sentences: readonly string[]): void {
    const place = referencePlace(this.user)
    const reference = sentences.map((sentence) => place + sentence).join('\n')
    this.reporter.error({ code: this.code, at: this.user, message, expected, reference })
  }

  warning(message: string, expected: string, sentence: string): void {
    const reference = referencePlace(this.user) + sentence
    this.reporter.warning({ code: this.code, at: this.user, message, expected, reference })
  }

  /** What an error about the type of a member says. */
  wrongType(type: SimpleType): string {
    return `member '${type.name}' of '${this.composite.name}' is ${type.primitiveType}`
  }

  /** Counts and lengths are signed 32-bit numbers in memory, so 32-bit ones need a limit. */
  maxValue(type: SimpleType): void {
    const { primitiveType, maxValue } = type
    if (maxValue === undefined) {
      if (primitiveType !== 'uint32') return
      const message = `member '${type.name}' of '${this.composite.name}' is uint32 and has no maxValue`
      const sentence = `maxValue must be set for varData UINT32 type: max value allowed=${MAX_INT32}`
      this.error(message, `maxValue="${MAX_INT32}" or less`, sentence)
      return
    }
    const allowed = PRIMITIVE_TYPES[primitiveType].maxValue
    const limits = primitiveType === 'uint32' ? [allowed, MAX_INT32] : [allowed]
    const exceeded = limits.filter((limit) => maxValue > limit)
    if (exceeded.length === 0) return
    const sentence = `maxValue greater than allowed for type: maxValue=${asLong(maxValue)} allowed=`
    const message = `member '${type.name}' of '${this.composite.name}' has maxValue ${maxValue}`
    this.error(message, `at most ${exceeded.at(-1)}`, ...exceeded.map((limit) => sentence + asLong(limit)))
  }
}

function isUnsigned(primitive: PrimitiveName): boolean {
  return primitive.startsWith('uint')
}

function isSmall(primitive: PrimitiveName): boolean {
  return primitive === 'uint8' || primitive === 'uint16'
}

export function checkGroupDimensions(reporter: Reporter, composite: CompositeType, user: XmlElement): void {
  const check = new CompositeCheck(reporter, composite, user, 'group-dimensions')
  check.kinds('blockLength', 'numInGroup')
  const missing = 'composite for group encodedLength encoding must have'
  const blockLength = check.member('blockLength', 'dimension composite', `${missing} "blockLength"`)
  if (blockLength !== undefined) {
    check.single(blockLength)
    check.onWire(blockLength)
    if (!isUnsigned(blockLength.primitiveType)) {
      check.error(check.wrongType(blockLength), 'an unsigned type', '"blockLength" must be unsigned type')
    } else {
      warnUnlessSmall(check, blockLength)
      check.maxValue(blockLength)
    }
  }
  const numInGroup = check.member('numInGroup', 'dimension composite', `${missing} "numInGroup"`)
  if (numInGroup === undefined) return
  check.single(numInGroup)
  check.onWire(numInGroup)
  if (isUnsigned(numInGroup.primitiveType)) {
    warnUnlessSmall(check, numInGroup)
    check.maxValue(numInGroup)
    checkCountRange(check, numInGroup)
  } else {
    checkSignedCount(check, numInGroup)
  }
}

function warnUnlessSmall(check: CompositeCheck, type: SimpleType): void {
  if (isSmall(type.primitiveType)) return
  check.warning(check.wrongType(type), 'uint8 or uint16', `"${type.name}" should be UINT8 or UINT16`)
}

function checkCountRange(check: CompositeCheck, numInGroup: SimpleType): void {
  const { minValue } = numInGroup
  const max = numInGroup.maxValue ?? PRIMITIVE_TYPES[numInGroup.primitiveType].maxValue
  if (minValue === undefined || minValue <= max) return
  const message = `member 'numInGroup' has minValue ${minValue}, above its largest value ${max}`
  const sentence = `"numInGroup" minValue=${asLong(minValue)} greater than maxValue=${asLong(max)}`
  check.error(message, `at most ${max}`, sentence)
}

function checkSignedCount(check: CompositeCheck, numInGroup: SimpleType): void {
  check.warning(check.wrongType(numInGroup), 'an unsigned type', '"numInGroup" should be unsigned type')
  const { minValue } = numInGroup
  if (minValue === undefined) {
    const message = `${check.wrongType(numInGroup)} and has no minValue`
    check.error(message, 'minValue="0" or more', '"numInGroup" minValue must be set for signed types')
  } else if (PRIMITIVE_TYPES[numInGroup.primitiveType].kind === 'float') {
    // The reference fails to read the limit as an integer.
    check.error(check.wrongType(numInGroup), 'an unsigned type')
  } else if (minValue < 0) {
    const message = `${check.wrongType(numInGroup)} and has minValue ${minValue}`
    const sentence = `"numInGroup" minValue=${minValue} must be greater than zero for signed "numInGroup" types`
    check.error(message, 'minValue="0" or more', sentence)
  }
}

export function checkVariableData(reporter: Reporter, composite: CompositeType, user: XmlElement): void {
  const check = new CompositeCheck(reporter, composite, user, 'variable-data')
  check.kinds('length', 'varData')
  const missing = 'composite for variable length data encoding must have'
  const length = check.member('length', 'data composite', `${missing} "length"`)
  if (length !== undefined) {
    check.single(length)
    check.onWire(length)
    if (!isUnsigned(length.primitiveType)) {
      check.error(check.wrongType(length), 'an unsigned type', '"length" must be unsigned type')
    } else if (length.primitiveType === 'uint64') {
      check.warning(check.wrongType(length), 'uint8, uint16 or uint32', '"length" should be UINT8, UINT16, or UINT32')
    }
    check.maxValue(length)
  }
  if (user.attributes.get('presence') === 'optional') {
    const sentence = 'composite for variable length data encoding cannot have presence="optional"'
    check.error('variable-length data cannot be optional', 'presence="required"', sentence)
  }
  check.member('varData', 'data composite', `${missing} "varData"`)
}

export function checkMessageHeader(reporter: Reporter, header: CompositeType): void {
  const check = new CompositeCheck(reporter, header, header.element, 'message-header')
  check.kinds('blockLength', 'templateId', 'schemaId', 'version')
  for (const name of ['blockLength', 'templateId', 'schemaId', 'version']) {
    const missing = `composite for message header must have "${name}"`
    // The reference looks for the block length twice.
    const sentences = name === 'blockLength' ? [missing, missing] : [missing]
    const type = check.member(name, 'message header', ...sentences)
    if (type === undefined) continue
    check.single(type)
    if (type.primitiveType === 'uint16') continue
    if (name === 'blockLength' && !isUnsigned(type.primitiveType)) {
      check.error(check.wrongType(type), 'an unsigned type', '"blockLength" must be unsigned')
    }
    check.warning(check.wrongType(type), 'uint16', `"${name}" should be UINT16`)
  }
}
