import type {
  CompositeModel, DataModel, EnumModel, FieldModel, GroupModel, MessageModel, ScalarModel, SetModel,
} from '../model/schema-model.ts'
import type { DirectBuffer } from '../runtime/index.ts'

/** Offset of a value that has no bytes in the message: a constant, or a field that the sender's version lacks. */
export const NOT_IN_MESSAGE = -1

/**
 * Is told the parts of a message, in the order of the schema. All offsets are of the buffer, and everything from there
 * to the end of the type lies within the message; `NOT_IN_MESSAGE` stands for no bytes.
 *
 * When the message turns out to be malformed the decoder throws, and nothing more is told.
 */
export interface OtfListener {
  onBeginMessage?(message: MessageModel, actingVersion: number): void
  /** A number or character, an array of them, or a constant. */
  onEncoding?(field: FieldModel, type: ScalarModel, buffer: DirectBuffer, offset: number): void
  onEnum?(field: FieldModel, type: EnumModel, buffer: DirectBuffer, offset: number): void
  onBitSet?(field: FieldModel, type: SetModel, buffer: DirectBuffer, offset: number): void
  /** Its members and its end follow, unless the offset is NOT_IN_MESSAGE: then nothing of it does. */
  onBeginComposite?(field: FieldModel, type: CompositeModel, buffer: DirectBuffer, offset: number): void
  onEndComposite?(field: FieldModel, type: CompositeModel): void
  /** A group; its entries follow. It has none if the sender's version lacks it. */
  onGroupHeader?(group: GroupModel, count: number): void
  onBeginGroup?(group: GroupModel, index: number, count: number): void
  onEndGroup?(group: GroupModel, index: number, count: number): void
  /** Variable-length data, of length 0 if the sender's version lacks it. */
  onVarData?(data: DataModel, buffer: DirectBuffer, offset: number, length: number): void
  onEndMessage?(message: MessageModel): void
}
