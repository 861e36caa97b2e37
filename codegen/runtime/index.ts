/**
 * Runtime of generated SBE codecs (`godwit/sbe`). Imports nothing from Node, so that codecs also run in a browser.
 */
export { GodwitError } from './errors.ts'
export { SbeError } from './sbe-error.ts'
export type { SbeErrorCode } from './sbe-error.ts'
export { DirectBuffer } from './direct-buffer.ts'
export { Slice } from './slice.ts'
export { RUNTIME_INTERFACE } from './runtime-interface.ts'
export type { JsonValue } from './format.ts'
export type { FieldMeta, GroupMeta, DataMeta, MessageMeta, CompositeMeta } from './meta.ts'

// For generated code only, versioned by RUNTIME_INTERFACE.
export { EMPTY_BUFFER } from './direct-buffer.ts'
export { GroupIterator } from './group-iterator.ts'
export { requireRuntime } from './runtime-interface.ts'
export {
  copyBytes,
  getBytes,
  moveBytes,
  checkEmptyEntries,
  checkGroup,
  checkRange,
  EMPTY_ENTRIES_MAX,
} from './bytes.ts'
export { AccessOrder } from './access-order.ts'
export type { AccessItem } from './access-order.ts'
export {
  wrapError,
  blockError,
  boundsError,
  blockLengthError,
  groupCountError,
  noMoreEntriesError,
  missingEntriesError,
  indexError,
  lengthError,
  inexactError,
  templateError,
  schemaError,
} from './sbe-error.ts'
export {
  lengthToNul,
  readAscii,
  readLatin1,
  readUtf8,
  utf8Length,
  writeAscii,
  writeLatin1,
  writeUtf8,
  putFixedAscii,
  putFixedLatin1,
  putFixedUtf8,
  equalsLatin1,
} from './text.ts'
export { readText, encodeText, putFixedText } from './charset.ts'
export {
  valueError, wideValueError, arrayError, textError, exactNumber, copyOf, int8sOf, isBytes, isInt8s,
} from './object-values.ts'
export {
  exactAsciiLength, exactLatin1Length, exactUtf8Length, exactText,
  putExactAscii, putExactLatin1, putExactUtf8, putExactText,
} from './object-text.ts'
export { bufferOf, roomFor, takeRoom } from './message-memory.ts'
export { floatToJson, float32ToJson, bytesToHex, formatMembers, formatMessage, formatSet } from './format.ts'
export type { TextShape } from './format.ts'
