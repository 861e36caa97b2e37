/** Ranges that channels and settings have in common, besides those of log buffers. */
import { HEADER_LENGTH } from '../../../client/log/log-buffer-descriptor.ts'
import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'

/** The shortest MTU has room for a payload. */
export const STREAM_MTU_MIN_LENGTH: number = HEADER_LENGTH + FRAME_ALIGNMENT

/** Retransmissions under way at most. */
export const RESEND_MAX = 256

export const NAK_DELAY_MIN_NS = 1_000
