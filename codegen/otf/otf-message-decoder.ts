/** Walks one message by its schema alone, under the rules that generated decoders follow. */
import type { ByteOrder } from '../ir/token.ts'
import { blockEnd, blockVersions, entryLengthMin, isConstant, mayTakeNoBytes } from '../model/schema-model.ts'
import type {
  BlockModel, DataModel, FieldModel, GroupModel, MessageModel, ScalarMember,
} from '../model/schema-model.ts'
import { blockError, blockLengthError, boundsError, checkEmptyEntries, checkGroup } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import type { OtfListener } from './otf-listener.ts'
import { NOT_IN_MESSAGE } from './otf-listener.ts'
import { readPrimitive } from './read-primitive.ts'

/** What is known of a block before any message comes. */
interface BlockPlan {
  /** What errors call it. */
  readonly name: string
  readonly fields: readonly FieldModel[]
  /** Bytes that a block has at least. */
  readonly lengthMin: number
  /** Versions in which the block grew and how long it was then, newest first. */
  readonly growth: readonly { readonly version: number; readonly end: number }[]
  readonly groups: readonly GroupPlan[]
  readonly data: readonly { readonly name: string; readonly model: DataModel }[]
}

interface GroupPlan {
  readonly model: GroupModel
  readonly entry: BlockPlan
  /** Bytes of an entry besides its block. */
  readonly headersMin: number
  readonly mayTakeNoBytes: boolean
}

function planBlock(block: BlockModel, name: string): BlockPlan {
  return {
    name,
    fields: block.fields,
    lengthMin: blockEnd(block, 0),
    growth: blockVersions(block).toReversed().map((version) => ({ version, end: blockEnd(block, version) })),
    groups: block.groups.map((model) => ({
      model,
      entry: planBlock(model, `${name}.${model.name}`),
      headersMin: entryLengthMin(model),
      mayTakeNoBytes: mayTakeNoBytes(model),
    })),
    data: block.data.map((model) => ({ model, name: `${name}.${model.name}` })),
  }
}

/** Where a root block lies, and what the header says of it. */
export interface OtfBlock {
  readonly offset: number
  readonly blockLength: number
  readonly version: number
  /** End of the message in the buffer; nothing from there on is read. */
  readonly end: number
}

export class OtfMessageDecoder {
  readonly message: MessageModel
  readonly #plan: BlockPlan
  readonly #byteOrder: ByteOrder

  constructor(message: MessageModel, byteOrder: ByteOrder) {
    this.message = message
    this.#plan = planBlock(message, message.name)
    this.#byteOrder = byteOrder
  }

  /** Returns the offset behind the last part that the schema knows. */
  decode(buffer: DirectBuffer, { offset, blockLength, version, end }: OtfBlock, listener: OtfListener): number {
    const { name, lengthMin } = this.#plan
    const limit = offset + blockLength
    const isWhole = Number.isInteger(offset) && Number.isInteger(limit)
    const inside = isWhole && offset >= 0 && blockLength >= lengthMin && limit <= end && end <= buffer.byteLength
    if (!inside) throw blockError(name, lengthMin, offset, blockLength, end, buffer.byteLength)
    const walk = new Walk(buffer, this.#byteOrder, version, limit, end, listener)
    listener.onBeginMessage?.(this.message, version)
    walk.level(this.#plan, offset, blockLength)
    listener.onEndMessage?.(this.message)
    return walk.limit
  }
}

/** The state of one decoding. */
class Walk {
  /** Where the next group or data begins. */
  limit: number
  // For the runtime's check.
  _emptyEntries = 0
  _emptyEnd = 0
  private readonly buffer: DirectBuffer
  private readonly byteOrder: ByteOrder
  private readonly version: number
  private readonly end: number
  private readonly listener: OtfListener

  constructor(
    buffer: DirectBuffer, byteOrder: ByteOrder, version: number, limit: number, end: number, listener: OtfListener,
  ) {
    this.buffer = buffer
    this.byteOrder = byteOrder
    // The version of an odd header may be negative; what the first version has is always there.
    this.version = version < 0 ? 0 : version
    this.limit = limit
    this.end = end
    this.listener = listener
  }

  /** A block that lies within the message, and the groups and data behind it. */
  level(plan: BlockPlan, offset: number, blockLength: number): void {
    const version = this.fittingVersion(plan, blockLength)
    for (const field of plan.fields) this.field(field, offset, version)
    for (const group of plan.groups) this.group(group)
    for (const { name, model } of plan.data) this.data(name, model)
  }

  /**
   * The version up to which a block's fields are there. A sender may announce a version and send a shorter block: what
   * does not fit is absent. The version of an odd header may also be no number, which is the newest.
   */
  private fittingVersion({ growth }: BlockPlan, blockLength: number): number {
    let { version } = this
    for (const step of growth) if (blockLength < step.end && !(version < step.version)) version = step.version - 1
    return version
  }

  /** @param base offset of the block or composite that the field is in */
  private field(field: FieldModel, base: number, version: number): void {
    const { buffer, listener } = this
    const { type } = field
    const isPresent = !isConstant(field) && !(version < field.sinceVersion)
    const offset = isPresent ? base + field.offset : NOT_IN_MESSAGE
    switch (type.kind) {
      case 'scalar':
        listener.onEncoding?.(field, type, buffer, offset)
        break
      case 'enum':
        listener.onEnum?.(field, type, buffer, offset)
        break
      case 'set':
        listener.onBitSet?.(field, type, buffer, offset)
        break
      case 'composite':
        listener.onBeginComposite?.(field, type, buffer, offset)
        if (!isPresent) break
        for (const member of type.members) this.field(member, offset, version)
        listener.onEndComposite?.(field, type)
        break
    }
  }

  private group({ model, entry, headersMin, mayTakeNoBytes }: GroupPlan): void {
    const { listener, end } = this
    if (this.version < model.sinceVersion) {
      listener.onGroupHeader?.(model, 0)
      return
    }
    const { name, lengthMin } = entry
    const header = this.limit
    const first = header + model.headerLength
    if (first > end) throw boundsError(name, model.headerLength, header, end)
    const blockLength = this.number(header, model.blockLengthMember)
    const count = this.number(header, model.numInGroupMember)
    checkGroup(name, count, blockLength + headersMin, end - first)
    if (count !== 0 && blockLength < lengthMin) throw blockLengthError(name, blockLength, lengthMin)
    if (mayTakeNoBytes && blockLength === 0) checkEmptyEntries(name, count, header, this)
    this.limit = first
    listener.onGroupHeader?.(model, count)
    for (let index = 0; index < count; index++) {
      const offset = this.limit
      if (offset + blockLength > end) throw boundsError(name, blockLength, offset, end)
      this.limit = offset + blockLength
      listener.onBeginGroup?.(model, index, count)
      this.level(entry, offset, blockLength)
      listener.onEndGroup?.(model, index, count)
    }
  }

  private data(name: string, model: DataModel): void {
    const { buffer, listener, end } = this
    if (this.version < model.sinceVersion) {
      listener.onVarData?.(model, buffer, NOT_IN_MESSAGE, 0)
      return
    }
    const header = this.limit
    const start = header + model.headerLength
    if (start > end) throw boundsError(name, model.headerLength, header, end)
    const length = this.number(header, model.lengthMember)
    if (start + length > end) throw boundsError(name, length, start, end)
    this.limit = start + length
    listener.onVarData?.(model, buffer, start, length)
  }

  private number(header: number, { offset, type }: ScalarMember): number {
    return Number(readPrimitive(this.buffer, header + offset, type.primitive, this.byteOrder))
  }
}
