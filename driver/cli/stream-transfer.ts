/** What both ends of a file transfer agree on besides schemas/file-transfer.xml. */
import { FileChunkEncoder, FileStartMeta, MessageHeaderEncoder } from '../../schemas/generated/file.transfer/index.ts'

export const DIGEST_ALGORITHM = 'sha256'
export const DIGEST_LENGTH = 32

/** Bytes of a chunk message besides its content. */
export const CHUNK_OVERHEAD: number =
  MessageHeaderEncoder.ENCODED_LENGTH + FileChunkEncoder.computeLength({ content: 0 })

/** Longest content of a chunk. */
export const CHUNK_LENGTH_MAX: number = FileStartMeta.fields.chunkLength.maxValue
