import { MAX_BLOCK_LENGTH } from '../limits.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { Group, Member } from './model.ts'
import { referencePlace, type Reporter } from './reporter.ts'
import { encodedLengthOf, VARIABLE_LENGTH } from './type-length.ts'

/** Gives all members of a message their offsets and returns the length of its root block. */
export function layOutMessage(
  reporter: Reporter,
  message: XmlElement,
  members: readonly Member[],
  declaredLength: number,
): number {
  const layout = new BlockLayout(reporter, message)
  layout.layOut(members, declaredLength)
  const computed = rootBlockLength(members)
  layout.checkBlockLength(message, declaredLength, computed)
  return Math.max(declaredLength, computed)
}

class BlockLayout {
  private readonly reporter: Reporter
  private readonly message: XmlElement

  constructor(reporter: Reporter, message: XmlElement) {
    this.reporter = reporter
    this.message = message
  }

  layOut(members: readonly Member[], declaredLength: number): number {
    let behindVariableLength = false
    let offset = 0
    for (const member of members) {
      const own = member.kind === 'group' ? 0 : member.offset
      if (own !== 0 && own < offset) this.offsetTooSmall(member, own, offset)
      if (offset !== VARIABLE_LENGTH) {
        if (own !== 0) offset = own
        else if (declaredLength !== 0 && startsVariablePart(member)) offset = declaredLength
      }
      // The reference cannot tell an offset of -1, which is an error anyway, from what lies behind data.
      if (offset === VARIABLE_LENGTH) behindVariableLength = true
      member.computedOffset = behindVariableLength ? VARIABLE_LENGTH : offset

      if (member.kind === 'group') {
        this.layOutGroup(member)
        behindVariableLength = true
      } else if (member.type !== undefined && member.presence !== 'constant') {
        const size = encodedLengthOf(member.type)
        if (size === VARIABLE_LENGTH) behindVariableLength = true
        else member.computedBlockLength = size
        if (!behindVariableLength) offset += size
      }
    }
    return offset
  }

  private layOutGroup(group: Group): void {
    const computed = this.layOut(group.members, 0)
    this.checkBlockLength(group.element, group.blockLength, computed)
    group.computedBlockLength = Math.max(group.blockLength, computed)
  }

  /** The reference blames the message, whichever group it is. */
  checkBlockLength(element: XmlElement, declared: number, computed: number): void {
    if (declared !== 0 && computed > declared) {
      const sentence = `specified blockLength provides insufficient space ${computed} > ${declared}`
      this.reporter.error({
        code: 'block-length',
        at: element,
        attribute: 'blockLength',
        message: `blockLength="${declared}" is too small, the fields take ${computed} bytes`,
        expected: `at least ${computed}`,
        reference: referencePlace(this.message) + sentence,
      })
    }
    if (computed > MAX_BLOCK_LENGTH) {
      const message = `the fields take ${computed} bytes`
      const expected = `at most ${MAX_BLOCK_LENGTH}`
      this.reporter.error({ code: 'block-too-long', at: element, message, expected })
    }
  }

  private offsetTooSmall(member: Member, own: number, end: number): void {
    this.reporter.error({
      code: 'field-offset',
      at: member.element,
      attribute: 'offset',
      message: `field '${member.name}' has offset ${own}, but the fields before it end at ${end}`,
      expected: `an offset of at least ${end}`,
      reference: `${referencePlace(this.message)}Offset provides insufficient space at field: ${member.name}`,
    })
  }
}

/** Groups and data start where the declared block ends. */
function startsVariablePart(member: Member): boolean {
  return member.kind === 'group' ? member.dimensionType !== undefined : member.kind === 'data'
}

function rootBlockLength(members: readonly Member[]): number {
  let blockLength = 0
  for (const member of members) {
    if (member.kind === 'group') return blockLength
    if (member.type === undefined) continue
    const size = encodedLengthOf(member.type)
    if (size === VARIABLE_LENGTH) return blockLength
    blockLength = member.computedOffset + (member.presence === 'constant' ? 0 : size)
  }
  return blockLength
}
